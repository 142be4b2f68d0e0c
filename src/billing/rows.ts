import { type Customer } from './customer.entity.js';
import { type InvoiceState, type Snapshot, type SubscriptionState } from './gateway.js';
import { type Invoice } from './invoice.entity.js';
import { type Subscription } from './subscription.entity.js';
import { pastDueSince } from './terms.js';

/** From what Stripe shows to our rows. Pure. */

export function subscriptionRow(
  state: SubscriptionState,
  { invoices }: Snapshot,
  before: Subscription | undefined,
): Omit<Subscription, 'organizationId' | 'fetchedAt'> {
  const { operationId: _operationId, nextQuantity: _nextQuantity, ...facts } = state;
  return { ...facts, maxQuantity: highWater(state, before), pastDueSince: pastDueSince(state, invoices) };
}

/** The most seats of this period: they have been paid for, so going back up to them is free. */
function highWater({ quantity, periodStart }: SubscriptionState, before: Subscription | undefined): number {
  const isSamePeriod = before !== undefined && before.periodStart.getTime() === periodStart.getTime();
  return isSamePeriod ? Math.max(quantity, before.maxQuantity) : quantity;
}

const AMOUNTS = ['subtotal', 'tax', 'total', 'amountDue', 'amountPaid', 'amountRemaining', 'amountRefunded'] as const;

/** The database gives wide integers back as text. */
export function invoiceRow(state: InvoiceState): Omit<Invoice, 'organizationId' | 'fetchedAt'> {
  const amounts = Object.fromEntries(AMOUNTS.map((name) => [name, String(state[name])])) as Pick<
    Invoice,
    (typeof AMOUNTS)[number]
  >;
  return { ...state, ...amounts };
}

export function customerRow({ customer }: Snapshot, before: Customer) {
  const { taxIdStatus, currency, balance, card, discount } = customer;
  return { taxIdStatus, currency: currency ?? before.currency, balance: String(balance), card, discount };
}

/** Subscriptions that Stripe does not show any more, as when the customer was deleted there, are over. */
export function gone(before: readonly Subscription[], { subscriptions }: Snapshot, now: Date): Subscription[] {
  const there = new Set(subscriptions.map(({ stripeId }) => stripeId));
  return before
    .filter(({ stripeId, endedAt }) => !there.has(stripeId) && endedAt === null)
    .map((row) => ({ ...row, status: 'canceled', endedAt: now, cancelAt: null }));
}

/** Names of the fields in which two rows differ. */
export function differing(before: object | undefined, after: object): string[] {
  if (before === undefined) return ['new'];
  const known = before as Record<string, unknown>;
  return Object.entries(after)
    .filter(([name, value]) => name !== 'fetchedAt' && comparable(known[name]) !== comparable(value))
    .map(([name]) => name);
}

/** Stored JSON comes back with its keys in another order. */
const comparable = (value: unknown): string =>
  JSON.stringify(value ?? null, (_name, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
