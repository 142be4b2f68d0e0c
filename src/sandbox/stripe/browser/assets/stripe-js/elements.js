// @ts-check
// `stripe.elements(…)`: what is asked of a customer for one intent. The sandbox has the Payment Element only.

/** @import { StripeElementsOptions, StripeElementsUpdateOptions } from '@stripe/stripe-js' */
/** @import { StripePaymentElement, StripePaymentElementOptions } from '@stripe/stripe-js' */

import { IntegrationError } from './api.js';
import { retrieveIntent } from './intents.js';
import { PaymentElement } from './payment-element.js';

export class Elements {
  /** @type {PaymentElement | undefined} */
  #payment;
  #key;
  #options;

  /** @param {string} key @param {StripeElementsOptions} [options] */
  constructor(key, options = {}) {
    this.#key = key;
    this.#options = options;
  }

  get clientSecret() {
    return this.#options.clientSecret;
  }

  /**
   * @param {string} type @param {StripePaymentElementOptions} [options]
   * @returns {any} Held to the real Payment Element's type; the other overloads of `create` are never reached.
   */
  create(type, options) {
    if (type !== 'payment') throw new IntegrationError(`The Stripe sandbox has no "${type}" element, only "payment".`);
    if (this.#payment) throw new IntegrationError("Can't create more than one Payment Element.");
    this.#payment = new PaymentElement(this.#key, this.#options, options);
    return /** @type {StripePaymentElement} */ (this.#payment);
  }

  /** @param {string} type @returns {any} */
  getElement(type) {
    return (type === 'payment' && this.#payment) || null;
  }

  /** @param {StripeElementsUpdateOptions} options */
  async update(options) {
    this.#options = /** @type {StripeElementsOptions} */ ({ ...this.#options, ...options });
    this.#payment?.updateGroup(this.#options);
  }

  on() {
    return this;
  }

  async fetchUpdates() {
    if (this.clientSecret === undefined) return {};
    const { error } = await retrieveIntent(this.#key, this.clientSecret);
    return error ? { error: { message: error.message ?? '' } } : {};
  }

  async submit() {
    const { error } = await this.paymentElement.check();
    return error ? { error } : { selectedPaymentMethod: 'card' };
  }

  get paymentElement() {
    if (this.#payment !== undefined) return this.#payment;
    throw new IntegrationError('Create a Payment Element before you submit or confirm.');
  }
}
