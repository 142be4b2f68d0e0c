import type Stripe from 'stripe';
import { type Config } from '../../platform/config.js';
import { type NewSubscription, type PlanChange, type SeatChange, type SubscriptionRef } from '../gateway.js';
import { intervalOf, type Price } from '../plans.js';
import { type Prices } from './prices.js';
import { idOf } from './summaries.js';

/** Subscriptions at Stripe (billing.md A2, flows 2, 3 and 5). */
export class Subscriptions {
  constructor(
    private readonly stripe: Stripe,
    private readonly prices: Prices,
    private readonly tax: Config['billing']['tax'],
  ) {}

  /** Nothing is charged by this: the first invoice stays open until it is paid, for 23 hours. */
  async create(customer: string, wanted: NewSubscription): Promise<{ subscription: string; invoice: string | null }> {
    const { operationId, organizationId, quantity, promotionCode } = wanted;
    const price = await this.prices.idOf(wanted.price);
    const { id, latest_invoice } = await this.stripe.subscriptions.create(
      {
        ...{ customer, items: [{ price, quantity }], payment_behavior: 'default_incomplete' },
        payment_settings: { save_default_payment_method: 'on_subscription', payment_method_types: ['card'] },
        metadata: { org_id: organizationId, op_id: operationId },
        ...(await this.taxParams(customer)),
        ...(promotionCode === null ? {} : { discounts: [{ promotion_code: promotionCode }] }),
      },
      { idempotencyKey: operationId },
    );
    return { subscription: id, invoice: idOf(latest_invoice) };
  }

  /**
   * With `charge` the new number counts once it is paid (`pending_if_incomplete`); whatever else is to change may not be in the
   * same call. The item's id is named: without it Stripe would add a second item.
   */
  async changeSeats({ stripeId, itemId }: SubscriptionRef, change: SeatChange, idempotencyKey: string): Promise<void> {
    const items = [{ id: itemId, quantity: change.quantity }];
    await this.stripe.subscriptions.update(
      stripeId,
      change.money === 'free'
        ? { items, proration_behavior: 'none' }
        : {
            ...{ items, proration_behavior: 'always_invoice', payment_behavior: 'pending_if_incomplete' },
            ...(change.prorationDate === undefined ? {} : { proration_date: change.prorationDate }),
          },
      { idempotencyKey },
    );
  }

  /** To a plan with another period: it begins anew today. The quantity is said because a new price alone would reset it to 1. */
  async changePlan({ stripeId, itemId }: SubscriptionRef, change: PlanChange, idempotencyKey: string): Promise<void> {
    const price = await this.prices.idOf(change.price);
    await this.stripe.subscriptions.update(
      stripeId,
      {
        items: [{ id: itemId, price, quantity: change.quantity }],
        ...{ proration_behavior: 'always_invoice', payment_behavior: 'pending_if_incomplete' },
        proration_date: change.prorationDate,
      },
      { idempotencyKey },
    );
  }

  /** A second phase with the new price from `at` on; after it the schedule lets go and the subscription goes on by itself. */
  async schedulePrice(subscription: SubscriptionRef, price: Price, at: Date, key: string): Promise<void> {
    const { stripeId, priceId, quantity } = subscription;
    const id =
      subscription.scheduleId ??
      (
        await this.stripe.subscriptionSchedules.create(
          { from_subscription: stripeId },
          { idempotencyKey: `${key}:schedule` },
        )
      ).id;
    const schedule = await this.stripe.subscriptionSchedules.retrieve(id);
    const start = schedule.current_phase?.start_date ?? schedule.phases[0]!.start_date;
    const seconds = Math.floor(at.getTime() / 1000);
    const next = { interval: intervalOf[price.plan], interval_count: 1 };
    await this.stripe.subscriptionSchedules.update(
      id,
      {
        end_behavior: 'release',
        proration_behavior: 'none',
        phases: [
          { items: [{ price: priceId, quantity }], start_date: start, end_date: seconds, proration_behavior: 'none' },
          { items: [{ price: await this.prices.idOf(price), quantity }], duration: next, proration_behavior: 'none' },
        ],
      },
      { idempotencyKey: `${key}:phases` },
    );
  }

  async dropSchedule(scheduleId: string, idempotencyKey: string): Promise<void> {
    await this.stripe.subscriptionSchedules.release(scheduleId, {}, { idempotencyKey });
  }

  async cancelAtPeriodEnd(
    { stripeId }: SubscriptionRef,
    comment: string | null,
    idempotencyKey: string,
  ): Promise<void> {
    const cancellation_details = comment === null ? {} : { comment };
    await this.stripe.subscriptions.update(
      stripeId,
      { cancel_at_period_end: true, cancellation_details },
      { idempotencyKey },
    );
  }

  /** In flexible mode a pending end may be kept as a date instead of the mark. */
  async resume({ stripeId }: SubscriptionRef, idempotencyKey: string): Promise<void> {
    const { cancel_at: at, cancel_at_period_end: marked } = await this.stripe.subscriptions.retrieve(stripeId);
    const change = marked || at === null ? { cancel_at_period_end: false } : { cancel_at: '' as const };
    await this.stripe.subscriptions.update(stripeId, change, { idempotencyKey });
  }

  async cancelNow(subscriptionId: string, idempotencyKey: string): Promise<void> {
    await this.stripe.subscriptions.cancel(subscriptionId, { invoice_now: false, prorate: false }, { idempotencyKey });
  }

  async applyPromotion({ stripeId }: SubscriptionRef, promotionCode: string, idempotencyKey: string): Promise<void> {
    const discounts = [{ promotion_code: promotionCode }];
    await this.stripe.subscriptions.update(stripeId, { discounts }, { idempotencyKey });
  }

  /** Configured rates are for customers of their own country; a rate without a country is for all. */
  async taxParams(customerId: string): Promise<{ automatic_tax?: { enabled: boolean }; default_tax_rates?: string[] }> {
    if (this.tax === undefined) return {};
    if (this.tax.join() === 'automatic') return { automatic_tax: { enabled: true } };
    const customer = await this.stripe.customers.retrieve(customerId);
    const country = customer.deleted ? null : (customer.address?.country ?? null);
    const rates = await Promise.all(this.tax.map((id) => this.stripe.taxRates.retrieve(id)));
    const theirs = rates.filter((rate) => rate.country === null || rate.country === country);
    return theirs.length === 0 ? {} : { default_tax_rates: theirs.map(({ id }) => id) };
  }
}
