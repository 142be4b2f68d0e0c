import { DomainError, type FieldErrors } from '../platform/errors.js';
import { type Answer, type Refusal } from './gateway.js';

/** What people are told when the provider says no. */

/** In their words, by the issuer's code (docs.stripe.com/declines/codes); the rest says what Stripe says. */
const DECLINES: Record<string, string> = {
  insufficient_funds: 'The bank says that the card has not enough money.',
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code (CVC) is wrong.',
  lost_card: 'The bank refused this card. Please use another one.',
  stolen_card: 'The bank refused this card. Please use another one.',
  card_velocity_exceeded: 'The card’s limit is used up.',
  processing_error: 'The bank had a problem with this payment. Please try again in a while.',
  authentication_required: 'The bank wants to ask you first. Please confirm the payment.',
  payment_intent_authentication_failure: 'The bank’s question was not answered. Nothing was charged; please try again.',
  setup_intent_authentication_failure: 'The bank’s question was not answered. Please try again.',
  generic_decline: 'The bank refused the card without saying why. Ask it, or use another card.',
};

export const declineWords = (code: string | null): string | undefined => (code === null ? undefined : DECLINES[code]);

export const refusalWords = ({ code, declineCode, message }: Refusal): string =>
  declineWords(declineCode) ?? declineWords(code) ?? message;

const FIELDS: Record<string, FieldErrors> = {
  tax_id_invalid: { tax_id: 'is not a valid number for this country' },
  email_invalid: { email: 'is not an e-mail address' },
  customer_tax_location_invalid: { postal_code: 'does not fit the address: the tax cannot be computed' },
  postal_code_invalid: { postal_code: 'does not fit the country' },
};

/** Where the refusal is about something that was typed. */
export const fieldProblem = ({ code }: Refusal): FieldErrors | undefined => FIELDS[code];

/** The value, or what the person is to be told. */
export function orThrow<T>(answer: Answer<T>, fieldsOf?: (refusal: Refusal) => FieldErrors | undefined): T {
  switch (answer.outcome) {
    case 'ok':
      return answer.value;
    case 'busy':
      throw new DomainError(
        'unavailable',
        'payments_busy',
        'Stripe is busy. Nothing was changed; please try again in a minute.',
      );
    case 'unclear':
      throw new DomainError('unavailable', 'payments_unclear', 'Stripe did not answer. Please try again in a minute.');
    case 'refused':
      throw refused(answer.refusal, fieldsOf?.(answer.refusal));
  }
}

function refused(refusal: Refusal, fields: FieldErrors | undefined): DomainError {
  if (fields !== undefined) return new DomainError('invalid', 'validation_failed', 'Validation error(s)', fields);
  const isMoney = refusal.declineCode !== null || refusal.code === 'card_declined';
  return new DomainError(isMoney ? 'payment_required' : 'conflict', refusal.code, refusalWords(refusal));
}
