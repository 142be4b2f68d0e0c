import { type Stripe } from 'stripe';
import { z } from 'zod';
import { endpoint } from '../http/endpoint.js';
import { page } from '../http/lists.js';
import { type Fields, flag, listing, metadata, text } from '../http/params.js';
import { register } from '../webhooks/endpoints.js';
import { newId } from '../work.js';
import { mergeMetadata } from './fields.js';

type ApiVersion = Stripe.WebhookEndpointCreateParams['api_version'];
type EnabledEvent = Stripe.WebhookEndpointCreateParams['enabled_events'][number];

const events = z.array(text as z.ZodType<EnabledEvent>);
const createParams = z.strictObject({
  ...{ url: z.url(), enabled_events: events, metadata: metadata.optional(), description: z.string().optional() },
  api_version: text.optional() as z.ZodType<ApiVersion>,
} satisfies Fields<Stripe.WebhookEndpointCreateParams>);
const updateParams = z.strictObject({
  ...{
    url: z.url().optional(),
    enabled_events: events.optional(),
    disabled: flag.optional(),
    metadata: metadata.optional(),
  },
  description: z.string().optional(),
} satisfies Fields<Stripe.WebhookEndpointUpdateParams>);

export const webhookEndpointEndpoints = [
  endpoint('POST', '/v1/webhook_endpoints', createParams, (work, params) => {
    const secret = newId('whsec', 32);
    const row = register(
      work,
      { url: params.url, secret, apiVersion: params.api_version ?? work.cause.apiVersion },
      params.enabled_events,
    );
    mergeMetadata(row, params.metadata);
    row.description = params.description || null;
    return { ...row, secret };
  }),
  endpoint('GET', '/v1/webhook_endpoints', z.strictObject(listing), (work, params) =>
    page(work.all('webhook_endpoint'), '/v1/webhook_endpoints', params),
  ),
  endpoint('GET', '/v1/webhook_endpoints/:id', z.strictObject({}), (work, _params, { ids }) =>
    work.get('webhook_endpoint', ids.id!),
  ),
  endpoint('POST', '/v1/webhook_endpoints/:id', updateParams, (work, params, { ids }) => {
    const row = work.get('webhook_endpoint', ids.id!);
    mergeMetadata(row, params.metadata);
    if (params.disabled !== undefined) row.status = params.disabled ? 'disabled' : 'enabled';
    if (params.description !== undefined) row.description = params.description || null;
    Object.assign(row, { url: params.url ?? row.url, enabled_events: params.enabled_events ?? row.enabled_events });
    return row;
  }),
  endpoint('DELETE', '/v1/webhook_endpoints/:id', z.strictObject({}), (work, _params, { ids }) => {
    work.remove('webhook_endpoint', work.get('webhook_endpoint', ids.id!).id);
    return { id: ids.id!, object: 'webhook_endpoint', deleted: true };
  }),
];
