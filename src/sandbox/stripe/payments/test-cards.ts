import { type DeclineCode, declines } from './declines.js';

// The test cards of docs.stripe.com/testing (September 2026). A card's number says what its bank does.

export type BankAnswer = 'ok' | 'challenge' | DeclineCode;

export interface TestCard {
  number: string;
  token?: string;
  /** When it is attached or set up. */
  setup: BankAnswer;
  /** When it is charged: the same always, or by who asks for it. */
  charge: BankAnswer | 'challenge_unless_set_up' | 'challenge_on_session';
  /** What follows when the challenge was passed. */
  authenticated?: DeclineCode;
  aftermath?: 'fraudulent' | 'product_not_received' | 'inquiry' | 'fraud_warning';
  refund?: 'pending' | 'fails';
}

const card = (
  number: string,
  token: string | undefined,
  setup: BankAnswer,
  charge: TestCard['charge'],
  more: Partial<TestCard> = {},
) => ({
  ...{ number, setup, charge, ...more },
  ...(token && { token: `pm_card_${token}` }),
});
const refused = (number: string, token: string, code: DeclineCode) => card(number, token, code, code);

const cards: TestCard[] = [
  card('4242424242424242', 'visa', 'ok', 'ok'),
  card('4000056655665556', 'visa_debit', 'ok', 'ok'),
  card('5555555555554444', 'mastercard', 'ok', 'ok'),
  card('378282246310005', 'amex', 'ok', 'ok'),
  card('4000002500003155', 'authenticationRequiredOnSetup', 'challenge', 'challenge_unless_set_up'),
  card('4000002760003184', 'authenticationRequired', 'challenge', 'challenge'),
  card('4000003800000446', 'authenticationRequiredSetupForOffSession', 'ok', 'challenge_on_session'),
  card('4000008260003178', undefined, 'challenge', 'challenge_unless_set_up', { authenticated: 'insufficient_funds' }),
  card('4000000000003220', 'threeDSecure2Required', 'challenge', 'challenge'),
  card('4000008400001629', 'threeDSecureRequiredChargeDeclined', 'challenge', 'challenge', {
    authenticated: 'generic_decline',
  }),
  card('4000008400001280', 'threeDSecureRequiredProcessingError', 'processing_error', 'processing_error'),
  card('4000000000003055', 'threeDSecureOptional', 'ok', 'ok'),
  card('4000000000000341', 'chargeCustomerFail', 'ok', 'generic_decline'),
  refused('4000000000000002', 'visa_chargeDeclined', 'generic_decline'),
  refused('4000000000009995', 'visa_chargeDeclinedInsufficientFunds', 'insufficient_funds'),
  refused('4000000000009987', 'visa_chargeDeclinedLostCard', 'lost_card'),
  refused('4000000000009979', 'visa_chargeDeclinedStolenCard', 'stolen_card'),
  refused('4000000000000069', 'chargeDeclinedExpiredCard', 'expired_card'),
  refused('4000000000000127', 'chargeDeclinedIncorrectCvc', 'incorrect_cvc'),
  refused('4000000000000119', 'chargeDeclinedProcessingError', 'processing_error'),
  refused('4000000000006975', 'chargeDeclinedVelocityLimitExceeded', 'card_velocity_exceeded'),
  card('4000000000000259', 'createDispute', 'ok', 'ok', { aftermath: 'fraudulent' }),
  card('4000000000002685', 'createDisputeProductNotReceived', 'ok', 'ok', { aftermath: 'product_not_received' }),
  card('4000000000001976', 'createDisputeInquiry', 'ok', 'ok', { aftermath: 'inquiry' }),
  card('4000000000005423', 'createIssuerFraudRecord', 'ok', 'ok', { aftermath: 'fraud_warning' }),
  card('4000000000007726', 'pendingRefund', 'ok', 'ok', { refund: 'pending' }),
  card('4000000000005126', 'refundFail', 'ok', 'ok', { refund: 'fails' }),
];

const byNumber = new Map(cards.map((entry) => [entry.number, entry]));
const byToken = new Map(cards.flatMap((entry) => (entry.token ? [[entry.token, entry] as const] : [])));

/** Any other number with a right check digit is a card that always works. */
export function testCard(number: string): TestCard {
  return byNumber.get(number) ?? { number, setup: 'ok', charge: 'ok' };
}

export function testCardOf(token: string): TestCard | undefined {
  return byToken.get(token);
}

/** @returns undefined when the card's bank lets it be set up */
export function refusalOf({ setup }: TestCard): DeclineCode | undefined {
  return setup in declines ? (setup as DeclineCode) : undefined;
}
