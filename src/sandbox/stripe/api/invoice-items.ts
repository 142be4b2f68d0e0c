import { type Stripe } from 'stripe';
import { z } from 'zod';
import { endpoint } from '../http/endpoint.js';
import { page } from '../http/lists.js';
import { type Fields, flag, listing, text } from '../http/params.js';
import { type Objects } from '../objects.js';

const listParams = z.strictObject({
  ...{ ...listing, customer: text.optional(), invoice: text.optional(), pending: flag.optional() },
} satisfies Fields<Stripe.InvoiceItemListParams>);

/** What waits for the next invoice, or is on one. They come from changes of subscriptions only. */
export const invoiceItemEndpoints = [
  endpoint('GET', '/v1/invoiceitems', listParams, (work, { customer, invoice, pending, ...params }) => {
    const fits = (row: Objects['invoiceitem']) =>
      (!customer || row.customer === customer) &&
      (!invoice || row.invoice === invoice) &&
      (pending === undefined || (row.invoice === null) === pending);
    return page(work.all('invoiceitem').filter(fits), '/v1/invoiceitems', params);
  }),
  endpoint('GET', '/v1/invoiceitems/:id', z.strictObject({}), (work, _params, { ids }) =>
    work.get('invoiceitem', ids.id!),
  ),
];
