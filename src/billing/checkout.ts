import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { type Organization } from '../organizations/organization.entity.js';
import { Seats } from '../organizations/seats.js';
import { invalidFields } from '../platform/errors.js';
import { conflict, livingSubscription, mustFitMembers } from './buying.js';
import { Customers } from './customers.js';
import { type Answer, Gateway, type Quote, type Snapshot } from './gateway.js';
import { Journal } from './journal.js';
import { type Operation } from './operation.entity.js';
import { Operations } from './operations.js';
import { type Plan, type Price } from './plans.js';
import { PriceList } from './price-list.js';
import { orThrow } from './refusals.js';
import { isLiving } from './terms.js';

export interface SubscribeParams {
  readonly price: Price;
  readonly seats: number;
  readonly code: string | null;
  readonly promotion: string | null;
  readonly quote: Quote;
}

/** What a checkout needs besides. */
@Injectable()
export class CheckoutRooms {
  constructor(
    readonly customers: Customers,
    readonly operations: Operations,
    readonly prices: PriceList,
  ) {}
}

/**
 * The start of a subscription. It begins incomplete, with an open first invoice, and nothing is charged by that; then the card
 * on file is tried while the person is there, or they give one. What is paid is learned from Stripe (`subscriptions.sync`),
 * never from the browser that comes back.
 */
@Injectable()
export class Checkout {
  constructor(
    private readonly database: DataSource,
    private readonly gateway: Gateway,
    private readonly journal: Journal,
    private readonly seats: Seats,
    private readonly buying: CheckoutRooms,
  ) {}

  async draft(
    actor: Actor,
    { id }: Organization,
    wanted: { plan: Plan; seats: number; code: string | null },
  ): Promise<Operation> {
    const { stripeId, currency } = await this.buying.customers.ready(id);
    if ((await livingSubscription(this.database, id)) !== null) throw alreadySubscribed();
    await mustFitMembers(this.database.manager, id, wanted.seats);
    const price = this.buying.prices.of(wanted.plan, currency);
    const promotion = wanted.code === null ? null : await this.promotion(wanted.code);
    const quote = orThrow(await this.gateway.quoteStart(stripeId, price, wanted.seats, promotion));
    const params = { price, seats: wanted.seats, code: wanted.code, promotion, quote };
    return this.journal.draft(actor, id, 'subscribe', params satisfies SubscribeParams);
  }

  async confirm(actor: Actor, organization: Organization, operation: Operation): Promise<Operation> {
    const params = operation.params as unknown as SubscribeParams;
    const { stripeId, card } = await this.buying.customers.ready(organization.id);
    return this.buying.operations.carryOut(actor, organization, operation.id, {
      prepare: async (tx, { subscriptions }) => {
        if (subscriptions.some(isLiving)) throw alreadySubscribed();
        // From now on nobody joins beyond the seats that are being paid for, though the trial knows no limit.
        await this.seats.reserve(tx, organization.id, params.seats);
      },
      ask: async (key, snapshot) => {
        const left = await this.abandonEarlier(snapshot, key);
        return left ?? this.start(stripeId, organization.id, params, { key, hasCard: card !== null });
      },
    });
  }

  async promotion(code: string): Promise<string> {
    const promotion = await this.gateway.findPromotion(code);
    if (promotion === null) throw invalidFields({ code: 'is not known, or not valid any more' });
    return promotion;
  }

  /** One that was begun and never paid must not become a second one. */
  private async abandonEarlier({ subscriptions }: Snapshot, key: string): Promise<Answer<never> | null> {
    for (const { stripeId, status, latestInvoiceId } of subscriptions)
      if (status === 'incomplete') {
        const answer = await this.gateway.cancelNow(stripeId, `${key}:cancel:${stripeId}`);
        if (answer.outcome !== 'ok') return answer;
        // So that nobody pays for it in a window that is still open. Refused: it is not open any more.
        if (latestInvoiceId !== null) await this.gateway.voidInvoice(latestInvoiceId, `${key}:void:${latestInvoiceId}`);
      }
    return null;
  }

  private async start(
    customerId: string,
    organizationId: string,
    { price, seats: quantity, promotion: promotionCode }: SubscribeParams,
    { key, hasCard }: { key: string; hasCard: boolean },
  ): Promise<Answer<object>> {
    const wanted = { ...{ operationId: key, organizationId, price, quantity, promotionCode } };
    const begun = await this.gateway.subscribe(customerId, wanted);
    if (begun.outcome !== 'ok' || begun.value.invoice === null || !hasCard) return begun;
    // Whatever comes of the first try: the invoice is there, and its page shows how it can be paid.
    const tried = await this.gateway.payInvoice(begun.value.invoice, `${key}:pay`);
    return { outcome: 'ok', value: { ...begun.value, tried: tried.outcome } };
  }
}

const alreadySubscribed = () => conflict('already_subscribed', 'There is a subscription already.');
