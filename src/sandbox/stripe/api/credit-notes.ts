import { type Stripe } from 'stripe';
import { z } from 'zod';
import { issue, voidNote } from '../billing/credit-notes.js';
import { endpoint } from '../http/endpoint.js';
import { page } from '../http/lists.js';
import { type Fields, integer, labels, listing, text } from '../http/params.js';

const createParams = z.strictObject({
  ...{
    invoice: text,
    amount: integer.optional(),
    credit_amount: integer.optional(),
    refund_amount: integer.optional(),
  },
  ...{ out_of_band_amount: integer.optional(), memo: text.optional(), metadata: labels.optional() },
  reason: z.enum(['duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory']).optional(),
} satisfies Fields<Stripe.CreditNoteCreateParams>);
const listParams = z.strictObject({
  ...listing,
  customer: text.optional(),
  invoice: text.optional(),
} satisfies Fields<Stripe.CreditNoteListParams>);

export const creditNoteEndpoints = [
  endpoint('POST', '/v1/credit_notes', createParams, (work, params) => {
    const {
      refund_amount: refundAmount = 0,
      credit_amount: creditAmount = 0,
      out_of_band_amount: outOfBandAmount = 0,
    } = params;
    const amount = params.amount ?? refundAmount + creditAmount + outOfBandAmount;
    const words = { reason: params.reason ?? null, memo: params.memo ?? null, metadata: params.metadata ?? {} };
    return issue(work, work.get('invoice', params.invoice, 'invoice'), {
      amount,
      refundAmount,
      creditAmount,
      outOfBandAmount,
      ...words,
    });
  }),
  endpoint('GET', '/v1/credit_notes', listParams, (work, params) => {
    const mine = work.all('credit_note').filter((row) => !params.invoice || row.invoice === params.invoice);
    return page(
      mine.filter((row) => !params.customer || row.customer === params.customer),
      '/v1/credit_notes',
      params,
    );
  }),
  endpoint('GET', '/v1/credit_notes/:id', z.strictObject({}), (work, _params, { ids }) =>
    work.get('credit_note', ids.id!),
  ),
  endpoint('POST', '/v1/credit_notes/:id/void', z.strictObject({}), (work, _params, { ids }) => {
    const note = work.get('credit_note', ids.id!);
    voidNote(work, note);
    return note;
  }),
];
