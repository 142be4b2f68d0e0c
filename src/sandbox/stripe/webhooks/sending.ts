import { Stripe } from 'stripe';
import { type Delivery } from '../browser-port.js';
import { type SandboxEvent } from '../objects.js';

const patience = 10_000;

export interface Parcel {
  event: SandboxEvent;
  url: string;
  /** While a secret is being rolled there are two. */
  secrets: readonly string[];
  /** Of the signature, in seconds: the system's clock, which is the receiver's. */
  timestamp: number;
  attempt: number;
}

/** One signed POST. Success is an answer of 200 to 299 within ten seconds; a redirect is none. */
export async function send({ event, url, secrets, timestamp, attempt }: Parcel): Promise<Delivery> {
  const body = JSON.stringify(event, null, 2);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    'stripe-signature': sign(body, secrets, timestamp),
  };
  const told = { eventId: event.id, url, at: Date.now(), attempt };
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    });
    await answer.arrayBuffer();
    return { ...told, status: answer.status };
  } catch (error) {
    return { ...told, status: null, error: reason(error) };
  }
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** `t=…,v1=…` once, and a further `v1` for each further secret. */
function sign(payload: string, secrets: readonly string[], timestamp: number): string {
  const [first = '', ...others] = secrets.map((secret) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
  );
  return [first, ...others.map((header) => header.replace(/^t=\d+,/, ''))].join(',');
}
