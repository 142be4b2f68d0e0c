import { invalid } from '../http/problem.js';
import { type Work } from '../work.js';
import { moveBalance } from './balances.js';
import { dropCovers } from './covers.js';
import { type Invoice } from './invoices.js';
import { intentOf, paymentOf } from './payments-of.js';
import { invoiceGivenUp } from './standing.js';

/** As if it had never been: what it took from the balance goes back, and its subscription no longer waits for it. */
export function voidInvoice(work: Work, invoice: Invoice): void {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw invalid(`You can only void open or uncollectible invoices. This invoice is ${invoice.status}.`);
  }
  invoice.status = 'void';
  invoice.status_transitions.voided_at = work.now;
  moveBalance(work, invoice.customer!, invoice.amount_due - invoice.total, {
    type: 'unapplied_from_invoice',
    invoice: invoice.id,
  });
  dropCovers(work, invoice.lines.data);
  stopCollecting(work, invoice);
  cancelPayment(work, invoice);
  work.emit('invoice.updated', invoice);
  work.emit('invoice.voided', invoice);
  invoiceGivenUp(work, invoice);
}

export function markUncollectible(work: Work, invoice: Invoice): void {
  if (invoice.status !== 'open')
    throw invalid(`You can only mark open invoices as uncollectible. This invoice is ${invoice.status}.`);
  invoice.status = 'uncollectible';
  invoice.status_transitions.marked_uncollectible_at = work.now;
  stopCollecting(work, invoice);
  work.emit('invoice.updated', invoice);
  work.emit('invoice.marked_uncollectible', invoice);
  invoiceGivenUp(work, invoice);
}

/** The invoice can still be paid, but nothing is tried of itself any more. */
export function stopCollecting(work: Work, invoice: Invoice): void {
  invoice.auto_advance = false;
  invoice.next_payment_attempt = null;
  for (const kind of ['finalize', 'retry', 'dunning_end'] as const) work.unschedule(kind, invoice.id);
}

function cancelPayment(work: Work, invoice: Invoice): void {
  const payment = paymentOf(work, invoice.id);
  const intent = intentOf(work, invoice.id);
  if (!payment || !intent) return;
  Object.assign(intent, {
    status: 'canceled',
    canceled_at: work.now,
    cancellation_reason: 'void_invoice',
    next_action: null,
  });
  work.emit('payment_intent.canceled', intent);
  payment.status = 'canceled';
  payment.status_transitions.canceled_at = work.now;
}
