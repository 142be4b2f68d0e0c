// @ts-check
// Setup and payment intents, known by their client secrets.

/** @import { ApiAnswer } from './api.js' */

import { callApi, IntegrationError } from './api.js';

const KINDS = /** @type {const} */ ({
  seti: { object: 'setup_intent', result: 'setupIntent', path: '/v1/setup_intents', lastError: 'last_setup_error' },
  pi: {
    object: 'payment_intent',
    result: 'paymentIntent',
    path: '/v1/payment_intents',
    lastError: 'last_payment_error',
  },
});

/** @param {string} clientSecret */
export function intentOf(clientSecret) {
  const [, id, prefix] = /^((seti|pi)_.+)_secret_/.exec(clientSecret) ?? [];
  const kind = KINDS[/** @type {keyof typeof KINDS} */ (prefix)];
  if (id !== undefined && kind !== undefined) return { id, kind, path: `${kind.path}/${encodeURIComponent(id)}` };
  const form = 'value should be a client secret of the form ${id}_secret_${secret}';
  throw new IntegrationError(`Invalid value for intent secret: ${form}.`);
}

/** @param {string} key @param {string} clientSecret @returns {Promise<ApiAnswer>} */
export const retrieveIntent = (key, clientSecret) =>
  callApi({ key, method: 'GET', path: intentOf(clientSecret).path, params: { client_secret: clientSecret } });

/** @param {string} key @param {string} clientSecret @param {Record<string, unknown>} params @returns {Promise<ApiAnswer>} */
export const confirmIntent = (key, clientSecret, params) =>
  callApi({
    ...{ key, method: 'POST', path: `${intentOf(clientSecret).path}/confirm` },
    params: { ...params, client_secret: clientSecret, use_stripe_sdk: true },
  });
