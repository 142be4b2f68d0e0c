import { expect } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { type BillingOverview, Overviews } from '../../src/billing/overview.js';
import { type Plan } from '../../src/billing/plans.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { actor, type BillingApp, giveCard, payer, stripeOf } from '../support/billing.js';
import { GIVEN_DETAILS } from '../support/billing-api.js';
import { type Answer } from '../support/http.js';
import { TESTS, unique } from '../support/people.js';

/** Somebody who pays for an organization, by the JSON API of whichever process runs now. */
export interface Person {
  readonly organization: Organization;
  /** `path` follows `/api/orgs/NAME/billing`. */
  call(method: string, path: string, json?: object): Promise<Answer>;
  /** What they were shown the price of, and agreed to. */
  agreed?: string;
}

export interface Way {
  /** Where it starts from. */
  begin(): Promise<Organization>;
  /** What the person does; said again after it was broken off, it goes on. */
  go(person: Person): Promise<Answer>;
  reached(now: BillingOverview): boolean;
  /** Successful charges in the end, those from before it included. */
  readonly charges: number;
  /** Not by the journal: each call may be said again, so nothing is to be looked up. */
  readonly isPlain?: true;
}

async function change(person: Person, wish: object): Promise<Answer> {
  const quote = await person.call('POST', '/quotes', wish);
  if (quote.status !== 201) return quote;
  person.agreed = quote.body.id as string;
  return person.call('POST', `/changes/${person.agreed}/confirm`);
}

const open = ({ invoices }: BillingOverview) => invoices.find(({ status }) => status === 'open');

/** Every way that money goes. Organizations have three members, and four seats once they have subscribed. */
export function waysOfMoney(billing: BillingApp, admin: User, others: readonly User[]): Record<string, Way> {
  const get = <T>(token: abstract new (...needed: never[]) => T): T => billing.app.app.get<T>(token);

  async function founded(): Promise<Organization> {
    const made = await get(Organizations).create(TESTS, unique('way'), admin);
    for (const other of others) await get(Members).add(TESTS, made, other, 'read');
    return made;
  }
  const withDetails = async (card?: string) => payer(billing, (await founded()).name, card);
  async function subscribed(plan: Plan = 'monthly'): Promise<Organization> {
    const it = await withDetails('pm_card_visa');
    const { id } = await get(Checkout).draft(actor, it, { plan, seats: 4, code: null });
    expect((await get(Changes).confirm(actor, it, id)).state).toBe('done');
    return it;
  }
  async function ordered(it: Organization, seats: number): Promise<Organization> {
    const { id } = await get(SeatOrders).draft(actor, it, seats);
    await get(Changes).confirm(actor, it, id);
    return it;
  }
  async function owing(): Promise<Organization> {
    const it = await subscribed();
    await giveCard(billing, it, 'pm_card_chargeCustomerFail');
    await ordered(it, 6);
    await giveCard(billing, it, 'pm_card_visa');
    return it;
  }
  const bill = async ({ organization }: Person) => open(await get(Overviews).of(organization))!.stripeId;

  return {
    'billing details': {
      begin: founded,
      go: (person) => person.call('PUT', '/details', { ...GIVEN_DETAILS, country: 'de', tax_id: 'DE123456789' }),
      reached: ({ customer }) => customer?.stripeId != null,
      charges: 0,
      isPlain: true,
    },
    'other billing details': {
      begin: () => withDetails(),
      go: (person) => person.call('PUT', '/details', { ...GIVEN_DETAILS, name: 'Acme Wax Ltd' }),
      reached: ({ customer }) => customer?.name === 'Acme Wax Ltd',
      charges: 0,
      isPlain: true,
    },
    'a new card': {
      begin: () => subscribed(),
      go: async (person) => {
        const intent = await person.call('POST', '/setup-intents');
        const method = { payment_method: 'pm_card_mastercard' };
        await stripeOf(billing.sandbox).setupIntents.confirm(intent.body.id as string, method);
        return person.call('POST', '/card', { setup_intent: intent.body.id });
      },
      reached: ({ customer }) => customer?.card?.brand === 'mastercard',
      charges: 1,
      isPlain: true,
    },
    'a subscription, paid by the card': {
      begin: () => withDetails('pm_card_visa'),
      go: (person) => change(person, { kind: 'subscribe', plan: 'monthly', seats: 4 }),
      reached: ({ subscription }) => subscription?.status === 'active' && subscription.quantity === 4,
      charges: 1,
    },
    'more seats': {
      begin: () => subscribed(),
      go: (person) => change(person, { kind: 'seats', seats: 6 }),
      reached: ({ subscription }) => subscription?.quantity === 6,
      charges: 2,
    },
    'more seats, one of them paid for already': {
      begin: async () => ordered(await subscribed(), 3),
      go: (person) => change(person, { kind: 'seats', seats: 6 }),
      reached: ({ subscription }) => subscription?.quantity === 6,
      charges: 2,
    },
    'fewer seats': {
      begin: () => subscribed(),
      go: (person) => change(person, { kind: 'seats', seats: 3 }),
      reached: ({ subscription }) => subscription?.quantity === 3,
      charges: 1,
    },
    'from months to years': {
      begin: () => subscribed(),
      go: (person) => change(person, { kind: 'plan', plan: 'annual' }),
      reached: ({ subscription }) => subscription?.plan === 'annual' && subscription.quantity === 4,
      charges: 2,
    },
    'from years to months': {
      begin: () => subscribed('annual'),
      go: (person) => change(person, { kind: 'plan', plan: 'monthly' }),
      reached: ({ subscription }) => subscription?.next?.plan === 'monthly',
      charges: 1,
    },
    cancelling: {
      begin: () => subscribed(),
      go: (person) => person.call('POST', '/cancel', { reason: 'the crash' }),
      reached: ({ subscription }) => subscription?.cancelAt != null,
      charges: 1,
    },
    resuming: {
      begin: async () => {
        const it = await subscribed();
        await get(Cancellations).cancel(actor, it, null);
        return it;
      },
      go: (person) => person.call('POST', '/resume'),
      reached: ({ subscription }) => subscription?.cancelAt === null,
      charges: 1,
    },
    'paying an open invoice': {
      begin: owing,
      go: async (person) => person.call('POST', `/invoices/${await bill(person)}/pay`),
      reached: (now) => now.subscription?.quantity === 6 && open(now) === undefined,
      charges: 2,
    },
    'giving up what waits for its payment': {
      begin: owing,
      go: async (person) => person.call('POST', `/invoices/${await bill(person)}/abandon`),
      reached: (now) => now.subscription?.pendingQuantity === null && open(now) === undefined,
      charges: 1,
      isPlain: true,
    },
  };
}
