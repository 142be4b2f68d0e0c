import { type InvoiceState, type SubscriptionState } from './gateway.js';

/**
 * What an organization has by its subscriptions: pure, of what Stripe says alone, so that the same facts always give the same
 * answer, in whatever order they were heard of. The rules are in docs/billing.md, "What each state of Stripe means here".
 */
export interface Terms {
  readonly payment: 'paid' | 'canceling' | 'past_due' | 'ended' | null;
  readonly paidUntil: Date | null;
  /** Never without end: a server that hears nothing any more closes some time after what it knows to be paid. */
  readonly accessUntil: Date | null;
  /** Null: nothing is sold, so nothing limits. */
  readonly seats: number | null;
}

export type TermsOfSubscription = Pick<
  SubscriptionState,
  'stripeId' | 'status' | 'quantity' | 'periodStart' | 'periodEnd' | 'cancelAt' | 'endedAt' | 'createdAt'
>;
export type TermsOfInvoice = Pick<
  InvoiceState,
  'subscriptionId' | 'status' | 'reason' | 'attempts' | 'createdAt' | 'paidAt' | 'amountRefunded' | 'total'
>;

const DAY_MS = 24 * 60 * 60 * 1000;
const NOTHING: Terms = { payment: null, paidUntil: null, accessUntil: null, seats: null };

const LIVING = ['active', 'trialing', 'past_due', 'unpaid'];
/** Never paid for: as if they had not been. */
const STILLBORN = ['incomplete', 'incomplete_expired'];

/** Of several, which should not be, the living one that is paid best; of the dead the youngest. */
export function currentOf<T extends TermsOfSubscription>(subscriptions: readonly T[]): T | null {
  const rank = ({ status }: T) => {
    const place = LIVING.indexOf(status);
    return place >= 0 ? place : STILLBORN.includes(status) ? LIVING.length + 1 : LIVING.length;
  };
  const inOrder = subscriptions.toSorted((a, b) => rank(a) - rank(b) || b.createdAt.getTime() - a.createdAt.getTime());
  return inOrder[0] ?? null;
}

export const isLiving = ({ status }: { readonly status: string }): boolean => LIVING.includes(status);

export function termsOf(
  subscriptions: readonly TermsOfSubscription[],
  invoices: readonly TermsOfInvoice[],
  graceDays: number,
): Terms {
  const current = currentOf(subscriptions);
  // While the first payment is awaited nobody takes more seats than are being paid for.
  if (current?.status === 'incomplete') return { ...NOTHING, seats: current.quantity };
  if (current === null || STILLBORN.includes(current.status)) return NOTHING;
  const { status, quantity: seats, periodStart, periodEnd, endedAt } = current;
  const later = (time: Date) => new Date(time.getTime() + graceDays * DAY_MS);
  switch (status) {
    case 'active':
    case 'trialing':
      return { ...whilePaid(current, later), seats };
    case 'past_due':
    case 'unpaid': {
      const since = pastDueSince(current, invoices) ?? periodStart;
      return { payment: 'past_due', paidUntil: since, accessUntil: later(since), seats };
    }
    case 'canceled': {
      const end = endedAt ?? periodEnd;
      // Who pays the renewal after all, though dunning had ended the subscription, has paid for the period.
      if (isPaidLate(current, end, invoices))
        return { payment: 'canceling', paidUntil: periodEnd, accessUntil: periodEnd, seats };
      const since = pastDueSince(current, invoices);
      if (since === null) return { payment: 'ended', paidUntil: end, accessUntil: end, seats: null };
      return { payment: 'past_due', paidUntil: since, accessUntil: earlier(end, later(since)), seats: null };
    }
    default:
      // Paused, or a word that Stripe did not have when this was written: nothing new opens by it.
      return { payment: 'ended', paidUntil: periodStart, accessUntil: periodStart, seats: null };
  }
}

function whilePaid({ cancelAt, periodEnd }: TermsOfSubscription, later: (time: Date) => Date): Omit<Terms, 'seats'> {
  if (cancelAt === null) return { payment: 'paid', paidUntil: periodEnd, accessUntil: later(periodEnd) };
  return {
    payment: 'canceling',
    paidUntil: earlier(cancelAt, periodEnd),
    accessUntil: earlier(cancelAt, later(periodEnd)),
  };
}

/**
 * Since when a renewal is owed: the oldest bill for a period that was tried and neither paid nor forgiven. Bills for more seats
 * do not count: what is not paid there was not given.
 */
export function pastDueSince({ stripeId }: TermsOfSubscription, invoices: readonly TermsOfInvoice[]): Date | null {
  const owed = invoices.filter(
    ({ subscriptionId, status, reason, attempts }) =>
      subscriptionId === stripeId && OWED.includes(status) && reason === 'subscription_cycle' && attempts > 0,
  );
  return owed.map(({ createdAt }) => createdAt).toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null;
}

function isPaidLate({ stripeId }: TermsOfSubscription, end: Date, invoices: readonly TermsOfInvoice[]): boolean {
  return invoices.some(
    ({ subscriptionId, status, reason, paidAt, amountRefunded, total }) =>
      subscriptionId === stripeId &&
      status === 'paid' &&
      reason === 'subscription_cycle' &&
      paidAt !== null &&
      paidAt > end &&
      amountRefunded < total,
  );
}

const OWED = ['open', 'uncollectible'];

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
