import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { type Actor } from '../../src/audit/actor.js';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Customers } from '../../src/billing/customers.js';
import { type Operation } from '../../src/billing/operation.entity.js';
import { Overviews } from '../../src/billing/overview.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { EventHandling } from '../../src/billing/stripe-events.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { type DomainError } from '../../src/platform/errors.js';
import { sealingPurpose } from '../../src/platform/mail/mail-delivery.js';
import { Secrets } from '../../src/platform/secrets.js';
import { startApp, type TestApp } from '../support/app.js';
import { payer, sandboxEnv, useBilling } from '../support/billing.js';
import { person, TESTS, unique } from '../support/people.js';
import { overbooked, SlowStripe, watchSeats } from '../support/seat-watch.js';

/**
 * Money and members at once, in two processes. Each of these fails without one of the three things that hold seats together:
 * the lock of the organization's row (`organizations/seats`), the lock of the customer (`billing/customer-locks`), and that
 * fewer seats are written down before Stripe is asked (`Seats.reserve`).
 */
const SETTINGS = { JOBS_CONCURRENCY: '0', DATABASE_POOL_SIZE: '12' };
const ROUNDS = [0, 1, 2, 3, 4, 5, 6, 7];
const SLOWNESS_MS = 15;

const billing = useBilling({ env: SETTINGS });
let second: TestApp;
let [ada, bob, ...guests]: User[] = [];
let stripe: SlowStripe;

beforeAll(async () => {
  const { databaseUrl } = billing.app.config;
  second = await startApp({ databaseUrl, env: { ...SETTINGS, ...sandboxEnv(billing.sandbox) } });
  [ada, bob, ...guests] = await Promise.all(Array.from({ length: 8 }, () => person(billing.app)));
  await watchSeats(billing.app.db);
  stripe = new SlowStripe(billing.app.db, SLOWNESS_MS);
});
afterAll(() => second?.stop());

afterEach(async () => {
  expect([...(await overbooked(billing.app.db)), ...stripe.oversold.splice(0)]).toEqual([]);
});

const as = (user: User): Actor => ({ kind: 'user', userId: user.id, name: user.name, origin: {} });
const at = <T>(process: TestApp, token: abstract new (...needed: never[]) => T): T => process.app.get<T>(token);
const get = <T>(token: abstract new (...needed: never[]) => T): T => at(billing.app, token);

/** Not yet subscribed, with a card, and so many of the guests in it beside its admin. */
async function founded(others: number): Promise<Organization> {
  const made = await get(Organizations).create(TESTS, unique('rush'), ada!);
  for (const guest of guests.slice(0, others)) await get(Members).add(TESTS, made, guest, 'read');
  return payer(billing, made.name, 'pm_card_visa');
}

async function subscribed(others: number, seats: number): Promise<Organization> {
  const organization = await founded(others);
  const { id } = await get(Checkout).draft(TESTS, organization, { plan: 'monthly', seats, code: null });
  await get(Changes).confirm(TESTS, organization, id);
  return organization;
}

/** One for each round, made while there is no race. */
async function each<T>(make: () => Promise<T>): Promise<T[]> {
  billing.sandbox.intercept(undefined);
  const made = await Promise.all(ROUNDS.map(make));
  billing.sandbox.intercept(stripe.intercept);
  return made;
}

const order = (organization: Organization, seats: number): Promise<Operation> =>
  get(SeatOrders).draft(TESTS, organization, seats);
const confirm = (organization: Organization, { id }: Operation, where = billing.app, who: Actor = TESTS) =>
  at(where, Changes).confirm(who, organization, id);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** An invitation that is open, and the way to accept it. */
async function invited(organization: Organization): Promise<(guest: User) => Promise<unknown>> {
  const address = `${unique('guest')}@example.org`;
  await get(Invitations).invite(TESTS, organization, address, 'read');
  const [mail] = await billing.app.db.query<{ message_id: string; content: Buffer }[]>(
    `select message_id, content from mails where address = $1`,
    [address],
  );
  const { text } = JSON.parse(get(Secrets).open(sealingPurpose, mail!.message_id, mail!.content)) as { text: string };
  const token = /token=([\w-]+)/.exec(text)![1];
  return (guest) => get(Invitations).accept(as(guest), guest, token);
}

/**
 * The guests from the `first` on come, by turns invited and added: in even rounds at once or, later, one after the other; in odd
 * rounds together, while Stripe is being asked for what `deal` is about.
 */
async function crowd(organization: Organization, first: number, round: number) {
  const coming = guests.slice(first).map(async (guest, index) => {
    const accept = index % 2 === 0 ? await invited(organization) : undefined;
    return async (deal: Promise<unknown>) => {
      await (round % 2 === 0 ? pause(index * round * 8) : Promise.race([stripe.asked(), deal.catch(() => undefined)]));
      return accept?.(guest) ?? at(second, Members).add(TESTS, organization, guest, 'read');
    };
  });
  return Promise.all(coming);
}

/** What became of each: the state of an operation, `done`, or why not. */
async function outcomes(...racing: Promise<unknown>[]): Promise<string[]> {
  const results = await Promise.allSettled(racing);
  return results.map((result) => {
    if (result.status === 'fulfilled') return (result.value as Operation | undefined)?.state ?? 'done';
    return (result.reason as DomainError).code ?? String(result.reason);
  });
}

/** As Stripe has it, as our rows have it, and who is there; the three belong together. */
async function settled(organization: Organization): Promise<{ seats: number; members: number; charges: number }> {
  const synced = await get(Subscriptions).sync(organization.id);
  expect(synced?.differences).toEqual([]);
  const { open, members, customer } = await get(Overviews).of(organization);
  expect(open).toBeNull();
  const { seats } = (await get(Organizations).byName(organization.name))!;
  const living = synced!.snapshot.subscriptions.filter(({ status }) => status === 'active');
  expect(living.map(({ quantity }) => quantity)).toEqual([seats]);
  expect(members).toBeLessThanOrEqual(seats!);
  const mine = billing.sandbox.objects('charge').filter((one) => one.customer === customer?.stripeId);
  return { seats: seats!, members, charges: mine.filter(({ status }) => status === 'succeeded').length };
}

/** A webhook about this customer comes in at the other process, again and again until `end`. */
async function webhooks(organization: Organization, end: Promise<unknown>): Promise<string> {
  const customerId = (await get(Customers).of(organization.id))!.stripeId;
  let isOver = false;
  const over = () => (isOver = true);
  void end.then(over, over);
  while (!isOver) await at(second, EventHandling).handle({ id: 'evt_again', customerId, trace: null });
  return 'done';
}

test('two admins who agree to different numbers: one charge, and the other is told', async () => {
  const all = await each(() => subscribed(1, 3));
  for (const it of all) {
    const [more, most] = [await order(it, 5), await order(it, 6)];
    const ends = await outcomes(confirm(it, more, billing.app, as(ada!)), confirm(it, most, second, as(bob!)));
    expect(ends.toSorted()).toEqual(['done', 'seats_changed']);
    expect(await settled(it)).toMatchObject({ charges: 2, seats: ends[0] === 'done' ? 5 : 6 });
  }
});

test('one price agreed to in two processes at once: asked for and charged once', async () => {
  const all = await each(() => subscribed(0, 3));
  for (const it of all) {
    const draft = await order(it, 5);
    expect(await outcomes(confirm(it, draft), confirm(it, draft, second))).toEqual(['done', 'done']);
    expect(await settled(it)).toMatchObject({ charges: 2, seats: 5 });
    const asked = billing.sandbox.calls.filter(({ idempotencyKey }) => idempotencyKey === draft.id);
    expect(asked).toHaveLength(1);
    const noted = await billing.app.db.query<unknown[]>(
      `select 1 from audit_entries where action = 'billing.seats' and params ->> 'operation' = $1`,
      [draft.id],
    );
    expect(noted).toHaveLength(1);
  }
});

test('six people join while two seats are bought: never more than are paid', async () => {
  const all = await each(() => subscribed(0, 4));
  for (const [round, it] of all.entries()) {
    const [draft, joining] = [await order(it, 6), await crowd(it, 0, round)];
    const buying = confirm(it, draft);
    const [bought, ...joined] = await outcomes(buying, ...joining.map((join) => join(buying)));
    expect(bought).toBe('done');
    const { members, ...paid } = await settled(it);
    expect(paid).toEqual({ seats: 6, charges: 2 });
    expect(members).toBe(1 + joined.filter((end) => end === 'done').length);
    expect(joined.filter((end) => end !== 'done' && end !== 'no_seat')).toEqual([]);
  }
});

test('people join while seats are given back and Stripe sends news: they find a seat or are told', async () => {
  const all = await each(() => subscribed(2, 6));
  for (const [round, it] of all.entries()) {
    const [draft, joining] = [await order(it, 4), await crowd(it, 2, round)];
    const giving = confirm(it, draft);
    const [given, news, ...joined] = await outcomes(
      giving,
      webhooks(it, giving),
      ...joining.map((join) => join(giving)),
    );
    expect(news).toBe('done');
    const { members, seats, charges } = await settled(it);
    // Whoever came first: either the seats were gone, or they could not be given back any more.
    expect([given, seats]).toEqual(given === 'done' ? ['done', 4] : ['validation_failed', 6]);
    expect(members).toBe(3 + joined.filter((end) => end === 'done').length);
    expect(charges).toBe(1);
  }
});

test('people join a trial while it becomes a subscription for those who are there', async () => {
  const all = await each(() => founded(2));
  for (const [round, it] of all.entries()) {
    const draft = await get(Checkout).draft(TESTS, it, { plan: 'monthly', seats: 3, code: null });
    const joining = await crowd(it, 2, round);
    const buying = confirm(it, draft);
    const [bought, news, ...joined] = await outcomes(
      buying,
      webhooks(it, buying),
      ...joining.map((join) => join(buying)),
    );
    expect(news).toBe('done');
    const members = 3 + joined.filter((end) => end === 'done').length;
    expect(await get(Members).count(it)).toBe(members);
    if (bought === 'done') expect(await settled(it)).toEqual({ seats: 3, members: 3, charges: 1 });
    else expect([bought, members > 3]).toEqual(['validation_failed', true]);
  }
});

test('a cancellation while seats are bought: both, or the purchase is told of the end', async () => {
  const all = await each(() => subscribed(0, 3));
  for (const it of all) {
    const draft = await order(it, 5);
    const cancelling = at(second, Cancellations).cancel(TESTS, it, null);
    const [bought, cancelled] = await outcomes(confirm(it, draft), cancelling);
    expect(cancelled).toBe('done');
    expect(['done', 'canceling']).toContain(bought);
    expect(await settled(it)).toMatchObject(bought === 'done' ? { charges: 2, seats: 5 } : { charges: 1, seats: 3 });
    expect((await get(Overviews).of(it)).subscription?.cancelAt).not.toBeNull();
  }
});

test('news from Stripe in the middle of a purchase: nobody sees half of it', async () => {
  const all = await each(async () => {
    const it = await subscribed(0, 4);
    await confirm(it, await order(it, 3));
    return it;
  });
  for (const it of all) {
    // One seat is paid for already, and comes by a call of its own before the other two are charged.
    const buying = confirm(it, await order(it, 6));
    expect(await outcomes(buying, webhooks(it, buying))).toEqual(['done', 'done']);
    expect(await settled(it)).toMatchObject({ charges: 2, seats: 6 });
    const noted = await billing.app.db.query<{ seats: { from: number; to: number } }[]>(
      `select params -> 'seats' as seats from audit_entries
        where action = 'billing.change' and subject_organization_id = $1 and params ? 'seats' order by id`,
      [it.id],
    );
    expect(noted.map(({ seats }) => seats)).toEqual([{ from: 3, to: 6 }]);
  }
});
