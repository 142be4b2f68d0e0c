import { Problem, invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { type Decline } from './declines.js';

type PaymentIntent = Objects['payment_intent'];
export type Intent = PaymentIntent | Objects['setup_intent'];
type LastError = NonNullable<PaymentIntent['last_payment_error']>;

export function newPaymentIntent(
  work: Work,
  base: Pick<PaymentIntent, 'amount' | 'currency' | 'customer' | 'description'>,
): PaymentIntent {
  const id = newId('pi');
  return work.add('payment_intent', {
    ...{ id, object: 'payment_intent', client_secret: `${newId(`${id}_secret`, 25)}`, ...base },
    ...{ amount_capturable: 0, amount_received: 0, created: work.now, livemode: false, metadata: {} },
    ...{ allowed_payment_method_types: ['card'], payment_method_types: ['card'], excluded_payment_method_types: null },
    ...{ application: null, application_fee_amount: null, automatic_payment_methods: null, canceled_at: null },
    ...{
      cancellation_reason: null,
      capture_method: 'automatic',
      confirmation_method: 'automatic',
      customer_account: null,
    },
    ...{ last_payment_error: null, latest_charge: null, managed_payments: null, next_action: null, on_behalf_of: null },
    ...{
      payment_method: null,
      payment_method_configuration_details: null,
      payment_method_options: null,
      payment_record: null,
    },
    ...{ processing: null, receipt_email: null, review: null, setup_future_usage: null, shipping: null, source: null },
    ...{ statement_descriptor: null, statement_descriptor_suffix: null, status: 'requires_payment_method' },
    ...{ transfer_data: null, transfer_group: null },
  });
}

/** Asks for the card's holder: Stripe.js opens the page of the bank, or the browser is sent there. */
export function askForAuthentication(work: Work, intent: Intent, returnUrl?: string): void {
  const page = `${work.cause.url}/3ds/${intent.id}?client_secret=${intent.client_secret}`;
  intent.status = 'requires_action';
  intent.next_action = returnUrl
    ? {
        type: 'redirect_to_url',
        redirect_to_url: { url: `${page}&return_url=${encodeURIComponent(returnUrl)}`, return_url: returnUrl },
      }
    : {
        type: 'use_stripe_sdk',
        use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: page, source: newId('payatt') },
      };
}

export function intentError(
  work: Work,
  { code, decline_code, message }: Decline,
  methodId: string | null,
  charge?: string,
): LastError {
  const method = methodId ? work.find('payment_method', methodId) : undefined;
  return {
    ...{ type: 'card_error', code, message, ...(decline_code && { decline_code }), ...(charge && { charge }) },
    ...(method && { payment_method: structuredClone(method) }),
    doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
  };
}

/** What the caller is told when the card was refused; the intent stands as it is now. */
export function intentProblem(intent: Intent, error: LastError): Problem {
  const { type: _type, message, payment_method, ...details } = error;
  const body = { type: 'card_error' as const, message: message ?? '', ...details, payment_method };
  return new Problem(402, { ...body, [intent.object]: structuredClone(intent) }, true);
}

export function refuseUnless(intent: Intent, allowed: readonly string[], verb: string): void {
  if (allowed.includes(intent.status)) return;
  const name = intent.object === 'payment_intent' ? 'PaymentIntent' : 'SetupIntent';
  throw invalid(`You cannot ${verb} this ${name} because it has a status of ${intent.status}.`, {
    ...{ code: `${intent.object}_unexpected_state`, [intent.object]: structuredClone(intent) },
  });
}

export const authenticationFailure = (kind: Intent['object']): Decline => ({
  code: `${kind}_authentication_failure`,
  message: 'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
});
