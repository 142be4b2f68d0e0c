import { describe, expect, test } from 'vitest';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Overviews } from '../../src/billing/overview.js';
import { PlanSwitches } from '../../src/billing/plan-switches.js';
import { type Plan } from '../../src/billing/plans.js';
import { PriceChanges, PriceRooms } from '../../src/billing/price-changes.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { LOGGER, type Logger } from '../../src/platform/log.js';
import { actor, giveCard, payer, useBilling } from '../support/billing.js';
import { eventually } from '../support/http.js';
import { allMailsTo } from '../support/mailbox.js';
import { type Team, team } from '../support/people.js';

const billing = useBilling();
const DAY_MS = 24 * 60 * 60 * 1000;
const get = <T>(token: new (...needed: never[]) => T): T => billing.app.app.get<T>(token);

/** The nightly work of a server with other prices in its settings. */
function selling(monthly: number, annual = monthly * 10): PriceChanges {
  const { app, config, clock, db } = billing.app;
  const prices = new Map([['usd', { monthly, annual }]]);
  const other = { ...config, billing: { ...config.billing, prices } };
  return new PriceChanges(db, get(PriceRooms), clock, other, app.get<Logger>(LOGGER));
}

async function subscribed(plan: Plan = 'monthly', card = 'pm_card_visa'): Promise<Team> {
  const one = await team(billing.app);
  await payer(billing, one.name, card);
  const draft = await get(Checkout).draft(actor, one.organization, { plan, seats: 3, code: null });
  await get(Changes).confirm(actor, one.organization, draft.id);
  return one;
}

const subscriptionOf = async ({ organization }: Team) => {
  await get(Subscriptions).sync(organization.id);
  return (await get(Overviews).of(organization)).subscription!;
};

const lastTotal = async ({ organization }: Team) => {
  await get(Subscriptions).sync(organization.id);
  return (await get(Overviews).of(organization)).invoices.find(({ status }) => status === 'paid')!.total;
};

async function told({ name, people }: Team) {
  const mails = await allMailsTo(billing.app, `${people.admin.name}@example.org`);
  return mails.filter(({ subject }) => subject.startsWith(`The price for ${name}`)).toReversed();
}

const dayOf = (time: Date | string): string =>
  new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

const scheduleCalls = () =>
  billing.sandbox.calls.filter(
    ({ method, path }) => method === 'POST' && path.startsWith('/v1/subscription_schedules'),
  );

const scheduled = async (one: Team) => {
  const { scheduleId } = await subscriptionOf(one);
  return billing.sandbox.object('subscription_schedule', scheduleId!)!.phases.map(({ items }) => items[0]!.quantity);
};

/** To some hours after the end of the running period, when the new one has been paid. */
async function renew(one: Team): Promise<void> {
  const { periodEnd } = await subscriptionOf(one);
  await billing.advance(periodEnd.getTime() - billing.app.clock.now().getTime() + DAY_MS / 4);
}

describe('a higher price', () => {
  test('is told once, with both prices and the date, and comes with the first renewal after its notice', async () => {
    const one = await subscribed();
    const from = billing.app.clock.now().getTime();
    await selling(1100).nightly();
    const { next, unitAmount } = await subscriptionOf(one);
    expect(next).toMatchObject({ plan: 'monthly', unitAmount: 1100 });
    expect(unitAmount).toBe(900);
    const wait = new Date(next!.at).getTime() - from;
    expect(wait).toBeGreaterThanOrEqual(60 * DAY_MS);
    expect(wait).toBeLessThan(93 * DAY_MS);
    const [mail, ...more] = await told(one);
    expect(more).toEqual([]);
    expect(mail!.subject).toBe(`The price for ${one.name} changes on ${dayOf(next!.at)}`);
    expect(mail!.text.replaceAll('\n', ' ')).toMatch(/\$9\.00 per seat and month\. .*\$11\.00 per seat and month/);

    const calls = scheduleCalls().length;
    await billing.advance(DAY_MS);
    await selling(1100).nightly();
    expect(scheduleCalls()).toHaveLength(calls);
    expect(await told(one)).toHaveLength(1);

    const totals: string[] = [];
    while ((await subscriptionOf(one)).periodEnd < new Date(next!.at)) {
      await renew(one);
      totals.push(await lastTotal(one));
    }
    expect(totals.length).toBeGreaterThan(0);
    expect(new Set(totals)).toEqual(new Set(['2700']));
    await renew(one);
    expect(await lastTotal(one)).toBe('3300');
    expect(await subscriptionOf(one)).toMatchObject({ unitAmount: 1100, quantity: 3, next: null, status: 'active' });
    await selling(1100).nightly();
    await renew(one);
    expect(await lastTotal(one)).toBe('3300');
    expect(await told(one)).toHaveLength(1);
  });

  test('that is taken back is dropped and told to be; should it come again, its notice begins anew', async () => {
    const one = await subscribed();
    await selling(1100).look(one.organization.id);
    const first = (await subscriptionOf(one)).next!.at;
    await billing.advance(20 * DAY_MS);
    await selling(900).look(one.organization.id);
    expect((await subscriptionOf(one)).next).toBeNull();
    await billing.advance(20 * DAY_MS);
    await selling(1100).look(one.organization.id);
    const second = (await subscriptionOf(one)).next!.at;
    expect(new Date(second).getTime()).toBeGreaterThan(new Date(first).getTime());
    expect(new Date(second).getTime()).toBeGreaterThanOrEqual(billing.app.clock.now().getTime() + 59.9 * DAY_MS);
    expect((await told(one)).map(({ subject }) => subject)).toEqual([
      `The price for ${one.name} changes on ${dayOf(first)}`,
      `The price for ${one.name} stays as it is`,
      `The price for ${one.name} changes on ${dayOf(second)}`,
    ]);
  });

  test('waits until who is about to end, or owes something, is calm again', async () => {
    const [ending, owing] = [await subscribed(), await subscribed()];
    await get(Cancellations).cancel(actor, ending.organization, null);
    await giveCard(billing, owing.organization, 'pm_card_chargeCustomerFail');
    await selling(1100).look(ending.organization.id);
    await renew(owing);
    expect((await subscriptionOf(owing)).status).toBe('past_due');
    await selling(1100).look(owing.organization.id);
    expect([...(await told(ending)), ...(await told(owing))]).toEqual([]);
    expect((await subscriptionOf(owing)).next).toBeNull();
    await giveCard(billing, owing.organization, 'pm_card_visa');
    await billing.advance(4 * DAY_MS);
    expect((await subscriptionOf(owing)).status).toBe('active');
    await selling(1100).nightly();
    expect((await subscriptionOf(owing)).next).toMatchObject({ unitAmount: 1100 });
    expect(await told(owing)).toHaveLength(1);
  });

  test.each(['before', 'after'] as const)(
    'that Stripe did not answer to is looked at the next night (%s its effect)',
    async (phase) => {
      const one = await subscribed();
      billing.sandbox.intercept((call) =>
        call.phase === phase && call.method === 'POST' && call.path.startsWith('/v1/subscription_schedules/')
          ? { status: 500, body: { error: { type: 'api_error', message: 'broken' } } }
          : undefined,
      );
      await selling(1100).nightly();
      billing.sandbox.intercept(undefined);
      await billing.advance(DAY_MS);
      await selling(1100).nightly();
      const { next } = await subscriptionOf(one);
      const mails = await told(one);
      expect(mails.map(({ subject }) => subject)).toEqual([`The price for ${one.name} changes on ${dayOf(next!.at)}`]);
      expect(next).toMatchObject({ unitAmount: 1100 });
      expect(await scheduled(one)).toEqual([3, 3]);
    },
  );
});

test('a lower price comes with the next renewal', async () => {
  const one = await subscribed('annual');
  const { periodEnd } = await subscriptionOf(one);
  await selling(800).look(one.organization.id);
  expect((await subscriptionOf(one)).next).toEqual({ plan: 'annual', unitAmount: 8000, at: periodEnd.toISOString() });
  expect((await told(one)).map(({ subject }) => subject)).toEqual([
    `The price for ${one.name} goes down on ${dayOf(periodEnd)}`,
  ]);
  await renew(one);
  expect(await lastTotal(one)).toBe('24000');
});

describe('terms to come', () => {
  test('that are a switch of plan are left as they are, and follow the seats without anybody asking', async () => {
    const one = await subscribed('annual');
    const draft = await get(PlanSwitches).draft(actor, one.organization, 'monthly');
    await get(Changes).confirm(actor, one.organization, draft.id);
    await selling(1100).look(one.organization.id);
    expect((await subscriptionOf(one)).next).toMatchObject({ plan: 'monthly', unitAmount: 900 });
    expect(await told(one)).toEqual([]);
    const more = await get(SeatOrders).draft(actor, one.organization, 5);
    await get(Changes).confirm(actor, one.organization, more.id);
    const seats = await eventually(
      () => scheduled(one),
      (quantities) => quantities.at(-1) === 5,
      20_000,
    );
    expect(seats).toEqual([5, 5]);
    await renew(one);
    expect(await subscriptionOf(one)).toMatchObject({ plan: 'monthly', quantity: 5, unitAmount: 900 });
    expect(await lastTotal(one)).toBe('4500');
  });

  test('follow the seats up and down, and up again within the hour', async () => {
    const one = await subscribed('annual');
    const draft = await get(PlanSwitches).draft(actor, one.organization, 'monthly');
    await get(Changes).confirm(actor, one.organization, draft.id);
    for (const wanted of [4, 3, 4]) {
      const change = await get(SeatOrders).draft(actor, one.organization, wanted);
      await get(Changes).confirm(actor, one.organization, change.id);
      const seats = await eventually(
        () => scheduled(one),
        (quantities) => quantities.at(-1) === wanted,
        20_000,
      );
      expect(seats.at(-1)).toBe(wanted);
    }
  });
});
