import { expect } from 'vitest';
import { BillingJobs } from '../../src/billing/billing.jobs.js';
import { Customers } from '../../src/billing/customers.js';
import { actor, DETAILS } from '../support/billing.js';
import { eventually } from '../support/http.js';
import { type Selling } from './selling.js';
import { customerOf, giveCardIn, HOUR_MS } from './shop.js';

/** What goes between the product and Stripe beside money: who the customer is, and what has become of them. */

const PATIENCE_MS = 60_000;

/** Billing details, a VAT number and a card are at Stripe as they were given; its verdict about the number arrives here. */
export async function detailsAreTheSameAtBoth(selling: Selling): Promise<string | null> {
  const { shop } = selling;
  const organization = await selling.customer();
  const german = { ...DETAILS, name: 'Honig GmbH', country: 'DE', taxId: 'DE123456789', taxIdType: 'eu_vat' };
  await selling.get(Customers).save(actor, organization, german);
  await giveCardIn(shop, organization, 'pm_card_visa');
  const theirs = async () => shop.account.customer(await customerOf(shop, organization.name));
  expect(await theirs()).toEqual({
    ...{ name: 'Honig GmbH', email: DETAILS.email, country: 'DE', taxIds: ['DE123456789'], card: '4242' },
    organizationId: organization.id,
  });
  await shop.account.advance(HOUR_MS);
  const { customer } = await selling.now(organization);
  expect(customer).toMatchObject({ taxId: 'DE123456789', card: { last4: '4242', brand: 'visa' } });

  await selling.get(Customers).save(actor, organization, { ...german, taxId: null, taxIdType: null });
  expect((await theirs()).taxIds).toEqual([]);
  return customer!.taxIdStatus;
}

/** What is done in the dashboard is heard by webhook; and what no webhook told, the hourly look at Stripe's list finds. */
export async function changesAtStripeAreHeard(selling: Selling): Promise<void> {
  const { account } = selling.shop;
  const organization = await selling.subscribed();
  const customer = await customerOf(selling.shop, organization.name);
  const { id } = await account.subscription(customer);
  const payment = async () => (await selling.fresh(organization)).payment;
  const becomes = async (wanted: string, by: () => Promise<void>) => {
    const look = async () => {
      // Stripe lists an event some seconds after what it tells of.
      await by();
      return payment();
    };
    expect(await eventually(look, (found) => found === wanted, PATIENCE_MS)).toBe(wanted);
  };

  await account.setEnding(id, true);
  expect(await payment()).toBe('paid');
  await becomes('canceling', () => account.tell());
  await expect.poll(() => unhandled(selling, customer), { timeout: PATIENCE_MS }).toEqual([]);
  expect(new Set(await sources(selling, customer))).toEqual(new Set(['webhook']));

  await account.setEnding(id, false);
  const hourly = () => selling.get(BillingJobs).hourly();
  const swept = async () => {
    await hourly();
    return (await sources(selling, customer)).includes('sweep');
  };
  expect(await eventually(swept, (found) => found, PATIENCE_MS)).toBe(true);
  await becomes('paid', () => Promise.resolve());
  const before = await sources(selling, customer);
  await account.tell();
  expect(await sources(selling, customer)).toEqual(before);
}

/** How what is known of a customer came here, the oldest first. */
async function sources({ shop }: Selling, customer: string): Promise<string[]> {
  const rows = await shop.app.db.query<{ source: string }[]>(
    `select source from stripe_events where stripe_customer_id = $1 order by received_at, id`,
    [customer],
  );
  return rows.map(({ source }) => source);
}

async function unhandled({ shop }: Selling, customer: string): Promise<string[]> {
  const rows = await shop.app.db.query<{ id: string }[]>(
    `select id from stripe_events where stripe_customer_id = $1 and handled_at is null`,
    [customer],
  );
  return rows.map(({ id }) => id);
}
