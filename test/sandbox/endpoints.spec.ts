import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stripe } from 'stripe';
import { endpoints } from '../../src/sandbox/stripe/api/endpoints.js';
import { match } from '../../src/sandbox/stripe/http/router.js';
import { StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';
import { client, customerWith, day, hour, intentOf, open, refusal, type Site, start } from './support.js';

let site: Site;
beforeAll(async () => {
  site = await open();
});
afterAll(() => site.sandbox.stop());

const soon = async (holds: () => Promise<boolean>) => {
  for (let tries = 0; tries < 200 && !(await holds()); tries++) await new Promise((resolve) => setTimeout(resolve, 5));
};

it('the catalog is kept and found', async () => {
  const { stripe, month } = site;
  const product = await stripe.products.create({ name: 'Plan', metadata: { kind: 'plan' } });
  expect((await stripe.products.update(product.id, { name: 'Better plan' })).name).toBe('Better plan');
  expect((await stripe.products.retrieve(product.id)).metadata).toEqual({ kind: 'plan' });
  expect((await stripe.products.list({ ids: [product.id] })).data).toHaveLength(1);
  const other = await stripe.prices.create({
    product: product.id,
    currency: 'eur',
    unit_amount: 800,
    recurring: { interval: 'month' },
  });
  expect((await refusal(stripe.prices.update(other.id, { lookup_key: 'month' }))).param).toBe('lookup_key');
  await stripe.prices.update(other.id, { lookup_key: 'month', transfer_lookup_key: true });
  expect((await stripe.prices.list({ lookup_keys: ['month'] })).data.map(({ id }) => id)).toEqual([other.id]);
  expect((await stripe.prices.retrieve(month.id)).lookup_key).toBeNull();
  expect(String(other.unit_amount_decimal)).toBe('800');
  expect(
    (
      await refusal(
        start(
          stripe,
          (await stripe.customers.create({})).id,
          (await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 1 })).id,
        ),
      )
    ).param,
  ).toBe('items[0][price]');
});

it('coupons, codes and tax rates', async () => {
  const { stripe } = site;
  const coupon = await stripe.coupons.create({
    id: 'FRIENDS',
    percent_off: 12.5,
    duration: 'repeating',
    duration_in_months: 3,
  });
  expect((await stripe.coupons.retrieve(coupon.id)).percent_off).toBe(12.5);
  const code = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
  expect((await stripe.promotionCodes.update(code.id, { active: false })).active).toBe(false);
  expect((await stripe.promotionCodes.retrieve(code.id)).code).toBe(code.code);
  expect((await stripe.promotionCodes.list({ coupon: coupon.id })).data).toHaveLength(1);
  expect((await stripe.coupons.del(coupon.id)).deleted).toBe(true);
  expect((await stripe.coupons.list()).data[0]!.id).toBe('FRIENDS');
  const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 7, inclusive: true });
  expect((await stripe.taxRates.retrieve(rate.id)).inclusive).toBe(true);
  expect((await stripe.taxRates.list()).data.map(({ id }) => id)).toEqual([rate.id]);
});

it('customers with their cards and tax ids', async () => {
  const { stripe } = site;
  const customer = await customerWith(stripe, 'pm_card_mastercard');
  const card = customer.invoice_settings.default_payment_method as string;
  expect((await stripe.paymentMethods.retrieve(card)).card).toMatchObject({ brand: 'mastercard', last4: '4444' });
  expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);
  expect((await stripe.customers.retrievePaymentMethod(customer.id, card)).id).toBe(card);
  await stripe.paymentMethods.update(card, { card: { exp_month: 3, exp_year: 2032 } });
  expect((await stripe.paymentMethods.detach(card)).customer).toBeNull();
  expect(
    ((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).invoice_settings.default_payment_method,
  ).toBeNull();
  expect((await stripe.paymentMethods.list({ customer: customer.id })).data).toEqual([]);
  const taxId = await stripe.customers.createTaxId(customer.id, { type: 'gb_vat', value: 'GB123456789' });
  expect((await stripe.customers.listTaxIds(customer.id)).data).toHaveLength(1);
  await stripe.customers.deleteTaxId(customer.id, taxId.id);
  expect((await refusal(stripe.customers.retrieveTaxId(customer.id, taxId.id))).statusCode).toBe(404);
  expect((await refusal(stripe.customers.deleteDiscount(customer.id))).statusCode).toBe(404);
  await stripe.customers.del(customer.id);
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ id: customer.id, deleted: true });
});

it('intents are changed, listed and cancelled', async () => {
  const { stripe, month } = site;
  const customer = await customerWith(stripe, 'pm_card_visa');
  const setup = await stripe.setupIntents.create({ customer: customer.id });
  expect((await stripe.setupIntents.update(setup.id, { metadata: { a: 'b' } })).metadata).toEqual({ a: 'b' });
  expect((await stripe.setupIntents.cancel(setup.id, { cancellation_reason: 'abandoned' })).status).toBe('canceled');
  expect((await refusal(stripe.setupIntents.cancel(setup.id))).code).toBe('setup_intent_unexpected_state');
  expect((await stripe.setupIntents.list({ customer: customer.id })).data).toHaveLength(1);
  const intent = await intentOf(stripe, await start(stripe, customer.id, month.id));
  expect((await stripe.paymentIntents.list({ customer: customer.id })).data.map(({ id }) => id)).toEqual([intent.id]);
  expect((await refusal(stripe.paymentIntents.cancel(intent.id))).statusCode).toBe(400);
});

it('subscriptions are found by customer, price and status, with their schedules', async () => {
  const { stripe, month } = site;
  const customer = await customerWith(stripe, 'pm_card_visa');
  const begun = await start(stripe, customer.id, month.id, {
    payment_behavior: 'allow_incomplete',
    metadata: { org: '7' },
  });
  expect(
    (await stripe.subscriptions.list({ customer: customer.id, price: month.id, status: 'active' })).data[0]!.metadata,
  ).toEqual({ org: '7' });
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: begun.id });
  expect((await stripe.subscriptionSchedules.list({ customer: customer.id })).data).toHaveLength(1);
  expect((await stripe.subscriptionSchedules.release(schedule.id)).status).toBe('released');
  const second = await stripe.subscriptionSchedules.create({ from_subscription: begun.id });
  expect((await stripe.subscriptionSchedules.cancel(second.id)).status).toBe('canceled');
  expect((await stripe.subscriptions.list({ customer: customer.id })).data).toEqual([]);
  expect((await stripe.subscriptions.list({ customer: customer.id, status: 'all' })).data[0]!.status).toBe('canceled');
});

it('invoices: listed, described, finalized early, sent, paid outside', async () => {
  const { stripe, month, sandbox } = site;
  const customer = await customerWith(stripe, 'pm_card_visa');
  const begun = await start(stripe, customer.id, month.id, { payment_behavior: 'allow_incomplete' });
  await stripe.subscriptions.update(begun.id, { items: [{ id: begun.items.data[0]!.id, quantity: 4 }] });
  expect(
    (await stripe.invoiceItems.list({ customer: customer.id, pending: true })).data.map(({ amount }) => amount).sort(),
  ).toEqual([-2700, 3600]);
  await sandbox.advance(31 * day);
  const [draft] = (await stripe.invoices.list({ subscription: begun.id, status: 'draft' })).data;
  expect((await stripe.invoices.listLineItems(draft!.id)).data.map(({ amount }) => amount).sort()).toEqual([
    -2700, 3600, 3600,
  ]);
  const item = (await stripe.invoiceItems.list({ invoice: draft!.id })).data[0]!;
  expect((await stripe.invoiceItems.retrieve(item.id)).proration).toBe(true);
  await stripe.invoices.update(draft!.id, { description: 'PO 7' });
  const open = await stripe.invoices.finalizeInvoice(draft!.id, { auto_advance: false });
  expect([open.status, open.description, open.hosted_invoice_url?.startsWith(`${sandbox.url}/invoice/`)]).toEqual([
    'open',
    'PO 7',
    true,
  ]);
  await stripe.invoices.sendInvoice(open.id);
  expect((await stripe.invoices.pay(open.id, { paid_out_of_band: true })).status).toBe('paid');
  const { data } = await stripe.invoicePayments.list({ invoice: open.id });
  expect((await stripe.invoicePayments.retrieve(data[0]!.id)).amount_requested).toBe(4500);
  const voided = invoiceOf(await start(stripe, customer.id, month.id));
  expect((await stripe.invoices.voidInvoice(voided.id)).status).toBe('void');
  const bad = invoiceOf(await start(stripe, customer.id, month.id));
  expect((await stripe.invoices.markUncollectible(bad.id)).status).toBe('uncollectible');
  const preview = await stripe.invoices.createPreview({
    customer: customer.id,
    subscription_details: { items: [{ price: month.id, quantity: 5 }] },
  });
  expect(preview.total).toBe(4500);
  expect((await stripe.customers.listBalanceTransactions(customer.id)).data).toEqual([]);
});

const invoiceOf = (subscription: Stripe.Subscription) => subscription.latest_invoice as Stripe.Invoice;

it('money that went and came: refunds, credit notes, disputes', async () => {
  const { stripe, month } = site;
  const customer = await customerWith(stripe, 'pm_card_createDispute');
  const begun = await start(stripe, customer.id, month.id, { payment_behavior: 'allow_incomplete' });
  const charge = (await stripe.charges.list({ customer: customer.id })).data[0]!;
  const [dispute] = (await stripe.disputes.list({ charge: charge.id })).data;
  expect((await stripe.disputes.retrieve(dispute!.id)).status).toBe('needs_response');
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 100 });
  expect((await stripe.refunds.list({ charge: charge.id })).data[0]!.id).toBe(refund.id);
  const note = await stripe.creditNotes.create({ invoice: invoiceOf(begun).id, out_of_band_amount: 50, memo: 'Sorry' });
  expect((await stripe.creditNotes.retrieve(note.id)).memo).toBe('Sorry');
  expect((await stripe.creditNotes.list({ invoice: invoiceOf(begun).id })).data).toHaveLength(1);
  const owed = invoiceOf(await start(stripe, customer.id, month.id));
  const taken = await stripe.creditNotes.create({ invoice: owed.id, amount: 700 });
  expect((await stripe.creditNotes.voidCreditNote(taken.id)).status).toBe('void');
  expect((await stripe.invoices.retrieve(owed.id)).amount_remaining).toBe(2700);
});

it('the account, its tax settings and a test clock', async () => {
  const { stripe, sandbox } = site;
  expect((await stripe.accounts.retrieveCurrent()).charges_enabled).toBe(true);
  expect((await stripe.tax.settings.retrieve()).status).toBe('active');
  expect((await stripe.tax.registrations.list()).data.map(({ country }) => country)).toContain('DE');
  const from = Math.floor(sandbox.now().getTime() / 1000);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: from, name: 'Months' });
  const target = from + (3 * hour) / 1000;
  expect((await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: target })).status).toBe('advancing');
  await soon(async () => (await stripe.testHelpers.testClocks.retrieve(clock.id)).status === 'ready');
  expect(Math.floor(sandbox.now().getTime() / 1000)).toBe(target);
  expect((await stripe.testHelpers.testClocks.list()).data).toHaveLength(1);
  const [ready] = (await stripe.events.list({ type: 'test_helpers.test_clock.ready', created: { gte: from } })).data;
  expect((await stripe.events.retrieve(ready!.id)).type).toBe('test_helpers.test_clock.ready');
  await stripe.testHelpers.testClocks.del(clock.id);
});

it('time stands still while there is a test clock, whose customers are hidden and go with it', async () => {
  const sandbox = await StripeSandbox.start();
  const stripe = client(sandbox);
  try {
    const started = Math.floor(sandbox.now().getTime() / 1000);
    const { id: test_clock } = await stripe.testHelpers.testClocks.create({ frozen_time: started + 60 });
    const stands = sandbox.now();
    expect(stands.getTime()).toBe((started + 60) * 1000);
    const mine = await stripe.customers.create({ email: 'ada@example.com', test_clock });
    const other = await stripe.customers.create({ email: 'ada@example.com' });
    expect([mine.test_clock, mine.created, other.test_clock]).toEqual([test_clock, started + 60, null]);
    const ids = async (more: object) =>
      (await stripe.customers.list({ email: other.email!, ...more })).data.map(({ id }) => id);
    expect([await ids({}), await ids({ test_clock })]).toEqual([[other.id], [mine.id]]);
    expect(sandbox.now()).toEqual(stands);
    expect(await stripe.testHelpers.testClocks.del(test_clock)).toMatchObject({ id: test_clock, deleted: true });
    expect(await stripe.customers.retrieve(mine.id)).toMatchObject({ deleted: true });
    expect((await stripe.customers.retrieve(other.id)).deleted).toBeUndefined();
    await soon(async () => Promise.resolve(sandbox.now() > stands));
    expect(sandbox.now().getTime() - stands.getTime()).toBeLessThan(60_000);
    expect((await refusal(stripe.customers.create({ test_clock }))).code).toBe('resource_missing');
  } finally {
    await sandbox.stop();
  }
});

it('no endpoint was left out here or beside', () => {
  const elsewhere = [
    ...[
      '/v1/webhook_endpoints',
      '/v1/webhook_endpoints/:id',
      '/v1/radar/early_fraud_warnings',
      '/v1/payment_methods',
      '/v1/disputes/:id',
    ],
    ...[
      '/v1/disputes/:id/close',
      '/v1/subscriptions/:id/resume',
      '/v1/subscriptions/:id/discount',
      '/v1/refunds/:id',
      '/v1/charges/:id',
    ],
    ...[
      '/v1/setup_intents/:id/confirm',
      '/v1/payment_intents/:id/confirm',
      '/v1/setup_intents/:id',
      '/v1/subscription_schedules/:id',
    ],
    ...['/v1/subscriptions/:id', '/v1/invoices/:id/pay', '/v1/customers', '/v1/customers/:id/tax_ids/:taxId'],
  ];
  const called = (method: string, path: string) =>
    site.sandbox.calls.some((call) => call.method === method && call.status === 200 && match(path, call.path));
  const missing = endpoints.filter(({ method, path }) => !called(method, path) && !elsewhere.includes(path));
  // No customer can be given a discount of their own, and every payment here belongs to an invoice: both only refuse.
  expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'DELETE /v1/customers/:id/discount',
    'POST /v1/payment_intents/:id/cancel',
  ]);
});
