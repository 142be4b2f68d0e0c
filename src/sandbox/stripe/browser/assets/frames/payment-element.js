// @ts-check
// The Payment Element inside its frame: what the page may call, and the one request that carries the card away.

/** @import { StripeElementsOptions, StripeError, StripePaymentElementOptions } from '@stripe/stripe-js' */

import { confirmIntent, retrieveIntent } from '../stripe-js/intents.js';
import { showAppearance } from './appearance.js';
import { answerCalls, tell } from './line.js';
import * as form from './payment-form.js';

/** As `elements(…)` and `create('payment', …)` took them. @type {{ key: string, group: StripeElementsOptions, options: StripePaymentElementOptions }} */
let told = { key: '', group: {}, options: {} };

function dress() {
  showAppearance(told.group.appearance);
  form.dressForm(told.options);
}

/** Is the intent there, and does it still want a card? @returns {Promise<StripeError | undefined>} */
async function intentProblem() {
  const { clientSecret } = told.group;
  if (clientSecret === undefined) return undefined;
  const { intent, error } = await retrieveIntent(told.key, clientSecret);
  if (error) return error;
  if (!['succeeded', 'canceled'].includes(intent.status)) return undefined;
  const message = `This ${intent.object} is in a terminal state and cannot be used to initialize Elements.`;
  return { type: 'invalid_request_error', code: `${intent.object}_unexpected_state`, message };
}

let last = '';
function tellChange() {
  const state = form.state();
  if (JSON.stringify(state) === last) return;
  last = JSON.stringify(state);
  tell('change', state);
}

answerCalls({
  start: async (start) => {
    told = start;
    form.prefill(told.options);
    dress();
    const error = await intentProblem();
    if (error) return tell('loaderror', { error });
    new ResizeObserver(() => tell('height', Math.ceil(document.body.getBoundingClientRect().height))).observe(
      document.body,
    );
    tell('ready');
  },
  update: (change) => {
    told = { ...told, ...change };
    dress();
  },
  check: () => ({ error: form.firstProblem() }),
  confirm: async ({ clientSecret, params }) => {
    form.hold(true);
    const data = form.paymentMethodData(params.payment_method_data);
    const answer = await confirmIntent(told.key, clientSecret, { ...params, payment_method_data: data });
    form.hold(false);
    return answer;
  },
  ...{ focus: form.focus, clear: form.clear },
  blur: () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
});

form.watchForm(tellChange);
addEventListener('focus', () => tell('focus'));
addEventListener('blur', () => tell('blur'));
addEventListener('keydown', ({ key }) => key === 'Escape' && tell('escape'));
