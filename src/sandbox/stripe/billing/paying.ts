import { type Work } from '../work.js';
import { type Invoice } from './invoices.js';
import { intentOf, paymentOf } from './payments-of.js';
import { invoicePaid } from './standing.js';

/** The invoice was paid, or there was nothing to pay; its subscription follows. */
export function markPaid(work: Work, invoice: Invoice): void {
  invoice.status = 'paid';
  invoice.amount_paid = invoice.amount_due;
  invoice.amount_remaining = 0;
  invoice.attempted = true;
  invoice.auto_advance = false;
  invoice.next_payment_attempt = null;
  invoice.status_transitions.paid_at = work.now;
  settlePayment(work, invoice);
  work.unschedule('retry', invoice.id);
  work.unschedule('dunning_end', invoice.id);
  work.emit('invoice.updated', invoice);
  work.emit('invoice.paid', invoice);
  work.emit('invoice.payment_succeeded', invoice);
  setDelinquent(work, invoice, false);
  invoicePaid(work, invoice, intentOf(work, invoice.id)?.payment_method ?? null);
}

function settlePayment(work: Work, invoice: Invoice): void {
  const payment = paymentOf(work, invoice.id);
  if (!payment || payment.status === 'paid') return;
  payment.status = 'paid';
  payment.amount_paid = payment.amount_requested;
  payment.status_transitions.paid_at = work.now;
  work.emit('invoice_payment.paid', payment);
}

export function setDelinquent(work: Work, invoice: Invoice, delinquent: boolean): void {
  const customer = work.get('customer', invoice.customer!);
  customer.delinquent = delinquent;
  work.emit('customer.updated', customer);
}
