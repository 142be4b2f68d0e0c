import { Inject, Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { Clock } from '../../platform/clock.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { DomainError, notFound } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { Urls } from '../../platform/urls.js';
import {
  type Buyer,
  type Challenge,
  type Details,
  type EventHead,
  EventVerifier,
  Gateway,
  GatewayUnavailable,
  type NewSubscription,
  type PlanChange,
  type SeatChange,
  type SubscriptionRef,
  type Trace,
} from '../gateway.js';
import { type Price } from '../plans.js';
import { asked, read, readIfThere } from './answers.js';
import * as cards from './cards.js';
import { checkAccount } from './checking.js';
import { stripeClient } from './client.js';
import * as customers from './customers.js';
import { customerBehind, eventsSince, verifiedHead } from './events.js';
import { challengeOf, withPayments } from './invoices.js';
import { Prices } from './prices.js';
import { Quotes } from './quotes.js';
import { readCustomer } from './reading.js';
import { Subscriptions } from './subscriptions.js';

interface Rooms {
  readonly stripe: Stripe;
  readonly prices: Prices;
  readonly subscriptions: Subscriptions;
  readonly quotes: Quotes;
}

/** {@link Gateway} by Stripe: each method is one thing asked of it, and says what became of it. */
@Injectable()
export class StripeGateway extends Gateway {
  private made: Rooms | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly clock: Clock,
    private readonly urls: Urls,
  ) {
    super();
  }

  createCustomer(buyer: Buyer, details: Details) {
    return asked(() => customers.createCustomer(this.stripe, buyer, details));
  }

  updateCustomer(customerId: string, details: Details) {
    return asked(() => customers.updateCustomer(this.stripe, customerId, details));
  }

  findCustomer(buyer: Buyer, email: string) {
    return read(() => customers.findCustomer(this.stripe, buyer, email));
  }

  setUpCard(customerId: string, key: string) {
    return asked(() => cards.setUpCard(this.stripe, customerId, key));
  }

  useCard(customerId: string, setupIntentId: string, subscriptionId: string | null) {
    return cards.useCard(this.stripe, customerId, setupIntentId, subscriptionId);
  }

  subscribe(customerId: string, wanted: NewSubscription) {
    return asked(() => this.rooms.subscriptions.create(customerId, wanted));
  }

  quoteStart(customerId: string, price: Price, quantity: number, promotionCode: string | null) {
    return asked(() => this.rooms.quotes.start(customerId, price, quantity, promotionCode));
  }

  quoteSeats(subscription: SubscriptionRef, quantity: number, free: number) {
    return asked(() => this.rooms.quotes.seats(subscription, quantity, free));
  }

  changeSeats(subscription: SubscriptionRef, change: SeatChange, key: string) {
    return asked(() => this.rooms.subscriptions.changeSeats(subscription, change, key));
  }

  quotePlan(subscription: SubscriptionRef, price: Price) {
    return asked(() => this.rooms.quotes.plan(subscription, price));
  }

  changePlan(subscription: SubscriptionRef, change: PlanChange, key: string) {
    return asked(() => this.rooms.subscriptions.changePlan(subscription, change, key));
  }

  schedulePrice(subscription: SubscriptionRef, price: Price, at: Date, key: string) {
    return asked(() => this.rooms.subscriptions.schedulePrice(subscription, price, at, key));
  }

  dropSchedule(scheduleId: string, key: string) {
    return asked(() => this.rooms.subscriptions.dropSchedule(scheduleId, key));
  }

  cancelAtPeriodEnd(subscription: SubscriptionRef, reason: string | null, key: string) {
    return asked(() => this.rooms.subscriptions.cancelAtPeriodEnd(subscription, reason, key));
  }

  resume(subscription: SubscriptionRef, key: string) {
    return asked(() => this.rooms.subscriptions.resume(subscription, key));
  }

  cancelNow(subscriptionId: string, key: string) {
    return asked(() => this.rooms.subscriptions.cancelNow(subscriptionId, key));
  }

  findPromotion(code: string) {
    return read(async () => {
      const { data } = await this.stripe.promotionCodes.list({ code, active: true, limit: 1 });
      return data[0]?.id ?? null;
    });
  }

  applyPromotion(subscription: SubscriptionRef, promotionCode: string, key: string) {
    return asked(() => this.rooms.subscriptions.applyPromotion(subscription, promotionCode, key));
  }

  /** `off_session` would be true by default, and the bank could not ask. */
  payInvoice(invoiceId: string, idempotencyKey: string) {
    return asked(async () => {
      await this.stripe.invoices.pay(invoiceId, { off_session: false }, { idempotencyKey });
    });
  }

  voidInvoice(invoiceId: string, idempotencyKey: string) {
    return asked(async () => {
      await this.stripe.invoices.voidInvoice(invoiceId, {}, { idempotencyKey });
    });
  }

  challenge(invoiceId: string): Promise<Challenge | null> {
    return read(async () => challengeOf(await this.stripe.invoices.retrieve(invoiceId, withPayments)));
  }

  /** Links to PDFs end after some weeks, so a fresh one is asked for. */
  invoicePdf(invoiceId: string): Promise<Uint8Array> {
    return read(async () => {
      const { invoice_pdf: url } = await this.stripe.invoices.retrieve(invoiceId);
      if (url === null || url === undefined) throw notFound('PDF of this invoice');
      return download(url);
    });
  }

  read(customerId: string) {
    return readIfThere(() => readCustomer(this.stripe, customerId));
  }

  customerBehind(trace: Trace) {
    return readIfThere(() => customerBehind(this.stripe, trace));
  }

  events(since: Date): AsyncIterable<EventHead> {
    return eventsSince(this.stripe, since);
  }

  check() {
    return read(() => checkAccount(this.stripe, this.rooms.prices, this.config, this.urls.page(paths.stripeWebhook)));
  }

  private get stripe(): Stripe {
    return this.rooms.stripe;
  }

  /** Made when it is first needed: a server without billing has none. */
  private get rooms(): Rooms {
    return (this.made ??= this.make());
  }

  private make(): Rooms {
    const { stripe: access, tax } = this.config.billing;
    if (access === undefined) throw new DomainError('unavailable', 'no_billing', 'this server takes no payments');
    const stripe = stripeClient(access);
    const prices = new Prices(stripe);
    const subscriptions = new Subscriptions(stripe, prices, tax);
    return { stripe, prices, subscriptions, quotes: new Quotes(stripe, prices, subscriptions, this.clock) };
  }
}

const PDF_TIMEOUT_MS = 20_000;

async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PDF_TIMEOUT_MS) }).catch(() => undefined);
  if (response?.ok !== true) throw new GatewayUnavailable('the invoice’s PDF could not be fetched');
  return new Uint8Array(await response.arrayBuffer());
}

@Injectable()
export class StripeEventVerifier extends EventVerifier {
  constructor(@Inject(CONFIG) private readonly config: Config) {
    super();
  }

  /** A signature's age is a matter of the real time, also where the sandbox's clock has been moved. */
  verify(body: Uint8Array, signature: string): EventHead | null {
    const { stripe } = this.config.billing;
    return stripe === undefined ? null : verifiedHead(body, signature, stripe, new Date());
  }
}
