import { type Customer } from './customer.entity.js';
import { type Subscription } from './subscription.entity.js';

/** What is known today of the next renewal; minor units, before tax. */
export interface NextCharge {
  readonly at: Date;
  readonly seats: number;
  readonly unitAmount: number;
  readonly subtotal: number;
  /** Taken off by a discount. */
  readonly off: number;
  /** Paid out of credit. */
  readonly credit: number;
  readonly amount: number;
}

type Terms = Pick<
  Subscription,
  'status' | 'quantity' | 'unitAmount' | 'periodEnd' | 'cancelAt' | 'next' | 'discount' | 'currency'
>;

/** Null where nothing will be charged by itself: the subscription ends, or does not run. */
export function nextCharge(subscription: Terms, customer: Pick<Customer, 'balance' | 'discount'>): NextCharge | null {
  const { status, quantity: seats, periodEnd: at, cancelAt, next } = subscription;
  if (cancelAt !== null || !['active', 'trialing', 'past_due'].includes(status)) return null;
  const isOther = next !== null && new Date(next.at) <= at;
  const unitAmount = isOther ? next.unitAmount : subscription.unitAmount;
  const subtotal = seats * unitAmount;
  const off = Math.min(subtotal, reduction(subscription, customer, subtotal));
  const credit = Math.min(subtotal - off, Math.max(0, -Number(customer.balance)));
  return { at, seats, unitAmount, subtotal, off, credit, amount: subtotal - off - credit };
}

function reduction(
  { discount: own, periodEnd, currency }: Terms,
  { discount: general }: Pick<Customer, 'discount'>,
  subtotal: number,
) {
  const discount = own ?? general;
  if (discount === null || (discount.until !== null && new Date(discount.until) <= periodEnd)) return 0;
  if (discount.percentOff !== null) return Math.round((subtotal * discount.percentOff) / 100);
  return discount.currency === currency ? (discount.amountOff ?? 0) : 0;
}
