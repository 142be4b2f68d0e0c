// @ts-check
// The Payment Element as the site sees it: a box with a frame of the sandbox in it.

/** @import { StripeElementsOptions, StripeError, StripePaymentElementOptions } from '@stripe/stripe-js' */
/** @import { ApiAnswer } from './api.js' */
/** @import { Listener } from './events.js' */
/** @import { Line } from './line.js' */

import { IntegrationError } from './api.js';
import { Listeners } from './events.js';
import { openLine } from './line.js';

/** @param {StripeElementsOptions['appearance']} appearance */
const schemeOf = (appearance) => (appearance?.theme === 'night' ? 'dark' : 'light');

/** @param {string | HTMLElement} target */
function boxAt(target) {
  const box = typeof target === 'string' ? document.querySelector(target) : target;
  if (box instanceof HTMLElement) return box;
  throw new IntegrationError(`The selector you specified (${target}) applies to no DOM elements that are on the page.`);
}

export class PaymentElement {
  #listeners = new Listeners();
  /** @type {Line | undefined} */
  #line;
  /** @type {HTMLElement | undefined} */
  #box;
  #key;
  #group;
  #options;

  /** @param {string} key @param {StripeElementsOptions} group @param {StripePaymentElementOptions} [options] */
  constructor(key, group, options = {}) {
    this.#key = key;
    this.#group = group;
    this.#options = options;
  }

  /** @param {string | HTMLElement} target */
  mount(target) {
    this.unmount();
    this.#box = boxAt(target);
    const line = openLine({
      ...{ path: '/elements/payment', title: 'Secure payment input frame' },
      start: { key: this.#key, group: this.#group, options: this.#options },
      hear: (event, data) => this.#hear(line, event, data),
    });
    this.#line = line;
    line.element.style.height = '0';
    this.#dress(line.element);
    this.#box.classList.add('StripeElement');
    this.#box.replaceChildren(line.element);
    this.#listeners.tell('loaderstart');
    void line.opened.then((opened) => opened || this.#hear(line, 'loaderror', { error: unreachable() }));
  }

  /** A frame is see-through only as long as it is of the same light as the page around it. @param {HTMLIFrameElement} frame */
  #dress(frame) {
    const colorScheme = schemeOf(this.#group.appearance);
    // The frame has a margin of its own, for the outlines of its fields; they shall still line up with the page's.
    const place = { display: 'block', width: 'calc(100% + 6px)', margin: '-3px', border: '0' };
    Object.assign(frame.style, { ...place, colorScheme });
  }

  /** @param {Line} line @param {string} event @param {any} data */
  #hear(line, event, data) {
    if (line !== this.#line) return;
    if (event === 'height') line.element.style.height = `${data}px`;
    else this.#listeners.tell(event, data);
  }

  unmount() {
    this.#line?.element.remove();
    this.#box?.classList.remove('StripeElement');
    this.#line = this.#box = undefined;
  }

  destroy() {
    this.unmount();
  }

  /** @param {string} event @param {Listener} listener */
  on(event, listener) {
    this.#listeners.add(event, listener);
    return this;
  }

  /** @param {string} event @param {Listener} listener */
  once(event, listener) {
    this.#listeners.addOnce(event, listener);
    return this;
  }

  /** @param {string} event @param {Listener} [listener] */
  off(event, listener) {
    this.#listeners.remove(event, listener);
    return this;
  }

  /** @param {Partial<StripePaymentElementOptions>} options */
  update(options) {
    this.#options = { ...this.#options, ...options };
    void this.#line?.call('update', { options: this.#options });
    return this;
  }

  /** @param {StripeElementsOptions} group */
  updateGroup(group) {
    this.#group = group;
    if (this.#line !== undefined) this.#dress(this.#line.element);
    void this.#line?.call('update', { group });
  }

  focus() {
    this.#line?.element.focus();
    void this.#line?.call('focus');
  }

  blur() {
    void this.#line?.call('blur');
  }

  clear() {
    void this.#line?.call('clear');
  }

  collapse() {
    return this;
  }

  /** Shows what is wrong beside its field. @returns {Promise<{ error?: StripeError }>} */
  check() {
    return this.#mounted().call('check');
  }

  /**
   * Confirms the intent from inside the frame, with the card that only the frame knows.
   * @param {string} clientSecret
   * @param {Record<string, unknown>} params
   * @returns {Promise<ApiAnswer>}
   */
  confirm(clientSecret, params) {
    return this.#mounted().call('confirm', { clientSecret, params });
  }

  #mounted() {
    if (this.#line !== undefined) return this.#line;
    throw new IntegrationError('Please mount the Payment Element before you submit or confirm.');
  }
}

/** @returns {StripeError} */
const unreachable = () => ({ type: 'api_connection_error', message: 'The Stripe sandbox does not answer.' });
