import { cardProblem, invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { declines, type DeclineCode } from './declines.js';
import { refusalOf, testCard, testCardOf } from './test-cards.js';

type PaymentMethod = Objects['payment_method'];
type Billing = PaymentMethod['billing_details'];

export interface TypedCard {
  number: string;
  exp_month: number;
  exp_year: number;
  cvc?: string;
}

/** A payment method's id, or one of Stripe's test tokens, each use of which makes a new card. */
export function cardFor(work: Work, idOrToken: string, param = 'payment_method'): PaymentMethod {
  const known = testCardOf(idOrToken);
  if (!known) return work.get('payment_method', idOrToken, param);
  const year = new Date(work.now * 1000).getUTCFullYear() + 4;
  return createCard(work, { number: known.number, exp_month: 12, exp_year: year });
}

/** @throws Problem incorrect_number, invalid_expiry_month, invalid_expiry_year, invalid_cvc: what a typing error gets */
export function createCard(work: Work, typed: TypedCard, billing: Partial<Billing> = {}): PaymentMethod {
  const number = typed.number.replaceAll(/[ -]/g, '');
  refuseMistyped(work, { ...typed, number });
  const id = newId('pm');
  work.add('card_facts', { id, number, setUp: number === '4000003800000446' });
  return work.add('payment_method', {
    ...{ id, object: 'payment_method', type: 'card', created: work.now, livemode: false, metadata: {} },
    ...{ customer: null, customer_account: null, allow_redisplay: 'unspecified' },
    billing_details: { address: noAddress, email: null, name: null, phone: null, tax_id: null, ...billing },
    card: cardDetails(number, typed),
  });
}

const noAddress = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

function cardDetails(number: string, { exp_month, exp_year, cvc }: TypedCard): NonNullable<PaymentMethod['card']> {
  const brand = brandOf(number);
  return {
    ...{ brand, display_brand: brand, exp_month, exp_year, last4: number.slice(-4), funding: 'credit', country: 'US' },
    ...{ fingerprint: fingerprintOf(number), generated_from: null, regulated_status: 'unregulated', wallet: null },
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: cvc ? 'pass' : 'unchecked' },
    networks: { available: [brand], preferred: null },
    three_d_secure_usage: { supported: true },
  };
}

function brandOf(number: string): string {
  if (number.startsWith('4')) return 'visa';
  if (/^3[47]/.test(number)) return 'amex';
  return /^(5[1-5]|2[2-7])/.test(number) ? 'mastercard' : 'unknown';
}

/** The same card has the same fingerprint wherever it turns up. */
function fingerprintOf(number: string): string {
  return [...number]
    .reduce((hash, digit) => (hash * 131 + Number(digit) + 7) % 0xffffffffffff, 17)
    .toString(36)
    .padStart(16, 'F');
}

function refuseMistyped(work: Work, { number, exp_month, exp_year, cvc }: TypedCard): void {
  const refuse = (code: string, message: string, param: string) => cardProblem(message, { code, param });
  if (!/^\d{12,19}$/.test(number) || !passesLuhn(number)) {
    throw refuse('incorrect_number', 'Your card number is incorrect.', 'number');
  }
  if (exp_month < 1 || exp_month > 12) {
    throw refuse('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  }
  if (endOf(exp_month, exp_year) <= work.now) {
    throw refuse('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  }
  if (cvc !== undefined && !/^\d{3,4}$/.test(cvc)) {
    throw refuse('invalid_cvc', "Your card's security code is invalid.", 'cvc');
  }
}

function passesLuhn(number: string): boolean {
  const doubled = (digit: number) => (digit > 4 ? digit * 2 - 9 : digit * 2);
  const sum = [...number]
    .reverse()
    .reduce((total, digit, index) => total + (index % 2 ? doubled(Number(digit)) : Number(digit)), 0);
  return sum % 10 === 0;
}

const endOf = (month: number, year: number) => Date.UTC(year, month, 1) / 1000;

/** A card is good to the last day of its month. */
export function isExpired(work: Work, { card }: PaymentMethod): boolean {
  return card ? endOf(card.exp_month, card.exp_year) <= work.now : false;
}

/** Gives the card to the customer. @throws Problem 402 when its bank refuses it */
export function attachCard(work: Work, method: PaymentMethod, customer: string): void {
  if (method.customer === customer) return;
  if (method.customer) throw invalid('The payment method you provided has already been attached to a customer.');
  const refusal = refusalOf(testCard(factsOf(work, method.id).number));
  if (refusal) throw cardProblem(declines[refusal].message, problemDetails(refusal));
  method.customer = customer;
  work.emit('payment_method.attached', method);
}

export function problemDetails(code: DeclineCode) {
  const { code: shown, decline_code } = declines[code];
  return { code: shown, decline_code };
}

export function factsOf(work: Work, methodId: string) {
  return work.get('card_facts', methodId);
}
