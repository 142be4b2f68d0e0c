// @ts-check
// Stripe's form on our pages: mounts it, confirms with it, and says beside the button what is wrong. What was paid is not known
// here: the page we go to afterwards asks Stripe.

/** @import { Appearance, SetupIntent, Stripe, StripeConstructor, StripeElements, StripeError } from '@stripe/stripe-js' */

const light = matchMedia('(prefers-color-scheme: dark)');

/** In our colours, as they are in this light. @returns {Appearance} */
function appearance() {
  const style = getComputedStyle(document.documentElement);
  const of = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    theme: light.matches ? 'night' : 'stripe',
    variables: {
      ...{ colorPrimary: of('--accent'), colorBackground: of('--surface'), colorText: of('--text') },
      ...{ colorTextSecondary: of('--text-quiet'), colorDanger: of('--bad'), borderRadius: of('--round') },
      fontFamily: of('--font'),
    },
  };
}

/** One form of Stripe's on a page. */
class StripeForm {
  /** @type {StripeElements | undefined} */
  #elements;
  #busy = false;

  /** @param {HTMLFormElement} form @param {Stripe} stripe */
  constructor(form, stripe) {
    this.form = form;
    this.stripe = stripe;
    this.button = /** @type {HTMLButtonElement} */ (form.querySelector('button[type=submit]'));
    this.label = this.button.textContent ?? '';
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.confirm();
    });
  }

  get clientSecret() {
    return this.form.dataset['secret'] ?? '';
  }

  get kind() {
    return this.form.dataset['stripe'];
  }

  start() {
    const place = this.form.querySelector('[data-stripe-fields]');
    if (!(place instanceof HTMLElement)) return this.ready();
    const elements = this.stripe.elements({ clientSecret: this.clientSecret, appearance: appearance() });
    const fields = elements.create('payment', { wallets: { applePay: 'never', googlePay: 'never' } });
    fields.on('ready', () => this.ready());
    fields.on('loaderror', ({ error }) => {
      showAbsent(this.form);
      this.tell(error.message ?? '');
    });
    place.replaceChildren();
    fields.mount(place);
    light.addEventListener('change', () => elements.update({ appearance: appearance() }));
    this.#elements = elements;
  }

  ready() {
    this.button.disabled = false;
    if (this.form.dataset['atOnce'] === 'yes') void this.confirm();
  }

  /** Pressed twice it is done once. */
  async confirm() {
    if (this.#busy || this.button.disabled) return;
    this.setBusy(true);
    this.tell('');
    try {
      const { error, setupIntent } = await this.ask();
      // A question of the bank is asked once: how it ended, and how to go on, the next page says.
      const isAnswered = this.kind === 'next' && error?.type !== 'api_connection_error';
      if (error === undefined || isAnswered) return this.leave(setupIntent);
      this.tell(error.message ?? 'That did not work. Please try again.');
    } catch {
      this.tell('Stripe could not be reached. Nothing was charged; please try again.');
    }
    this.setBusy(false);
  }

  /** @returns {Promise<{ error?: StripeError, setupIntent?: SetupIntent }>} */
  async ask() {
    const { stripe, clientSecret } = this;
    if (this.#elements === undefined) return stripe.handleNextAction({ clientSecret });
    const confirmParams = { return_url: new URL(this.form.dataset['return'] ?? '', location.href).href };
    const options = /** @type {const} */ ({ redirect: 'if_required' });
    const elements = this.#elements;
    return this.kind === 'setup'
      ? stripe.confirmSetup({ elements, confirmParams, ...options })
      : stripe.confirmPayment({ elements, confirmParams, ...options });
  }

  /** @param {SetupIntent} [setupIntent] */
  leave(setupIntent) {
    const url = new URL(this.form.dataset['return'] ?? '', location.href);
    if (setupIntent !== undefined) url.searchParams.set('setup_intent', setupIntent.id);
    location.assign(url);
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.#busy = busy;
    this.button.textContent = busy ? 'Asking your bank…' : this.label;
    if (busy) this.button.setAttribute('aria-busy', 'true');
    else this.button.removeAttribute('aria-busy');
  }

  /** @param {string} problem */
  tell(problem) {
    const place = this.form.querySelector('[data-stripe-problem]');
    if (place !== null) place.textContent = problem;
  }
}

/** @param {Element} form */
function showAbsent(form) {
  form.querySelector('[data-stripe-fields]')?.replaceChildren();
  form.querySelector('[data-stripe-absent]')?.removeAttribute('hidden');
}

/** Fields in something closed would have no width: they come when it is opened. @param {StripeForm} one */
function startWhenSeen(one) {
  const fold = one.form.closest('details:not([open])');
  if (fold === null) return one.start();
  fold.addEventListener('toggle', () => one.start(), { once: true });
}

const makeStripe = /** @type {{ Stripe?: StripeConstructor }} */ (/** @type {unknown} */ (globalThis)).Stripe;

for (const form of document.querySelectorAll('form[data-stripe]')) {
  if (!(form instanceof HTMLFormElement)) continue;
  if (makeStripe === undefined) showAbsent(form);
  else startWhenSeen(new StripeForm(form, makeStripe(form.dataset['key'] ?? '')));
}

/** What the bank has not settled yet is looked at again by itself, a few times. */
const again = document.querySelector('a[data-again]');
if (again instanceof HTMLAnchorElement)
  setTimeout(() => location.replace(again.href), Number(again.dataset['again']) * 1000);
