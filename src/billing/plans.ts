import { type Config } from '../platform/config.js';

/** What is sold: seats by the month or by the year. */
export const plans = ['monthly', 'annual'] as const;
export type Plan = (typeof plans)[number];

export const intervalOf: Record<Plan, 'month' | 'year'> = { monthly: 'month', annual: 'year' };

/** Per seat and period, in minor units (cents) of the currency. */
export interface Price {
  readonly plan: Plan;
  readonly currency: string;
  readonly unitAmount: number;
}

/** The configured price. Undefined for a currency that nothing is sold in. */
export function priceOf({ billing }: Pick<Config, 'billing'>, plan: Plan, currency: string): Price | undefined {
  const prices = billing.prices.get(currency);
  return prices && { plan, currency, unitAmount: prices[plan] };
}

/** How prices are found again at Stripe: a changed amount is another price, and subscriptions keep theirs until they move. */
export const lookupKeyOf = ({ plan, currency, unitAmount }: Price): string =>
  `propolis-seat-${plan}-${currency}-${unitAmount}`;
