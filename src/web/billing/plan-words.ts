import { type CardSummary, type DiscountSummary } from '../../billing/customer.entity.js';
import { intervalOf, type Plan, type Price } from '../../billing/plans.js';
import { money } from './money.js';

/** Plans, cards and seats in words. */

/** What is sold, in one currency. */
export interface Prices {
  readonly monthly: Price;
  readonly annual: Price;
}

export const planNames: Record<Plan, string> = { monthly: 'Monthly', annual: 'Annual' };

export const seatsText = (seats: number): string => (seats === 1 ? '1 seat' : `${seats} seats`);

/** `$9.00 per seat and month` */
export const perSeat = (plan: Plan, unitAmount: number, currency: string): string =>
  `${money(unitAmount, currency)} per seat and ${intervalOf[plan]}`;

const BRANDS: Record<string, string> = {
  ...{ visa: 'Visa', mastercard: 'Mastercard', amex: 'American Express', discover: 'Discover', jcb: 'JCB' },
  ...{ diners: 'Diners Club', unionpay: 'UnionPay' },
};

/** `Visa ending in 4242` */
export const cardText = ({ brand, last4 }: Pick<CardSummary, 'brand' | 'last4'>): string =>
  `${BRANDS[brand] ?? brand} ending in ${last4}`;

export const expiryText = ({ expMonth, expYear }: CardSummary): string =>
  `${String(expMonth).padStart(2, '0')}/${expYear}`;

/** A card is good to the end of its month. */
export const expiresBefore = ({ expMonth, expYear }: CardSummary, at: Date): boolean =>
  Date.UTC(expYear, expMonth, 1) <= at.getTime();

export function discountText({ name, percentOff, amountOff, currency }: DiscountSummary): string {
  if (percentOff !== null) return `${name}: ${percentOff}% off`;
  return amountOff === null ? name : `${name}: ${money(amountOff, currency ?? 'usd')} off`;
}
