import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { Abandoning } from '../../src/billing/abandoning.js';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Customers } from '../../src/billing/customers.js';
import { Overviews } from '../../src/billing/overview.js';
import { Payments } from '../../src/billing/payments.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { Gateway } from '../../src/billing/gateway.js';
import { Members } from '../../src/organizations/members.js';
import { actor, DETAILS, forgetToLook, giveCard, payer, useBilling } from '../support/billing.js';
import { allMailsTo } from '../support/mailbox.js';
import { person, type Team, team, TESTS } from '../support/people.js';

const billing = useBilling();
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const get = <T>(token: new (...needed: never[]) => T): T => billing.app.app.get<T>(token);

const read = ({ organization }: Team) => get(Subscriptions).sync(organization.id);
const addressOf = ({ people }: Team) => `${people.admin.name}@example.org`;

/** Subjects with the organization's name taken out, sorted: mails that belong together may go out in any order. */
async function told(one: Team, address = addressOf(one)): Promise<string[]> {
  const mails = await allMailsTo(billing.app, address);
  const about = mails.filter(({ subject }) => subject.includes(one.name) && !subject.startsWith('New key'));
  return about.map(({ subject }) => subject.replaceAll(one.name, 'ORG')).toSorted();
}

const textOf = async (one: Team, about: RegExp): Promise<string> =>
  (await allMailsTo(billing.app, addressOf(one)))
    .find(({ subject }) => about.test(subject))!
    .text.replaceAll('\n', ' ');

async function subscribed(card = 'pm_card_visa'): Promise<Team> {
  const one = await team(billing.app);
  await payer(billing, one.name, card);
  const draft = await get(Checkout).draft(actor, one.organization, { plan: 'monthly', seats: 3, code: null });
  await get(Changes).confirm(actor, one.organization, draft.id);
  const open = await newest(one);
  if (open.status === 'open') await answerBank(one, 'complete');
  await read(one);
  return one;
}

const overview = ({ organization }: Team) => get(Overviews).of(organization);
const newest = async (one: Team) => (await overview(one)).invoices[0]!;

async function answerBank(one: Team, outcome: 'complete' | 'fail'): Promise<void> {
  const challenge = await get(Payments).challenge(one.organization.id, (await newest(one)).stripeId);
  await billing.sandbox.settleChallenge(challenge!.clientSecret.split('_secret')[0]!, outcome);
}

/** At Stripe alone; we do not look. */
async function replaceCardUnseen(one: Team): Promise<void> {
  const { customer, subscription } = await overview(one);
  const [customerId, gateway] = [customer!.stripeId!, billing.app.app.get(Gateway)];
  const set = await gateway.setUpCard(customerId, randomUUID());
  if (set.outcome !== 'ok') throw new Error('no set-up');
  const { hostname: host, port } = new URL(billing.sandbox.url);
  const stripe = new Stripe(billing.sandbox.secretKey, { host, port, protocol: 'http' });
  await stripe.setupIntents.confirm(set.value.id, { payment_method: 'pm_card_visa' });
  await gateway.useCard(customerId, set.value.id, subscription!.stripeId);
}

/**
 * To some hours after the running period's end: the renewal has been tried once, and not again. Months differ in length, and
 * with them what a number of days would lead to.
 */
async function pastRenewal(one: Team): Promise<void> {
  const { periodEnd } = (await overview(one)).subscription!;
  await billing.advance(periodEnd.getTime() - billing.app.clock.now().getTime() + 6 * HOUR_MS);
}

async function seats({ organization }: Team, wanted: number) {
  const draft = await get(SeatOrders).draft(actor, organization, wanted);
  return get(Changes).confirm(actor, organization, draft.id);
}

const START = ['Receipt for ORG: $27.00', 'The subscription of ORG has started'];

describe('a start', () => {
  test('is told once, to those who have to do with the money', async () => {
    const one = await team(billing.app);
    const payingMember = await person(billing.app);
    await get(Members).add(TESTS, one.organization, payingMember, 'billing');
    await payer(billing, one.name, 'pm_card_visa');
    const draft = await get(Checkout).draft(actor, one.organization, { plan: 'monthly', seats: 4, code: null });
    await get(Changes).confirm(actor, one.organization, draft.id);
    await read(one);
    await read(one);
    const expected = ['Receipt for ORG: $36.00', START[1]];
    for (const reader of [addressOf(one), DETAILS.email, `${payingMember.name}@example.org`])
      expect(await told(one, reader)).toEqual(expect.arrayContaining(expected));
    expect(await told(one)).toEqual(expected);
    for (const { name } of [one.people.write, one.people.read])
      expect((await told(one, `${name}@example.org`)).filter((subject) => expected.includes(subject))).toEqual([]);
  });

  test('is told once where the address of the invoices is that of an admin, however it is written', async () => {
    const one = await team(billing.app);
    await payer(billing, one.name);
    await get(Customers).save(actor, one.organization, { ...DETAILS, email: addressOf(one).toUpperCase() });
    await giveCard(billing, one.organization, 'pm_card_visa');
    const draft = await get(Checkout).draft(actor, one.organization, { plan: 'annual', seats: 3, code: null });
    await get(Changes).confirm(actor, one.organization, draft.id);
    const [lower, upper] = [await told(one), await told(one, addressOf(one).toUpperCase())];
    expect([...lower, ...upper].filter((subject) => /^(Receipt|The sub)/.test(subject)).toSorted()).toEqual([
      'Receipt for ORG: $270.00',
      START[1],
    ]);
  });

  test('that was never paid is told when its time is over, and not before', async () => {
    const one = await team(billing.app);
    await payer(billing, one.name, 'pm_card_authenticationRequired');
    const draft = await get(Checkout).draft(actor, one.organization, { plan: 'monthly', seats: 3, code: null });
    await get(Changes).confirm(actor, one.organization, draft.id);
    await read(one);
    expect(await told(one)).toEqual([]);
    await billing.advance(DAY_MS);
    await read(one);
    await read(one);
    expect(await told(one)).toEqual(['The subscription of ORG was not paid and has not started']);
  });
});

describe('a renewal', () => {
  test('brings a receipt with its period, seats and card', async () => {
    const one = await subscribed();
    await billing.advance(32 * DAY_MS);
    await read(one);
    expect(await told(one)).toEqual([START[0], ...START]);
    const text = await textOf(one, /^Receipt/);
    const { stripeId, number } = await newest(one);
    expect(text).toContain('has been renewed');
    expect(text).toContain(`Invoice: ${number}`);
    expect(text).toMatch(/Period: \d+ \w+ \d+ to \d+ \w+ \d+ +Seats: 3 +Card on file: Visa ending in 4242/);
    expect(text).toContain(`${billing.app.url}/orgs/${one.name}/billing/invoices/${stripeId}/pdf`);
  });

  test('that fails is told at each try, with the reason, the next try and the end of the grace', async () => {
    const one = await subscribed();
    await giveCard(billing, one.organization, 'pm_card_chargeCustomerFail');
    await pastRenewal(one);
    await read(one);
    await read(one);
    expect(await told(one)).toEqual(['A payment for ORG failed', ...START]);
    const text = await textOf(one, /failed/);
    expect(text).toMatch(/\$27\.00 for \S+ \(invoice \S+\) could not be paid\. The bank refused the card/);
    expect(text).toMatch(/tried again on \d+ \w+ \d+\./);
    expect(text).toMatch(/Until \d+ \w+ \d+ everything works as before\./);
    await billing.advance(3 * DAY_MS);
    await read(one);
    expect(await told(one)).toEqual(['A payment for ORG failed', 'A payment for ORG failed', ...START]);
    await giveCard(billing, one.organization, 'pm_card_visa');
    await get(Payments).pay(actor, one.organization, (await newest(one)).stripeId);
    expect((await told(one)).filter((subject) => subject === START[0])).toHaveLength(2);
  });

  test('that failed and was paid before anybody read it brings only its receipt', async () => {
    const one = await subscribed();
    await giveCard(billing, one.organization, 'pm_card_chargeCustomerFail');
    await forgetToLook(billing);
    await pastRenewal(one);
    await replaceCardUnseen(one);
    // The next try finds money.
    await billing.advance(4 * DAY_MS);
    await read(one);
    expect(await told(one)).toEqual([START[0], ...START]);
  });

  test('of which the bank wants to be asked leads to the page, once', async () => {
    const one = await subscribed('pm_card_authenticationRequired');
    await billing.advance(32 * DAY_MS);
    await read(one);
    await read(one);
    expect(await told(one)).toEqual([START[0], 'The bank wants you to confirm a payment for ORG', START[1]]);
    const { stripeId } = await newest(one);
    expect(await textOf(one, /bank wants/)).toContain(`/orgs/${one.name}/billing/invoices/${stripeId}`);
  });

  test('that is never paid ends in one mail about the end', async () => {
    const one = await subscribed();
    await giveCard(billing, one.organization, 'pm_card_chargeCustomerFail');
    for (let day = 0; day < 50; day += 5) {
      await billing.advance(5 * DAY_MS);
      await read(one);
    }
    expect((await told(one)).filter((subject) => /ended/.test(subject))).toEqual(['The subscription of ORG has ended']);
    expect(await textOf(one, /ended/)).toContain('because it was not paid');
  });
});

/** The same life twice: one is read at every turn, the other only in the end. */
test('what is told does not depend on when it is read, but for what was overtaken', async () => {
  const [watched, unwatched] = [await subscribed(), await subscribed()];
  const both = async (turn: (one: Team) => Promise<unknown>) => {
    await turn(watched);
    await turn(unwatched);
    await read(watched);
  };
  await both((one) => giveCard(billing, one.organization, 'pm_card_chargeCustomerFail'));
  await pastRenewal(watched);
  await read(watched);
  await both(replaceCardUnseen);
  await billing.advance(4 * DAY_MS);
  await read(watched);
  await billing.advance(32 * DAY_MS);
  await both(async (one) => {
    const { stripeId } = (await overview(one)).customer!;
    const charge = billing.sandbox.objects('charge').find(({ customer, paid }) => customer === stripeId && paid);
    await billing.sandbox.act({ act: 'refund_charge', charge: charge!.id, amount: 500 });
  });
  await read(unwatched);
  const expected = ['$5.00 go back to ORG', START[0], START[0], ...START];
  expect(await told(unwatched)).toEqual(expected);
  expect(await told(watched)).toEqual([expected[0], 'A payment for ORG failed', ...expected.slice(1)]);
});

describe('more seats', () => {
  test('are told once they are paid', async () => {
    const one = await subscribed();
    await seats(one, 5);
    await read(one);
    expect(await told(one)).toEqual([expect.stringMatching(/^Receipt for ORG: \$18\.00/), ...START]);
    expect(await textOf(one, /18\.00/)).toContain('there are now 5 seats, paid by the month');
  });

  test('that nobody paid for are told to be dropped; those that were given up are not', async () => {
    const [forgotten, givenUp] = [
      await subscribed('pm_card_authenticationRequired'),
      await subscribed('pm_card_authenticationRequired'),
    ];
    await seats(forgotten, 5);
    await seats(givenUp, 5);
    const open = (await overview(givenUp)).invoices.find(({ status }) => status === 'open');
    await get(Abandoning).abandon(actor, givenUp.organization, open!);
    expect(await told(forgotten)).toEqual(START);
    await billing.advance(DAY_MS);
    await Promise.all([read(forgotten), read(givenUp)]);
    await Promise.all([read(forgotten), read(givenUp)]);
    expect(await told(forgotten)).toEqual(['A change for ORG was not paid and has been dropped', ...START]);
    expect(await textOf(forgotten, /dropped/)).toContain('as it was before, with 3 seats');
    expect(await told(givenUp)).toEqual(START);
  });
});

describe('an end', () => {
  test('is told when it is asked for, taken back, asked for again, and when it comes', async () => {
    const one = await subscribed();
    const cancellations = get(Cancellations);
    await cancellations.cancel(actor, one.organization, null);
    expect(await told(one)).toEqual([START[0], expect.stringMatching(/^The subscription of ORG ends on /), START[1]]);
    await cancellations.resume(actor, one.organization);
    await read(one);
    await billing.advance(HOUR_MS);
    await cancellations.cancel(actor, one.organization, null);
    await read(one);
    const subjects = await told(one);
    expect(subjects.filter((subject) => subject.includes('ends on'))).toHaveLength(2);
    expect(subjects.filter((subject) => subject.includes('goes on'))).toHaveLength(1);
    await billing.advance(32 * DAY_MS);
    await read(one);
    await read(one);
    expect((await told(one)).filter((subject) => subject.includes('has ended'))).toHaveLength(1);
    expect(await textOf(one, /has ended/)).toContain('as it was cancelled');
  });
});

describe('money that goes back', () => {
  const chargeOf = async (one: Team) => {
    const customer = (await overview(one)).customer!.stripeId;
    return billing.sandbox.objects('charge').find((charge) => charge.customer === customer)!.id;
  };

  test('is told with each part', async () => {
    const one = await subscribed();
    await billing.advance(10 * DAY_MS);
    await read(one);
    for (const amount of [900, 1800]) {
      await billing.sandbox.act({ act: 'refund_charge', charge: await chargeOf(one), amount });
      await read(one);
      await read(one);
    }
    expect(await told(one)).toEqual(['$27.00 go back to ORG', '$9.00 go back to ORG', ...START]);
  });

  test('is disputed: told to the admins alone', async () => {
    const one = await subscribed();
    await billing.sandbox.act({ act: 'open_dispute', charge: await chargeOf(one) });
    await read(one);
    await read(one);
    expect(await told(one)).toEqual(['A payment of ORG is disputed', ...START]);
    expect(await told(one, DETAILS.email)).toEqual(START);
  });
});

test('whoever is read for the first time is not told of what is long past', async () => {
  const one = await subscribed();
  await billing.advance(64 * DAY_MS);
  await billing.app.db.query('delete from subscriptions where organization_id = $1', [one.organization.id]);
  await billing.app.db.query('delete from invoices where organization_id = $1', [one.organization.id]);
  await billing.app.db.query('delete from billing_notices where organization_id = $1', [one.organization.id]);
  await read(one);
  // Of the two renewals since, one was within the week.
  expect(await told(one)).toEqual([START[0], ...START]);
});

test('whoever was not read for long is told of all that happened since', async () => {
  const one = await subscribed();
  await billing.advance(64 * DAY_MS);
  await read(one);
  expect(await told(one)).toEqual([START[0], START[0], ...START]);
});
