import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { settings, startApp, type TestApp } from '../support/app.js';
import { cloneDatabase } from '../support/database.js';
import { ask, eventually, publish } from '../support/http.js';
import { team, type Team } from '../support/people.js';
import { type Service, startService } from '../support/programs.js';

/** One build, several processes that each do a part, on one Postgres. This process is the web part: it runs no jobs. */
let here: TestApp;
let acme: Team;
let dataDir: string;
let databaseUrl: string;
const services: Service[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'propolis-roles-'));
  databaseUrl = await cloneDatabase();
  here = await startApp({
    databaseUrl,
    env: { DATA_DIR: dataDir, ROLE: 'web', DATABASE_URL: databaseUrl, BILLING: 'off' },
  });
  acme = await team(here);
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});
afterAll(async () => {
  await here?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(env: Record<string, string>): Promise<Service> {
  const { PORT: _, ...given }: Record<string, string> = { ...settings(dataDir, 0), DATABASE_URL: databaseUrl };
  const service = await startService({ ...given, PUBLIC_URL: here.url, BILLING: 'off', ...env });
  services.push(service);
  return service;
}

const repo = (service: Service, path: string) => `${service.url}/repo/repos/${acme.name}/${path}`;
const waiting = async () =>
  Number(
    (await here.db.query<{ n: string }[]>('select count(*) as n from graphile_worker.jobs where run_at <= now()'))[0]!
      .n,
  );

describe('roles', () => {
  test('web answers and leaves jobs to a worker, which answers nothing', async () => {
    await delay(500);
    // What creating the organization has caused.
    expect(await waiting()).toBeGreaterThan(0);
    const worker = await start({ ROLE: 'worker' });
    expect(await eventually(waiting, (jobs) => jobs === 0, 20_000)).toBe(0);
    expect((await publish(here.url, acme.name, acme.publishKey, { name: 'wax' })).status).toBe(201);
    for (const path of ['/', '/api', `/repo/repos/${acme.name}/names`]) {
      const answer = await ask(worker.url + path, { key: acme.fetchKey });
      expect([answer.status, answer.body]).toEqual([404, 'this process serves no requests\n']);
    }
    expect((await ask(`${worker.url}/health/ready`)).status).toBe(200);
    expect((await ask(`${worker.url}/metrics`)).body).toContain('process_cpu');
  });

  test('delivery serves the repository, and no pages, no API, no jobs', async () => {
    const delivery = await start({ ROLE: 'delivery' });
    expect((await ask(repo(delivery, 'packages/wax'), { key: acme.fetchKey })).status).toBe(200);
    expect((await ask(repo(delivery, 'packages/wax'))).status).toBe(401);
    for (const path of ['/', '/api', '/login', '/webhooks/stripe']) {
      const answer = await ask(delivery.url + path);
      expect([answer.status, answer.body]).toEqual([404, 'this process serves the repository only\n']);
    }
    expect((await ask(`${delivery.url}/health/ready`)).status).toBe(200);
    await here.db.query(`select graphile_worker.add_job('registry.lists', '{"repositoryId":"0"}'::json)`);
    await delay(500);
    expect(await waiting()).toBeGreaterThan(0);
    await here.db.query(`delete from graphile_worker._private_jobs`);
  });
});

/** Asks again and again on several connections until `work` is done; answers with what was not a 200. */
async function underLoad(url: string, work: () => Promise<unknown>): Promise<{ failures: unknown[]; answers: number }> {
  const failures: unknown[] = [];
  let [answers, over] = [0, false];
  const one = async () => {
    while (!over) {
      try {
        const answer = await fetch(url, { headers: { authorization: acme.fetchKey, 'user-agent': 'tests' } });
        await answer.arrayBuffer();
        if (answer.status !== 200) failures.push(answer.status);
        answers += 1;
        // New processes start beside it, on the same cores.
        await delay(10);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  const all = Promise.all(Array.from({ length: 6 }, one));
  try {
    await work();
  } finally {
    over = true;
    await all;
  }
  return { failures, answers };
}

const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).toSorted();

describe('forked delivery workers', () => {
  test('share a port; one that is killed is replaced', async () => {
    const parent = await start({ ROLE: 'delivery', DELIVERY_WORKERS: '2' });
    const before = childrenOf(parent.child.pid!);
    expect(before).toHaveLength(2);
    expect((await ask(repo(parent, 'packages/wax'), { key: acme.fetchKey })).status).toBe(200);
    process.kill(Number(before[0]), 'SIGKILL');
    const after = await eventually(
      async () => childrenOf(parent.child.pid!),
      (pids) => pids.length === 2 && !pids.includes(before[0]!),
      20_000,
    );
    expect(after).toHaveLength(2);
    expect(after).toContain(before[1]);
    const told = (output: string) => output.includes('a worker ended by itself');
    expect(told(await eventually(async () => parent.output(), told, 30_000))).toBe(true);
    expect((await ask(repo(parent, 'packages/wax'), { key: acme.fetchKey })).status).toBe(200);
    expect(await parent.stop()).toBe(0);
  });

  test('are replaced one by one under load, and no fetch fails', async () => {
    const parent = await start({ ROLE: 'delivery', DELIVERY_WORKERS: '2', DRAIN_SECONDS: '1' });
    const before = childrenOf(parent.child.pid!);
    const { failures, answers } = await underLoad(repo(parent, 'packages/wax'), async () => {
      parent.child.kill('SIGHUP');
      await eventually(
        async () => parent.output(),
        (output) => output.includes('all workers have been replaced'),
        60_000,
      );
    });
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(100);
    const after = childrenOf(parent.child.pid!);
    expect(after).toHaveLength(2);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  });
});

describe('a process that is told to stop', () => {
  test('says so, goes on for a while, and ends each connection with its answer', async () => {
    const service = await start({ ROLE: 'delivery', DRAIN_SECONDS: '2' });
    const url = repo(service, 'packages/wax');
    const first = await ask(url, { key: acme.fetchKey });
    expect([first.status, first.headers.get('connection')]).toEqual([200, 'keep-alive']);
    const ended = service.stop();
    const ready = await eventually(
      () => ask(`${service.url}/health/ready`),
      ({ status }) => status === 503,
      30_000,
    );
    expect(ready.bytes.toString()).toContain('stopping');
    const last = await ask(url, { key: acme.fetchKey });
    expect([last.status, last.headers.get('connection')]).toEqual([200, 'close']);
    expect(await ended).toBe(0);
    await expect(ask(url, { key: acme.fetchKey })).rejects.toThrow();
  });
});
