import type Stripe from 'stripe';
import { type Quote, type SubscriptionRef } from '../gateway.js';
import { type Clock } from '../../platform/clock.js';
import { type Price } from '../plans.js';
import { type Prices } from './prices.js';
import { type Subscriptions } from './subscriptions.js';

/**
 * What something would cost, asked of Stripe itself (`createPreview`), for a moment that the charge is given too: so that
 * what people agree to is what is taken, to the cent.
 */
export class Quotes {
  constructor(
    private readonly stripe: Stripe,
    private readonly prices: Prices,
    private readonly subscriptions: Subscriptions,
    private readonly clock: Clock,
  ) {}

  async start(customer: string, price: Price, quantity: number, promotionCode: string | null): Promise<Quote> {
    const items = [{ price: await this.prices.idOf(price), quantity }];
    const { automatic_tax, default_tax_rates } = await this.subscriptions.taxParams(customer);
    const preview = await this.stripe.invoices.createPreview({
      customer,
      subscription_details: { items, ...(default_tax_rates === undefined ? {} : { default_tax_rates }) },
      ...(automatic_tax === undefined ? {} : { automatic_tax }),
      ...(promotionCode === null ? {} : { discounts: [{ promotion_code: promotionCode }] }),
    });
    return quoteOf(preview, this.now());
  }

  /**
   * Seats up to `free` have been paid for in this period. What they would cost is taken off: each line is rounded by itself, so
   * the difference of two previews is, to the cent, the preview of the difference.
   */
  async seats(subscription: SubscriptionRef, quantity: number, free: number): Promise<Quote> {
    const date = this.now();
    const whole = await this.change(subscription, { quantity }, date);
    if (free <= subscription.quantity) return whole;
    const paid = await this.change(subscription, { quantity: Math.min(free, quantity) }, date);
    return difference(whole, paid);
  }

  async plan(subscription: SubscriptionRef, price: Price): Promise<Quote> {
    const item = { price: await this.prices.idOf(price), quantity: subscription.quantity };
    return this.change(subscription, item, this.now());
  }

  private now(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }

  private async change(
    { stripeId, itemId }: SubscriptionRef,
    item: { quantity: number; price?: string },
    date: number,
  ): Promise<Quote> {
    const preview = await this.stripe.invoices.createPreview({
      subscription: stripeId,
      subscription_details: {
        items: [{ id: itemId, ...item }],
        proration_behavior: 'always_invoice',
        proration_date: date,
      },
    });
    return quoteOf(preview, date);
  }
}

function quoteOf(preview: Stripe.Invoice, prorationDate: number): Quote {
  const { currency, subtotal, total, amount_due: amountDue } = preview;
  const tax = taxOf(preview);
  const lines = preview.lines.data.map(({ description, amount }) => ({ text: description ?? '', amount }));
  return { prorationDate, currency, subtotal, tax, total, amountDue, lines };
}

export const taxOf = ({ total_taxes: taxes }: Stripe.Invoice): number =>
  (taxes ?? []).reduce((sum, { amount }) => sum + amount, 0);

function difference(whole: Quote, paid: Quote): Quote {
  const lines = [...whole.lines, { text: 'Already paid for in this period', amount: -paid.subtotal }];
  const [subtotal, tax, total] = [whole.subtotal - paid.subtotal, whole.tax - paid.tax, whole.total - paid.total];
  return { ...whole, lines, subtotal, tax, total, amountDue: Math.max(0, whole.amountDue - paid.amountDue) };
}
