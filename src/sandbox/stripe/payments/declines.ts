// Why a bank says no. `code` and `decline_code` as docs.stripe.com/declines/codes has them.

export interface Decline {
  code: string;
  decline_code?: string;
  message: string;
  /** Trying the same card again is of no use. */
  final?: boolean;
}

const declined = 'Your card was declined.';

export const declines = {
  generic_decline: { code: 'card_declined', decline_code: 'generic_decline', message: declined },
  insufficient_funds: {
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  lost_card: { code: 'card_declined', decline_code: 'lost_card', message: declined, final: true },
  stolen_card: { code: 'card_declined', decline_code: 'stolen_card', message: declined, final: true },
  card_velocity_exceeded: {
    ...{ code: 'card_declined', decline_code: 'card_velocity_exceeded' },
    message: 'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  },
  expired_card: { code: 'expired_card', decline_code: 'expired_card', message: 'Your card has expired.' },
  incorrect_cvc: {
    code: 'incorrect_cvc',
    decline_code: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
  },
  processing_error: {
    ...{ code: 'processing_error', decline_code: 'processing_error' },
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
  authentication_required: {
    ...{ code: 'authentication_required', decline_code: 'authentication_required', final: true },
    message: 'Your card was declined. This transaction requires authentication.',
  },
} satisfies Record<string, Decline>;

export type DeclineCode = keyof typeof declines;
