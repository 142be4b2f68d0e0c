import { describe, expect, test } from 'vitest';
import { Abandoning } from '../../src/billing/abandoning.js';
import { Cards } from '../../src/billing/cards.js';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Invoices } from '../../src/billing/invoices.js';
import { type BillingOverview, Overviews } from '../../src/billing/overview.js';
import { Payments } from '../../src/billing/payments.js';
import { PlanSwitches } from '../../src/billing/plan-switches.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';

import { actor, giveCard, payer, setUpCard, useBilling } from '../support/billing.js';
import { team, TESTS } from '../support/people.js';

const billing = useBilling();
const DAY_MS = 24 * 60 * 60 * 1000;
const get = <T>(token: new (...needed: never[]) => T): T => billing.app.app.get<T>(token);

const now = async (organization: Organization): Promise<BillingOverview> => {
  await get(Subscriptions).sync(organization.id);
  return get(Overviews).of(organization);
};
const fresh = async ({ name }: Organization) => (await get(Organizations).byName(name))!;

/** With three members, so no fewer than three seats. */
async function customer(card?: string): Promise<Organization> {
  const { organization } = await team(billing.app);
  return payer(billing, organization.name, card);
}

async function subscribed(
  card = 'pm_card_visa',
  seats = 3,
  plan: 'monthly' | 'annual' = 'monthly',
): Promise<Organization> {
  const organization = await customer(card);
  const { id } = await get(Checkout).draft(actor, organization, { plan, seats, code: null });
  const operation = await get(Changes).confirm(actor, organization, id);
  expect(operation.state).toBe('done');
  return organization;
}

async function seats(organization: Organization, wanted: number) {
  const draft = await get(SeatOrders).draft(actor, organization, wanted);
  return get(Changes).confirm(actor, organization, draft.id);
}

describe('a subscription', () => {
  test('is paid by the card on file at once', async () => {
    const organization = await subscribed();
    const { subscription, invoices } = await now(organization);
    expect(subscription).toMatchObject({ status: 'active', quantity: 3, plan: 'monthly', unitAmount: 900 });
    expect(invoices).toMatchObject([{ status: 'paid', total: '2700', reason: 'subscription_create' }]);
    const row = await fresh(organization);
    expect(row).toMatchObject({ payment: 'paid', seats: 3 });
    expect(row.accessUntil!.getTime() - row.paidUntil!.getTime()).toBe(15 * DAY_MS);
  });

  test('waits for the bank, and is there once it has been answered, whoever closes which window', async () => {
    const organization = await subscribed('pm_card_authenticationRequired');
    const waiting = await now(organization);
    expect(waiting.subscription?.status).toBe('incomplete');
    expect(waiting.invoices).toMatchObject([{ status: 'open', need: 'authentication' }]);
    expect(await fresh(organization)).toMatchObject({ payment: null, seats: 3 });
    const challenge = await get(Payments).challenge(organization.id, waiting.invoices[0]!.stripeId);
    expect(challenge?.step).toBe('authenticate');
    await billing.sandbox.settleChallenge(challenge!.clientSecret.split('_secret')[0]!, 'complete');
    expect((await now(organization)).subscription?.status).toBe('active');
    expect((await fresh(organization)).payment).toBe('paid');
  });

  test('never has a second one beside it', async () => {
    const organization = await customer('pm_card_visa');
    const drafts = await Promise.all(
      [3, 4].map((wanted) => get(Checkout).draft(actor, organization, { plan: 'monthly', seats: wanted, code: null })),
    );
    const ends = await Promise.allSettled(drafts.map(({ id }) => get(Changes).confirm(actor, organization, id)));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await charges(organization)).toBe(1);
  });
});

describe('seats', () => {
  test('more of them are charged as shown, and count once paid', async () => {
    const organization = await subscribed();
    await billing.advance(10 * DAY_MS);
    const draft = await get(SeatOrders).draft(actor, organization, 5);
    const quote = draft.params['quote'] as { amountDue: number };
    await get(Changes).confirm(actor, organization, draft.id);
    const { subscription, invoices } = await now(organization);
    expect(subscription?.quantity).toBe(5);
    expect(Number(invoices[0]!.total)).toBe(quote.amountDue);
    expect((await fresh(organization)).seats).toBe(5);
  });

  test('a double click is one purchase', async () => {
    const organization = await subscribed();
    const { id } = await get(SeatOrders).draft(actor, organization, 4);
    const both = await Promise.all([1, 2].map(() => get(Changes).confirm(actor, organization, id)));
    expect(both.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(await charges(organization)).toBe(2);
  });

  test('wait for the bank; abandoned they cost nothing and are not there', async () => {
    const organization = await subscribed('pm_card_authenticationRequired');
    const first = (await now(organization)).invoices[0]!;
    const begin = await get(Payments).challenge(organization.id, first.stripeId);
    await billing.sandbox.settleChallenge(begin!.clientSecret.split('_secret')[0]!, 'complete');
    await now(organization);
    await billing.advance(DAY_MS);
    await seats(organization, 6);
    const waiting = await now(organization);
    expect(waiting.subscription).toMatchObject({ quantity: 3, pendingQuantity: 6 });
    expect((await fresh(organization)).seats).toBe(3);
    await get(Abandoning).abandon(actor, organization, waiting.invoices[0]!);
    const after = await now(organization);
    expect(after.subscription).toMatchObject({ quantity: 3, pendingQuantity: null });
    expect(after.invoices[0]!.status).toBe('void');
  });

  test('fewer of them: no refund, and back up to the most of the period for nothing', async () => {
    const organization = await subscribed('pm_card_visa', 6);
    await billing.advance(DAY_MS);
    await seats(organization, 4);
    expect((await now(organization)).subscription).toMatchObject({ quantity: 4, maxQuantity: 6 });
    expect(await charges(organization)).toBe(1);
    await seats(organization, 6);
    expect(await charges(organization)).toBe(1);
    await seats(organization, 4);
    const draft = await get(SeatOrders).draft(actor, organization, 8);
    const quote = draft.params['quote'] as { amountDue: number };
    await get(Changes).confirm(actor, organization, draft.id);
    const { subscription, invoices } = await now(organization);
    expect(subscription?.quantity).toBe(8);
    expect(Number(invoices[0]!.total)).toBe(quote.amountDue);
  });

  test('cannot be fewer than members', async () => {
    const organization = await subscribed('pm_card_visa', 5);
    await expect(get(SeatOrders).draft(actor, organization, 2)).rejects.toMatchObject({
      fields: { seats: 'must be at least 3: so many people are members' },
    });
  });
});

describe('plans', () => {
  test('from months to years at once, for what was shown', async () => {
    const organization = await subscribed();
    await billing.advance(DAY_MS);
    const draft = await get(PlanSwitches).draft(actor, organization, 'annual');
    const quote = draft.params['quote'] as { amountDue: number };
    await get(Changes).confirm(actor, organization, draft.id);
    const { subscription, invoices } = await now(organization);
    expect(subscription).toMatchObject({ plan: 'annual', quantity: 3, unitAmount: 9000 });
    expect(Number(invoices[0]!.total)).toBe(quote.amountDue);
  });

  test('from years to months when the year is over, and back while it waits', async () => {
    const organization = await subscribed('pm_card_visa', 3, 'annual');
    const draft = await get(PlanSwitches).draft(actor, organization, 'monthly');
    await get(Changes).confirm(actor, organization, draft.id);
    const { subscription } = await now(organization);
    expect(subscription).toMatchObject({ plan: 'annual', next: { plan: 'monthly', unitAmount: 900 } });
    const undo = await get(PlanSwitches).draft(actor, organization, 'annual');
    expect((await get(Changes).confirm(actor, organization, undo.id)).state).toBe('done');
    expect((await now(organization)).subscription?.next).toBeNull();
  });
});

test('cancelled it ends with its period; resumed it goes on', async () => {
  const organization = await subscribed();
  await get(Cancellations).cancel(actor, organization, 'too expensive');
  expect(await fresh(organization)).toMatchObject({ payment: 'canceling' });
  await get(Cancellations).resume(actor, organization);
  expect(await fresh(organization)).toMatchObject({ payment: 'paid' });
  await get(Cancellations).cancel(actor, organization, null);
  await billing.advance(32 * DAY_MS);
  const { subscription } = await now(organization);
  expect(subscription?.status).toBe('canceled');
  expect(await fresh(organization)).toMatchObject({ payment: 'ended', seats: null });
});

test('a renewal that fails is owed, and paid with another card it is forgotten', async () => {
  const organization = await subscribed();
  await get(Organizations).setTrialEnd(TESTS, organization.name, new Date(0));
  await giveCard(billing, organization, 'pm_card_chargeCustomerFail');
  await billing.advance(32 * DAY_MS);
  const owed = await now(organization);
  expect(owed.subscription?.status).toBe('past_due');
  expect(owed.invoices[0]).toMatchObject({ status: 'open', need: 'payment', reason: 'subscription_cycle' });
  expect(await fresh(organization)).toMatchObject({ payment: 'past_due' });
  await giveCard(billing, organization, 'pm_card_visa');
  const paid = await get(Payments).pay(actor, organization, owed.invoices[0]!.stripeId);
  expect(paid.state).toBe('done');
  expect(await fresh(organization)).toMatchObject({ payment: 'paid' });
});

test('invoices come as PDFs, one by one and all together', async () => {
  const organization = await subscribed();
  const [invoice] = await get(Invoices).list(organization.id);
  const { name, bytes } = await get(Invoices).pdf(organization.id, invoice!.stripeId);
  expect(name).toMatch(/^\d{4}-\d\d-\d\d-.+\.pdf$/);
  expect(Buffer.from(bytes.subarray(0, 5)).toString()).toBe('%PDF-');
  const zip = await get(Invoices).archive(organization.id);
  expect(Buffer.from(zip.subarray(0, 2)).toString()).toBe('PK');
});

async function charges(organization: Organization): Promise<number> {
  const { customer: payerRow } = await now(organization);
  const all = billing.sandbox.objects('charge').filter((one) => one.customer === payerRow?.stripeId);
  return all.filter(({ status }) => status === 'succeeded').length;
}

test('webhooks are believed after the clock has been moved, and bring the rows up to date', async () => {
  const organization = await customer();
  await get(Cards).use(actor, organization, await setUpCard(billing, organization, 'pm_card_visa'));
  await billing.advance(40 * DAY_MS);
  const { id } = await get(Checkout).draft(actor, organization, { plan: 'monthly', seats: 3, code: null });
  await get(Changes).confirm(actor, organization, id);
  const [subscription] = billing.sandbox.objects('subscription');
  billing.sandbox.webhooks.configure({ mode: 'deliver' });
  await billing.sandbox.act({ act: 'cancel_subscription', subscription: subscription!.id });
  await expect.poll(async () => (await fresh(organization)).payment, { timeout: 20_000 }).toBe('ended');
  billing.sandbox.webhooks.configure({ mode: 'hold' });
});
