import { type Stripe } from 'stripe';
import { z } from 'zod';
import { type CallContext, endpoint, openEndpoint } from '../http/endpoint.js';
import { page } from '../http/lists.js';
import { type Fields, flag, labels, listing, metadata, text } from '../http/params.js';
import { invalid, missing } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { cardFor } from '../payments/cards.js';
import { refuseUnless } from '../payments/intents.js';
import { confirmSetup } from '../payments/setting-up.js';
import { newId, type Work } from '../work.js';
import { mergeMetadata, orNull } from './fields.js';
import { cardData, typedCard } from './payment-methods.js';
import { fromBrowser, shown } from './public-intents.js';

type SetupIntent = Objects['setup_intent'];

const createParams = z.strictObject({
  ...{
    customer: text.optional(),
    confirm: flag.optional(),
    description: z.string().optional(),
    metadata: labels.optional(),
  },
  ...{ payment_method: text.optional(), return_url: text.optional() },
  usage: z.enum(['off_session', 'on_session']).optional(),
  allowed_payment_method_types: z.array(z.literal('card')).optional(),
  automatic_payment_methods: z
    .strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
} satisfies Fields<Stripe.SetupIntentCreateParams>);
const updateParams = z.strictObject({
  ...{
    customer: text.optional(),
    description: z.string().optional(),
    metadata: metadata.optional(),
    payment_method: text.optional(),
  },
} satisfies Fields<Stripe.SetupIntentUpdateParams>);
const confirmParams = z.strictObject({
  ...{
    payment_method: text.optional(),
    payment_method_data: cardData.optional(),
    return_url: text.optional(),
    ...fromBrowser,
  },
});
const cancelParams = z.strictObject({
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'requested_by_customer']).optional(),
} satisfies Fields<Stripe.SetupIntentCancelParams>);
const listParams = z.strictObject({
  ...{ ...listing, customer: text.optional(), payment_method: text.optional() },
} satisfies Fields<Stripe.SetupIntentListParams>);

export const setupIntentEndpoints = [
  endpoint('POST', '/v1/setup_intents', createParams, create),
  endpoint('GET', '/v1/setup_intents', listParams, (work, params) => {
    const mine = work.all('setup_intent').filter((row) => !params.customer || row.customer === params.customer);
    return page(
      mine.filter((row) => !params.payment_method || row.payment_method === params.payment_method),
      '/v1/setup_intents',
      params,
    );
  }),
  openEndpoint('GET', '/v1/setup_intents/:id', z.strictObject(fromBrowser), (work, params, call) =>
    shown(find(work, call, params), call),
  ),
  endpoint('POST', '/v1/setup_intents/:id', updateParams, (work, params, call) => {
    const intent = find(work, call, {});
    mergeMetadata(intent, params.metadata);
    if (params.payment_method) intent.payment_method = cardFor(work, params.payment_method).id;
    if (params.customer) intent.customer = work.get('customer', params.customer, 'customer').id;
    if (params.description !== undefined) intent.description = orNull(params.description);
    return intent;
  }),
  openEndpoint('POST', '/v1/setup_intents/:id/confirm', confirmParams, (work, params, call) => {
    const intent = find(work, call, params);
    confirmSetup(work, intent, methodOf(work, intent, params), params.return_url);
    return shown(intent, call);
  }),
  endpoint('POST', '/v1/setup_intents/:id/cancel', cancelParams, (work, params, call) => {
    const intent = find(work, call, {});
    refuseUnless(intent, ['requires_payment_method', 'requires_confirmation', 'requires_action'], 'cancel');
    Object.assign(intent, {
      status: 'canceled',
      next_action: null,
      cancellation_reason: params.cancellation_reason ?? null,
    });
    work.emit('setup_intent.canceled', intent);
    return intent;
  }),
];

function find(
  work: Work,
  { ids, publishable }: CallContext,
  { client_secret }: { client_secret?: string },
): SetupIntent {
  const intent = work.get('setup_intent', ids.id!);
  if (publishable && intent.client_secret !== client_secret) throw missing('setupintent', ids.id!);
  return intent;
}

function methodOf(work: Work, intent: SetupIntent, params: z.output<typeof confirmParams>): string {
  if (params.payment_method_data) return typedCard(work, params.payment_method_data).id;
  const id = params.payment_method ?? intent.payment_method;
  if (!id)
    throw invalid('You cannot confirm this SetupIntent because it is missing a payment method.', {
      code: 'setup_intent_unexpected_state',
    });
  return cardFor(work, id).id;
}

function create(work: Work, params: z.output<typeof createParams>): SetupIntent {
  if (params.customer) work.get('customer', params.customer, 'customer');
  const intent = work.add('setup_intent', newSetupIntent(work, params.customer ?? null, params.usage ?? 'off_session'));
  mergeMetadata(intent, params.metadata);
  intent.description = orNull(params.description);
  intent.allowed_payment_method_types = params.allowed_payment_method_types ?? null;
  const automatic = params.automatic_payment_methods;
  if (automatic) intent.automatic_payment_methods = { allow_redirects: 'always', ...automatic };
  work.emit('setup_intent.created', intent);
  if (params.payment_method) {
    intent.payment_method = cardFor(work, params.payment_method).id;
    intent.status = 'requires_confirmation';
  }
  if (params.confirm) confirmSetup(work, intent, methodOf(work, intent, {}), params.return_url);
  return intent;
}

export function newSetupIntent(work: Work, customer: string | null, usage: string): SetupIntent {
  const id = newId('seti');
  return {
    ...{
      id,
      object: 'setup_intent',
      client_secret: newId(`${id}_secret`, 25),
      customer,
      usage,
      created: work.now,
      livemode: false,
    },
    ...{
      allowed_payment_method_types: null,
      application: null,
      automatic_payment_methods: null,
      cancellation_reason: null,
    },
    ...{
      description: null,
      excluded_payment_method_types: null,
      flow_directions: null,
      last_setup_error: null,
      latest_attempt: null,
    },
    ...{ mandate: null, metadata: {}, next_action: null, on_behalf_of: null, payment_method: null },
    ...{ payment_method_configuration_details: null, payment_method_options: null, payment_method_types: ['card'] },
    ...{ single_use_mandate: null, status: 'requires_payment_method' },
  };
}
