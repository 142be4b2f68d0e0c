import { describe, expect, test } from 'vitest';
import { Abandoning } from '../../src/billing/abandoning.js';
import { Cards } from '../../src/billing/cards.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Customers } from '../../src/billing/customers.js';
import { Gateway } from '../../src/billing/gateway.js';
import { Payments } from '../../src/billing/payments.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { moneyStories } from '../stories/money-stories.js';
import { useSandboxShop } from '../stories/sandbox-account.js';
import { Selling } from '../stories/selling.js';
import { DAY_MS } from '../stories/shop.js';
import { changesAtStripeAreHeard, detailsAreTheSameAtBoth } from '../stories/telling-stories.js';
import { actor, DETAILS, giveCard, setUpCard } from '../support/billing.js';

const shop = useSandboxShop();
const selling = new Selling(shop);
const { billing } = shop;

// The stories themselves, which are told at a real account too (npm run test:stripe), are in test/stories.

// First, while there is not much to tell of others.
test('changes at Stripe are heard by webhook, or found where none came', () => changesAtStripeAreHeard(selling));

test('details, VAT number and card are the same at Stripe', async () => {
  expect(await detailsAreTheSameAtBoth(selling)).toBe('verified');
});

test.each(Object.entries(moneyStories))('%s', (_name, story) => story(selling));

/** Three seats, with a card whose bank asks about each payment. */
async function asked(): Promise<Organization> {
  const organization = await selling.customer();
  await giveCard(billing, organization, 'pm_card_authenticationRequired');
  const { id } = await selling.get(Checkout).draft(actor, organization, { plan: 'monthly', seats: 3, code: null });
  expect((await selling.get(Changes).confirm(actor, organization, id)).state).toBe('done');
  return organization;
}

async function answerBank(organization: Organization, invoice: string) {
  const challenge = await selling.get(Payments).challenge(organization.id, invoice);
  expect(challenge?.step).toBe('authenticate');
  await billing.sandbox.settleChallenge(challenge!.clientSecret.split('_secret')[0]!, 'complete');
}

describe('a bank that asks', () => {
  test('a subscription waits for it, and is there once it has been answered, whoever closes which window', async () => {
    const organization = await asked();
    const waiting = await selling.now(organization);
    expect(waiting.subscription?.status).toBe('incomplete');
    expect(waiting.invoices).toMatchObject([{ status: 'open', need: 'authentication' }]);
    expect(await selling.fresh(organization)).toMatchObject({ payment: null, seats: 3 });
    await answerBank(organization, waiting.invoices[0]!.stripeId);
    expect((await selling.now(organization)).subscription?.status).toBe('active');
    expect((await selling.fresh(organization)).payment).toBe('paid');
  });

  test('seats wait for it; abandoned they cost nothing and are not there', async () => {
    const organization = await asked();
    await answerBank(organization, (await selling.now(organization)).invoices[0]!.stripeId);
    await selling.now(organization);
    await billing.advance(DAY_MS);
    await selling.seats(organization, 6);
    const waiting = await selling.now(organization);
    expect(waiting.subscription).toMatchObject({ quantity: 3, pendingQuantity: 6 });
    expect((await selling.fresh(organization)).seats).toBe(3);
    await selling.get(Abandoning).abandon(actor, organization, waiting.invoices[0]!);
    const after = await selling.now(organization);
    expect(after.subscription).toMatchObject({ quantity: 3, pendingQuantity: null });
    expect(after.invoices[0]!.status).toBe('void');
  });
});

test('a customer is that of one database’s organization, however many share an account and count from one', async () => {
  const organization = await selling.customer();
  const [gateway, elsewhere] = [selling.get(Gateway), { ...organization, createdAt: new Date(0) }];
  const { stripeId } = await selling.get(Customers).ready(organization.id);
  expect(await gateway.createCustomer(organization, DETAILS)).toEqual({ outcome: 'ok', value: stripeId });
  expect(await gateway.findCustomer(elsewhere, DETAILS.email)).toBeNull();
  const other = await gateway.createCustomer(elsewhere, DETAILS);
  expect(other).toMatchObject({ outcome: 'ok', value: expect.not.stringMatching(stripeId) as string });
  expect(await gateway.findCustomer(elsewhere, DETAILS.email)).toBe(other.outcome === 'ok' && other.value);
  expect(await gateway.findCustomer(organization, DETAILS.email)).toBe(stripeId);
});

test('webhooks are believed after the clock has been moved, and bring the rows up to date', async () => {
  const organization = await selling.customer();
  await selling.get(Cards).use(actor, organization, await setUpCard(billing, organization, 'pm_card_visa'));
  await billing.advance(40 * DAY_MS);
  const { id } = await selling.get(Checkout).draft(actor, organization, { plan: 'monthly', seats: 3, code: null });
  await selling.get(Changes).confirm(actor, organization, id);
  const [subscription] = billing.sandbox.objects('subscription');
  billing.sandbox.webhooks.configure({ mode: 'deliver' });
  await billing.sandbox.act({ act: 'cancel_subscription', subscription: subscription!.id });
  await expect.poll(async () => (await selling.fresh(organization)).payment, { timeout: 60_000 }).toBe('ended');
  billing.sandbox.webhooks.configure({ mode: 'hold' });
});
