import { type Objects, type SandboxEvent } from '../objects.js';
import { newId, type Work } from '../work.js';

type Endpoint = Objects['webhook_endpoint'];

export interface WebhookTarget {
  url: string;
  secret: string;
  apiVersion?: string;
}

/** The endpoint of this address, as it is to be from now on. */
export function register(work: Work, { url, secret, apiVersion }: WebhookTarget, events: string[] = ['*']): Endpoint {
  const known = work.all('webhook_endpoint').find((row) => row.url === url);
  const row = known ? work.get('webhook_endpoint', known.id) : work.add('webhook_endpoint', newEndpoint(work, url));
  row.enabled_events = events;
  row.api_version = apiVersion ?? null;
  work.add('endpoint_secrets', { id: row.id, secrets: [{ secret }] });
  return row;
}

function newEndpoint(work: Work, url: string): Endpoint {
  return {
    ...{
      id: newId('we'),
      object: 'webhook_endpoint',
      api_version: null,
      application: null,
      created: work.now,
      description: null,
    },
    ...{ enabled_events: ['*'], livemode: false, metadata: {}, status: 'enabled', url },
  };
}

const day = 24 * 3600;

/** From now on the new secret signs; for a day the old ones sign too. */
export function roll(work: Work, endpoint: string, secret: string): void {
  const held = work.get('endpoint_secrets', endpoint);
  held.secrets = [
    { secret },
    ...held.secrets.map((old) => ({ secret: old.secret, until: old.until ?? work.now + day })),
  ];
}

export function signingSecrets(work: Work, endpoint: string): string[] {
  const held = work.find('endpoint_secrets', endpoint)?.secrets ?? [];
  return held.filter(({ until }) => until === undefined || until > work.now).map(({ secret }) => secret);
}

export function wants(endpoint: Endpoint, { type }: SandboxEvent): boolean {
  if (endpoint.status !== 'enabled') return false;
  return endpoint.enabled_events.some((wanted) => wanted === '*' || wanted === type);
}
