import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stripe } from 'stripe';
import { seeded } from '../../src/sandbox/stripe/webhooks/random.js';
import { customerWith, day, hour, open, type Site, start } from './support.js';

let site: Site;
beforeAll(async () => {
  site = await open();
});
afterAll(() => site.sandbox.stop());

const histories = 12;
const steps = 8;

/** A random change: seats up or down, another interval, charged now, later or not at all. */
function randomChange(random: () => number, item: Stripe.SubscriptionItem) {
  const other = random() < 0.15;
  const price = other ? (item.price.id === site.month.id ? site.year.id : site.month.id) : item.price.id;
  const behaviors = ['always_invoice', 'always_invoice', 'create_prorations', 'none'] as const;
  return {
    items: [{ id: item.id, price, quantity: 1 + Math.floor(random() * 9) }],
    proration_behavior: behaviors[Math.floor(random() * 4)]!,
  };
}

it(`the preview is the charge, to the cent, over ${histories} histories of ${steps} changes`, async () => {
  const { stripe, sandbox } = site;
  const random = seeded(20_270_115);
  let compared = 0;
  for (let history = 0; history < histories; history++) {
    const customer = await customerWith(stripe, 'pm_card_visa', { address: { country: 'DE' } });
    const more = { payment_behavior: 'allow_incomplete' as const, automatic_tax: { enabled: history % 2 === 0 } };
    let now: Stripe.Subscription = await start(stripe, customer.id, site.month.id, more);
    for (let step = 0; step < steps; step++) {
      await sandbox.advance(Math.floor(random() * 20 * day) + hour);
      now = await stripe.subscriptions.retrieve(now.id);
      const proration_date = Math.floor(sandbox.now().getTime() / 1000);
      const wanted = { ...randomChange(random, now.items.data[0]!), proration_date };
      const shown = await stripe.invoices.createPreview({ subscription: now.id, subscription_details: wanted });
      const before = now.latest_invoice;
      now = await stripe.subscriptions.update(now.id, { ...wanted, expand: ['latest_invoice'] });
      const charged = now.latest_invoice as Stripe.Invoice;
      if (charged.id === before) continue;
      compared++;
      expect(facts(charged)).toEqual(facts(shown));
      expect(charged.amount_paid).toBe(shown.amount_due);
    }
  }
  expect(compared).toBeGreaterThan(histories * 3);
}, 60_000);

const facts = ({ lines, subtotal, total, amount_due, total_taxes, starting_balance }: Stripe.Invoice) => ({
  ...{ subtotal, total, amount_due, starting_balance, taxes: total_taxes?.map(({ amount }) => amount) },
  lines: lines.data.map(({ amount, quantity, period, description }) => ({ amount, quantity, period, description })),
});

it('the money of a subscription adds up: what was charged, credited and owed', async () => {
  const { stripe, sandbox } = site;
  const customer = await customerWith(stripe, 'pm_card_visa');
  const begun = await start(stripe, customer.id, site.month.id, { payment_behavior: 'allow_incomplete' });
  await sandbox.advance(5 * day);
  const item = begun.items.data[0]!.id;
  await stripe.subscriptions.update(begun.id, {
    items: [{ id: item, quantity: 9 }],
    proration_behavior: 'always_invoice',
  });
  await stripe.subscriptions.update(begun.id, {
    items: [{ id: item, quantity: 3 }],
    proration_behavior: 'always_invoice',
  });
  const invoices = (await stripe.invoices.list({ subscription: begun.id })).data;
  expect(invoices.reduce((sum, { total }) => sum + total, 0)).toBe(2700);
  const { balance } = (await stripe.customers.retrieve(customer.id)) as Stripe.Customer;
  expect(invoices.reduce((sum, { amount_paid }) => sum + amount_paid, 0) + balance).toBe(2700);
  const entries = (await stripe.customers.listBalanceTransactions(customer.id)).data;
  expect(entries[0]!.ending_balance).toBe(balance);
});

it('a credit is what was billed: fewer seats without proration give nothing back, and more are charged in full from what was paid', async () => {
  const { stripe, sandbox } = site;
  const customer = await customerWith(stripe, 'pm_card_visa');
  const begun = await start(stripe, customer.id, site.month.id, { payment_behavior: 'allow_incomplete' });
  const item = begun.items.data[0]!.id;
  await sandbox.advance(hour);
  const change = (quantity: number, proration_behavior: 'none' | 'always_invoice') =>
    stripe.subscriptions.update(begun.id, {
      items: [{ id: item, quantity }],
      proration_behavior,
      expand: ['latest_invoice'],
    });
  await change(1, 'none');
  await change(3, 'none');
  expect((await stripe.invoices.list({ subscription: begun.id })).data).toHaveLength(1);
  const grown = await change(4, 'always_invoice');
  expect((grown.latest_invoice as Stripe.Invoice).total).toBeGreaterThan(895);
  expect((grown.latest_invoice as Stripe.Invoice).total).toBeLessThanOrEqual(900);
});

it('less than the smallest charge is carried on', async () => {
  const { stripe, sandbox, month } = await open();
  const customer = await customerWith(stripe, 'pm_card_visa');
  const begun = await start(stripe, customer.id, month.id, { payment_behavior: 'allow_incomplete' });
  await sandbox.advance(30 * day);
  const items = [{ id: begun.items.data[0]!.id, quantity: 4 }];
  const grown = await stripe.subscriptions.update(begun.id, {
    items,
    proration_behavior: 'always_invoice',
    payment_behavior: 'pending_if_incomplete',
    expand: ['latest_invoice'],
  });
  const invoice = grown.latest_invoice as Stripe.Invoice;
  expect([invoice.status, invoice.amount_due, grown.items.data[0]!.quantity, grown.pending_update]).toEqual([
    'paid',
    0,
    4,
    null,
  ]);
  expect(((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).balance).toBe(invoice.total);
  expect(invoice.total).toBeGreaterThan(0);
  await sandbox.stop();
});
