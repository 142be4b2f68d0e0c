import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newPaymentIntent } from '../payments/intents.js';
import { newId, type Work } from '../work.js';
import { moveBalance } from './balances.js';
import { customerFacts, type Invoice, settleAmounts } from './invoices.js';
import { markPaid } from './paying.js';
import { reckon } from './totals.js';

/**
 * A draft becomes an invoice: it gets its number, the customer as they are now, takes the balance into account, and is paid
 * at once if nothing is left to pay. Without a place for its taxes it stays a draft. @returns whether it was finalized
 */
export function finalize(work: Work, invoice: Invoice): boolean {
  if (invoice.status !== 'draft') throw invalid('This invoice is already finalized.', { code: 'invoice_not_editable' });
  const customer = work.get('customer', invoice.customer!);
  Object.assign(invoice, customerFacts(work, customer));
  reckon(work, invoice, work.cause.settings.country);
  if (invoice.automatic_tax.status === 'requires_location_inputs') return refuse(work, invoice);
  settleAmounts(invoice, customer.balance);
  number(invoice, customer);
  useBalance(work, invoice);
  open(work, invoice);
  if (invoice.amount_due > 0) requestPayment(work, invoice);
  work.emit('invoice.updated', invoice);
  work.emit('invoice.finalized', invoice);
  if (invoice.amount_due === 0) markPaid(work, invoice);
  return true;
}

function refuse(work: Work, invoice: Invoice): false {
  const message =
    "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.";
  invoice.last_finalization_error = { type: 'invalid_request_error', code: 'customer_tax_location_invalid', message };
  work.emit('invoice.finalization_failed', invoice);
  return false;
}

function number(invoice: Invoice, customer: Objects['customer']): void {
  customer.next_invoice_sequence ??= 1;
  invoice.number = `${customer.invoice_prefix}-${String(customer.next_invoice_sequence++).padStart(4, '0')}`;
}

/** Balances are moved to just what the invoice took or left there. */
function useBalance(work: Work, invoice: Invoice): void {
  const moved = invoice.total - invoice.amount_due;
  if (!moved) return;
  moveBalance(work, invoice.customer!, moved, { type: 'applied_to_invoice', invoice: invoice.id });
}

function open(work: Work, invoice: Invoice): void {
  const { token } = work.get('invoice_facts', invoice.id);
  invoice.status = 'open';
  invoice.effective_at = work.now;
  invoice.status_transitions.finalized_at = work.now;
  invoice.automatically_finalizes_at = null;
  invoice.ending_balance = work.get('customer', invoice.customer!).balance;
  invoice.hosted_invoice_url = `${work.cause.url}/invoice/${token}`;
  invoice.invoice_pdf = `${work.cause.url}/invoice/${token}/pdf`;
}

function requestPayment(work: Work, invoice: Invoice): void {
  const { customer, currency } = invoice;
  const description =
    invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update';
  const intent = newPaymentIntent(work, { amount: invoice.amount_due, currency, customer, description });
  intent.setup_future_usage = 'off_session';
  work.emit('payment_intent.created', intent);
  work.add('invoice_payment', {
    ...{ id: newId('inpay'), object: 'invoice_payment', amount_paid: null, amount_requested: invoice.amount_due },
    ...{ created: work.now, currency, invoice: invoice.id, is_default: true, livemode: false, status: 'open' },
    ...{
      payment: { type: 'payment_intent', payment_intent: intent.id },
      status_transitions: { canceled_at: null, paid_at: null },
    },
  });
}
