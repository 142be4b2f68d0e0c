import { type Stripe } from 'stripe';
import { z } from 'zod';
import { endSubscription } from '../billing/ending.js';
import { endDiscount } from '../billing/discounts.js';
import { isOver } from '../billing/standing.js';
import { addTaxId } from '../billing/tax-ids.js';
import { endpoint } from '../http/endpoint.js';
import { page, within } from '../http/lists.js';
import { address, emptyable, type Fields, integer, listing, metadata, range, text } from '../http/params.js';
import { missing } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { attachCard, cardFor } from '../payments/cards.js';
import { newId, type Work } from '../work.js';
import { mergeMetadata, orNull, setTexts } from './fields.js';

type Customer = Objects['customer'];

const shared = {
  ...{ address: emptyable(address).optional(), balance: integer.optional(), business_name: z.string().optional() },
  ...{ description: z.string().optional(), email: z.string().optional(), individual_name: z.string().optional() },
  ...{
    invoice_prefix: text.optional(),
    metadata: metadata.optional(),
    name: z.string().optional(),
    phone: z.string().optional(),
  },
  preferred_locales: z.array(text).optional(),
  tax_exempt: z.enum(['', 'exempt', 'none', 'reverse']).optional(),
  invoice_settings: z
    .strictObject({
      default_payment_method: z.string().optional(),
      footer: z.string().optional(),
      custom_fields: emptyable(z.array(z.strictObject({ name: text, value: text }))).optional(),
    })
    .optional(),
  tax: z.strictObject({ validate_location: z.enum(['auto', 'deferred', 'immediately']).optional() }).optional(),
};
const createParams = z.strictObject({
  ...shared,
  ...{ payment_method: text.optional(), test_clock: text.optional() },
  tax_id_data: z.array(z.strictObject({ type: text, value: z.string() })).optional(),
} satisfies Fields<Stripe.CustomerCreateParams>);
const updateParams = z.strictObject(shared satisfies Fields<Stripe.CustomerUpdateParams>);
const listParams = z.strictObject({
  ...{ ...listing, email: text.optional(), created: range.optional(), test_clock: text.optional() },
} satisfies Fields<Stripe.CustomerListParams>);

export const customerEndpoints = [
  endpoint('POST', '/v1/customers', createParams, create),
  endpoint('GET', '/v1/customers', listParams, (work, params) => {
    // Those of a test clock are hidden from whoever does not ask for them.
    const fits = (row: Customer) =>
      (!params.email || row.email === params.email) &&
      within(row.created, params.created) &&
      row.test_clock === (params.test_clock ?? null);
    return page(work.all('customer').filter(fits), '/v1/customers', params);
  }),
  endpoint(
    'GET',
    '/v1/customers/:id',
    z.strictObject({}),
    (work, _params, { ids }) => work.find('deleted', ids.id!) ?? customer(work, ids.id!),
  ),
  endpoint('POST', '/v1/customers/:id', updateParams, (work, params, { ids }) => {
    const row = customer(work, ids.id!);
    apply(work, row, params);
    work.emit('customer.updated', row);
    return row;
  }),
  endpoint('DELETE', '/v1/customers/:id', z.strictObject({}), (work, _params, { ids }) =>
    deleteCustomer(work, ids.id!),
  ),
  endpoint('DELETE', '/v1/customers/:id/discount', z.strictObject({}), (work, _params, { ids }) =>
    removeDiscount(work, customer(work, ids.id!)),
  ),
  endpoint('GET', '/v1/customers/:id/balance_transactions', z.strictObject(listing), (work, params, { ids }) => {
    const rows = work.all('customer_balance_transaction').filter((row) => row.customer === customer(work, ids.id!).id);
    return page(rows, `/v1/customers/${ids.id}/balance_transactions`, params);
  }),
];

const customer = (work: Work, id: string) => work.get('customer', id);

function create(work: Work, params: z.output<typeof createParams>): Customer {
  const row = work.add('customer', newCustomer(work));
  if (params.test_clock) row.test_clock = work.get('test_helpers.test_clock', params.test_clock, 'test_clock').id;
  apply(work, row, params);
  work.emit('customer.created', row);
  for (const { type, value } of params.tax_id_data ?? []) addTaxId(work, row.id, type, value);
  if (params.payment_method) attachCard(work, cardFor(work, params.payment_method), row.id);
  return row;
}

function newCustomer(work: Work): Customer {
  const id = newId('cus', 14);
  return {
    ...{
      id,
      object: 'customer',
      balance: 0,
      created: work.now,
      livemode: false,
      metadata: {},
      currency: null,
      delinquent: false,
    },
    ...{ address: null, default_source: null, description: null, discount: null, email: null, name: null, phone: null },
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    ...{ invoice_prefix: id.slice(-8).toUpperCase(), next_invoice_sequence: 1, preferred_locales: [], shipping: null },
    ...{ tax_exempt: 'none', test_clock: null, customer_account: null },
  };
}

function apply(work: Work, row: Customer, params: z.output<typeof updateParams>): void {
  const { invoice_settings: invoices, balance, preferred_locales, invoice_prefix, tax_exempt } = params;
  setTexts(row, params, ['description', 'email', 'name', 'phone', 'business_name', 'individual_name']);
  mergeMetadata(row, params.metadata);
  if (params.address !== undefined) row.address = wholeAddress(params.address);
  if (balance !== undefined) row.balance = balance;
  if (preferred_locales) row.preferred_locales = preferred_locales;
  if (invoice_prefix) row.invoice_prefix = invoice_prefix;
  if (tax_exempt !== undefined) row.tax_exempt = tax_exempt || 'none';
  if (!invoices) return;
  setTexts(row.invoice_settings, invoices, ['footer']);
  if (invoices.custom_fields !== undefined) row.invoice_settings.custom_fields = invoices.custom_fields || null;
  if (invoices.default_payment_method !== undefined)
    row.invoice_settings.default_payment_method = ownCard(work, row, invoices.default_payment_method);
}

function ownCard(work: Work, row: Customer, id: string): string | null {
  if (!id) return null;
  const method = work.get('payment_method', id, 'invoice_settings[default_payment_method]');
  if (method.customer !== row.id) throw missing('PaymentMethod', id, 'invoice_settings[default_payment_method]');
  return method.id;
}

function wholeAddress(given: z.output<typeof address> | ''): Customer['address'] {
  if (!given) return null;
  const { city, country, line1, line2, postal_code, state } = given;
  const rest = { line1: orNull(line1), line2: orNull(line2), postal_code: orNull(postal_code), state: orNull(state) };
  return { city: orNull(city), country: orNull(country), ...rest };
}

/** With the customer go their running subscriptions, as Stripe has it. */
export function deleteCustomer(work: Work, id: string) {
  const row = customer(work, id);
  for (const subscription of work.all('subscription').filter((each) => each.customer === id && !isOver(each))) {
    endSubscription(work, work.get('subscription', subscription.id), 'cancellation_requested');
  }
  work.emit('customer.deleted', row);
  work.remove('customer', id);
  return work.add('deleted', { id, object: 'customer', deleted: true });
}

function removeDiscount(work: Work, row: Customer) {
  const held = row.discount;
  if (!held) throw missing('discount', row.id);
  row.discount = null;
  endDiscount(work, held.id);
  work.emit('customer.updated', row);
  return { ...held, deleted: true };
}
