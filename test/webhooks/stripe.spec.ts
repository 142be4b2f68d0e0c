import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import Stripe from 'stripe';
import { Customers } from '../../src/billing/customers.js';
import { HANDLE } from '../../src/billing/stripe-events.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { type StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';
import { startApp, type TestApp } from '../support/app.js';
import { giveCard, payer, useBilling, WEBHOOK_SECRET } from '../support/billing.js';
import { eventually } from '../support/http.js';
import { team, unique } from '../support/people.js';

const [SECRET, OLD_SECRET] = [WEBHOOK_SECRET, 'whsec_the_one_before_it_was_rolled'];

const billing = useBilling({ env: { STRIPE_WEBHOOK_SECRETS: `${SECRET},${OLD_SECRET}` }, failingJobs: HANDLE });
let app: TestApp;
let sandbox: StripeSandbox;
let organizationId: string;
let customer: string;

beforeAll(async () => {
  ({ app, sandbox } = billing);
  const { name } = await team(app);
  organizationId = (await payer(billing, name)).id;
  customer = (await app.app.get(Customers).ready(organizationId)).stripeId;
});

/** Beside the id, what the tests differ in. */
interface Told {
  readonly id?: string;
  readonly type?: string;
  readonly object?: object;
  readonly livemode?: boolean;
}

/** An event as Stripe writes it. */
function event({ id = `evt_${unique('test')}`, type = 'customer.updated', object, livemode = false }: Told = {}) {
  const data = { object: object ?? { id: customer, object: 'customer' } };
  return { id, body: JSON.stringify({ id, object: 'event', type, created: seconds(), livemode, data }, null, 2) };
}

const seconds = (): number => Math.floor(Date.now() / 1000);

const signed = (payload: string, secret: string = SECRET, timestamp = seconds()): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });

async function post(body: string | Uint8Array, signature?: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${app.url}/webhooks/stripe`, {
    ...{ method: 'POST', body: body as BodyInit },
    headers: {
      ...{ 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Stripe/1.0' },
      ...(signature === undefined ? {} : { 'stripe-signature': signature }),
      ...headers,
    },
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

interface Row {
  readonly type: string;
  readonly stripe_customer_id: string | null;
  readonly handled_at: Date | null;
}

const rowsOf = (id: string): Promise<Row[]> => app.db.query('select * from stripe_events where id = $1', [id]);
const countRows = async (): Promise<number> =>
  Number((await app.db.query<{ n: string }[]>('select count(*) as n from stripe_events'))[0]!.n);
const handled = (id: string): Promise<Row[]> =>
  eventually(
    () => rowsOf(id),
    ([row]) => row?.handled_at != null,
    30_000,
  );
const readings = (): number =>
  sandbox.calls.filter(({ method, path }) => method === 'GET' && path === `/v1/customers/${customer}`).length;

test('what Stripe tells is kept, answered at once, and then handled by reading the customer afresh', async () => {
  const before = readings();
  const { id, body } = event();
  const answer = await post(body, signed(body));
  expect([answer.status, answer.body]).toEqual([200, '{"received":true}']);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('set-cookie')).toBeNull();
  const [row] = await handled(id);
  expect(row).toMatchObject({ type: 'customer.updated', stripe_customer_id: customer });
  expect(readings()).toBeGreaterThan(before);
});

describe('both secrets work while one is replaced', () => {
  test.each([
    ['the new one', (body: string) => signed(body)],
    ['the old one', (body: string) => signed(body, OLD_SECRET)],
    [
      'both, as Stripe signs then',
      (body: string) => `${signed(body, OLD_SECRET)},${signed(body).replace(/^t=\d+,/, '')}`,
    ],
  ])('%s', async (_which, sign) => {
    const { id, body } = event();
    expect((await post(body, sign(body))).status).toBe(200);
    expect(await rowsOf(id)).toHaveLength(1);
  });
});

describe('has no effect', () => {
  const one = event({ object: { id: 'cus_of_nobody', object: 'customer' } }).body;
  test.each<[string, string | Uint8Array, string | undefined]>([
    ['without a signature', one, undefined],
    ['with an empty one', one, ''],
    ['with noise', one, 'noise'],
    ['with the time alone', one, `t=${seconds()}`],
    ['of a wrong secret', one, signed(one, 'whsec_somebody_elses_secret')],
    ['of the API key', one, signed(one, 'sk_test_sandbox')],
    ['of the empty secret', one, signedWithNothing(one)],
    ['of something else', one, signed('{}')],
    ['of the same JSON, written anew', JSON.stringify(JSON.parse(one)), signed(one)],
    ['with a byte more', `${one} `, signed(one)],
    ['older than five minutes', one, signed(one, SECRET, seconds() - 301)],
    [
      'with another time than was signed',
      one,
      signed(one, SECRET, seconds() - 600).replace(/^t=\d+/, `t=${seconds()}`),
    ],
    ['with an old scheme', one, signed(one).replace('v1=', 'v0=')],
    ['nothing at all', '', signed('')],
    ['not JSON', 'hello', signed('hello')],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0xfd]), signed('\ufffd\ufffd\ufffd')],
    ['of live mode, told to a server with a test key', event({ livemode: true }).body, undefined],
  ])('%s', async (_what, body, signature) => {
    const before = await countRows();
    const live = String(body).includes('"livemode": true');
    const answer = await post(body, live ? signed(String(body)) : signature);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, message: expect.any(String) as string });
    expect(await countRows()).toBe(before);
  });

  test('nor does what is too long, deep or of no length', async () => {
    const before = await countRows();
    const long = `"${'x'.repeat(1024 * 1024)}"`;
    expect((await post(long, signed(long))).status).toBe(413);
    const deep = '['.repeat(500_000);
    expect((await post(deep, signed(deep, 'whsec_not_this_one'))).status).toBe(400);
    expect((await post(deep, signed(deep))).status).toBe(400);
    expect(await countRows()).toBe(before);
  });

  test('other methods find nothing', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await fetch(`${app.url}/webhooks/stripe`, { method })).status).toBe(404);
  });
});

function signedWithNothing(payload: string): string {
  const t = seconds();
  // generateTestHeaderString would refuse to sign with no secret.
  return `t=${t},v1=${createHmac('sha256', '').update(`${t}.${payload}`).digest('hex')}`;
}

test('a body of almost a megabyte, deeply nested, is taken when it is signed', async () => {
  const object = { id: customer, object: 'customer', metadata: 'x'.repeat(900_000) };
  const { id, body } = event({ object });
  expect((await post(body, signed(body))).status).toBe(200);
  await handled(id);
  const depth = 50_000;
  const nested = event({ object: { id: customer, object: 'customer', deep: 'HERE' } });
  const deep = nested.body.replace('"HERE"', '['.repeat(depth) + ']'.repeat(depth));
  expect((await post(deep, signed(deep))).status).toBe(200);
  expect((await handled(nested.id))[0]?.handled_at).not.toBeNull();
});

test('whatever the body is called, its bytes are what counts', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/vnd.hex+erlang', 'x']) {
    const { body } = event();
    expect([type, (await post(body, signed(body), { 'content-type': type })).status]).toEqual([type, 200]);
  }
});

test('nobody else gets a body as raw bytes by calling it what this door calls it', async () => {
  const headers = { 'user-agent': 'tests', 'content-type': 'application/vnd.propolis.raw' };
  const answer = await fetch(`${app.url}/api/oauth/token`, { method: 'POST', headers, body: '{}' });
  expect(answer.status).toBe(415);
});

test('a form on somebody’s page, with a browser behind it, can do no more than anybody else', async () => {
  const { id, body } = event();
  const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', cookie: 'session=stolen' };
  expect((await post(body, undefined, headers)).status).toBe(400);
  expect(await rowsOf(id)).toEqual([]);
  // The signature is the proof; where the request came from is not asked.
  expect((await post(body, signed(body), headers)).status).toBe(200);
});

test('the same event told again and again, at once and later, is one row and is handled once', async () => {
  const { id, body } = event();
  const signature = signed(body);
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(body, signature)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const [row] = await handled(id);
  await quiet();
  const before = readings();
  expect((await post(body, signature)).status).toBe(200);
  await quiet();
  expect(await rowsOf(id)).toEqual([row]);
  expect(readings()).toBe(before);
});

/** Until no job waits that could run now. */
const quiet = () =>
  eventually(
    () =>
      app.db.query<unknown[]>(`select 1 from graphile_worker.jobs where run_at <= now() and attempts < max_attempts`),
    (jobs) => jobs.length === 0,
    30_000,
  );

describe('is taken, and leads nowhere', () => {
  test.each<[string, Told]>([
    ['a customer of nobody', { object: { id: 'cus_unknown', object: 'customer' } }],
    ['a type that Stripe invents tomorrow', { type: 'customer.moon_phase.changed' }],
    ['an event about no customer', { type: 'balance.available', object: { object: 'balance' } }],
    [
      'an object of a null customer',
      { type: 'invoice.paid', object: { id: 'in_1', object: 'invoice', customer: null } },
    ],
    [
      'a charge that is not there',
      { type: 'charge.refunded', object: { id: 're_1', object: 'refund', charge: 'ch_gone' } },
    ],
  ])('%s', async (_what, told) => {
    const { id, body } = event(told);
    expect((await post(body, signed(body))).status).toBe(200);
    expect((await handled(id))[0]?.handled_at).toBeInstanceOf(Date);
  });
});

test('the answer does not wait for Stripe, and what Stripe did not answer is asked again', async () => {
  let asked = 0;
  sandbox.intercept(({ path, phase }) => {
    if (phase !== 'before' || path !== `/v1/customers/${customer}`) return undefined;
    asked += 1;
    return { status: 500, body: { error: { type: 'api_error', message: 'down' } } };
  });
  const { id, body } = event();
  expect((await post(body, signed(body))).status).toBe(200);
  await eventually(
    () => Promise.resolve(asked),
    (times) => times > 0,
    30_000,
  );
  const [failed] = await eventually(
    () => waitingJobs(id),
    ([job]) => job?.last_error != null,
    30_000,
  );
  expect(failed?.last_error).toMatch(/cannot be reached/);
  expect((await rowsOf(id))[0]?.handled_at).toBeNull();
  sandbox.intercept(undefined);
  await app.db.query(`select graphile_worker.reschedule_jobs(array[$1::bigint], run_at := now())`, [failed!.id]);
  expect((await handled(id))[0]?.handled_at).toBeInstanceOf(Date);
});

interface Job {
  readonly id: string;
  readonly last_error: string | null;
}

const waitingJobs = (eventId: string): Promise<Job[]> =>
  app.db.query(
    `select j.id, j.last_error from graphile_worker._private_jobs j where j.payload ->> 'id' = $1 and j.locked_at is null`,
    [eventId],
  );

test('the webhooks of the sandbox come in by the same door', async () => {
  const { stripeId } = await app.app.get(Customers).ready(organizationId);
  await giveCard(billing, (await app.app.get(Organizations).byId(organizationId))!, 'pm_card_visa');
  const events = sandbox.webhooks.held();
  expect(events.length).toBeGreaterThan(0);
  await sandbox.webhooks.deliver(events);
  for (const { id } of events) expect([id, sandbox.deliveries(id)[0]?.status]).toEqual([id, 200]);
  const about = await app.db.query<unknown[]>(
    'select 1 from stripe_events where id = any ($1) and stripe_customer_id = $2',
    [events.map(({ id }) => id), stripeId],
  );
  expect(about.length).toBeGreaterThan(0);
});

test('nothing of bodies and signatures is in the log', async () => {
  const secret = 'a-canary-in-the-body';
  const { body } = event({ object: { id: customer, object: 'customer', email: secret } });
  const forged = signed(body, 'whsec_not_the_right_one');
  await post(body, signed(body));
  await post(body, forged);
  for (const canary of [secret, SECRET, OLD_SECRET, forged.split('v1=')[1]!]) expect(app.log()).not.toContain(canary);
});

test('where nothing is sold there is no such door', async () => {
  const free = await startApp({ env: { BILLING: 'off' } });
  try {
    const { body } = event();
    const headers = { 'stripe-signature': signed(body) };
    expect((await fetch(`${free.url}/webhooks/stripe`, { method: 'POST', body, headers })).status).toBe(404);
  } finally {
    await free.stop();
  }
});
