import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { factsOf, isExpired } from './cards.js';
import { type Decline, declines, type DeclineCode } from './declines.js';
import { followUp } from './disputes.js';
import { askForAuthentication, authenticationFailure, intentError } from './intents.js';
import { type TestCard, testCard } from './test-cards.js';

type PaymentIntent = Objects['payment_intent'];
type Charge = Objects['charge'];

export interface Attempt {
  /** Nobody is there who could authenticate. */
  offSession: boolean;
  authenticated?: boolean;
  returnUrl?: string;
}

/** Charges the intent's card. @returns why not, or nothing when the intent succeeded or now waits for the card's holder */
export function charge(work: Work, intent: PaymentIntent, attempt: Attempt): Decline | undefined {
  const answer = bankAnswer(work, intent, attempt);
  Object.assign(intent, { next_action: null, last_payment_error: null });
  if (answer === 'ok') return succeed(work, intent);
  if (answer !== 'challenge') return decline(work, intent, declines[answer]);
  if (attempt.offSession) return decline(work, intent, declines.authentication_required);
  askForAuthentication(work, intent, attempt.returnUrl);
  work.emit('payment_intent.requires_action', intent);
  return undefined;
}

function bankAnswer(
  work: Work,
  intent: PaymentIntent,
  { offSession, authenticated }: Attempt,
): 'ok' | 'challenge' | DeclineCode {
  const method = work.get('payment_method', intent.payment_method!);
  const facts = factsOf(work, method.id);
  const card = testCard(facts.number);
  if (isExpired(work, method)) return 'expired_card';
  if (authenticated) return card.authenticated ?? 'ok';
  return unauthenticated(card, offSession, facts.setUp);
}

/** Set up once, a card passes without its holder; a payment of its holder is challenged all the same. */
function unauthenticated(card: TestCard, offSession: boolean, setUp: boolean): 'ok' | 'challenge' | DeclineCode {
  switch (card.charge) {
    case 'challenge_unless_set_up':
      return offSession && setUp ? (card.authenticated ?? 'ok') : 'challenge';
    case 'challenge_on_session':
      return offSession ? 'ok' : 'challenge';
    default:
      return card.charge;
  }
}

/** The holder turned away at the bank's page, or failed there. */
export function failAuthentication(work: Work, intent: PaymentIntent): Decline {
  const failure = authenticationFailure('payment_intent');
  refuse(work, intent, failure);
  return failure;
}

function succeed(work: Work, intent: PaymentIntent): undefined {
  const method = work.get('payment_method', intent.payment_method!);
  const paid = newCharge(work, intent);
  Object.assign(intent, { status: 'succeeded', amount_received: intent.amount, latest_charge: paid.id });
  if (intent.setup_future_usage && intent.customer) keepCard(work, intent, method);
  work.emit('charge.succeeded', paid);
  work.emit('payment_intent.succeeded', intent);
  followUp(work, paid, factsOf(work, method.id).number);
}

function keepCard(work: Work, intent: PaymentIntent, method: Objects['payment_method']): void {
  if (intent.setup_future_usage === 'off_session') factsOf(work, method.id).setUp = true;
  if (method.customer) return;
  method.customer = intent.customer;
  work.emit('payment_method.attached', method);
}

function decline(work: Work, intent: PaymentIntent, why: Decline): Decline {
  const failed = newCharge(work, intent, why);
  intent.latest_charge = failed.id;
  work.emit('charge.failed', failed);
  refuse(work, intent, why, failed.id);
  return why;
}

function refuse(work: Work, intent: PaymentIntent, why: Decline, chargeId?: string): void {
  const last_payment_error = intentError(work, why, intent.payment_method, chargeId);
  Object.assign(intent, {
    status: 'requires_payment_method',
    next_action: null,
    payment_method: null,
    last_payment_error,
  });
  work.emit('payment_intent.payment_failed', intent);
}

function newCharge(work: Work, intent: PaymentIntent, failure?: Decline): Charge {
  const id = newId('ch');
  const method = work.get('payment_method', intent.payment_method!);
  return work.add('charge', {
    ...{
      id,
      object: 'charge',
      amount: intent.amount,
      currency: intent.currency,
      customer: intent.customer,
      created: work.now,
    },
    ...{ amount_captured: failure ? 0 : intent.amount, amount_refunded: 0, captured: !failure, paid: !failure },
    ...{
      status: failure ? 'failed' : 'succeeded',
      failure_code: failure?.code ?? null,
      failure_message: failure?.message ?? null,
    },
    ...{ billing_details: method.billing_details, payment_intent: intent.id, payment_method: method.id },
    ...{
      payment_method_details: { type: 'card', card: chargedCard(method, intent.amount) },
      outcome: outcomeOf(failure),
    },
    ...{
      application: null,
      application_fee: null,
      application_fee_amount: null,
      balance_transaction: failure ? null : newId('txn'),
    },
    ...{ calculated_statement_descriptor: 'SANDBOX', description: intent.description, disputed: false },
    ...{ failure_balance_transaction: null, fraud_details: {}, livemode: false, metadata: {}, on_behalf_of: null },
    ...{ receipt_email: null, receipt_number: null, receipt_url: null, refunded: false, review: null, shipping: null },
    ...{ source: null, source_transfer: null, statement_descriptor: null, statement_descriptor_suffix: null },
    ...{ transfer_data: null, transfer_group: null },
  });
}

type ChargedCard = NonNullable<NonNullable<Charge['payment_method_details']>['card']>;

function chargedCard({ card }: Objects['payment_method'], amount: number): ChargedCard {
  const { brand, country, exp_month, exp_year, fingerprint, funding, last4 } = card!;
  return {
    ...{ brand, country, exp_month, exp_year, fingerprint, funding, last4, amount_authorized: amount },
    ...{ authorization_code: null, checks: card!.checks, installments: null, mandate: null, network: brand },
    ...{
      electronic_commerce_indicator: null,
      transaction_link_id: null,
      network_transaction_id: null,
      regulated_status: card!.regulated_status,
      three_d_secure: null,
      wallet: null,
    },
  };
}

function outcomeOf(failure?: Decline): Charge['outcome'] {
  const reason = failure?.decline_code ?? null;
  return {
    ...{
      advice_code: failure ? (failure.final ? 'do_not_try_again' : 'try_again_later') : null,
      network_advice_code: null,
    },
    ...{ network_decline_code: null, network_status: failure ? 'declined_by_network' : 'approved_by_network', reason },
    ...{ risk_level: 'normal', seller_message: failure ? 'The bank declined the payment.' : 'Payment complete.' },
    type: failure ? 'issuer_declined' : 'authorized',
  };
}
