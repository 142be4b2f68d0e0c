import { type Stripe } from 'stripe';
import { z } from 'zod';
import { endpoint, openEndpoint } from '../http/endpoint.js';
import { type ListParams, page } from '../http/lists.js';
import { address, emptyable, type Fields, integer, labels, listing, metadata, text } from '../http/params.js';
import { invalid, missing } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { attachCard, cardFor, createCard } from '../payments/cards.js';
import { testCardOf } from '../payments/test-cards.js';
import { type Work } from '../work.js';
import { mergeMetadata } from './fields.js';

type PaymentMethod = Objects['payment_method'];

const billing = z.strictObject({
  ...{
    address: emptyable(address).optional(),
    email: z.string().optional(),
    name: z.string().optional(),
    phone: z.string().optional(),
  },
});
const typed = z.strictObject({ number: text, exp_month: integer, exp_year: integer, cvc: text.optional() });

/** What the browser sends of a card that was typed in. */
export const cardData = z.strictObject({
  ...{
    type: z.literal('card'),
    card: typed,
    billing_details: billing.optional(),
    allow_redisplay: z.string().optional(),
  },
});
const createParams = z.strictObject({
  ...{ type: z.literal('card'), billing_details: billing.optional(), metadata: labels.optional() },
  card: z.union([typed, z.strictObject({ token: text })]),
} satisfies Fields<Stripe.PaymentMethodCreateParams>);
const listParams = z.strictObject({
  ...{
    ...listing,
    customer: text.optional(),
    type: text.optional(),
  },
} satisfies Fields<Stripe.PaymentMethodListParams>);
const updateParams = z.strictObject({
  ...{ metadata: metadata.optional(), billing_details: billing.optional() },
  card: z.strictObject({ exp_month: integer.optional(), exp_year: integer.optional() }).optional(),
} satisfies Fields<Stripe.PaymentMethodUpdateParams>);

export const paymentMethodEndpoints = [
  openEndpoint('POST', '/v1/payment_methods', createParams, (work, params) => {
    if ('token' in params.card) return cardFor(work, tokenName(params.card.token), 'card[token]');
    return typedCard(work, { type: 'card', card: params.card, billing_details: params.billing_details });
  }),
  endpoint('GET', '/v1/payment_methods', listParams, (work, params) =>
    list(work, params.customer, params, '/v1/payment_methods'),
  ),
  endpoint('GET', '/v1/payment_methods/:id', z.strictObject({}), (work, _params, { ids }) =>
    work.get('payment_method', ids.id!),
  ),
  endpoint('POST', '/v1/payment_methods/:id', updateParams, (work, params, { ids }) =>
    update(work, work.get('payment_method', ids.id!), params),
  ),
  endpoint(
    'POST',
    '/v1/payment_methods/:id/attach',
    z.strictObject({ customer: text } satisfies Fields<Stripe.PaymentMethodAttachParams>),
    (work, params, { ids }) => {
      const method = cardFor(work, ids.id!, testCardOf(ids.id!) ? 'payment_method' : undefined);
      attachCard(work, method, work.get('customer', params.customer, 'customer').id);
      return method;
    },
  ),
  endpoint('POST', '/v1/payment_methods/:id/detach', z.strictObject({}), (work, _params, { ids }) =>
    detach(work, work.get('payment_method', ids.id!)),
  ),
  endpoint(
    'GET',
    '/v1/customers/:id/payment_methods',
    z.strictObject({ ...listing, type: text.optional() }),
    (work, params, { ids }) =>
      list(work, work.get('customer', ids.id!).id, params, `/v1/customers/${ids.id}/payment_methods`),
  ),
  endpoint('GET', '/v1/customers/:id/payment_methods/:method', z.strictObject({}), (work, _params, { ids }) => {
    const method = work.get('payment_method', ids.method!);
    if (method.customer !== ids.id) throw missing('PaymentMethod', ids.method!);
    return method;
  }),
];

const tokenName = (token: string) => token.replace(/^tok_/, 'pm_card_');

/** A card typed in by its holder. @throws Problem 402 for a number or date that cannot be */
export function typedCard(work: Work, { card, billing_details: details }: z.output<typeof cardData>): PaymentMethod {
  const given = details?.address || undefined;
  const { city = null, country = null, line1 = null, line2 = null, postal_code = null, state = null } = given ?? {};
  return createCard(work, card, {
    ...{ email: details?.email ?? null, name: details?.name ?? null, phone: details?.phone ?? null },
    address: { city, country, line1, line2, postal_code, state },
  });
}

function list(work: Work, customer: string | undefined, params: ListParams & { type?: string }, url: string) {
  const mine = work
    .all('payment_method')
    .filter((row) => (customer ? row.customer === customer : row.customer !== null));
  return page(
    mine.filter((row) => !params.type || row.type === params.type),
    url,
    params,
  );
}

function update(work: Work, method: PaymentMethod, params: z.output<typeof updateParams>): PaymentMethod {
  mergeMetadata(method, params.metadata);
  method.card!.exp_month = params.card?.exp_month ?? method.card!.exp_month;
  method.card!.exp_year = params.card?.exp_year ?? method.card!.exp_year;
  work.emit('payment_method.updated', method);
  return method;
}

/** Nothing may be charged to it any more, so whatever named it as its own forgets it. */
function detach(work: Work, method: PaymentMethod): PaymentMethod {
  const owner = method.customer;
  if (!owner)
    throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.');
  method.customer = null;
  work.emit('payment_method.detached', method);
  const customer = work.get('customer', owner);
  if (customer.invoice_settings.default_payment_method === method.id)
    customer.invoice_settings.default_payment_method = null;
  work.emit('customer.updated', customer);
  for (const { id } of work.all('subscription').filter((row) => row.default_payment_method === method.id)) {
    const subscription = work.get('subscription', id);
    subscription.default_payment_method = null;
    work.emit('customer.subscription.updated', subscription);
  }
  return method;
}
