import { settleRefund } from '../payments/refunds.js';
import { type Task, type TaskKind } from '../records.js';
import { type Work } from '../work.js';
import { voidInvoice } from './closing.js';
import { collect } from './collecting.js';
import { dropPendingUpdate, endSubscription } from './ending.js';
import { collectRenewal, endDunning, renewal, turnPeriod } from './renewing.js';
import { enterPhase } from './schedules.js';
import { subscriptionOf } from './standing.js';
import { verifyTaxId } from './tax-ids.js';

// Everything that happens because time passes. What falls due at one moment is done in the order of this list.

const handlers: Record<TaskKind, (work: Work, subject: string) => void> = {
  phase: (work, id) => enterPhase(work, work.get('subscription_schedule', id)),
  retry: (work, id) => collect(work, work.get('invoice', id), { offSession: true }),
  dunning_end: (work, id) => endDunning(work, work.get('invoice', id), subscriptionOf(work, work.get('invoice', id))),
  pending_update_expiry: (work, id) => dropPendingUpdate(work, work.get('subscription', id)),
  incomplete_expiry: (work, id) => voidInvoice(work, work.get('invoice', work.get('subscription', id).latest_invoice!)),
  cancel_at: (work, id) => endSubscription(work, work.get('subscription', id), 'cancellation_requested'),
  period_end: (work, id) => turnPeriod(work, work.get('subscription', id)),
  finalize: (work, id) => collectRenewal(work, work.get('invoice', id)),
  upcoming: announceRenewal,
  trial_will_end: (work, id) => work.emit('customer.subscription.trial_will_end', work.get('subscription', id)),
  verify_tax_id: (work, id) => verifyTaxId(work, work.get('tax_id', id)),
  settle_refund: (work, id) => settleRefund(work, work.get('refund', id)),
};

const order = Object.keys(handlers);

export function inOrder(tasks: readonly Task[]): Task[] {
  return [...tasks].sort((a, b) => a.at - b.at || order.indexOf(a.kind) - order.indexOf(b.kind));
}

export function perform(work: Work, { id, kind, subject }: Task): void {
  work.remove('task', id);
  handlers[kind](work, subject);
}

/** `invoice.upcoming` shows an invoice that is not there yet. */
function announceRenewal(work: Work, id: string): void {
  const subscription = work.get('subscription', id);
  if (subscription.cancel_at_period_end || subscription.cancel_at) return;
  const ahead = work.scratch();
  const invoice = renewal(ahead, ahead.get('subscription', id));
  work.emit('invoice.upcoming', { ...invoice, id: `upcoming_${invoice.id}` });
}
