// @ts-check
// Calls to the sandbox's API as a browser may make them: with the publishable key, and the secret of one intent.

/** @import { StripeError } from '@stripe/stripe-js' */
/** @typedef {{ intent: any, error?: undefined } | { error: StripeError, intent?: undefined }} ApiAnswer */

const ownScript = document.currentScript;

/** The sandbox, whichever page this runs on: a frame of its own, or the site that loaded `stripe.js` from it. */
export const sandboxOrigin = new URL(ownScript instanceof HTMLScriptElement ? ownScript.src : location.href).origin;

/** A call that the site wrote wrongly; the real library throws these instead of answering with them. */
export class IntegrationError extends Error {
  name = 'IntegrationError';
}

/**
 * `{ a: { b: 1 } }` as `a[b]=1`, as the API reads it.
 * @param {unknown} value
 * @param {string} name
 * @returns {[string, string][]}
 */
function formFields(value, name = '') {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, part]) => formFields(part, name === '' ? key : `${name}[${key}]`));
}

/**
 * @param {{ key: string, method: 'GET' | 'POST', path: string, params: Record<string, unknown> }} call
 * @returns {Promise<ApiAnswer>}
 */
export async function callApi({ key, method, path, params }) {
  const form = new URLSearchParams(formFields(params));
  const url = `${sandboxOrigin}${path}${method === 'GET' ? `?${form}` : ''}`;
  const headers = { authorization: `Bearer ${key}` };
  try {
    const answer = await fetch(url, { method, headers, ...(method === 'POST' && { body: form }), cache: 'no-store' });
    const body = await answer.json();
    return answer.ok ? { intent: body } : { error: body.error };
  } catch {
    const message = 'We are experiencing issues connecting to our payments provider. Please try again.';
    return { error: { type: 'api_connection_error', message } };
  }
}
