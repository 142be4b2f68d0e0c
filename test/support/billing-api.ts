import { expect } from 'vitest';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { type BillingApp, stripeOf } from './billing.js';
import { type Answer, ask } from './http.js';
import { api, keyOf, team, type Team } from './people.js';

/** A team of three and a script that pays for it, by the API alone. */
export interface Payer extends Team {
  readonly key: string;
  /** `path` follows `/api/orgs/NAME`. */
  call(method: string, path?: string, json?: object): Promise<Answer>;
}

/** As they are typed: the country becomes `US`. */
export const GIVEN_DETAILS = {
  ...{ kind: 'company', name: 'Acme Honey Ltd', email: 'billing@acme.test', country: 'us' },
  ...{ line1: '1 Hive Road', city: 'Portland', state: 'OR', postal_code: '97201', purchase_order: 'PO 17' },
};

export async function newPayer({ app }: BillingApp): Promise<Payer> {
  const made = await team(app);
  const key = await keyOf(app, made.people.admin, api('write'));
  const call = (method: string, path = '', json?: object) =>
    ask(`${app.url}/api/orgs/${made.name}${path}`, { method, key, ...(json && { json }) });
  return { ...made, key, call };
}

/** With details, card, and a subscription of three seats. */
export async function subscriber(billing: BillingApp): Promise<Payer> {
  const payer = await newPayer(billing);
  await payer.call('PUT', '/billing/details', GIVEN_DETAILS);
  const { body: intent } = await payer.call('POST', '/billing/setup-intents');
  await stripeOf(billing.sandbox).setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
  expect((await payer.call('POST', '/billing/card', { setup_intent: intent.id })).status).toBe(200);
  const { body } = await payer.call('POST', '/billing/quotes', { kind: 'subscribe', plan: 'monthly', seats: 3 });
  expect((await payer.call('POST', `/billing/changes/${body.id}/confirm`)).status).toBe(200);
  return payer;
}

/** Answers the bank's question of a 402, and lets the service hear of it. */
export async function answerBank(
  { app, sandbox }: BillingApp,
  { organization }: Payer,
  clientSecret: string,
  outcome: 'complete' | 'fail',
): Promise<void> {
  await sandbox.settleChallenge(clientSecret.split('_secret_')[0]!, outcome);
  await app.app.get(Subscriptions).sync(organization.id);
}

export const seatsOf = async (payer: Payer) => (await payer.call('GET', '/billing')).body.seats;

export const paidInvoices = async (payer: Payer): Promise<any[]> =>
  (await payer.call('GET', '/billing/invoices')).body.filter(({ status }: any) => status === 'paid');
