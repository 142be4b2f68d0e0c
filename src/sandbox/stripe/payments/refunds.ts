import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { factsOf } from './cards.js';
import { testCard } from './test-cards.js';

type Charge = Objects['charge'];
type Refund = Objects['refund'];

const settlesAfter = 60;

/** Gives money back. The cards for it settle, or fail, a minute later. */
export function refund(work: Work, charge: Charge, amount: number | undefined, more: Partial<Refund> = {}): Refund {
  const left = charge.amount_captured - charge.amount_refunded;
  refuseUnfit(charge, amount ?? left, left);
  const behaviour = testCard(factsOf(work, charge.payment_method!).number).refund;
  const made = work.add(
    'refund',
    newRefund(work, charge, amount ?? left, behaviour === 'pending' ? 'pending' : 'succeeded', more),
  );
  if (behaviour) work.schedule('settle_refund', made.id, work.now + settlesAfter);
  work.emit('refund.created', made);
  giveBack(work, charge, made.amount);
  work.emit('charge.refunded', charge);
  return made;
}

function refuseUnfit(charge: Charge, amount: number, left: number): void {
  if (!charge.paid) throw invalid(`Charge ${charge.id} was not paid.`, { code: 'charge_not_refundable' });
  if (left <= 0) throw invalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  if (amount <= left && amount > 0) return;
  throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, { param: 'amount' });
}

function newRefund(work: Work, charge: Charge, amount: number, status: string, more: Partial<Refund>): Refund {
  return {
    ...{
      id: newId('re'),
      object: 'refund',
      amount,
      currency: charge.currency,
      charge: charge.id,
      status,
      created: work.now,
    },
    ...{ payment_intent: charge.payment_intent, payment_method: charge.payment_method, customer: charge.customer },
    ...{ balance_transaction: newId('txn'), customer_account: null, metadata: {}, reason: null, receipt_number: null },
    ...{ source_transfer_reversal: null, transfer_reversal: null, ...more },
  };
}

/** What the bank made of it after a while. */
export function settleRefund(work: Work, made: Refund): void {
  const charge = work.get('charge', made.charge!);
  if (testCard(factsOf(work, charge.payment_method!).number).refund === 'fails') return failRefund(work, made);
  made.status = 'succeeded';
  work.emit('refund.updated', made);
}

export function failRefund(work: Work, made: Refund): void {
  if (made.status === 'failed') throw invalid(`The refund ${made.id} has already failed.`);
  Object.assign(made, { status: 'failed', failure_reason: 'unknown', failure_balance_transaction: newId('txn') });
  work.emit('refund.updated', made);
  work.emit('refund.failed', made);
  giveBack(work, work.get('charge', made.charge!), -made.amount);
}

function giveBack(work: Work, charge: Charge, amount: number): void {
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  work.emit('charge.updated', charge);
}
