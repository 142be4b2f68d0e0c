import { BillingJobs } from '../../src/billing/billing.jobs.js';
import { Cards } from '../../src/billing/cards.js';
import { Customers } from '../../src/billing/customers.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { actor, DETAILS, newSetUp } from '../support/billing.js';
import { type Shop } from './account.js';

export const MINUTE_MS = 60 * 1000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Time passes, and with it what the product does by the hour. */
export async function pass({ app, account }: Shop, ms: number): Promise<void> {
  await account.advance(ms);
  await app.app.get(BillingJobs).hourly();
}

/** With billing details given, and a card that asks nothing (a `pm_card_…` token), if one is named. */
export async function payerIn(shop: Shop, name: string, card?: string): Promise<Organization> {
  const organization = await shop.app.app.get(Organizations).named(name);
  await shop.app.app.get(Customers).save(actor, organization, DETAILS);
  if (card !== undefined) await giveCardIn(shop, organization, card);
  return organization;
}

export async function giveCardIn({ app, account }: Shop, organization: Organization, card: string): Promise<void> {
  const intent = await newSetUp(app, organization);
  await account.setUp(intent, card);
  await app.app.get(Cards).use(actor, organization, intent);
}

/** Its customer at Stripe. */
export async function customerOf({ app }: Shop, organizationName: string): Promise<string> {
  const { id } = await app.app.get(Organizations).named(organizationName);
  return (await app.app.get(Customers).ready(id)).stripeId;
}
