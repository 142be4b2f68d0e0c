import { type ChallengeOutcome } from '../browser-port.js';
import { invalid, Problem } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { type Attempt, charge, failAuthentication } from '../payments/charging.js';
import { type Decline } from '../payments/declines.js';
import { intentProblem, refuseUnless } from '../payments/intents.js';
import { type Work } from '../work.js';
import { planRetry } from './dunning.js';
import { type Invoice } from './invoices.js';
import { markPaid, setDelinquent } from './paying.js';
import { intentOf, invoiceOf } from './payments-of.js';
import { invoiceFailed, subscriptionOf } from './standing.js';

type PaymentIntent = Objects['payment_intent'];

/** The card that is charged for an invoice: the subscription's own before the customer's. */
export function cardOf(work: Work, invoice: Invoice): string | null {
  const subscription = subscriptionOf(work, invoice);
  const customer = work.get('customer', invoice.customer!);
  return (
    invoice.default_payment_method ??
    subscription?.default_payment_method ??
    customer.invoice_settings.default_payment_method
  );
}

/** Tries to have an open invoice paid; its status and its intent's tell what came of it. */
export function collect(work: Work, invoice: Invoice, attempt: Attempt, method = cardOf(work, invoice)): void {
  const intent = intentOf(work, invoice.id);
  if (invoice.status !== 'open' || !intent) return;
  countAttempt(invoice);
  if (!method) return failed(work, invoice, noCard);
  intent.payment_method = method;
  settle(work, invoice, intent, charge(work, intent, attempt), attempt);
}

const noCard: Decline = { code: 'missing', message: 'The customer has no payment method.' };

function countAttempt(invoice: Invoice): void {
  invoice.attempted = true;
  invoice.attempt_count++;
}

function settle(
  work: Work,
  invoice: Invoice,
  intent: PaymentIntent,
  decline: Decline | undefined,
  { offSession }: Pick<Attempt, 'offSession'>,
): void {
  if (intent.status === 'succeeded') return markPaid(work, invoice);
  if (decline?.code === 'authentication_required' && offSession) reopen(work, intent);
  failed(work, invoice, decline);
}

/** What the bank refused without the card's holder can still be done by them: the intent waits for their confirmation. */
function reopen(work: Work, intent: PaymentIntent): void {
  const method = intent.last_payment_error?.payment_method?.id ?? null;
  const { last_payment_error } = intent;
  intent.payment_method = method;
  charge(work, intent, { offSession: false });
  intent.last_payment_error = last_payment_error;
}

/** @param decline none when only the card's holder is missing */
function failed(work: Work, invoice: Invoice, decline?: Decline): void {
  planRetry(work, invoice, decline);
  work.emit('invoice.updated', invoice);
  if (intentOf(work, invoice.id)?.status === 'requires_action') work.emit('invoice.payment_action_required', invoice);
  if (decline || invoice.billing_reason === 'subscription_cycle') work.emit('invoice.payment_failed', invoice);
  if (decline) setDelinquent(work, invoice, true);
  invoiceFailed(work, invoice);
}

/** `invoices.pay`. @throws Problem 402 with everything kept when it was not paid */
export function payInvoice(work: Work, invoice: Invoice, attempt: Attempt, method?: string): void {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible')
    throw invalid(`Invoice is already ${invoice.status}`);
  invoice.status = 'open';
  collect(work, invoice, attempt, method);
  refuseUnpaid(work, invoice);
}

/** Says why an invoice was not paid. @throws Problem */
export function refuseUnpaid(work: Work, invoice: Invoice, keep = true): void {
  const intent = intentOf(work, invoice.id);
  if (invoice.status === 'paid' || !intent) return;
  if (intent.status === 'requires_action') throw actionRequired(intent, keep);
  const error = intent.last_payment_error;
  if (!error)
    throw invalid('This customer has no attached payment source or default payment method.', {
      code: 'resource_missing',
    });
  throw new Problem(402, intentProblem(intent, error).body, keep);
}

function actionRequired(intent: PaymentIntent, keep: boolean): Problem {
  const message = 'This payment requires additional user action before it can be completed successfully.';
  const code = 'invoice_payment_intent_requires_action';
  return new Problem(402, { type: 'card_error', code, message, payment_intent: structuredClone(intent) }, keep);
}

/** The browser or the server confirms an intent with a card. @throws Problem 402 when it was refused */
export function confirmPayment(work: Work, intent: PaymentIntent, method: string, attempt: Attempt): void {
  refuseUnless(intent, ['requires_payment_method', 'requires_confirmation', 'requires_action'], 'confirm');
  intent.payment_method = method;
  after(work, intent, charge(work, intent, attempt));
  if (intent.status === 'requires_payment_method') throw intentProblem(intent, intent.last_payment_error!);
}

export function settlePayment(work: Work, intent: PaymentIntent, outcome: ChallengeOutcome): void {
  if (intent.status !== 'requires_action') return;
  if (outcome === 'complete') after(work, intent, charge(work, intent, { offSession: false, authenticated: true }));
  else after(work, intent, failAuthentication(work, intent));
}

function after(work: Work, intent: PaymentIntent, decline: Decline | undefined): void {
  const invoice = invoiceOf(work, intent.id);
  if (!invoice || intent.status === 'requires_action') return;
  countAttempt(invoice);
  settle(work, invoice, intent, decline, { offSession: false });
}
