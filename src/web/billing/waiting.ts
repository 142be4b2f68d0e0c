import { type Invoice } from '../../billing/invoice.entity.js';
import { type BillingOverview } from '../../billing/overview.js';
import { type Subscription } from '../../billing/subscription.entity.js';
import { isLiving } from '../../billing/terms.js';

/** Invoices that wait for their money, and what waits for it. */

/** The renewal is owed; the others are offers, which can be given up. */
export type Purpose = 'start' | 'change' | 'renewal' | 'other';

const PURPOSES: Record<string, Purpose> = {
  subscription_create: 'start',
  subscription_update: 'change',
  subscription_cycle: 'renewal',
};

const HOURS_23 = 23 * 60 * 60 * 1000;

export interface Waiting {
  readonly invoice: Invoice;
  readonly purpose: Purpose;
  /** Stripe takes the offer back then. Null: it is owed until it is paid. */
  readonly until: Date | null;
  /** Seats that come with it. */
  readonly seats: number | null;
  readonly mayBeAbandoned: boolean;
}

/** Undefined for an invoice that nothing waits for. */
export function waitingOf(invoice: Invoice, subscription: Subscription | null): Waiting | undefined {
  if (invoice.status !== 'open') return undefined;
  const purpose = PURPOSES[invoice.reason] ?? 'other';
  const isItsOwn = invoice.subscriptionId === subscription?.stripeId;
  // Of a start that was given up nothing would come, whoever paid for it.
  if (purpose === 'start' && (!isItsOwn || subscription?.status !== 'incomplete')) return undefined;
  if (purpose === 'start')
    return { ...{ invoice, purpose, seats: subscription!.quantity, mayBeAbandoned: true }, until: afterADay(invoice) };
  if (purpose === 'change' && isItsOwn && subscription?.pendingQuantity != null)
    return {
      ...{ invoice, purpose, seats: subscription.pendingQuantity, mayBeAbandoned: true },
      until: subscription.pendingUntil ?? afterADay(invoice),
    };
  return { invoice, purpose, seats: null, until: null, mayBeAbandoned: false };
}

const afterADay = ({ createdAt }: Invoice): Date => new Date(createdAt.getTime() + HOURS_23);

/** Renewals first, then the newest. */
export function allWaiting({ invoices, subscription }: Pick<BillingOverview, 'invoices' | 'subscription'>): Waiting[] {
  const found = invoices.flatMap((invoice) => waitingOf(invoice, subscription) ?? []);
  return found.toSorted((a, b) => Number(b.purpose === 'renewal') - Number(a.purpose === 'renewal'));
}

/** The subscription while it runs, paid or not. */
export const runningOf = ({ subscription }: Pick<BillingOverview, 'subscription'>): Subscription | null =>
  subscription !== null && isLiving(subscription) ? subscription : null;
