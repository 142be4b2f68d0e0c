import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SETTLE } from '../../src/billing/journal.js';
import { type BillingOverview, Overviews } from '../../src/billing/overview.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { settings } from '../support/app.js';
import { sandboxEnv, useBilling } from '../support/billing.js';
import { ask, eventually } from '../support/http.js';
import { api, keyOf, person } from '../support/people.js';
import { type Service, startService } from '../support/programs.js';
import { organizationsBehind, type StripeCall } from '../support/stripe-calls.js';
import { type Person, type Way, waysOfMoney } from './ways-of-money.js';

/**
 * The service is killed (SIGKILL, no clean-up) at every call by which a way of money changes something at Stripe: just before
 * the call has its effect, and just after it, with the answer never delivered; and while it reads what came of the last one.
 * What must hold: the service that starts next finds out by itself what became of it, rows are as Stripe has it, nothing is
 * charged twice, and the person who does it again gets what they wanted for what it costs.
 *
 * Starting a service is dear, so several organizations go their ways in one process, each stands still at its own call, and
 * one kill ends them all.
 */
const TOGETHER = 6;
/** Besides: those that stand at calls for which no customer's lock is held, of which one process has so many as above. */
const ASIDE = 2;
const UNLOCKED = /\/create_preview$|\/setup_intents$/;
const UNCLEAR = `5 minutes`;

const billing = useBilling({ env: { JOBS_CONCURRENCY: '0' } });
const get = <T>(token: abstract new (...needed: never[]) => T): T => billing.app.app.get<T>(token);
let ways: Record<string, Way>;
let key: string;
let env: Record<string, string>;
let service: Service | undefined;

beforeAll(async () => {
  const [admin, ...others] = await Promise.all([1, 2, 3].map(() => person(billing.app)));
  ways = waysOfMoney(billing, admin!, others);
  key = await keyOf(billing.app, admin!, api('write'));
  const { PORT: _, ...rest } = settings(await mkdtemp(join(tmpdir(), 'propolis-money-')), 0);
  const { databaseUrl } = billing.app.config;
  env = { ...rest, ...sandboxEnv(billing.sandbox), DATABASE_URL: databaseUrl, JOBS_CONCURRENCY: '2' };
});
afterAll(async () => {
  await service?.kill();
  await rm(env['DATA_DIR']!, { recursive: true, force: true });
});

/** Where a process dies: at which of the calls that change something, and on which side of its effect. */
interface Point {
  readonly way: string;
  readonly write: number;
  readonly moment: 'before' | 'after' | 'reading';
  readonly call: string;
}

const told = ({ way, write, moment, call }: Point): string => `${way}, ${moment} write ${write}, ${call}`;

/** What is to happen at whose calls. */
const watchers = new Map<string, (call: StripeCall) => Promise<'reset' | undefined> | undefined>();

/** Cards are confirmed by browsers. */
const isOurs = ({ path }: StripeCall): boolean => !/^\/v1\/setup_intents\/.*\/confirm$/.test(path);

const going = (organization: Organization, url: () => string): Person => ({
  organization,
  call: (method, path, json) =>
    ask(`${url()}/api/orgs/${organization.name}/billing${path}`, { method, key, ...(json && { json }) }),
});

/** Goes the way without a crash, and answers where there could be one. */
async function pointsOf([name, way]: [string, Way]): Promise<Point[]> {
  const organization = await way.begin();
  const calls: string[] = [];
  watchers.set(organization.id, ({ phase, method, path }) => {
    if (phase === 'before') calls.push(`${method} ${path}`);
    return undefined;
  });
  const { status } = await way.go(going(organization, () => billing.app.url));
  watchers.delete(organization.id);
  expect([name, status]).toEqual([name, 200]);
  expect(way.reached(await settled(way, organization)), name).toBe(true);
  const writes = calls.filter((call) => !call.startsWith('GET'));
  expect(writes, name).not.toEqual([]);
  const points = writes.flatMap((call, index) =>
    (['before', 'after'] as const).map((moment) => ({ way: name, write: index + 1, moment, call })),
  );
  const [reading] = calls.slice(calls.lastIndexOf(writes.at(-1)!) + 1);
  return reading === undefined
    ? points
    : [...points, { way: name, write: writes.length, moment: 'reading', call: reading }];
}

/** Resolves when the process stands at the point; from then on it stands still until `dead`. */
function stand({ id }: Organization, { write, moment }: Point, dead: Promise<unknown>): Promise<void> {
  return new Promise((arrived) => {
    let writes = 0;
    watchers.set(id, (call) => {
      if (call.phase === 'before' && call.method !== 'GET') writes += 1;
      const isIt = moment === 'reading' ? call.method === 'GET' : call.phase === moment && call.method !== 'GET';
      if (writes !== write || !isIt) return undefined;
      arrived();
      return dead.then(() => 'reset' as const);
    });
  });
}

/** All of them in one process, up to their points; one kill. */
async function kill(batch: readonly Point[], people: readonly Person[]): Promise<void> {
  let died = () => {};
  const dead = new Promise<void>((resolve) => (died = resolve));
  const standing = batch.map((point, index) => stand(people[index]!.organization, point, dead));
  const went = batch.map(({ way }, index) => ways[way]!.go(people[index]!).then(({ status }) => status, String));
  const ends = await Promise.all(
    standing.map((arrived, index) => Promise.race([arrived.then(() => 'stands'), went[index]])),
  );
  expect(ends.map((end, index) => `${told(batch[index]!)}: ${end}`)).toEqual(
    batch.map((point) => `${told(point)}: stands`),
  );
  expect(await service!.kill()).toBe('SIGKILL');
  died();
  await Promise.all(went);
  for (const { organization } of people) watchers.delete(organization.id);
}

/** As if some minutes had passed: what was unclear is looked up by the job that was left behind. */
async function minutesPass(): Promise<void> {
  const { db } = billing.app;
  await db.query(`update billing_operations set asked_at = asked_at - $1::interval where settled_at is null`, [
    UNCLEAR,
  ]);
  const left = `select id from graphile_worker.jobs where task_identifier = $1`;
  await db.query(`select graphile_worker.reschedule_jobs(array(${left}), now())`, [SETTLE]);
  const rows = () => db.query<unknown[]>(left, [SETTLE]);
  expect(await eventually(rows, (jobs) => jobs.length === 0, 60_000), service!.output()).toEqual([]);
  const open = await db.query<unknown[]>(
    `select kind, params from billing_operations where state in ('asked', 'unclear')`,
  );
  expect(open).toEqual([]);
}

/** Our rows, after a reading that must not find anything they do not have. Of plain ways a webhook would tell, or the next sweep. */
async function settled({ isPlain }: Way, organization: Organization): Promise<BillingOverview> {
  if (isPlain) await get(Subscriptions).sync(organization.id);
  const synced = await get(Subscriptions).sync(organization.id);
  expect(synced?.differences ?? []).toEqual([]);
  return get(Overviews).of(organization);
}

async function charges({ id }: Organization): Promise<number> {
  const customers = billing.sandbox.objects('customer').filter((one) => one.metadata?.['org_id'] === id);
  expect(customers.length).toBeLessThanOrEqual(1);
  const mine = billing.sandbox.objects('charge').filter((one) => one.customer === customers[0]?.id);
  return mine.filter(({ status }) => status === 'succeeded').length;
}

async function recovered(point: Point, { organization }: Person): Promise<BillingOverview> {
  const way = ways[point.way]!;
  const now = await settled(way, organization);
  expect(now.open).toBeNull();
  const { seats } = (await get(Organizations).byName(organization.name))!;
  const sold = ['active', 'incomplete'].includes(now.subscription?.status ?? '');
  expect(seats).toBe(sold ? now.subscription!.quantity : null);
  expect(now.members).toBeLessThanOrEqual(seats ?? now.members);
  expect(await charges(organization)).toBeLessThanOrEqual(way.charges);
  return now;
}

/** The person looks, and if it has not come about, pays what waits for its money, or does it again. */
async function goesOn(point: Point, someone: Person): Promise<void> {
  const way = ways[point.way]!;
  const now = await recovered(point, someone);
  // What they agreed to tells what became of it; what was refused has not happened.
  const state = someone.agreed === undefined ? undefined : await stateOf(someone, someone.agreed);
  if (way.reached(now)) expect([told(point), state ?? 'done']).toEqual([told(point), 'done']);
  else {
    const open = now.invoices.find(({ status }) => status === 'open');
    const isPaying = open !== undefined && !way.isPlain;
    const answer = await (isPaying ? someone.call('POST', `/invoices/${open.stripeId}/pay`) : way.go(someone));
    expect([told(point), answer.status, answer.body]).toEqual([told(point), 200, expect.anything()]);
  }
  expect([told(point), way.reached(await settled(way, someone.organization))]).toEqual([told(point), true]);
  expect([told(point), await charges(someone.organization)]).toEqual([told(point), way.charges]);
}

const stateOf = async (someone: Person, id: string): Promise<string> =>
  (await someone.call('GET', `/changes/${id}`)).body.state as string;

/** Who is impatient says yes again at once, while nobody can know yet what became of it. */
async function insists(someone: Person): Promise<void> {
  if (someone.agreed === undefined) return;
  const { status } = await someone.call('POST', `/changes/${someone.agreed}/confirm`);
  expect([200, 202, 402, 409]).toContain(status);
}

/** Those that one process dies at together. */
function batchesOf(points: readonly Point[]): Point[][] {
  const locked = points.filter(({ call }) => !UNLOCKED.test(call));
  const unlocked = points.filter(({ call }) => UNLOCKED.test(call));
  const count = Math.max(Math.ceil(locked.length / TOGETHER), Math.ceil(unlocked.length / ASIDE));
  return Array.from({ length: count }, (_none, index) => [
    ...locked.slice(index * TOGETHER, (index + 1) * TOGETHER),
    ...unlocked.slice(index * ASIDE, (index + 1) * ASIDE),
  ]);
}

const begun = (batch: readonly Point[]): Promise<Person[]> =>
  Promise.all(batch.map(async ({ way }) => going(await ways[way]!.begin(), () => service!.url)));

test('a process that is killed at any call of any way of money: nothing is lost, nothing is charged twice', async () => {
  const organizationBehind = organizationsBehind(billing.sandbox);
  billing.sandbox.intercept((call) => {
    const whose = isOurs(call) ? organizationBehind(call) : undefined;
    return whose === undefined ? undefined : watchers.get(whose)?.(call);
  });
  const all = (await Promise.all(Object.entries(ways).map(pointsOf))).flat();
  // `npm run test:billing` kills at every point, `npm test` at every eighth: each batch costs the start of a service.
  const points = all.filter((_point, index) => process.env['THOROUGH'] !== undefined || index % 8 === 0);
  service = await startService(env);
  for (const batch of batchesOf(points)) {
    const people = await begun(batch);
    await kill(batch, people);
    service = await startService(env);
    await Promise.all(people.filter((_one, index) => index % 2 === 0).map(insists));
    await minutesPass();
    await Promise.all(batch.map((point, index) => goesOn(point, people[index]!)));
  }
  console.log(`${points.length} kills: before and after each call that changes something, and while reading`);
}, 600_000);
