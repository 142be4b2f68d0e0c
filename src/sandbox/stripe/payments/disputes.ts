import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { testCard } from './test-cards.js';

type Charge = Objects['charge'];
type Dispute = Objects['dispute'];

/** What a disputing card's holder does as soon as it was charged. */
export function followUp(work: Work, charge: Charge, number: string): void {
  const { aftermath } = testCard(number);
  if (aftermath === 'fraud_warning') warnOfFraud(work, charge);
  else if (aftermath === 'inquiry') openDispute(work, charge, 'general', 'warning_needs_response');
  else if (aftermath) openDispute(work, charge, aftermath);
}

export function warnOfFraud(work: Work, charge: Charge): void {
  const warning = work.add('radar.early_fraud_warning', {
    ...{
      id: newId('issfr'),
      object: 'radar.early_fraud_warning',
      actionable: true,
      charge: charge.id,
      created: work.now,
    },
    ...{ fraud_type: 'misc', livemode: false, payment_intent: charge.payment_intent ?? undefined },
  });
  work.emit('radar.early_fraud_warning.created', warning);
}

/** A dispute takes the money back at once; an inquiry (`warning_…`) only asks. */
export function openDispute(
  work: Work,
  charge: Charge,
  reason: string,
  status: Dispute['status'] = 'needs_response',
): Dispute {
  if (!charge.paid || charge.disputed) throw invalid(`The charge ${charge.id} cannot be disputed.`);
  const dispute = work.add('dispute', newDispute(work, charge, reason, status));
  charge.disputed = status === 'needs_response';
  work.emit('charge.dispute.created', dispute);
  if (!charge.disputed) return dispute;
  work.emit('charge.updated', charge);
  work.emit('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

export function closeDispute(work: Work, dispute: Dispute, outcome: 'won' | 'lost'): void {
  const inquiry = dispute.status.startsWith('warning_');
  if (['won', 'lost', 'warning_closed'].includes(dispute.status)) throw invalid('This dispute is already closed.');
  dispute.status = inquiry ? 'warning_closed' : outcome;
  work.emit('charge.dispute.updated', dispute);
  work.emit('charge.dispute.closed', dispute);
  if (!inquiry && outcome === 'won') work.emit('charge.dispute.funds_reinstated', dispute);
}

function newDispute(work: Work, charge: Charge, reason: string, status: Dispute['status']): Dispute {
  return {
    ...{ id: newId('dp'), object: 'dispute', amount: charge.amount, currency: charge.currency, charge: charge.id },
    ...{ payment_intent: charge.payment_intent, reason, status, created: work.now, livemode: false, metadata: {} },
    ...{ balance_transactions: [], enhanced_eligibility_types: [], intended_submission_method: null },
    ...{ is_charge_refundable: status === 'warning_needs_response', evidence: noEvidence },
    evidence_details: {
      ...{ due_by: work.now + 9 * 86_400, enhanced_eligibility: {}, has_evidence: false, past_due: false },
      ...{ submission_count: 0, submission_method: 'not_submitted' },
    },
  };
}

const noEvidence: Dispute['evidence'] = {
  ...{
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
  },
  ...{ cancellation_rebuttal: null, customer_communication: null, customer_email_address: null, customer_name: null },
  ...{ customer_purchase_ip: null, customer_signature: null, duplicate_charge_documentation: null },
  ...{
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
  },
  ...{ receipt: null, refund_policy: null, refund_policy_disclosure: null, refund_refusal_explanation: null },
  ...{
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
  },
  ...{
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  },
};
