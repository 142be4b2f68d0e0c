import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { refund } from '../payments/refunds.js';
import { newId, type Work } from '../work.js';
import { moveBalance } from './balances.js';
import { type Invoice } from './invoices.js';
import { markPaid } from './paying.js';
import { intentOf } from './payments-of.js';

type CreditNote = Objects['credit_note'];

export interface Credit {
  amount: number;
  refundAmount: number;
  creditAmount: number;
  outOfBandAmount: number;
  reason: CreditNote['reason'];
  memo: string | null;
  metadata: Record<string, string>;
}

/** Takes a part of an invoice back: less to pay while it is open; refunded or credited to the balance once it is paid. */
export function issue(work: Work, invoice: Invoice, credit: Credit): CreditNote {
  refuseUnfit(work, invoice, credit);
  const note = work.add('credit_note', newNote(work, invoice, credit));
  if (invoice.status === 'open') lower(work, invoice, note);
  else giveBack(work, invoice, note, credit);
  work.emit('credit_note.created', note);
  work.emit('invoice.updated', invoice);
  if (invoice.status === 'open' && invoice.amount_remaining === 0) markPaid(work, invoice);
  return note;
}

function refuseUnfit(
  work: Work,
  invoice: Invoice,
  { amount, refundAmount, creditAmount, outOfBandAmount }: Credit,
): void {
  if (invoice.status !== 'open' && invoice.status !== 'paid')
    throw invalid('You can only credit open or paid invoices.', { param: 'invoice' });
  const credited = work.all('credit_note').filter((row) => row.invoice === invoice.id && row.status === 'issued');
  const left = invoice.total - credited.reduce((sum, row) => sum + row.amount, 0);
  if (amount <= 0 || amount > left)
    throw invalid(`The credit note amount ${amount} is greater than what is left of the invoice (${left}).`, {
      param: 'amount',
    });
  if (invoice.status === 'open' || refundAmount + creditAmount + outOfBandAmount === amount) return;
  throw invalid('The sum of refund_amount, credit_amount and out_of_band_amount must equal the credit note amount.', {
    param: 'amount',
  });
}

function lower(work: Work, invoice: Invoice, note: CreditNote): void {
  note.pre_payment_amount = note.amount;
  note.type = 'pre_payment';
  invoice.pre_payment_credit_notes_amount += note.amount;
  invoice.amount_due -= note.amount;
  invoice.amount_remaining -= note.amount;
  const intent = intentOf(work, invoice.id);
  if (intent) intent.amount = invoice.amount_remaining;
}

function giveBack(work: Work, invoice: Invoice, note: CreditNote, { refundAmount, creditAmount }: Credit): void {
  invoice.post_payment_credit_notes_amount += note.amount;
  const entry = moveBalance(work, invoice.customer!, -creditAmount, {
    type: 'credit_note',
    credit_note: note.id,
    invoice: invoice.id,
  });
  note.customer_balance_transaction = entry?.id ?? null;
  if (!refundAmount) return;
  const charge = intentOf(work, invoice.id)?.latest_charge;
  if (!charge)
    throw invalid('This invoice was not paid by a charge that could be refunded.', { param: 'refund_amount' });
  const made = refund(work, work.get('charge', charge), refundAmount);
  note.refunds = [{ amount_refunded: refundAmount, payment_record_refund: null, refund: made.id, type: 'refund' }];
}

export function voidNote(work: Work, note: CreditNote): void {
  const invoice = work.get('invoice', note.invoice);
  if (note.status === 'void' || invoice.status !== 'open')
    throw invalid('You can only void credit notes of open invoices.');
  note.status = 'void';
  note.voided_at = work.now;
  invoice.pre_payment_credit_notes_amount -= note.amount;
  invoice.amount_due += note.amount;
  invoice.amount_remaining += note.amount;
  const intent = intentOf(work, invoice.id);
  if (intent) intent.amount = invoice.amount_remaining;
  work.emit('credit_note.voided', note);
}

function newNote(
  work: Work,
  invoice: Invoice,
  { amount, reason, memo, metadata, outOfBandAmount }: Credit,
): CreditNote {
  const id = newId('cn');
  const share = amount / invoice.total;
  const taxes = (invoice.total_taxes ?? []).map((tax) => ({
    ...tax,
    amount: Math.round(tax.amount * share),
    taxable_amount: Math.round((tax.taxable_amount ?? 0) * share),
  }));
  const taxed = taxes.filter((tax) => tax.tax_behavior === 'exclusive').reduce((sum, tax) => sum + tax.amount, 0);
  const nth = work.all('credit_note').filter((row) => row.invoice === invoice.id).length + 1;
  return {
    ...{
      id,
      object: 'credit_note',
      amount,
      currency: invoice.currency,
      customer: invoice.customer!,
      invoice: invoice.id,
      created: work.now,
    },
    ...{
      number: `${invoice.number}-CN-${String(nth).padStart(2, '0')}`,
      pdf: `${invoice.invoice_pdf}`,
      status: 'issued',
      voided_at: null,
    },
    ...{
      amount_shipping: 0,
      customer_account: null,
      customer_balance_transaction: null,
      discount_amount: 0,
      discount_amounts: [],
    },
    ...{
      effective_at: work.now,
      livemode: false,
      memo,
      metadata,
      out_of_band_amount: outOfBandAmount || null,
      reason,
      refunds: [],
    },
    ...{
      post_payment_amount: invoice.status === 'paid' ? amount : 0,
      pre_payment_amount: 0,
      pretax_credit_amounts: [],
      shipping_cost: null,
    },
    ...{
      subtotal: amount - taxed,
      subtotal_excluding_tax: amount - taxed,
      total: amount,
      total_excluding_tax: amount - taxed,
    },
    ...{
      total_taxes: taxes,
      type: 'post_payment',
      lines: { object: 'list', data: [], has_more: false, url: `/v1/credit_notes/${id}/lines` },
    },
  };
}
