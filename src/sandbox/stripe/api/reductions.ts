import { type Stripe } from 'stripe';
import { z } from 'zod';
import { newTaxRate } from '../billing/taxes.js';
import { endpoint } from '../http/endpoint.js';
import { page } from '../http/lists.js';
import { decimal, type Fields, flag, integer, labels, listing, metadata, text } from '../http/params.js';
import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { mergeMetadata } from './fields.js';

// What takes something off a price, or adds to it: coupons, promotion codes, tax rates.

type PromotionCode = Objects['promotion_code'];

const couponParams = z.strictObject({
  ...{
    amount_off: integer.optional(),
    currency: text.optional(),
    duration_in_months: integer.optional(),
    id: text.optional(),
  },
  ...{
    max_redemptions: integer.optional(),
    metadata: labels.optional(),
    name: text.optional(),
    percent_off: decimal.optional(),
  },
  ...{ redeem_by: integer.optional(), duration: z.enum(['forever', 'once', 'repeating']).optional() },
} satisfies Fields<Stripe.CouponCreateParams>);
const promotionParams = z.strictObject({
  ...{ active: flag.optional(), code: text.optional(), customer: text.optional(), expires_at: integer.optional() },
  ...{ max_redemptions: integer.optional(), metadata: labels.optional() },
  promotion: z.strictObject({ type: z.literal('coupon'), coupon: text }),
  restrictions: z
    .strictObject({
      first_time_transaction: flag.optional(),
      minimum_amount: integer.optional(),
      minimum_amount_currency: text.optional(),
    })
    .optional(),
} satisfies Fields<Stripe.PromotionCodeCreateParams>);
const promotionListParams = z.strictObject({
  ...{ ...listing, active: flag.optional(), code: text.optional(), coupon: text.optional(), customer: text.optional() },
} satisfies Fields<Stripe.PromotionCodeListParams>);
const taxRateParams = z.strictObject({
  ...{
    active: flag.optional(),
    country: text.optional(),
    description: text.optional(),
    display_name: text,
    inclusive: flag,
  },
  ...{ jurisdiction: text.optional(), metadata: labels.optional(), percentage: decimal, state: text.optional() },
  tax_type: z.enum(['vat', 'sales_tax', 'gst', 'hst', 'pst', 'qst']).optional(),
} satisfies Fields<Stripe.TaxRateCreateParams>);

export const reductionEndpoints = [
  endpoint('POST', '/v1/coupons', couponParams, createCoupon),
  endpoint('GET', '/v1/coupons', z.strictObject(listing), (work, params) =>
    page(work.all('coupon'), '/v1/coupons', params),
  ),
  endpoint('GET', '/v1/coupons/:id', z.strictObject({}), (work, _params, { ids }) => work.get('coupon', ids.id!)),
  endpoint('DELETE', '/v1/coupons/:id', z.strictObject({}), (work, _params, { ids }) => {
    work.get('coupon', ids.id!).valid = false;
    return { id: ids.id!, object: 'coupon', deleted: true };
  }),
  endpoint('POST', '/v1/promotion_codes', promotionParams, createPromotion),
  endpoint('GET', '/v1/promotion_codes', promotionListParams, (work, params) => {
    const fits = (row: PromotionCode) => promotionFits(row, params);
    return page(work.all('promotion_code').filter(fits), '/v1/promotion_codes', params);
  }),
  endpoint('GET', '/v1/promotion_codes/:id', z.strictObject({}), (work, _params, { ids }) =>
    work.get('promotion_code', ids.id!),
  ),
  endpoint(
    'POST',
    '/v1/promotion_codes/:id',
    z.strictObject({
      active: flag.optional(),
      metadata: metadata.optional(),
    } satisfies Fields<Stripe.PromotionCodeUpdateParams>),
    (work, params, { ids }) => {
      const row = work.get('promotion_code', ids.id!);
      row.active = params.active ?? row.active;
      mergeMetadata(row, params.metadata);
      return row;
    },
  ),
  endpoint('POST', '/v1/tax_rates', taxRateParams, (work, params) =>
    work.add('tax_rate', newTaxRate(work.now, { ...params, id: newId('txr') })),
  ),
  endpoint(
    'GET',
    '/v1/tax_rates',
    z.strictObject({
      ...listing,
      active: flag.optional(),
      inclusive: flag.optional(),
    } satisfies Fields<Stripe.TaxRateListParams>),
    (work, params) => {
      const named = work.all('tax_rate').filter((row) => !row.id.startsWith('txr_auto_'));
      return page(
        named.filter((row) => params.active === undefined || row.active === params.active),
        '/v1/tax_rates',
        params,
      );
    },
  ),
  endpoint('GET', '/v1/tax_rates/:id', z.strictObject({}), (work, _params, { ids }) => work.get('tax_rate', ids.id!)),
];

function createCoupon(work: Work, params: z.output<typeof couponParams>): Objects['coupon'] {
  const { amount_off = null, percent_off = null, duration = 'once', currency = null } = params;
  if ((amount_off === null) === (percent_off === null))
    throw invalid('You must pass exactly one of `percent_off` and `amount_off`.', { param: 'percent_off' });
  if (amount_off !== null && !currency)
    throw invalid('You must pass currency when passing amount_off.', { code: 'parameter_missing', param: 'currency' });
  const row = work.add('coupon', {
    ...{
      id: params.id ?? newId('coupon', 8).slice(7),
      object: 'coupon',
      amount_off,
      percent_off,
      duration,
      currency,
      created: work.now,
    },
    ...{
      duration_in_months: params.duration_in_months ?? null,
      livemode: false,
      max_redemptions: params.max_redemptions ?? null,
    },
    ...{
      metadata: params.metadata ?? {},
      name: params.name ?? null,
      redeem_by: params.redeem_by ?? null,
      times_redeemed: 0,
      valid: true,
    },
  });
  work.emit('coupon.created', row);
  return row;
}

function createPromotion(work: Work, params: z.output<typeof promotionParams>): PromotionCode {
  const code = params.code ?? newId('code', 8).slice(5).toUpperCase();
  const taken = work.all('promotion_code').some((row) => row.active && sameCode(row.code, code));
  if (taken) throw invalid(`An active promotion code with \`code: ${code}\` already exists.`, { param: 'code' });
  const row = work.add('promotion_code', {
    ...{
      id: newId('promo'),
      object: 'promotion_code',
      active: params.active ?? true,
      code,
      created: work.now,
      customer: params.customer ?? null,
    },
    ...{
      customer_account: null,
      expires_at: params.expires_at ?? null,
      livemode: false,
      max_redemptions: params.max_redemptions ?? null,
    },
    ...{
      metadata: params.metadata ?? {},
      promotion: { type: 'coupon', coupon: work.get('coupon', params.promotion.coupon, 'promotion[coupon]').id },
    },
    restrictions: {
      ...{ first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
      ...params.restrictions,
    },
    times_redeemed: 0,
  });
  work.emit('promotion_code.created', row);
  return row;
}

const sameCode = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

function promotionFits(
  row: PromotionCode,
  { active, code, coupon, customer }: z.output<typeof promotionListParams>,
): boolean {
  if (active !== undefined && row.active !== active) return false;
  if (coupon && row.promotion.coupon !== coupon) return false;
  return (!code || sameCode(row.code, code)) && (!customer || row.customer === customer);
}
