// @ts-check
// After a confirmation: the bank's challenge, and the way back to the site.

/** @import { StripeError } from '@stripe/stripe-js' */
/** @import { ApiAnswer } from './api.js' */

import { passChallenge } from './challenge.js';
import { intentOf, retrieveIntent } from './intents.js';

/**
 * Does what the bank still asks for, in a window over the page or on a page of its own, and looks again: how it ended is told by
 * the intent, never by the window.
 * @param {string} key
 * @param {string} clientSecret
 * @param {any} intent
 * @returns {Promise<ApiAnswer>}
 */
export async function takeNextAction(key, clientSecret, intent) {
  if (intent.status !== 'requires_action') return { intent };
  const { type, redirect_to_url: redirect } = intent.next_action ?? {};
  if (type === 'redirect_to_url') return leaveFor(redirect.url);
  await passChallenge(clientSecret, intent.id);
  const after = await retrieveIntent(key, clientSecret);
  return after.error ? after : failureOf(after.intent, intentOf(clientSecret).kind);
}

/**
 * An intent that wants another card after its challenge has failed it.
 * @param {any} intent
 * @param {{ object: string, lastError: string }} kind
 * @returns {ApiAnswer}
 */
function failureOf(intent, { object, lastError }) {
  const error = intent[lastError];
  if (intent.status !== 'requires_payment_method' || !error) return { intent };
  return { error: /** @type {StripeError} */ ({ ...error, [object]: intent }) };
}

/** @param {string} url @returns {Promise<never>} */
export function leaveFor(url) {
  location.assign(url);
  return new Promise(() => {});
}

/**
 * `return_url` with what the site needs to look the intent up again.
 * @param {string} returnUrl
 * @param {any} intent
 * @param {{ object: string }} kind
 */
export function returnAddress(returnUrl, intent, { object }) {
  const url = new URL(returnUrl, location.href);
  url.searchParams.set(object, intent.id);
  url.searchParams.set(`${object}_client_secret`, intent.client_secret);
  url.searchParams.set('redirect_status', intent.status === 'processing' ? 'pending' : 'succeeded');
  return url.href;
}
