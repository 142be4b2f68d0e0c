import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { discountsFor, useUp } from './discounts.js';
import { discountCovers } from './covers.js';
import { type Subscription } from './items.js';
import { type Line, lineOf } from './lines.js';
import { reckon } from './totals.js';

export type Invoice = Objects['invoice'];

export interface Draft {
  reason: NonNullable<Invoice['billing_reason']>;
  lines: Line[];
  period: { start: number; end: number };
  prorationDate?: number;
}

/** A draft with its lines, everything that waits for the subscription's next invoice, and its totals. */
export function draftInvoice(
  work: Work,
  subscription: Subscription,
  { reason, lines, period, prorationDate }: Draft,
): Invoice {
  const customer = work.get('customer', subscription.customer);
  const invoice = work.add('invoice', newInvoice(work, customer, subscription, reason));
  invoice.period_start = period.start;
  invoice.period_end = period.end;
  invoice.parent!.subscription_details!.subscription_proration_date = prorationDate;
  invoice.lines.data = [...pendingLines(work, subscription, invoice.id), ...lines];
  for (const line of invoice.lines.data) line.invoice = invoice.id;
  const discounts = discountsFor(work, subscription, customer);
  invoice.discounts = discounts.map(({ id }) => id);
  reckon(work, invoice, work.cause.settings.country);
  settleAmounts(invoice, customer.balance);
  discountCovers(work, invoice.lines.data);
  subscription.latest_invoice = invoice.id;
  useUp(work, subscription, discounts);
  work.add('invoice_facts', { id: invoice.id, token: newId('invtok', 32) });
  work.emit('invoice.created', invoice);
  return invoice;
}

function pendingLines(work: Work, subscription: Subscription, invoice: string): Line[] {
  const waiting = work
    .all('invoiceitem')
    .filter((item) => item.invoice === null && item.parent?.subscription_details?.subscription === subscription.id);
  return waiting.map(({ id }) => {
    const item = work.get('invoiceitem', id);
    item.invoice = invoice;
    return lineOf(work, item);
  });
}

/** What is to be paid, before and after the customer's balance. A negative balance is money that the customer has here. */
export function settleAmounts(invoice: Invoice, balance: number): void {
  invoice.starting_balance = balance;
  invoice.amount_due = payable(invoice, balance);
  invoice.amount_remaining = invoice.amount_due;
}

const minimum: Record<string, number> = {
  usd: 50,
  eur: 50,
  gbp: 30,
  chf: 50,
  sek: 300,
  nok: 300,
  dkk: 250,
  pln: 200,
  czk: 1500,
};

/** Less than the smallest charge is carried to the next invoice. */
function payable({ total, currency }: Invoice, balance: number): number {
  const due = Math.max(0, total + balance);
  return due < (minimum[currency] ?? 50) ? 0 : due;
}

function newInvoice(
  work: Work,
  customer: Objects['customer'],
  subscription: Subscription,
  reason: Draft['reason'],
): Invoice {
  const id = newId('in');
  return {
    ...{
      id,
      object: 'invoice',
      billing_reason: reason,
      created: work.now,
      currency: subscription.currency,
      status: 'draft',
    },
    ...{
      collection_method: subscription.collection_method,
      metadata: {},
      auto_advance: true,
      attempted: false,
      attempt_count: 0,
    },
    ...customerFacts(work, customer),
    test_clock: customer.test_clock ?? null,
    ...{ default_payment_method: null, default_tax_rates: structuredClone(subscription.default_tax_rates ?? []) },
    automatic_tax: {
      ...{ disabled_reason: null, enabled: subscription.automatic_tax.enabled, liability: null },
      provider: null,
      status: null,
    },
    parent: {
      ...{ type: 'subscription_details', quote_details: null },
      subscription_details: { subscription: subscription.id, metadata: structuredClone(subscription.metadata) },
    },
    ...emptyAmounts,
    lines: { object: 'list', data: [], has_more: false, url: `/v1/invoices/${id}/lines` },
    ...{
      account_country: work.cause.settings.country,
      account_name: 'Stripe sandbox',
      account_tax_ids: null,
      application: null,
    },
    ...{
      automatically_finalizes_at: null,
      custom_fields: customer.invoice_settings.custom_fields,
      default_source: null,
    },
    ...{
      description: subscription.invoice_settings.description ?? subscription.description,
      discounts: [],
      due_date: dueDate(work, subscription),
    },
    ...{
      effective_at: null,
      footer: subscription.invoice_settings.footer ?? customer.invoice_settings.footer,
      from_invoice: null,
    },
    ...{
      issuer: { type: 'self' },
      last_finalization_error: null,
      latest_revision: null,
      livemode: false,
      number: null,
    },
    ...{
      next_payment_attempt: null,
      on_behalf_of: null,
      period_start: work.now,
      period_end: work.now,
      receipt_number: null,
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    ...{ rendering: null, shipping_cost: null, shipping_details: null, statement_descriptor: null },
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    ...{ hosted_invoice_url: null, invoice_pdf: null, webhooks_delivered_at: null },
  };
}

const emptyAmounts = {
  ...{
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    ending_balance: null,
  },
  ...{ post_payment_credit_notes_amount: 0, pre_payment_credit_notes_amount: 0, starting_balance: 0, subtotal: 0 },
  ...{ subtotal_excluding_tax: 0, total: 0, total_discount_amounts: [], total_excluding_tax: 0 },
  ...{ total_pretax_credit_amounts: [], total_taxes: [] },
};

const dueDate = (work: Work, { collection_method, days_until_due }: Subscription) =>
  collection_method === 'send_invoice' ? work.now + (days_until_due ?? 30) * 86_400 : null;

/** The customer as they were when the invoice was made. */
export function customerFacts(work: Work, customer: Objects['customer']) {
  const taxIds = work.all('tax_id').filter((taxId) => taxId.customer === customer.id);
  return {
    ...{ customer: customer.id, customer_account: null, customer_address: wholeAddress(customer.address) },
    ...{ customer_email: customer.email, customer_name: customer.name ?? null, customer_phone: customer.phone ?? null },
    ...{ customer_shipping: customer.shipping, customer_tax_exempt: customer.tax_exempt ?? 'none' },
    customer_tax_ids: taxIds.map(({ type, value }) => ({ type, value })),
  };
}

function wholeAddress(address: Objects['customer']['address']): Invoice['customer_address'] {
  if (!address) return null;
  const { city = null, country = null, line1 = null, line2 = null, postal_code = null, state = null } = address;
  return { city, country, line1, line2, postal_code, state };
}
