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

describe('a subscription', () => {
  it('waits for its first payment and begins with it', async () => {
    const { stripe, month } = site;
    const customer = await customerWith(stripe, 'pm_card_visa');
    const begun = await start(stripe, customer.id, month.id);
    expect(begun.status).toBe('incomplete');
    const invoice = invoiceOf(begun);
    expect(invoice.confirmation_secret?.client_secret).toMatch(/^pi_.*_secret_/);
    expect({ status: invoice.status, due: invoice.amount_due }).toEqual({ status: 'open', due: 2700 });
    await stripe.paymentIntents.confirm((await intentOf(stripe, begun)).id);
    const active = await reread(begun.id);
    expect(active.status).toBe('active');
    expect(invoiceOf(active)).toMatchObject({
      status: 'paid',
      amount_paid: 2700,
      billing_reason: 'subscription_create',
    });
  });

  it('is over after 23 hours without a payment', async () => {
    const { stripe, month, sandbox } = site;
    const customer = await customerWith(stripe, 'pm_card_visa');
    const begun = await start(stripe, customer.id, month.id);
    await sandbox.advance(23 * hour);
    const over = await reread(begun.id);
    expect({ status: over.status, invoice: invoiceOf(over).status }).toEqual({
      status: 'incomplete_expired',
      invoice: 'void',
    });
  });

  it('renews each month on its day, an hour after the draft', async () => {
    await site.sandbox.stop();
    site = await open({ start: '2027-01-31T10:00:00Z' });
    const { stripe, month, sandbox } = site;
    const customer = await customerWith(stripe, 'pm_card_visa');
    const begun = await start(stripe, customer.id, month.id, { payment_behavior: 'allow_incomplete' });
    expect(begun.status).toBe('active');
    await sandbox.advance(28 * day);
    expect(invoiceOf(await reread(begun.id))).toMatchObject({ status: 'draft', billing_reason: 'subscription_cycle' });
    await sandbox.advance(hour);
    expect(invoiceOf(await reread(begun.id))).toMatchObject({ status: 'paid', amount_paid: 2700 });
    await sandbox.advance(31 * day);
    const item = (await reread(begun.id)).items.data[0]!;
    expect(new Date(item.current_period_start * 1000).toISOString()).toBe('2027-03-31T10:00:00.000Z');
  });

  it('is dunned three times in fifteen days and then cancelled', async () => {
    const { stripe, month, sandbox } = site;
    const customer = await customerWith(stripe, 'pm_card_visa');
    const begun = await start(stripe, customer.id, month.id, { payment_behavior: 'allow_incomplete' });
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
    await sandbox.advance(31 * day + hour);
    const seen: unknown[] = [];
    for (const days of [0, 3, 5, 7]) {
      await sandbox.advance(days * day);
      const now = await reread(begun.id);
      seen.push([now.status, invoiceOf(now).attempt_count, invoiceOf(now).next_payment_attempt !== null]);
    }
    expect(seen).toEqual([
      ['past_due', 1, true],
      ['past_due', 2, true],
      ['past_due', 3, true],
      ['canceled', 4, false],
    ]);
    expect((await reread(begun.id)).cancellation_details?.reason).toBe('payment_failed');
    const types = sandbox.objects('event').map((event) => event.type);
    expect(types.filter((type) => type === 'invoice.payment_failed')).toHaveLength(4);
    expect(types).toContain('customer.subscription.deleted');
  });

  it('that needs its holder at a renewal is not tried again, and can be paid by them', async () => {
    const { stripe, month, sandbox } = site;
    const customer = await customerWith(stripe, 'pm_card_visa');
    const begun = await start(stripe, customer.id, month.id, { payment_behavior: 'allow_incomplete' });
    const strict = await stripe.setupIntents.create({
      customer: customer.id,
      payment_method: 'pm_card_authenticationRequired',
      confirm: true,
    });
    await sandbox.settleChallenge(strict.id, 'complete');
    const method = (await stripe.setupIntents.retrieve(strict.id)).payment_method as string;
    await stripe.subscriptions.update(begun.id, { default_payment_method: method });
    await sandbox.advance(31 * day + hour);
    const due = await reread(begun.id);
    expect({ status: due.status, next: invoiceOf(due).next_payment_attempt }).toEqual({
      status: 'past_due',
      next: null,
    });
    const intent = await intentOf(stripe, due);
    expect([intent.status, intent.last_payment_error?.code]).toEqual(['requires_action', 'authentication_required']);
    expect(sandbox.objects('event').map(({ type }) => type)).toContain('invoice.payment_action_required');
    const error = await refusal(stripe.invoices.pay(invoiceOf(due).id));
    expect([error.statusCode, error.code]).toEqual([402, 'invoice_payment_intent_requires_action']);
    await sandbox.settleChallenge(intent.id, 'complete');
    expect((await reread(begun.id)).status).toBe('active');
  });

  it('adds seats only once they are paid', async () => {
    const { stripe, month, sandbox } = site;
    const customer = await customerWith(stripe, 'pm_card_authenticationRequired');
    const begun = await start(stripe, customer.id, month.id);
    await stripe.paymentIntents.confirm((await intentOf(stripe, begun)).id);
    await sandbox.settleChallenge((await intentOf(stripe, begun)).id, 'complete');
    await sandbox.advance(10 * day);
    const item = begun.items.data[0]!.id;
    const proration_date = Math.floor(sandbox.now().getTime() / 1000);
    const details = {
      items: [{ id: item, quantity: 5 }],
      proration_behavior: 'always_invoice' as const,
      proration_date,
    };
    const shown = await stripe.invoices.createPreview({ subscription: begun.id, subscription_details: details });
    const more = { payment_behavior: 'pending_if_incomplete' as const, expand: ['latest_invoice.confirmation_secret'] };
    const asked = await stripe.subscriptions.update(begun.id, { ...details, ...more });
    expect(asked.items.data[0]!.quantity).toBe(3);
    expect(asked.pending_update?.subscription_items?.[0]?.quantity).toBe(5);
    expect(invoiceOf(asked).amount_due).toBe(shown.amount_due);
    expect(shown.amount_due).toBe(Math.round((4500 * 21) / 31) - Math.round((2700 * 21) / 31));
    await sandbox.settleChallenge((await intentOf(stripe, asked)).id, 'complete');
    const grown = await reread(begun.id);
    expect([grown.items.data[0]!.quantity, grown.pending_update, grown.status]).toEqual([5, null, 'active']);
    expect(sandbox.objects('event').map(({ type }) => type)).toContain('customer.subscription.pending_update_applied');
  });

  it('forgets seats that nobody paid for within 23 hours', async () => {
    const { stripe, month, sandbox } = site;
    const customer = await customerWith(stripe, 'pm_card_authenticationRequired');
    const begun = await start(stripe, customer.id, month.id);
    await stripe.paymentIntents.confirm((await intentOf(stripe, begun)).id);
    await sandbox.settleChallenge((await intentOf(stripe, begun)).id, 'complete');
    const items = [{ id: begun.items.data[0]!.id, quantity: 5 }];
    const asked = await stripe.subscriptions.update(begun.id, {
      items,
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
    });
    await sandbox.advance(23 * hour);
    const after = await reread(begun.id);
    expect([after.items.data[0]!.quantity, after.pending_update, after.status]).toEqual([3, null, 'active']);
    expect((await stripe.invoices.retrieve(asked.latest_invoice as string)).status).toBe('void');
    expect(sandbox.objects('event').map(({ type }) => type)).toContain('customer.subscription.pending_update_expired');
  });
});
