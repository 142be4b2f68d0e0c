import { type Organization } from '../organizations/organization.entity.js';
import { DomainError } from '../platform/errors.js';
import { type CardSummary, type DiscountSummary } from './customer.entity.js';
import { type NextTerms } from './subscription.entity.js';
import { type Plan, type Price } from './plans.js';

/**
 * The payment provider, as billing sees it: what may be asked and what may come of it. `stripe/` speaks it to Stripe; nothing
 * else knows its SDK. No method is ever called within a transaction.
 */

/**
 * The organization that a customer is made for. Ids begin anew in every database, and several may share one account (a server for
 * trying out that is set up again): the moment it was created tells them apart.
 */
export type Buyer = Pick<Organization, 'id' | 'name' | 'createdAt'>;

/** Who invoices are made out to. */
export interface Details {
  readonly kind: 'person' | 'company';
  readonly name: string;
  readonly email: string;
  readonly country: string;
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly taxId: string | null;
  readonly taxIdType: string | null;
  readonly purchaseOrder: string | null;
}

/** Why the provider said no: Stripe's code (`card_declined`), the issuer's (`insufficient_funds`), words for the customer. */
export interface Refusal {
  readonly code: string;
  readonly declineCode: string | null;
  readonly message: string;
}

/**
 * What became of a call that changes something. `refused`: it had no effect, for this reason. `busy`: no effect either, the
 * provider had no time. `unclear`: cut off, broken or failed inside; the effect may be there.
 */
export type Answer<T> =
  | { readonly outcome: 'ok'; readonly value: T }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'busy' | 'unclear'; readonly message: string };

/** What stands between a charge and its money. The secret is for the browser of the person who pays, and is never kept. */
export interface Challenge {
  readonly clientSecret: string;
  /** `confirm`: a card is to be given or confirmed; `authenticate`: the bank's question is open. */
  readonly step: 'confirm' | 'authenticate';
}

/** What a change would cost, in minor units, computed for `prorationDate` (Unix seconds), which the charge must be given too. */
export interface Quote {
  readonly prorationDate: number;
  readonly currency: string;
  readonly subtotal: number;
  readonly tax: number;
  readonly total: number;
  /** What will be taken now, after credit. */
  readonly amountDue: number;
  readonly lines: readonly { readonly text: string; readonly amount: number }[];
}

/** A customer with all that hangs on them, read in one go. */
export interface Snapshot {
  readonly customer: CustomerState;
  readonly subscriptions: readonly SubscriptionState[];
  /** Newest first. */
  readonly invoices: readonly InvoiceState[];
}

export interface CustomerState {
  readonly stripeId: string;
  readonly deleted: boolean;
  readonly taxIdStatus: string | null;
  readonly currency: string | null;
  readonly balance: number;
  readonly card: CardSummary | null;
  readonly discount: DiscountSummary | null;
}

export interface SubscriptionState {
  readonly stripeId: string;
  readonly operationId: string | null;
  readonly status: string;
  readonly itemId: string;
  readonly priceId: string;
  readonly plan: Plan;
  readonly currency: string;
  readonly unitAmount: number;
  readonly quantity: number;
  readonly pendingQuantity: number | null;
  readonly pendingUntil: Date | null;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly cancelAt: Date | null;
  readonly canceledAt: Date | null;
  readonly endedAt: Date | null;
  readonly latestInvoiceId: string | null;
  readonly scheduleId: string | null;
  readonly next: NextTerms | null;
  /** Seats that the terms to come are for. */
  readonly nextQuantity: number | null;
  readonly discount: DiscountSummary | null;
  readonly createdAt: Date;
}

/** As much of a subscription as it takes to change it. */
export type SubscriptionRef = Pick<SubscriptionState, 'stripeId' | 'itemId' | 'priceId' | 'quantity' | 'scheduleId'>;

export interface InvoiceState {
  readonly stripeId: string;
  readonly subscriptionId: string | null;
  readonly number: string | null;
  readonly status: string;
  readonly reason: string;
  readonly currency: string;
  readonly subtotal: number;
  readonly tax: number;
  readonly total: number;
  readonly amountDue: number;
  readonly amountPaid: number;
  readonly amountRemaining: number;
  readonly amountRefunded: number;
  readonly dispute: string | null;
  readonly need: 'payment' | 'authentication' | null;
  readonly problem: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly hostedUrl: string | null;
  readonly pdfUrl: string | null;
  readonly createdAt: Date;
  readonly paidAt: Date | null;
}

/** Something that leads to a customer. */
export interface Trace {
  readonly kind: 'charge' | 'invoice' | 'payment_intent';
  readonly id: string;
}

/** What is taken from an event: whom it concerns. Its other contents are a picture of the past and are not looked at. */
export interface EventHead {
  readonly id: string;
  readonly type: string;
  /** Null where the event names none: then `trace` may lead to one. */
  readonly customerId: string | null;
  readonly trace: Trace | null;
  readonly createdAt: Date;
}

/** One finding of `gateway.check`: something about the account that is as it should be, or not, and what to do then. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly advice: string | null;
}

export interface NewSubscription {
  readonly operationId: string;
  readonly organizationId: string;
  readonly price: Price;
  readonly quantity: number;
  readonly promotionCode: string | null;
}

export interface SeatChange {
  readonly quantity: number;
  /** `charge`: what is added is paid now, and counts once it is. `free`: nothing is owed for it in this period. */
  readonly money: 'charge' | 'free';
  /** Of the quote that was shown; needed with `charge`. */
  readonly prorationDate?: number;
}

export interface PlanChange {
  readonly price: Price;
  readonly quantity: number;
  /** Of the quote that was shown. */
  readonly prorationDate: number;
}

/** Thrown by reads: nothing can be said now. `detail` is for the log. */
export class GatewayUnavailable extends DomainError {
  constructor(readonly detail: string) {
    super(
      'unavailable',
      'payments_unavailable',
      'Stripe cannot be reached now. Nothing was changed; please try again in a minute.',
    );
  }
}

export abstract class Gateway {
  /** Makes the customer; asked again with the same organization it answers with the same one. */
  abstract createCustomer(buyer: Buyer, details: Details): Promise<Answer<string>>;
  abstract updateCustomer(customerId: string, details: Details): Promise<Answer<void>>;
  /** Looks for a customer that a call of unclear outcome may have made. */
  abstract findCustomer(buyer: Buyer, email: string): Promise<string | null>;

  /** For a card that is to be charged while nobody is there. */
  abstract setUpCard(customerId: string, key: string): Promise<Answer<{ id: string; clientSecret: string }>>;
  /** Makes the card of a finished set-up the one that is charged, and takes the old one away. Harmless when repeated. */
  abstract useCard(
    customerId: string,
    setupIntentId: string,
    subscriptionId: string | null,
  ): Promise<Answer<CardSummary>>;

  abstract subscribe(
    customerId: string,
    wanted: NewSubscription,
  ): Promise<Answer<{ subscription: string; invoice: string | null }>>;
  abstract quoteStart(
    customerId: string,
    price: Price,
    quantity: number,
    promotionCode: string | null,
  ): Promise<Answer<Quote>>;
  abstract quoteSeats(subscription: SubscriptionRef, quantity: number, free: number): Promise<Answer<Quote>>;
  abstract changeSeats(subscription: SubscriptionRef, change: SeatChange, key: string): Promise<Answer<void>>;
  abstract quotePlan(subscription: SubscriptionRef, price: Price): Promise<Answer<Quote>>;
  abstract changePlan(subscription: SubscriptionRef, change: PlanChange, key: string): Promise<Answer<void>>;
  /** From the end of the running period on. */
  abstract schedulePrice(subscription: SubscriptionRef, price: Price, at: Date, key: string): Promise<Answer<void>>;
  abstract dropSchedule(scheduleId: string, key: string): Promise<Answer<void>>;
  abstract cancelAtPeriodEnd(subscription: SubscriptionRef, reason: string | null, key: string): Promise<Answer<void>>;
  abstract resume(subscription: SubscriptionRef, key: string): Promise<Answer<void>>;
  abstract cancelNow(subscriptionId: string, key: string): Promise<Answer<void>>;
  /** The id of a promotion code that people type; null: there is none, or it is not valid any more. */
  abstract findPromotion(code: string): Promise<string | null>;
  abstract applyPromotion(subscription: SubscriptionRef, promotionCode: string, key: string): Promise<Answer<void>>;

  /** Tries the card on file, with the person there. */
  abstract payInvoice(invoiceId: string, key: string): Promise<Answer<void>>;
  /** Ends an invoice that is not to be paid any more; a pending change goes with it. */
  abstract voidInvoice(invoiceId: string, key: string): Promise<Answer<void>>;
  abstract invoicePdf(invoiceId: string): Promise<Uint8Array>;
  /** What the browser needs to pay this invoice; null when nothing is open. */
  abstract challenge(invoiceId: string): Promise<Challenge | null>;

  /** All of a customer, fresh. Null: there is no such customer there. */
  abstract read(customerId: string): Promise<Snapshot | null>;
  /** Whose it is; null: nobody's, or it is gone. */
  abstract customerBehind(trace: Trace): Promise<string | null>;
  /** The heads of events since `since`, oldest first. */
  abstract events(since: Date): AsyncIterable<EventHead>;
  /** Is the account set up as it must be? */
  abstract check(): Promise<readonly Finding[]>;
}

/** Of one customer's event, verified; null: the signature does not fit any of the secrets, or is too old. */
export abstract class EventVerifier {
  abstract verify(body: Uint8Array, signature: string): EventHead | null;
}
