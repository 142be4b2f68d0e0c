import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newKeySecret } from '../../src/accounts/key-secret.js';
import { startApp, type TestApp } from '../support/app.js';
import { type BrokenWire, wireTo } from '../support/broken-wire.js';
import { cloneDatabase } from '../support/database.js';
import { docsTarball, publishDocs } from '../support/docs.js';
import { type Answer, ask, eventually, publish } from '../support/http.js';
import { keyOf, repository, team, type Team } from '../support/people.js';

// Postgres is killed, or says nothing any more, under a running service: keys that were in use go on fetching what they fetched.

const GRACE_SECONDS = 900;
let wire: BrokenWire;
let app: TestApp;
let acme: Team;
let directUrl: string;
let paths: string[];

beforeAll(async () => {
  directUrl = await cloneDatabase();
  const url = new URL(directUrl);
  wire = await wireTo({ host: url.hostname, port: Number(url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(wire.port);
  const env = { DATABASE_GRACE_SECONDS: String(GRACE_SECONDS) };
  // Any job may fail that runs when its database goes; it is tried again.
  app = await startApp({ databaseUrl: url.href, env, failingJobs: '' });
  acme = await team(app);
  expect((await publish(app.url, acme.name, acme.publishKey, { name: 'wax' })).status).toBe(201);
  const release = `${app.url}/api/repos/${acme.name}/packages/wax/releases/1.0.0`;
  const docs = await publishDocs(release, acme.publishKey, docsTarball());
  expect(docs.status).toBe(201);
  paths = ['names', 'versions', 'packages/wax', 'tarballs/wax-1.0.0.tar', 'docs/wax-1.0.0.tar.gz'];
});

afterAll(async () => {
  await wire?.mend();
  await eventually(() => app.db.query('select 1').then(Boolean, () => false), Boolean, 30_000);
  await app?.stop();
  await wire?.stop();
});

const fetched = (path: string, key = acme.fetchKey, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key, headers });
const all = async (key = acme.fetchKey) => Promise.all(paths.map(async (path) => (await fetched(path, key)).status));
const OK = [200, 200, 200, 200, 200];
const metric = async (name: string): Promise<number> => {
  const { bytes } = await ask(`${app.url}/metrics`, {});
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(bytes.toString())?.[1]);
};
/** Where nothing is cut. */
async function direct(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: directUrl });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** Asks all the time, on eight connections, until told to stop; what came of it. */
function load(): { stop(): Promise<{ statuses: Set<number>; asked: number; slowest: number }> } {
  let isOver = false;
  const seen = { statuses: new Set<number>(), asked: 0, slowest: 0 };
  const worker = async () => {
    while (!isOver) {
      const began = performance.now();
      const { status } = await fetched(paths[seen.asked % paths.length]!);
      seen.statuses.add(status);
      seen.slowest = Math.max(seen.slowest, performance.now() - began);
      seen.asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const workers = Array.from({ length: 8 }, worker);
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(workers);
      return seen;
    },
  };
}

test('killed under load: no fetch with a known key fails, others are told to come again', async () => {
  expect(await all()).toEqual(OK);
  const running = load();
  await wire.cut();
  await eventually(
    () => metric('propolis_database_silent_seconds'),
    (seconds) => seconds > 1.5,
    30_000,
  );
  expect(await metric('propolis_database_grace_total')).toBeGreaterThan(0);
  const unknown = await fetched('packages/wax', newKeySecret());
  expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  expect((await fetched('packages/never_asked')).status).toBe(503);
  await wire.mend();
  await eventually(
    () => metric('propolis_database_silent_seconds'),
    (seconds) => seconds === 0,
    30_000,
  );
  const { statuses, asked } = await running.stop();
  expect([...statuses]).toEqual([200]);
  expect(asked).toBeGreaterThan(100);
}, 60_000);

test('silent under load: no fetch with a known key fails or waits for long', async () => {
  expect(await all()).toEqual(OK);
  const running = load();
  wire.hush();
  await eventually(
    () => metric('propolis_database_silent_seconds'),
    (seconds) => seconds > 3,
    15_000,
  );
  await wire.mend();
  const { statuses, slowest } = await running.stop();
  expect([...statuses]).toEqual([200]);
  expect(slowest).toBeLessThan(8_000);
}, 60_000);

test('what was revoked meanwhile is refused within a second of the return, and by nothing else', async () => {
  const key = await keyOf(app, acme.organization, repository(acme.name));
  expect(await all(key)).toEqual(OK);
  await wire.cut();
  await direct(`update keys set revoked_at = now() where id = (select max(id) from keys)`);
  // It cannot be known here.
  expect(await all(key)).toEqual(OK);
  await wire.mend();
  await eventually(
    () => metric('propolis_database_silent_seconds'),
    (seconds) => seconds === 0,
    30_000,
  );
  const refused = await eventually(
    () => all(key),
    (statuses) => statuses.every((status) => status === 401),
    1_000,
  );
  expect(refused).toEqual([401, 401, 401, 401, 401]);
  expect(await all()).toEqual(OK);
}, 60_000);

test('after the grace fetches are told that the data cannot be reached, and go on when it can', async () => {
  expect(await all()).toEqual(OK);
  await wire.cut();
  await eventually(
    () => metric('propolis_database_silent_seconds'),
    (seconds) => seconds > 0.5,
    30_000,
  );
  app.clock.advance((GRACE_SECONDS - 10) * 1000);
  expect(await all()).toEqual(OK);
  app.clock.advance(20_000);
  expect(await all()).toEqual([503, 503, 503, 503, 503]);
  await wire.mend();
  expect(await eventually(all, (statuses) => statuses.every((status) => status === 200), 30_000)).toEqual(OK);
}, 60_000);
