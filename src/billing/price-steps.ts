import { type SubscriptionState } from './gateway.js';
import { type Price } from './plans.js';

/** What is to be done about the price of a subscription: pure, of what Stripe shows and what is configured. */
export type PriceStep =
  /** The terms from `at` on, for as many seats as there are now. */
  | { readonly kind: 'schedule'; readonly price: Price; readonly at: Date }
  /** What was planned is not to come. */
  | { readonly kind: 'drop' }
  | null;

type Facts = Pick<
  SubscriptionState,
  'plan' | 'currency' | 'unitAmount' | 'quantity' | 'periodStart' | 'periodEnd' | 'next' | 'nextQuantity'
>;

/** Changes that are told of and waited for; `announcedAt` is when this price was told of, now if that is about to happen. */
export function priceStepOf(one: Facts, configured: Price, announcedAt: Date, noticeDays: number): PriceStep {
  const { next, plan, currency } = one;
  // A switch of plan that waits comes with a price that was agreed to.
  const isSwitch = next !== null && next.plan !== plan;
  if (next !== null && (isSwitch || next.unitAmount === configured.unitAmount)) {
    if (one.nextQuantity === one.quantity) return null;
    const price = { plan: next.plan, currency, unitAmount: next.unitAmount };
    return { kind: 'schedule', price, at: new Date(next.at) };
  }
  if (configured.unitAmount === one.unitAmount) return next === null ? null : { kind: 'drop' };
  const isHigher = configured.unitAmount > one.unitAmount;
  const earliest = new Date(announcedAt.getTime() + (isHigher ? noticeDays * DAY_MS : 0));
  return { kind: 'schedule', price: configured, at: renewalFrom(one, earliest) };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The first end of a period that is not before `earliest`. Stripe counts from the day of the first one: what began on the 31st
 * ends on the 28th of February and then on the 31st of March. Of two ends that follow each other the later day of the month is
 * that day, as no two short months follow each other.
 */
export function renewalFrom(
  { plan, periodStart, periodEnd }: Pick<Facts, 'plan' | 'periodStart' | 'periodEnd'>,
  earliest: Date,
): Date {
  const dayOfMonth = Math.max(periodStart.getUTCDate(), periodEnd.getUTCDate());
  const step = plan === 'annual' ? 12 : 1;
  let end = periodEnd;
  for (let months = step; end < earliest; months += step) end = monthsLater(periodEnd, months, dayOfMonth);
  return end;
}

function monthsLater(time: Date, months: number, dayOfMonth: number): Date {
  const [year, month] = [time.getUTCFullYear(), time.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const later = new Date(time);
  later.setUTCFullYear(year, month, Math.min(dayOfMonth, lastDay));
  return later;
}
