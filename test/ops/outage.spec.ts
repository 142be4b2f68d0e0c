import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WorkerPool } from 'graphile-worker';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Jobs } from '../../src/platform/jobs.js';
import { LocalStore } from '../../src/platform/store/local-store.js';
import { startApp, type TestApp } from '../support/app.js';
import { cloneDatabase } from '../support/database.js';
import { ask, eventually, publish } from '../support/http.js';
import { keyOf, repository, team, type Team } from '../support/people.js';

/** Postgres goes away under a running service and comes back. */
let app: TestApp;
let acme: Team;
let admin: pg.Client;
let store: SlowStore;

/** Files, written slowly while `slow`: a job that is running when something happens. */
class SlowStore extends LocalStore {
  slow = false;

  override async put(...args: Parameters<LocalStore['put']>): Promise<void> {
    if (this.slow) await sleep(1500);
    return super.put(...args);
  }
}

let database: string;

beforeAll(async () => {
  const databaseUrl = await cloneDatabase();
  database = new URL(databaseUrl).pathname.slice(1);
  store = new SlowStore(await mkdtemp(join(tmpdir(), 'propolis-slow-')));
  app = await startApp({ databaseUrl, store });
  acme = await team(app);
  admin = new pg.Client({ connectionString: inject('postgres').adminUrl });
  await admin.connect();
  expect((await publish(app.url, acme.name, acme.publishKey, { name: 'before' })).status).toBe(201);
});

afterAll(async () => {
  await admin?.end();
  await app?.stop();
  await rm(store.directory, { recursive: true, force: true });
});

async function cut(ms: number): Promise<void> {
  await admin.query(`alter database ${database} with allow_connections false`);
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [database]);
  await new Promise((resolve) => setTimeout(resolve, ms));
  await admin.query(`alter database ${database} with allow_connections true`);
}

const fetched = (path: string, key = acme.fetchKey) => ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key });

test.each([
  ['every connection is cut once', 0],
  ['Postgres is gone for some seconds', 4000],
])(
  '%s: afterwards requests, jobs and revocation work again',
  async (_what, ms) => {
    const revocable = await keyOf(app, acme.organization, repository(acme.name));
    expect((await fetched('packages/before')).status).toBe(200);
    const outage = cut(ms);
    if (ms > 0) {
      // Let the cut connections be noticed; then refusals must be short and say that it is not the client's fault.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const during = await ask(`${app.url}/api/users/me`, { key: acme.publishKey });
      expect([during.status, during.body.status]).toEqual([503, 503]);
      expect((await fetched('packages/never_asked')).status).toBe(503);
    }
    await outage;
    const name = `after_${ms}`;
    const published = await eventually(
      () => publish(app.url, acme.name, acme.publishKey, { name }),
      ({ status }) => status < 300,
      15_000,
    );
    expect(published.status).toBeLessThan(300);
    expect((await fetched(`packages/${name}`)).status).toBe(200);
    const listed = await eventually(
      () => fetched('names'),
      ({ status }) => status === 200,
      30_000,
    );
    expect(listed.status).toBe(200);
    // The change feed is heard again: a warm reader is refused within a second.
    expect((await fetched('packages/before', revocable)).status).toBe(200);
    await app.db.query(`update keys set revoked_at = now() where id = (select max(id) from keys)`);
    const refused = await eventually(
      () => fetched('packages/before', revocable),
      ({ status }) => status === 401,
      1000,
    );
    expect(refused.status).toBe(401);
  },
  60_000,
);

test('an outage in the middle of a job does not end the workers', async () => {
  store.slow = true;
  const late = publish(app.url, acme.name, acme.publishKey, { name: 'in_the_middle' }).catch(() => undefined);
  // The tarball has been kept and the release committed: its index is being built.
  await sleep(2000);
  await cut(4000);
  store.slow = false;
  await late;
  const again = await eventually(
    () => publish(app.url, acme.name, acme.publishKey, { name: 'in_the_middle' }),
    ({ status }) => status < 300,
    20_000,
  );
  expect(again.status).toBeLessThan(300);
  expect((await fetched('packages/in_the_middle')).status).toBe(200);
}, 60_000);

test('workers that gave up are replaced', async () => {
  // What the library does by itself when it cannot report the outcome of a job.
  const jobs = app.app.get<unknown>(Jobs) as { workers: { pool: WorkerPool } };
  const before = jobs.workers.pool;
  await before.gracefulShutdown('gave up');
  const published = await publish(app.url, acme.name, acme.publishKey, { name: 'replaced' });
  expect(published.status).toBe(201);
  expect(jobs.workers.pool.id).not.toBe(before.id);
});
