import { describe, expect, test } from 'vitest';
import { BillingJobs } from '../../src/billing/billing.jobs.js';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Overviews } from '../../src/billing/overview.js';
import { Payments } from '../../src/billing/payments.js';
import { Reminders } from '../../src/billing/reminders.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { actor, giveCard, payer, useBilling } from '../support/billing.js';
import { allMailsTo } from '../support/mailbox.js';
import { type Team, team } from '../support/people.js';

const billing = useBilling();
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const get = <T>(token: new (...needed: never[]) => T): T => billing.app.app.get<T>(token);

const addressOf = ({ people }: Team) => `${people.admin.name}@example.org`;
const mailsOf = async (one: Team) =>
  (await allMailsTo(billing.app, addressOf(one))).filter(
    ({ subject }) =>
      subject.includes(one.name) && !/^(New key|Receipt|The subscription of \S+ has started)/.test(subject),
  );

/** What was told since the last time it was asked, without the organization's name and dates. */
const seen = new Map<string, number>();
async function told(one: Team): Promise<string[]> {
  const mails = await mailsOf(one);
  const before = seen.get(one.name) ?? 0;
  seen.set(one.name, mails.length);
  const fresh = mails.toReversed().slice(before);
  return fresh.map(({ subject }) => subject.replaceAll(one.name, 'ORG').replace(/\d+ \w+ \d{4}/, 'DAY'));
}

/** As the days go by. What is said is said by the calendar's own job, which reads Stripe first. */
async function pass(ms: number, stepMs = DAY_MS): Promise<void> {
  await passOnly(ms, stepMs, () => get(BillingJobs).hourly());
}

/** Where nothing changes at Stripe meanwhile. */
async function passOnly(
  ms: number,
  stepMs = DAY_MS,
  remind = () => get(Reminders).remind(billing.app.clock.now()),
): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    await billing.advance(Math.min(stepMs, left));
    await remind();
  }
}

async function subscribed(card = 'pm_card_visa', plan: 'monthly' | 'annual' = 'monthly'): Promise<Team> {
  const one = await team(billing.app);
  await payer(billing, one.name, card);
  const draft = await get(Checkout).draft(actor, one.organization, { plan, seats: 3, code: null });
  await get(Changes).confirm(actor, one.organization, draft.id);
  await get(Subscriptions).sync(one.organization.id);
  return one;
}

async function seats({ organization }: Team, wanted: number): Promise<void> {
  const draft = await get(SeatOrders).draft(actor, organization, wanted);
  await get(Changes).confirm(actor, organization, draft.id);
}

describe('the end of a trial', () => {
  test('is told a week and a day before; then each step down, and what it means', async () => {
    const one = await team(billing.app);
    await passOnly(22 * DAY_MS, 4 * DAY_MS);
    expect(await told(one)).toEqual([]);
    await passOnly(2 * DAY_MS);
    expect(await told(one)).toEqual(['The trial of ORG ends on DAY']);
    const [mail] = await mailsOf(one);
    expect(mail!.text.replaceAll('\n', ' ')).toContain('3 seats, it costs $27.00 a month or $270.00 a year');
    await passOnly(5.5 * DAY_MS);
    expect(await told(one)).toEqual(['The trial of ORG ends on DAY']);
    await passOnly(DAY_MS);
    expect(await told(one)).toEqual(['Publishing has stopped for ORG']);
    await passOnly(26 * DAY_MS);
    expect(await told(one)).toEqual([]);
    await passOnly(2 * DAY_MS);
    expect(await told(one)).toEqual(['Packages of ORG cannot be fetched from DAY on']);
    await passOnly(3 * DAY_MS);
    expect(await told(one)).toEqual(['Packages of ORG cannot be fetched any more']);
    await passOnly(20 * DAY_MS, 4 * DAY_MS);
    expect(await told(one)).toEqual([]);
  });

  test('is told to nobody who has subscribed, is free of charge, is shut or about to be deleted', async () => {
    const [paying, comped, blocked, closing] = [
      await subscribed(),
      await team(billing.app),
      await team(billing.app),
      await team(billing.app),
    ];
    const set = (what: string, { organization }: Team) =>
      billing.app.db.query(`update organizations set ${what} where id = $1`, [organization.id]);
    await set(`override = 'comped'`, comped);
    await set(`override = 'blocked'`, blocked);
    await set(`deletion_at = now() + interval '100 years'`, closing);
    await passOnly(40 * DAY_MS, 2 * DAY_MS);
    for (const one of [paying, comped, blocked, closing]) expect(await told(one)).toEqual([]);
  });

  test('is told once, however often and in how many processes at once it is asked', async () => {
    const one = await team(billing.app);
    await billing.advance(24 * DAY_MS);
    const now = billing.app.clock.now();
    await Promise.all([1, 2, 3].map(() => get(Reminders).remind(now)));
    expect(await told(one)).toEqual(['The trial of ORG ends on DAY']);
  });
});

describe('an open payment', () => {
  test('is spoken of every three days until the grace ends, and no more once it is paid', async () => {
    // Asked by the bank, which Stripe does not try again by itself.
    const [silent, paying] = [await subscribed('pm_card_visa'), await subscribed('pm_card_visa')];
    for (const one of [silent, paying]) await giveCard(billing, one.organization, 'pm_card_authenticationRequired');
    const [{ subscription }] = [await get(Overviews).of(silent.organization)];
    await billing.advance(subscription!.periodEnd.getTime() - billing.app.clock.now().getTime() + 12 * HOUR_MS);
    await get(BillingJobs).hourly();
    expect(await told(silent)).toEqual(['The bank wants you to confirm a payment for ORG']);
    await pass(4 * DAY_MS);
    expect(await told(silent)).toEqual(['A payment for ORG is still open']);
    expect((await told(paying)).at(-1)).toBe('A payment for ORG is still open');
    await giveCard(billing, paying.organization, 'pm_card_visa');
    const open = (await get(Overviews).of(paying.organization)).invoices.find(({ status }) => status === 'open');
    await get(Payments).pay(actor, paying.organization, open!.stripeId);
    await pass(7 * DAY_MS);
    expect(await told(silent)).toEqual(['A payment for ORG is still open', 'A payment for ORG is still open']);
    expect((await mailsOf(silent))[0]!.text).toMatch(/\/billing\/invoices\/in_/);
    await pass(2.5 * DAY_MS);
    expect(await told(silent)).toEqual(['Publishing stops for ORG on DAY']);
    expect(await told(paying)).toEqual([]);
    await pass(4 * DAY_MS);
    // An hour after the grace Stripe gives up, too.
    expect(await told(silent)).toEqual(['Publishing has stopped for ORG', 'The subscription of ORG has ended']);
  });
});

describe('an end that was asked for', () => {
  test('is spoken of once more, three days before', async () => {
    const one = await subscribed();
    // Beyond its trial, for then nothing would stop.
    await billing.advance(45 * DAY_MS);
    await get(Cancellations).cancel(actor, one.organization, null);
    expect(await told(one)).toEqual(['The subscription of ORG ends on DAY']);
    const { subscription } = await get(Overviews).of(one.organization);
    const left = () => subscription!.periodEnd.getTime() - billing.app.clock.now().getTime();
    await passOnly(left() - 4 * DAY_MS, 7 * DAY_MS);
    expect(await told(one)).toEqual([]);
    await passOnly(1.5 * DAY_MS);
    expect(await told(one)).toEqual(['The subscription of ORG ends on DAY']);
    await pass(left() + DAY_MS, 2 * DAY_MS);
    expect(await told(one)).toEqual(['The subscription of ORG has ended']);
  });
});

describe('a card', () => {
  test('is spoken of in its last month, if it is to be charged after it', async () => {
    const [one, charged] = [await subscribed('pm_card_visa', 'annual'), await subscribed('pm_card_visa', 'annual')];
    const now = billing.app.clock.now();
    const ends = (of: Team, month: Date) =>
      billing.app.db.query(
        `update billing_customers set card = card || jsonb_build_object('expMonth', $2::int, 'expYear', $3::int) where organization_id = $1`,
        [of.organization.id, month.getUTCMonth() + 1, month.getUTCFullYear()],
      );
    const remind = () => get(Reminders).remind(now);
    await ends(one, new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)));
    await ends(charged, new Date(Date.UTC(now.getUTCFullYear() + 1, now.getUTCMonth() + 1)));
    await remind();
    expect(await told(one)).toEqual([]);
    await ends(one, now);
    await remind();
    await remind();
    expect(await told(one)).toEqual(['The card of ORG expires soon']);
    expect(await told(charged)).toEqual([]);
    expect((await mailsOf(one))[0]!.text).toContain(`/orgs/${one.name}/billing/card`);
  });
});

describe('something that waits for its payment', () => {
  test('is spoken of once before its time is over, and leads to its invoice', async () => {
    const start = await team(billing.app);
    await payer(billing, start.name, 'pm_card_authenticationRequired');
    const more = await subscribed();
    await giveCard(billing, more.organization, 'pm_card_authenticationRequired');
    const draft = await get(Checkout).draft(actor, start.organization, { plan: 'monthly', seats: 3, code: null });
    await get(Changes).confirm(actor, start.organization, draft.id);
    await seats(more, 5);
    await passOnly(10 * HOUR_MS, 5 * HOUR_MS);
    expect([...(await told(start)), ...(await told(more))]).toEqual([]);
    await passOnly(6 * HOUR_MS, HOUR_MS);
    expect(await told(start)).toEqual(['ORG: the subscription still waits for its payment']);
    expect(await told(more)).toEqual(['ORG: a change still waits for its payment']);
    for (const one of [start, more]) {
      const open = (await get(Overviews).of(one.organization)).invoices.find(({ status }) => status === 'open');
      expect((await mailsOf(one))[0]!.text).toContain(open!.stripeId);
    }
  });
});

test('nothing of it waits for Stripe: while it is silent the calendar goes on', async () => {
  const one = await team(billing.app);
  await billing.advance(24 * DAY_MS);
  billing.sandbox.intercept(() => ({ status: 500, body: { error: { type: 'api_error', message: 'down' } } }));
  await expect(get(BillingJobs).hourly()).rejects.toThrow();
  billing.sandbox.intercept(undefined);
  expect(await told(one)).toEqual(['The trial of ORG ends on DAY']);
});

test('hundreds at once are told, each of them', async () => {
  const before = await billing.app.db.query<{ id: string }[]>('select coalesce(max(id), 0) as id from organizations');
  await billing.app.db.query(
    `with made as (
         insert into organizations (name, trial_ends_at, created_at, updated_at)
         select 'many' || n, $1::timestamptz + interval '20 hours', $1::timestamptz - interval '29 days', $1 from generate_series(1, 450) n returning id, name)
       insert into billing_customers (organization_id, kind, name, email, country, currency, created_at, updated_at)
       select id, 'person', name, name || '@example.net', 'US', 'usd', $1, $1 from made`,
    [billing.app.clock.now()],
  );
  await get(Reminders).remind(billing.app.clock.now());
  const [row] = await billing.app.db.query<{ notices: number; addresses: number }[]>(
    `select (select count(*)::int from billing_notices where organization_id > $1 and cause like 'trial 1 %') as notices,
              (select count(distinct address)::int from mails where address like 'many%@example.net') as addresses`,
    [before[0]!.id],
  );
  expect(row).toEqual({ notices: 450, addresses: 450 });
});
