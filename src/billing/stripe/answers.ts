import Stripe from 'stripe';
import { type Answer, GatewayUnavailable, type Refusal } from '../gateway.js';

/**
 * What an error of the SDK says about the effect of the call. 4xx: none (idempotency: the first one may still be at work).
 * 429: none, ask later. Everything else, an answer that cannot be read included: unknown.
 */
export function answerOf(error: unknown): Exclude<Answer<never>, { outcome: 'ok' }> {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  if (error instanceof Stripe.errors.StripeRateLimitError)
    return { outcome: 'busy', message: 'the payment service is busy' };
  if (isDefinite(error)) return { outcome: 'refused', refusal: refusalOf(error) };
  return { outcome: 'unclear', message: `the payment service did not answer (${error.type})` };
}

/** Runs a call that changes something. */
export async function asked<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { outcome: 'ok', value: await call() };
  } catch (error) {
    return answerOf(error);
  }
}

/** Runs a call that only reads. */
export async function read<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    throw new GatewayUnavailable(`Stripe: ${error.type} ${error.code ?? ''} ${error.statusCode ?? ''}`.trim());
  }
}

/** Null where the provider knows no such thing. */
export async function readIfThere<T>(call: () => Promise<T>): Promise<T | null> {
  return read(async () => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') return null;
      throw error;
    }
  });
}

function isDefinite(error: Stripe.errors.StripeError): boolean {
  const { statusCode } = error;
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 && statusCode !== 409;
}

/** Only a card's refusal has words for the customer; what we or the account did wrong is for the operator's log. */
function refusalOf(error: Stripe.errors.StripeError): Refusal {
  const code = error.code ?? error.type;
  const declineCode = error.decline_code || null;
  const isOurs =
    error instanceof Stripe.errors.StripeAuthenticationError || error instanceof Stripe.errors.StripePermissionError;
  return { code, declineCode, message: isOurs ? 'the payment service refused this server’s key' : error.message };
}
