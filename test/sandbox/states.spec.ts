import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Stripe } from 'stripe';
import { customerWith, day, hour, intentOf, open, refusal, type Site, start } from './support.js';

let site: Site;
beforeEach(async () => {
  site = await open();
});
afterEach(() => site.sandbox.stop());

const reread = (id: string) => site.stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
const invoiceOf = (subscription: Stripe.Subscription) => subscription.latest_invoice as Stripe.Invoice;
const told = () => site.sandbox.objects('event').map(({ type }) => type);
const seconds = () => Math.floor(site.sandbox.now().getTime() / 1000);

async function active(more: Partial<Stripe.SubscriptionCreateParams> = {}, about: Stripe.CustomerCreateParams = {}) {
  const customer = await customerWith(site.stripe, 'pm_card_visa', about);
  return start(site.stripe, customer.id, site.month.id, { payment_behavior: 'allow_incomplete', ...more });
}

describe('a trial', () => {
  it('costs nothing, asks for a card, warns, and is then paid for', async () => {
    const { stripe, sandbox, month } = site;
    const customer = await stripe.customers.create({});
    const begun = await start(stripe, customer.id, month.id, { trial_period_days: 14 });
    expect([begun.status, invoiceOf(begun).amount_due, invoiceOf(begun).status]).toEqual(['trialing', 0, 'paid']);
    const setup = begun.pending_setup_intent as Stripe.SetupIntent;
    await stripe.setupIntents.confirm(setup.id, { payment_method: 'pm_card_visa' });
    const method = (await stripe.setupIntents.retrieve(setup.id)).payment_method as string;
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method } });
    await sandbox.advance(11 * day);
    expect(told()).toContain('customer.subscription.trial_will_end');
    await sandbox.advance(3 * day + hour);
    const after = await reread(begun.id);
    expect([after.status, invoiceOf(after).amount_paid]).toEqual(['active', 2700]);
  });

  it.each([
    ['cancel', 'canceled'],
    ['pause', 'paused'],
    ['create_invoice', 'past_due'],
  ] as const)('without a card: %s', async (missing, status) => {
    const { stripe, sandbox, month } = site;
    const customer = await stripe.customers.create({});
    const trial_settings = { end_behavior: { missing_payment_method: missing } };
    const begun = await start(stripe, customer.id, month.id, { trial_period_days: 2, trial_settings });
    await sandbox.advance(2 * day + hour);
    expect((await reread(begun.id)).status).toBe(status);
  });

  it('that paused goes on when it is resumed and paid', async () => {
    const { stripe, sandbox, month } = site;
    const customer = await stripe.customers.create({});
    const trial_settings = { end_behavior: { missing_payment_method: 'pause' as const } };
    const begun = await start(stripe, customer.id, month.id, { trial_period_days: 2, trial_settings });
    await sandbox.advance(3 * day);
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: card.id } });
    await stripe.subscriptions.resume(begun.id, { billing_cycle_anchor: { type: 'now' } });
    const after = await reread(begun.id);
    expect([after.status, invoiceOf(after).amount_paid, after.billing_cycle_anchor]).toEqual([
      'active',
      2700,
      seconds(),
    ]);
    expect(told()).toContain('customer.subscription.resumed');
  });
});

describe('leaving', () => {
  it('at the end of the period, unless it is taken back', async () => {
    const { stripe, sandbox } = site;
    const [leaver, stayer] = [await active(), await active()];
    const details = { feedback: 'unused' as const, comment: 'Bye' };
    const leaving = await stripe.subscriptions.update(leaver.id, {
      cancel_at_period_end: true,
      cancellation_details: details,
    });
    expect([leaving.cancel_at, leaving.status]).toEqual([leaving.items.data[0]!.current_period_end, 'active']);
    await stripe.subscriptions.update(stayer.id, { cancel_at_period_end: true });
    const back = await stripe.subscriptions.update(stayer.id, { cancel_at_period_end: false, cancel_at: '' });
    expect([back.cancel_at, back.canceled_at]).toEqual([null, null]);
    await sandbox.advance(31 * day + hour);
    expect((await reread(leaver.id)).cancellation_details).toMatchObject({
      reason: 'cancellation_requested',
      ...details,
    });
    expect([(await reread(leaver.id)).status, (await reread(stayer.id)).status]).toEqual(['canceled', 'active']);
  });

  it('at once, with what was not used credited if asked; then nothing can be changed', async () => {
    const { stripe, sandbox } = site;
    const begun = await active();
    await sandbox.advance(15 * day + 12 * hour);
    expect((await stripe.subscriptions.cancel(begun.id, { prorate: true })).status).toBe('canceled');
    expect(((await stripe.customers.retrieve(begun.customer as string)) as Stripe.Customer).balance).toBe(-1350);
    const error = await refusal(
      stripe.subscriptions.update(begun.id, { items: [{ id: begun.items.data[0]!.id, quantity: 9 }] }),
    );
    expect([error.statusCode, error.code]).toEqual([400, 'invalid_canceled_subscription_fields']);
    expect((await refusal(stripe.subscriptions.cancel(begun.id))).code).toBe('resource_missing');
  });

  it('keeps an open invoice payable, but nobody collects it any more', async () => {
    const { stripe, sandbox } = site;
    const begun = await active();
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: begun.customer as string,
    });
    await stripe.subscriptions.update(begun.id, { default_payment_method: bad.id });
    await sandbox.advance(31 * day + hour);
    await sandbox.act({ act: 'cancel_subscription', subscription: begun.id });
    await sandbox.advance(20 * day);
    const { id, status, attempt_count, auto_advance } = invoiceOf(await reread(begun.id));
    expect([status, attempt_count, auto_advance]).toEqual(['open', 1, false]);
    expect((await stripe.invoices.pay(id, { payment_method: 'pm_card_visa' })).status).toBe('paid');
  });
});

describe('what else a payment may do', () => {
  it('error_if_incomplete leaves nothing behind', async () => {
    const { stripe, month, sandbox } = site;
    const customer = await customerWith(stripe, 'pm_card_authenticationRequired');
    const error = await refusal(start(stripe, customer.id, month.id, { payment_behavior: 'error_if_incomplete' }));
    expect(error.statusCode).toBe(402);
    expect([sandbox.objects('subscription').length, sandbox.objects('invoice').length]).toEqual([0, 0]);
  });

  it('allow_incomplete keeps a change that was not paid, past due', async () => {
    const { stripe } = site;
    const begun = await active();
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: begun.customer as string,
    });
    await stripe.subscriptions.update(begun.id, { default_payment_method: bad.id });
    const items = [{ id: begun.items.data[0]!.id, quantity: 5 }];
    const grown = await stripe.subscriptions.update(begun.id, { items, proration_behavior: 'always_invoice' });
    expect([grown.status, grown.items.data[0]!.quantity]).toEqual(['past_due', 5]);
    await stripe.invoices.voidInvoice(grown.latest_invoice as string);
    expect((await reread(begun.id)).status).toBe('active');
  });

  it('an uncollectible invoice frees the status, a voided first one ends the subscription', async () => {
    const { stripe, month, sandbox } = site;
    const begun = await active();
    await sandbox.act({
      act: 'expire_card',
      payment_method: (await stripe.paymentMethods.list({ customer: begun.customer as string })).data[0]!.id,
    });
    await sandbox.advance(31 * day + hour);
    expect((await reread(begun.id)).status).toBe('past_due');
    await stripe.invoices.markUncollectible(invoiceOf(await reread(begun.id)).id);
    expect((await reread(begun.id)).status).toBe('active');
    const other = await start(stripe, (await customerWith(stripe, 'pm_card_visa')).id, month.id);
    await stripe.invoices.voidInvoice(invoiceOf(other).id);
    expect((await reread(other.id)).status).toBe('incomplete_expired');
    expect((await intentOf(stripe, other)).status).toBe('canceled');
  });

  it('dunning ends as it is set to', async () => {
    for (const afterRetries of ['unpaid', 'past_due', 'pause'] as const) {
      await site.sandbox.stop();
      site = await open({ settings: { afterRetries, retryAfterDays: [1] } });
      const begun = await active();
      const bad = await site.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
        customer: begun.customer as string,
      });
      await site.stripe.subscriptions.update(begun.id, { default_payment_method: bad.id });
      await site.sandbox.advance(33 * day);
      expect((await reread(begun.id)).status).toBe(afterRetries === 'pause' ? 'paused' : afterRetries);
    }
  });
});

describe('the plan', () => {
  it('from month to year begins a year now, and without a quantity is one of it', async () => {
    const { stripe, sandbox, year } = site;
    const begun = await active();
    await sandbox.advance(15 * day + 12 * hour);
    const items = [{ id: begun.items.data[0]!.id, price: year.id, quantity: 3 }];
    const moved = await stripe.subscriptions.update(begun.id, {
      items,
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    expect([moved.billing_cycle_anchor, invoiceOf(moved).total]).toEqual([seconds(), 27_000 - 1350]);
    expect(moved.items.data[0]!.current_period_end - seconds()).toBe(365 * 86_400);
    const bare = await stripe.subscriptions.update(begun.id, {
      items: [{ id: items[0]!.id, price: site.month.id }],
      proration_behavior: 'none',
    });
    expect(bare.items.data[0]!.quantity).toBe(1);
  });

  it('from year to month at the end of the year, by a schedule', async () => {
    const { stripe, sandbox, month, year } = site;
    const begun = await active({ items: [{ price: year.id, quantity: 3 }] });
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: begun.id });
    const { start_date, end_date } = schedule.phases[0]!;
    const phases = [
      { start_date, end_date, items: [{ price: year.id, quantity: 3 }] },
      {
        items: [{ price: month.id, quantity: 2 }],
        duration: { interval: 'month' as const },
        proration_behavior: 'none' as const,
      },
    ];
    const error = await refusal(stripe.subscriptionSchedules.update(schedule.id, { phases: phases.slice(1) }));
    expect(error.statusCode).toBe(400);
    await stripe.subscriptionSchedules.update(schedule.id, { phases, end_behavior: 'release' });
    expect((await refusal(stripe.subscriptions.update(begun.id, { cancel_at_period_end: true }))).statusCode).toBe(400);
    await sandbox.advance(365 * day + hour);
    const moved = await reread(begun.id);
    expect([moved.items.data[0]!.price.id, moved.items.data[0]!.quantity, moved.status]).toEqual([
      month.id,
      2,
      'active',
    ]);
    expect([invoiceOf(moved).total, invoiceOf(moved).status]).toEqual([1800, 'paid']);
    await sandbox.advance(31 * day);
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe('released');
    expect((await reread(begun.id)).schedule).toBeNull();
  });

  it('with a second item when the id was left out: twice the money', async () => {
    const begun = await active();
    const doubled = await site.stripe.subscriptions.update(begun.id, {
      items: [{ price: site.month.id, quantity: 3 }],
    });
    expect(doubled.items.data.map(({ quantity }) => quantity)).toEqual([3, 3]);
  });
});

describe('what is added and taken off', () => {
  it('a coupon for once, by its promotion code', async () => {
    const { stripe, sandbox } = site;
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
    const code = await stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      code: 'HALF',
      max_redemptions: 1,
    });
    const found = (await stripe.promotionCodes.list({ code: 'half', active: true })).data[0]!;
    const begun = await active({ discounts: [{ promotion_code: found.id }] });
    expect(invoiceOf(begun)).toMatchObject({ subtotal: 2700, total: 1350, total_discount_amounts: [{ amount: 1350 }] });
    await sandbox.advance(31 * day + hour);
    expect(invoiceOf(await reread(begun.id)).total).toBe(2700);
    expect((await refusal(active({ discounts: [{ promotion_code: code.id }] }))).statusCode).toBe(400);
  });

  it('an amount off for good, until it is taken away', async () => {
    const { stripe, sandbox } = site;
    const coupon = await stripe.coupons.create({ amount_off: 700, currency: 'usd', duration: 'forever' });
    const begun = await active({ discounts: [{ coupon: coupon.id }] });
    await sandbox.advance(31 * day + hour);
    expect(invoiceOf(await reread(begun.id)).total).toBe(2000);
    await stripe.subscriptions.deleteDiscount(begun.id);
    await sandbox.advance(30 * day);
    expect(invoiceOf(await reread(begun.id)).total).toBe(2700);
    expect(told()).toContain('customer.discount.deleted');
  });

  it('a credit gives back what was paid, not what it would cost without the coupon', async () => {
    const { stripe, sandbox } = site;
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
    const begun = await active({ discounts: [{ coupon: coupon.id }] });
    await sandbox.advance(15 * day + 12 * hour);
    await stripe.subscriptions.cancel(begun.id, { prorate: true });
    expect(((await stripe.customers.retrieve(begun.customer as string)) as Stripe.Customer).balance).toBe(-675);
  });

  it('tax by configured rates, and none for who is exempt', async () => {
    const { stripe } = site;
    const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 25, inclusive: false });
    const begun = await active({ default_tax_rates: [rate.id] });
    expect(invoiceOf(begun)).toMatchObject({
      total: 3375,
      total_taxes: [{ amount: 675, tax_rate_details: { tax_rate: rate.id } }],
    });
    expect(invoiceOf(await active({ default_tax_rates: [rate.id] }, { tax_exempt: 'reverse' })).total).toBe(2700);
  });

  it('tax by the place, reverse charge once the number is verified', async () => {
    const { sandbox } = site;
    const automatic_tax = { enabled: true };
    expect(invoiceOf(await active({ automatic_tax }, { address: { country: 'DE' } })).total).toBe(3213);
    expect(invoiceOf(await active({ automatic_tax }, { address: { country: 'US' } })).total).toBe(2700);
    expect((await refusal(active({ automatic_tax }))).code).toBe('customer_tax_location_invalid');
    const business = { address: { country: 'DE' }, tax_id_data: [{ type: 'eu_vat' as const, value: 'DE123456789' }] };
    const begun = await active({ automatic_tax }, business);
    expect(invoiceOf(begun).total).toBe(3213);
    await sandbox.advance(31 * day + hour);
    expect(invoiceOf(await reread(begun.id))).toMatchObject({
      total: 2700,
      total_taxes: [{ taxability_reason: 'reverse_charge', amount: 0 }],
    });
  });

  it.each([
    ['DE123456789', 'verified'],
    ['DE111111111', 'unverified'],
    ['DE222222222', 'unavailable'],
  ])('tax id %s is %s after a while', async (value, status) => {
    const { stripe, sandbox } = site;
    const customer = await stripe.customers.create({});
    const added = await stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value });
    expect(added.verification?.status).toBe('pending');
    await sandbox.advance(5000);
    expect((await stripe.customers.retrieveTaxId(customer.id, added.id)).verification?.status).toBe(status);
    expect(told()).toContain('customer.tax_id.updated');
  });

  it('credit notes lower what is open and give back what was paid', async () => {
    const { stripe, month } = site;
    const paid = invoiceOf(await active());
    const note = await stripe.creditNotes.create({ invoice: paid.id, refund_amount: 900, reason: 'order_change' });
    expect((await stripe.refunds.retrieve(note.refunds[0]!.refund as string)).amount).toBe(900);
    await stripe.creditNotes.create({ invoice: paid.id, credit_amount: 500 });
    expect(((await stripe.customers.retrieve(paid.customer as string)) as Stripe.Customer).balance).toBe(-500);
    expect((await refusal(stripe.creditNotes.create({ invoice: paid.id, refund_amount: 1301 }))).param).toBe('amount');
    const begun = await start(stripe, (await customerWith(stripe, 'pm_card_visa')).id, month.id);
    await stripe.creditNotes.create({ invoice: invoiceOf(begun).id, amount: 700 });
    expect((await stripe.invoices.retrieve(invoiceOf(begun).id)).amount_remaining).toBe(2000);
    expect((await intentOf(stripe, begun)).amount).toBe(2000);
  });
});
