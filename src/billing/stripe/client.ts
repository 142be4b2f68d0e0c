import Stripe from 'stripe';
import { type StripeAccess } from '../../platform/config.js';
import { strictHttpClient } from './strict-answers.js';

/** Its type is the SDK's own literal: another major version of the SDK is a type error here, not a silent change of shapes. */
const API_VERSION = '2026-10-28.endive' satisfies Stripe.LatestApiVersion;

/**
 * The SDK, talking to Stripe or to the sandbox. It repeats calls by itself that were cut off, met a 409 or a failure inside,
 * under the same idempotency key (billing.md A2, "What the SDK really sends").
 */
export function stripeClient({ secretKey, apiUrl, timeoutMs }: StripeAccess): Stripe {
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    timeout: timeoutMs,
    maxNetworkRetries: 1,
    telemetry: false,
    httpClient: strictHttpClient(),
    appInfo: { name: 'Propolis' },
    ...(apiUrl === undefined ? {} : placeOf(new URL(apiUrl))),
  });
}

function placeOf({ protocol, hostname, port }: URL) {
  const scheme = protocol === 'http:' ? 'http' : 'https';
  return {
    protocol: scheme,
    host: hostname,
    port: port === '' ? (scheme === 'http' ? 80 : 443) : Number(port),
  } as const;
}
