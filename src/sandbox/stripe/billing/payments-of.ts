import { type Objects } from '../objects.js';
import { type Work } from '../work.js';

type InvoicePayment = Objects['invoice_payment'];

/** The payment that an open invoice waits for, or the one that paid it. */
export function paymentOf(work: Work, invoiceId: string): InvoicePayment | undefined {
  const found = work
    .all('invoice_payment')
    .find((payment) => payment.invoice === invoiceId && payment.status !== 'canceled');
  return found && work.get('invoice_payment', found.id);
}

export function intentOf(work: Work, invoiceId: string): Objects['payment_intent'] | undefined {
  const id = paymentOf(work, invoiceId)?.payment.payment_intent;
  return id ? work.get('payment_intent', id) : undefined;
}

export function invoiceOf(work: Work, intentId: string): Objects['invoice'] | undefined {
  const payment = work.all('invoice_payment').find(({ payment }) => payment.payment_intent === intentId);
  return payment && work.get('invoice', payment.invoice);
}
