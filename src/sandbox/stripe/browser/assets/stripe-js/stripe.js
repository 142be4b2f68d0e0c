// @ts-check
// `Stripe(publishableKey)`: the calls of the real Stripe.js that a site needs for cards, held to the real one's types.

/** @import { Stripe, StripeConstructor, StripeElements, StripeElementsOptions, StripeError } from '@stripe/stripe-js' */
/** @import { ApiAnswer } from './api.js' */

import { IntegrationError } from './api.js';
import { Elements } from './elements.js';
import { confirmIntent, intentOf, retrieveIntent } from './intents.js';
import { leaveFor, returnAddress, takeNextAction } from './next-action.js';

/**
 * @typedef {Pick<Stripe, 'elements' | 'confirmSetup' | 'confirmPayment' | 'confirmCardSetup' | 'confirmCardPayment' |
 *   'handleNextAction' | 'handleCardAction' | 'retrieveSetupIntent' | 'retrievePaymentIntent' | 'registerAppInfo'>} OurStripe
 */
/**
 * @typedef {{ elements?: StripeElements, clientSecret?: string, redirect?: 'always' | 'if_required',
 *   confirmParams?: Record<string, any> }} ConfirmOptions
 */

/** @param {string} clientSecret @param {ApiAnswer} answer */
const resultOf = (clientSecret, { intent, error }) =>
  error ? { error } : { [intentOf(clientSecret).kind.result]: intent };

/** @param {string} key @param {string} clientSecret @param {ApiAnswer} answer */
const finish = async (key, clientSecret, answer) =>
  answer.error ? answer : takeNextAction(key, clientSecret, answer.intent);

/** @param {string} key @param {string} clientSecret @param {Record<string, any>} params @param {StripeElements} [elements] */
async function confirmWith(key, clientSecret, params, elements) {
  if (!(elements instanceof Elements)) return confirmIntent(key, clientSecret, params);
  const element = elements.paymentElement;
  const { error } = await element.check();
  return error ? { error } : element.confirm(clientSecret, params);
}

/** @param {string} key @param {ConfirmOptions} options */
async function confirm(key, { elements, clientSecret, confirmParams = {}, redirect = 'always' }) {
  const secret = clientSecret ?? (elements instanceof Elements ? elements.clientSecret : undefined) ?? '';
  const { return_url: returnUrl, ...params } = confirmParams;
  const { kind } = intentOf(secret);
  if (redirect === 'always' && !returnUrl)
    throw new IntegrationError('confirmParams.return_url is required when redirect is not "if_required".');
  // A challenge opens over this page, so the bank is told no way back; the page itself goes there in the end.
  const confirmed = await confirmWith(key, secret, params, elements);
  const answer = await finish(key, secret, confirmed);
  const isDone = !answer.error && ['succeeded', 'processing', 'requires_capture'].includes(answer.intent.status);
  if (isDone && redirect === 'always') return leaveFor(returnAddress(returnUrl, answer.intent, kind));
  return resultOf(secret, answer);
}

/**
 * The older calls that name a saved card; a card typed in needs the Payment Element.
 * @param {string} key @param {string} clientSecret @param {Record<string, any>} [data] @param {{ handleActions?: boolean }} [options]
 */
async function confirmCard(key, clientSecret, data = {}, { handleActions = true } = {}) {
  if (typeof data['payment_method'] === 'object')
    throw new IntegrationError('The Stripe sandbox takes the id of a payment method here, or the Payment Element.');
  const answer = await confirmIntent(key, clientSecret, data);
  return resultOf(clientSecret, handleActions ? await finish(key, clientSecret, answer) : answer);
}

/** @param {string} key @param {string} clientSecret @param {string} name */
async function handleAction(key, clientSecret, name) {
  const answer = await retrieveIntent(key, clientSecret);
  if (answer.intent && answer.intent.status !== 'requires_action') {
    const kind = answer.intent.object === 'setup_intent' ? 'SetupIntent' : 'PaymentIntent';
    throw new IntegrationError(`${name}: The ${kind} supplied is not in the requires_action state.`);
  }
  return resultOf(clientSecret, await finish(key, clientSecret, answer));
}

/** @param {string} key @param {string} clientSecret */
const retrieve = async (key, clientSecret) => resultOf(clientSecret, await retrieveIntent(key, clientSecret));

/** @param {string} key @returns {OurStripe} */
function createStripe(key) {
  if (!/^pk_/.test(key))
    throw new IntegrationError('Stripe() takes a publishable key (pk_…), never a secret one (sk_…).');
  const calls = {
    elements: (/** @type {StripeElementsOptions} */ options) => new Elements(key, options),
    confirmSetup: (/** @type {ConfirmOptions} */ options) => confirm(key, options),
    confirmPayment: (/** @type {ConfirmOptions} */ options) => confirm(key, options),
    confirmCardSetup: confirmCard.bind(undefined, key),
    confirmCardPayment: confirmCard.bind(undefined, key),
    handleNextAction: (/** @type {{ clientSecret?: string }} */ { clientSecret = '' }) =>
      handleAction(key, clientSecret, 'handleNextAction'),
    handleCardAction: (/** @type {string} */ clientSecret) => handleAction(key, clientSecret, 'handleCardAction'),
    retrieveSetupIntent: retrieve.bind(undefined, key),
    retrievePaymentIntent: retrieve.bind(undefined, key),
    registerAppInfo: () => {},
    _registerWrapper: () => {},
  };
  return /** @type {OurStripe} */ (calls);
}

Object.assign(window, { Stripe: createStripe });
