import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { startApp } from '../support/app.js';
import { actor, payer, stripeOf, useBilling } from '../support/billing.js';
import { type Outcome, runCommand } from '../support/commands.js';
import { team } from '../support/people.js';

const billing = useBilling();

const run = (...words: string[]): Promise<Outcome> => runCommand(billing.app, ['billing', ...words]);

async function json(...words: string[]): Promise<any> {
  const { out } = await run(...words, '--json');
  return JSON.parse(out) as unknown;
}

const stripe = () => stripeOf(billing.sandbox);

let acme: Organization;
let stripeCustomer: string;

beforeAll(async () => {
  const { name } = await team(billing.app);
  acme = await payer(billing, name, 'pm_card_visa');
  const { id } = await billing.app.app.get(Checkout).draft(actor, acme, { plan: 'monthly', seats: 3, code: null });
  await billing.app.app.get(Changes).confirm(actor, acme, id);
  stripeCustomer = (await json('status', name)).customer as string;
});

describe('check', () => {
  const webhooks = () => stripe().webhookEndpoints.list();

  test('says line by line what is as it should be', async () => {
    const { code, out, err } = await run('check');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^ok {3}the secret key belongs to account acct_/);
    expect(
      out
        .trim()
        .split('\n')
        .every((line) => line.startsWith('ok   ')),
    ).toBe(true);
    expect(out).toContain(`the webhook endpoint http://127.0.0.1:`);
    expect(out).not.toContain(billing.sandbox.secretKey);
  });

  test('and what is not, with what to do, by its exit code too', async () => {
    const [endpoint] = (await webhooks()).data;
    await stripe().webhookEndpoints.update(endpoint!.id, { enabled_events: ['invoice.paid'] });
    const { code, out, err } = await run('check');
    await stripe().webhookEndpoints.update(endpoint!.id, { enabled_events: ['*'] });
    expect(code).toBe(1);
    expect(out).toMatch(/^BAD {2}the webhook endpoint misses customer\.subscription\.created, .*: add these events$/m);
    expect(err).toMatch(/^error: 1 of \d+ findings are bad\n$/);
    expect((await json('check')).every(({ ok }: { ok: boolean }) => ok)).toBe(true);
  });

  test('a key that Stripe does not know', async () => {
    billing.sandbox.intercept(() => ({ status: 401, body: { error: { type: 'invalid_request_error' } } }));
    const { code, out } = await run('check');
    billing.sandbox.intercept(undefined);
    expect([code, out]).toEqual([1, expect.stringMatching(/^BAD {2}key: Stripe refused.*check the key/) as string]);
  });
});

test('status shows what was last read', async () => {
  const { code, out } = await run('status', acme.name);
  expect(code).toBe(0);
  for (const line of [
    /^standing +active$/m,
    /^paid seats +3$/m,
    /^price +\$9\.00$/m,
    /^card +visa 4242, until \d+\/\d{4}$/m,
    /^ +in_\w+ .* paid +subscription_create +\$27\.00 +\$0\.00/m,
  ])
    expect(out).toMatch(line);
  const { name } = await team(billing.app);
  expect(await json('status', name)).toMatchObject({
    standing: 'trial',
    customer: null,
    subscription: null,
    invoices: [],
  });
  expect(await run('status', 'no_such_team')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/not found/) as string,
  });
});

test('operations shows the journal, the newest first', async () => {
  const { id } = await billing.app.app.get(SeatOrders).draft(actor, acme, 4);
  const rows = await json('operations', acme.name);
  expect(rows[0]).toMatchObject({ id, kind: 'seats', state: 'drafted', seats: 4, actor: 'test', problem: null });
  expect(rows.at(-1)).toMatchObject({ kind: 'subscribe', state: 'done', seats: 3 });
  expect(await json('operations', acme.name, '--limit', '1')).toHaveLength(1);
});

test('events shows what Stripe told, and what waits', async () => {
  const told = async (handledAt: Date | null) => {
    const id = `evt_${randomUUID()}`;
    await billing.app.db.query(
      `insert into stripe_events (id, type, stripe_customer_id, created_at, received_at, handled_at, source)
       values ($1, 'invoice.paid', $2, now(), now(), $3, 'webhook')`,
      [id, stripeCustomer, handledAt],
    );
    return id;
  };
  const [done, waiting] = [await told(new Date()), await told(null)];
  const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);
  expect(ids(await json('events'))).toEqual(expect.arrayContaining([done, waiting]));
  expect(ids(await json('events', '--unhandled'))).toEqual([waiting]);
  await billing.app.db.query('delete from stripe_events');
  expect((await run('events')).out).toBe('none\n');
});

describe('sync and compare', () => {
  /** As if a webhook and the sweep had been missed. */
  const spoil = () =>
    billing.app.db.query(`update subscriptions set quantity = 30 where organization_id = $1`, [acme.id]);

  test('sync puts one organization right', async () => {
    expect((await run('sync', acme.name)).out).toBe(`${acme.name} is as Stripe has it\n`);
    await spoil();
    expect((await run('sync', acme.name)).out).toMatch(/was put right: subscriptions? sub_\w+: quantity/);
    expect((await json('status', acme.name)).paid_seats).toBe(3);
    const { name } = await team(billing.app);
    expect((await run('sync', name)).out).toBe(`${name} has no customer at Stripe\n`);
  });

  test('sync --all puts everybody right, and that is no fault', async () => {
    await spoil();
    const { code, out } = await run('sync', '--all');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^1 compared, 1 put right, 0 could not be read\n/) as string,
    ]);
  });

  test.each([[[]], [['acme', '--all']]])('sync %j does not say whom', async (words) => {
    expect(await run('sync', ...words)).toMatchObject({ code: 1, err: 'error: name one organization, or say --all\n' });
  });

  test('compare says by its exit code whether there was drift, and keeps what it found', async () => {
    expect(await run('compare')).toMatchObject({
      code: 0,
      out: '1 compared, 0 put right, 0 could not be read\n',
      err: '',
    });
    await spoil();
    const { code, out, err } = await run('compare');
    expect([code, err]).toEqual([1, 'error: 1 had drifted from Stripe\n']);
    expect(out).toMatch(new RegExp(`^${acme.name}: subscriptions? sub_\\w+: quantity$`, 'm'));
    expect(await run('compare')).toMatchObject({ code: 0 });
    const rows = await billing.app.db.query<{ drifted: number }[]>(
      'select drifted from billing_comparisons order by id',
    );
    expect(rows.map(({ drifted }) => drifted).slice(-3)).toEqual([0, 1, 0]);
  });

  test('compare says so when Stripe is silent', async () => {
    billing.sandbox.intercept(() => ({ status: 500, body: { error: { type: 'api_error' } } }));
    const { code, out, err } = await run('compare');
    billing.sandbox.intercept(undefined);
    expect([code, out]).toEqual([1, '1 compared, 0 put right, 1 could not be read\n']);
    expect(err).toContain('1 could not be read');
  });
});

test('where nothing is sold the commands say so', async () => {
  const free = await startApp({ env: { BILLING: 'off' } });
  try {
    for (const words of [['check'], ['compare'], ['sync', '--all']])
      expect(await runCommand(free, ['billing', ...words])).toMatchObject({
        code: 1,
        err: 'error: nothing is sold here (BILLING=off)\n',
      });
  } finally {
    await free.stop();
  }
});
