import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { step } from './periods.js';

type Coupon = Objects['coupon'];
type Discount = Objects['discount'];
export type DiscountParam = { coupon?: string; promotion_code?: string; discount?: string };

/** Redeems what was named; discounts named by their own id are kept. @returns the ids of the discounts that now hold */
export function redeem(
  work: Work,
  params: readonly DiscountParam[] | '',
  owner: Pick<Discount, 'customer' | 'subscription'>,
): string[] {
  return (params || []).map((param, index) => {
    if (param.discount) return work.get('discount', param.discount, `discounts[${index}][discount]`).id;
    return redeemOne(work, param, owner, `discounts[${index}]`).id;
  });
}

function redeemOne(
  work: Work,
  param: DiscountParam,
  owner: Pick<Discount, 'customer' | 'subscription'>,
  name: string,
): Discount {
  const promotion = param.promotion_code
    ? usablePromotion(work, param.promotion_code, `${name}[promotion_code]`, owner.customer)
    : undefined;
  const coupon = usableCoupon(work, promotion?.promotion.coupon ?? param.coupon ?? '', `${name}[coupon]`);
  const discount = work.add('discount', newDiscount(work, coupon, owner, promotion?.id));
  coupon.times_redeemed++;
  if (promotion) promotion.times_redeemed++;
  work.emit('customer.discount.created', discount);
  return discount;
}

function usableCoupon(work: Work, id: string, param: string): Coupon {
  const coupon = work.get('coupon', id, param);
  const used = coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions;
  const late = coupon.redeem_by !== null && coupon.redeem_by < work.now;
  if (used || late || !coupon.valid)
    throw invalid(`Coupon ${id} is expired or was used up.`, { code: 'coupon_expired', param });
  return coupon;
}

function usablePromotion(work: Work, id: string, param: string, customer: string | null) {
  const promotion = work.get('promotion_code', id, param);
  const used = promotion.max_redemptions !== null && promotion.times_redeemed >= promotion.max_redemptions;
  const late = promotion.expires_at !== null && promotion.expires_at < work.now;
  const elses = promotion.customer !== null && promotion.customer !== customer;
  const seen = promotion.restrictions.first_time_transaction && hasPaid(work, customer);
  if (used || late || elses || seen || !promotion.active)
    throw invalid('This promotion code cannot be redeemed.', { param });
  return promotion;
}

const hasPaid = (work: Work, customer: string | null) =>
  work
    .all('invoice')
    .some((invoice) => invoice.customer === customer && invoice.status === 'paid' && invoice.total > 0);

function newDiscount(
  work: Work,
  coupon: Coupon,
  owner: Pick<Discount, 'customer' | 'subscription'>,
  promotion?: string,
): Discount {
  const months = coupon.duration === 'repeating' ? (coupon.duration_in_months ?? 1) : 0;
  return {
    ...{
      id: newId('di'),
      object: 'discount',
      checkout_session: null,
      customer_account: null,
      invoice: null,
      invoice_item: null,
    },
    ...{ ...owner, promotion_code: promotion ?? null, source: { type: 'coupon', coupon: coupon.id }, start: work.now },
    ...{
      subscription_item: null,
      end: months ? step(work.now, { interval: 'month', interval_count: 1 }, months) : null,
    },
  };
}

export function endDiscount(work: Work, id: string): void {
  const discount = work.find('discount', id);
  if (!discount) return;
  discount.end = work.now;
  work.emit('customer.discount.deleted', discount);
}

/** The discounts of an invoice: the subscription's own, or else the customer's. */
export function discountsFor(
  work: Work,
  subscription: Objects['subscription'] | undefined,
  customer: Objects['customer'],
): Discount[] {
  const own = subscription?.discounts.length ? subscription.discounts : customer.discount ? [customer.discount.id] : [];
  return own.map((id) => work.get('discount', id)).filter(({ end }) => end === null || end > work.now);
}

/** What is good for one invoice is used up by it. */
export function useUp(work: Work, subscription: Objects['subscription'], used: readonly Discount[]): void {
  for (const { id, source, subscription: owner } of used) {
    if (work.get('coupon', source.coupon!).duration !== 'once') continue;
    subscription.discounts = subscription.discounts.filter((own) => own !== id);
    if (owner === null) work.get('discount', id).end = work.now;
  }
}
