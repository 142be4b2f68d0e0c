import { type Stripe } from 'stripe';
import { z } from 'zod';
import { endpoint } from '../http/endpoint.js';
import { page } from '../http/lists.js';
import { type Fields, flag, integer, labels, listing, metadata, text } from '../http/params.js';
import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { mergeMetadata, orNull, setTexts } from './fields.js';

type Price = Objects['price'];
type Product = Objects['product'];

const productShared = {
  active: flag.optional(),
  description: text.optional(),
  name: text,
  unit_label: text.optional(),
  tax_code: text.optional(),
  url: text.optional(),
};
const createProductParams = z.strictObject({
  ...{ ...productShared, id: text.optional(), metadata: labels.optional() },
} satisfies Fields<Stripe.ProductCreateParams>);
const updateProductParams = z.strictObject({
  ...{
    ...productShared,
    name: text.optional(),
    description: z.string().optional(),
    metadata: metadata.optional(),
    default_price: text.optional(),
  },
} satisfies Fields<Stripe.ProductUpdateParams>);
const listProductParams = z.strictObject({
  ...listing,
  active: flag.optional(),
  ids: z.array(text).optional(),
} satisfies Fields<Stripe.ProductListParams>);

const taxBehavior = z.enum(['exclusive', 'inclusive', 'unspecified']);
const createPriceParams = z.strictObject({
  ...{
    active: flag.optional(),
    currency: text,
    lookup_key: text.optional(),
    metadata: labels.optional(),
    nickname: text.optional(),
  },
  ...{
    product: text.optional(),
    tax_behavior: taxBehavior.optional(),
    transfer_lookup_key: flag.optional(),
    unit_amount: integer.optional(),
  },
  product_data: z
    .strictObject({ name: text, metadata: labels.optional(), unit_label: text.optional(), tax_code: text.optional() })
    .optional(),
  recurring: z
    .strictObject({
      interval: z.enum(['day', 'week', 'month', 'year']),
      interval_count: integer.optional(),
      usage_type: z.literal('licensed').optional(),
    })
    .optional(),
} satisfies Fields<Stripe.PriceCreateParams>);
const updatePriceParams = z.strictObject({
  ...{
    active: flag.optional(),
    lookup_key: text.optional(),
    metadata: metadata.optional(),
    nickname: z.string().optional(),
  },
  ...{ tax_behavior: taxBehavior.optional(), transfer_lookup_key: flag.optional() },
} satisfies Fields<Stripe.PriceUpdateParams>);
const listPriceParams = z.strictObject({
  ...{
    ...listing,
    active: flag.optional(),
    currency: text.optional(),
    lookup_keys: z.array(text).optional(),
    product: text.optional(),
  },
  type: z.enum(['one_time', 'recurring']).optional(),
  recurring: z.strictObject({ interval: z.enum(['day', 'week', 'month', 'year']).optional() }).optional(),
} satisfies Fields<Stripe.PriceListParams>);

export const catalogEndpoints = [
  endpoint('POST', '/v1/products', createProductParams, (work, params) => newProduct(work, params)),
  endpoint('GET', '/v1/products', listProductParams, (work, params) => {
    const fits = (row: Product) =>
      (params.active === undefined || row.active === params.active) && (!params.ids || params.ids.includes(row.id));
    return page(work.all('product').filter(fits), '/v1/products', params);
  }),
  endpoint('GET', '/v1/products/:id', z.strictObject({}), (work, _params, { ids }) => work.get('product', ids.id!)),
  endpoint('POST', '/v1/products/:id', updateProductParams, (work, params, { ids }) => {
    const row = work.get('product', ids.id!);
    setTexts(row, params, ['description', 'name', 'unit_label', 'tax_code', 'url', 'default_price']);
    mergeMetadata(row, params.metadata);
    Object.assign(row, { active: params.active ?? row.active, updated: work.now });
    work.emit('product.updated', row);
    return row;
  }),
  endpoint('POST', '/v1/prices', createPriceParams, createPrice),
  endpoint('GET', '/v1/prices', listPriceParams, (work, params) =>
    page(
      work.all('price').filter((row) => priceFits(row, params)),
      '/v1/prices',
      params,
    ),
  ),
  endpoint('GET', '/v1/prices/:id', z.strictObject({}), (work, _params, { ids }) => work.get('price', ids.id!)),
  endpoint('POST', '/v1/prices/:id', updatePriceParams, (work, params, { ids }) => {
    const row = work.get('price', ids.id!);
    if (params.lookup_key) takeLookupKey(work, row, params.lookup_key, params.transfer_lookup_key);
    mergeMetadata(row, params.metadata);
    setTexts(row, params, ['nickname']);
    Object.assign(row, { active: params.active ?? row.active, tax_behavior: params.tax_behavior ?? row.tax_behavior });
    work.emit('price.updated', row);
    return row;
  }),
];

function newProduct(work: Work, params: z.output<typeof createProductParams>): Product {
  const row = work.add('product', {
    ...{
      id: params.id ?? newId('prod', 14),
      object: 'product',
      active: params.active ?? true,
      created: work.now,
      updated: work.now,
    },
    ...{
      default_price: null,
      description: orNull(params.description),
      images: [],
      livemode: false,
      marketing_features: [],
    },
    ...{
      metadata: params.metadata ?? {},
      name: params.name,
      package_dimensions: null,
      shippable: null,
      statement_descriptor: null,
    },
    ...{
      tax_code: orNull(params.tax_code),
      tax_details: null,
      type: 'service',
      unit_label: orNull(params.unit_label),
      url: orNull(params.url),
    },
  });
  work.emit('product.created', row);
  return row;
}

function createPrice(work: Work, params: z.output<typeof createPriceParams>): Price {
  const { recurring, unit_amount, product, product_data } = params;
  if (unit_amount === undefined)
    throw invalid('Missing required param: unit_amount.', { code: 'parameter_missing', param: 'unit_amount' });
  const row = work.add('price', {
    ...{
      id: newId('price'),
      object: 'price',
      active: params.active ?? true,
      billing_scheme: 'per_unit',
      created: work.now,
    },
    ...{ currency: params.currency.toLowerCase(), custom_unit_amount: null, livemode: false, lookup_key: null },
    ...{
      metadata: params.metadata ?? {},
      nickname: orNull(params.nickname),
      product: productFor(work, product, product_data),
    },
    recurring: recurring
      ? { ...{ interval_count: 1, meter: null, trial_period_days: null }, ...recurring, usage_type: 'licensed' }
      : null,
    ...{ tax_behavior: params.tax_behavior ?? 'unspecified', tiers_mode: null, transform_quantity: null },
    ...{ type: recurring ? 'recurring' : 'one_time', unit_amount, unit_amount_decimal: String(unit_amount) },
  });
  if (params.lookup_key) takeLookupKey(work, row, params.lookup_key, params.transfer_lookup_key);
  work.emit('price.created', row);
  return row;
}

function productFor(
  work: Work,
  id: string | undefined,
  data: z.output<typeof createPriceParams>['product_data'],
): string {
  if (data) return newProduct(work, data).id;
  if (!id)
    throw invalid('You must pass either `product` or `product_data`.', { code: 'parameter_missing', param: 'product' });
  return work.get('product', id, 'product').id;
}

/** A key names one price; it moves only when that is asked for. */
function takeLookupKey(work: Work, row: Price, key: string, transfer = false): void {
  const holder = work.all('price').find((price) => price.lookup_key === key && price.id !== row.id);
  if (holder && !transfer)
    throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, { param: 'lookup_key' });
  if (holder) work.get('price', holder.id).lookup_key = null;
  row.lookup_key = key;
}

function priceFits(row: Price, params: z.output<typeof listPriceParams>): boolean {
  const { active, currency, lookup_keys: keys, product, type, recurring } = params;
  if (active !== undefined && row.active !== active) return false;
  if (keys && !keys.includes(row.lookup_key ?? '')) return false;
  if (recurring?.interval && row.recurring?.interval !== recurring.interval) return false;
  return (
    (!currency || row.currency === currency) && (!product || row.product === product) && (!type || row.type === type)
  );
}
