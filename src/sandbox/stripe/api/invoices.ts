import { type Stripe } from 'stripe';
import { z } from 'zod';
import { markUncollectible, voidInvoice } from '../billing/closing.js';
import { collect, payInvoice } from '../billing/collecting.js';
import { finalize } from '../billing/finalizing.js';
import { type Invoice } from '../billing/invoices.js';
import { markPaid } from '../billing/paying.js';
import { endpoint } from '../http/endpoint.js';
import { page, within } from '../http/lists.js';
import { type Fields, flag, listing, metadata, range, text } from '../http/params.js';
import { invalid } from '../http/problem.js';
import { cardFor } from '../payments/cards.js';
import { type Work } from '../work.js';
import { mergeMetadata } from './fields.js';
import { preview, previewParams } from './previews.js';

const listParams = z.strictObject({
  ...{
    ...listing,
    created: range.optional(),
    customer: text.optional(),
    due_date: range.optional(),
    subscription: text.optional(),
  },
  collection_method: z.enum(['charge_automatically', 'send_invoice']).optional(),
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']).optional(),
} satisfies Fields<Stripe.InvoiceListParams>);
const payParams = z.strictObject({
  ...{ off_session: flag.optional(), paid_out_of_band: flag.optional(), payment_method: text.optional() },
} satisfies Fields<Stripe.InvoicePayParams>);
const finalizeParams = z.strictObject({
  auto_advance: flag.optional(),
} satisfies Fields<Stripe.InvoiceFinalizeInvoiceParams>);
const updateParams = z.strictObject({
  ...{
    auto_advance: flag.optional(),
    description: z.string().optional(),
    footer: z.string().optional(),
    metadata: metadata.optional(),
  },
  default_payment_method: text.optional(),
} satisfies Fields<Stripe.InvoiceUpdateParams>);

export const invoiceEndpoints = [
  endpoint('GET', '/v1/invoices', listParams, (work, params) =>
    page(
      work.all('invoice').filter((row) => fits(row, params)),
      '/v1/invoices',
      params,
    ),
  ),
  endpoint('POST', '/v1/invoices/create_preview', previewParams, preview),
  endpoint('GET', '/v1/invoices/:id', z.strictObject({}), (work, _params, { ids }) => work.get('invoice', ids.id!)),
  endpoint('POST', '/v1/invoices/:id', updateParams, (work, params, { ids }) =>
    update(work, work.get('invoice', ids.id!), params),
  ),
  endpoint('POST', '/v1/invoices/:id/pay', payParams, (work, params, { ids }) =>
    pay(work, work.get('invoice', ids.id!), params),
  ),
  endpoint('POST', '/v1/invoices/:id/finalize', finalizeParams, (work, params, { ids }) => {
    const invoice = work.get('invoice', ids.id!);
    finalize(work, invoice);
    if (params.auto_advance ?? invoice.auto_advance) collect(work, invoice, { offSession: true });
    return invoice;
  }),
  endpoint('POST', '/v1/invoices/:id/void', z.strictObject({}), (work, _params, { ids }) => {
    const invoice = work.get('invoice', ids.id!);
    voidInvoice(work, invoice);
    return invoice;
  }),
  endpoint('POST', '/v1/invoices/:id/mark_uncollectible', z.strictObject({}), (work, _params, { ids }) => {
    const invoice = work.get('invoice', ids.id!);
    markUncollectible(work, invoice);
    return invoice;
  }),
  endpoint('POST', '/v1/invoices/:id/send', z.strictObject({}), (work, _params, { ids }) => {
    const invoice = work.get('invoice', ids.id!);
    work.emit('invoice.sent', invoice);
    return invoice;
  }),
  endpoint('GET', '/v1/invoices/:id/lines', z.strictObject(listing), (work, params, { ids }) => {
    const rows = [...work.get('invoice', ids.id!).lines.data].reverse();
    return page(rows, `/v1/invoices/${ids.id}/lines`, params);
  }),
];

function update(work: Work, invoice: Invoice, params: z.output<typeof updateParams>): Invoice {
  mergeMetadata(invoice, params.metadata);
  if (params.description !== undefined) invoice.description = params.description || null;
  if (params.footer !== undefined) invoice.footer = params.footer || null;
  if (params.auto_advance !== undefined) invoice.auto_advance = params.auto_advance;
  if (params.default_payment_method)
    invoice.default_payment_method = cardFor(work, params.default_payment_method, 'default_payment_method').id;
  work.emit('invoice.updated', invoice);
  return invoice;
}

function pay(work: Work, invoice: Invoice, params: z.output<typeof payParams>): Invoice {
  if (invoice.status === 'draft') finalize(work, invoice);
  if (invoice.status === 'paid')
    throw invalid('Invoice is already paid', { code: 'invoice_payment_intent_unexpected_state' });
  if (params.paid_out_of_band) markPaid(work, invoice);
  else
    payInvoice(
      work,
      invoice,
      { offSession: params.off_session ?? true },
      params.payment_method && cardFor(work, params.payment_method).id,
    );
  return invoice;
}

function fits(
  row: Invoice,
  { customer, subscription, status, created, collection_method: method }: z.output<typeof listParams>,
): boolean {
  if (customer && row.customer !== customer) return false;
  if (subscription && row.parent?.subscription_details?.subscription !== subscription) return false;
  if (status && row.status !== status) return false;
  return (!method || row.collection_method === method) && within(row.created, created);
}
