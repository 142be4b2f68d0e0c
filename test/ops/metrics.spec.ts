import { expect, test } from 'vitest';
import { Reconciling } from '../../src/billing/reconciling.js';
import { startApp } from '../support/app.js';
import { payer, useBilling } from '../support/billing.js';
import { team } from '../support/people.js';

const billing = useBilling();

const ask = (headers: Record<string, string> = {}) => fetch(`${billing.app.url}/metrics`, { headers });

/** Name with labels → value. */
async function metrics(): Promise<Record<string, number>> {
  const lines = (await (await ask()).text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.replace(/ [^ ]+$/, ''), Number(line.split(' ').at(-1))]));
}

test('counts billing as the rows have it', async () => {
  const before = await metrics();
  expect(before).toMatchObject({
    ...{ propolis_billing_drift: 0, propolis_billing_comparison_timestamp_seconds: 0 },
    ...{ propolis_stripe_events_unhandled: 0, propolis_stripe_event_age_seconds: 0 },
    ...{ 'propolis_billing_operations{state="unclear"}': 0, propolis_stripe_webhook_timestamp_seconds: 0 },
  });
  expect(before['process_resident_memory_bytes']).toBeGreaterThan(0);
  const { name } = await team(billing.app);
  const { id } = await payer(billing, name);
  await billing.app.db.query(`update billing_customers set balance = -500 where organization_id = $1`, [id]);
  await billing.app.app.get(Reconciling).compareAll();
  await billing.app.db.query(
    `insert into stripe_events (id, type, stripe_customer_id, created_at, received_at, handled_at, source) values
       ('evt_1', 'invoice.paid', 'cus_1', now(), now() - interval '90 seconds', null, 'webhook'),
       ('evt_2', 'invoice.paid', 'cus_1', now(), now(), now(), 'sweep')`,
  );
  await billing.app.db.query(
    `insert into billing_operations (id, organization_id, kind, params, state, actor_name, created_at)
     values (gen_random_uuid(), $1, 'seats', '{}', 'unclear', 'tests', now())`,
    [id],
  );
  const after = await metrics();
  expect(after).toMatchObject({
    ...{ propolis_billing_drift: 1, propolis_stripe_events_unhandled: 1 },
    ...{ 'propolis_billing_operations{state="unclear"}': 1, 'propolis_billing_operations{state="done"}': 0 },
  });
  expect(Math.abs(after['propolis_billing_comparison_timestamp_seconds']! - Date.now() / 1000)).toBeLessThan(120);
  expect(after['propolis_stripe_event_age_seconds']).toBeGreaterThanOrEqual(90);
  expect(after['propolis_stripe_event_age_seconds']).toBeLessThan(200);
});

test('is text for Prometheus, for this machine only, and for no cache', async () => {
  const answer = await ask();
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.text()).toContain('# TYPE propolis_billing_drift gauge');
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip'])
    expect([header, (await ask({ [header]: '127.0.0.1' })).status]).toEqual([header, 404]);
});

test('with a token it is asked for, wherever the request comes from', async () => {
  const token = 'only-prometheus-knows-this';
  const guarded = await startApp({ env: { METRICS_TOKEN: token } });
  const get = (headers: Record<string, string>) => fetch(`${guarded.url}/metrics`, { headers });
  try {
    for (const authorization of ['', token, 'Bearer', `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Basic ${token}`])
      expect([authorization, (await get({ authorization })).status]).toEqual([authorization, 404]);
    expect((await get({})).status).toBe(404);
    expect((await get({ authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.9' })).status).toBe(200);
    expect(guarded.log()).not.toContain(token);
  } finally {
    await guarded.stop();
  }
});
