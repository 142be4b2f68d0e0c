import type Stripe from 'stripe';
import { type Challenge } from '../gateway.js';

/** The newest payment of an invoice that is open; `payments` must be expanded with its PaymentIntent. */
export function paymentIntentOf(invoice: Stripe.Invoice): Stripe.PaymentIntent | null {
  const open = invoice.payments?.data.find(({ status }) => status === 'open') ?? invoice.payments?.data.at(0);
  const intent = open?.payment.payment_intent;
  return intent === undefined || typeof intent === 'string' ? null : intent;
}

/** With its payments' intents, as far as `expand` reaches. */
export const withPayments = { expand: ['payments.data.payment.payment_intent', 'confirmation_secret'] };

/**
 * What the browser is to do. A charge that failed while nobody was there because the bank wanted to ask
 * (`authentication_required`) starts anew with the same card, and then the bank asks.
 */
export function challengeOf(invoice: Stripe.Invoice): Challenge | null {
  const clientSecret = invoice.confirmation_secret?.client_secret;
  if (invoice.status !== 'open' || clientSecret === undefined) return null;
  const intent = paymentIntentOf(invoice);
  return { clientSecret, step: intent?.status === 'requires_action' ? 'authenticate' : 'confirm' };
}

/** What an open invoice waits for. */
export function needOf(invoice: Stripe.Invoice): 'payment' | 'authentication' | null {
  if (invoice.status !== 'open') return null;
  const intent = paymentIntentOf(invoice);
  const isAsking =
    intent?.status === 'requires_action' || intent?.last_payment_error?.code === 'authentication_required';
  return isAsking ? 'authentication' : 'payment';
}

export function problemOf(invoice: Stripe.Invoice): string | null {
  const error = paymentIntentOf(invoice)?.last_payment_error;
  return invoice.status === 'open' ? (error?.decline_code ?? error?.code ?? null) : null;
}
