import type Stripe from 'stripe';
import { type CardSummary, type DiscountSummary } from '../customer.entity.js';

/** Stripe's times are seconds. */
export const timeOf = (seconds: number): Date => new Date(seconds * 1000);
export const timeOrNull = (seconds: number | null | undefined): Date | null =>
  seconds === null || seconds === undefined ? null : timeOf(seconds);

export const idOf = (thing: string | { id: string } | null | undefined): string | null =>
  thing === null || thing === undefined ? null : typeof thing === 'string' ? thing : thing.id;

export function cardOf(method: string | Stripe.PaymentMethod | null | undefined): CardSummary | null {
  if (method === null || method === undefined || typeof method === 'string' || method.card === undefined) return null;
  const { brand, last4, exp_month: expMonth, exp_year: expYear } = method.card;
  return { id: method.id, brand, last4, expMonth, expYear };
}

/** Needs the discount and its coupon expanded. */
export function discountOf(
  discount: string | Stripe.Discount | Stripe.DeletedDiscount | null | undefined,
): DiscountSummary | null {
  if (discount === null || discount === undefined || typeof discount === 'string') return null;
  const coupon = discount.source.coupon;
  if (coupon === null || typeof coupon === 'string') return null;
  return {
    promotionCode: 'promotion_code' in discount ? idOf(discount.promotion_code) : null,
    ...{ name: coupon.name ?? coupon.id, percentOff: coupon.percent_off, amountOff: coupon.amount_off },
    ...{
      currency: coupon.currency,
      until: 'end' in discount ? (timeOrNull(discount.end)?.toISOString() ?? null) : null,
    },
  };
}
