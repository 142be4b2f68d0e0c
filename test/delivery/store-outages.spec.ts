import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { HotObjects } from '../../src/delivery/hot-objects.js';
import { createLogger } from '../../src/platform/log.js';
import { CachedStore } from '../../src/platform/store/cached-store.js';
import { S3Store } from '../../src/platform/store/s3-store.js';
import { startApp, type TestApp } from '../support/app.js';
import { cloneDatabase } from '../support/database.js';
import { type Answer, ask, publish } from '../support/http.js';
import { team, type Team, unique } from '../support/people.js';
import { S3Server } from '../support/s3-server.js';

/** The bucket is away, slow or wrong, and disks are full: what has been fetched is fetched on. */
const MB = 1024 * 1024;
let s3: S3Server;
let dataDir: string;
let databaseUrl: string;
let app: TestApp;
let acme: Team;
const lines: string[] = [];
const mounted: string[] = [];

interface Published {
  readonly name: string;
  readonly tarball: Buffer;
}
let small: Published;
let large: Published;

beforeAll(async () => {
  s3 = await S3Server.start();
  dataDir = await mkdtemp(join(tmpdir(), 'propolis-outages-'));
  databaseUrl = await cloneDatabase();
  await start();
  acme = await team(app);
  small = await published(3000);
  large = await published(5 * MB);
  for (const path of warm()) expect([path, (await fetched(path)).status]).toEqual([path, 200]);
});
afterAll(async () => {
  s3.heal();
  await app?.stop();
  await s3?.stop();
  for (const path of mounted) execFileSync('umount', [path]);
  await rm(dataDir, { recursive: true, force: true });
});

/** The service anew, over what the one before has left on disk. The times are short, or the tests were long. */
async function start({
  directory = join(dataDir, 'cache'),
  bound = 64 * MB,
  quietMs = 500,
  env = {},
} = {}): Promise<void> {
  await app?.stop();
  lines.length = 0;
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  const bucket = new S3Store({ ...s3.settings, quietMs });
  const store = new CachedStore(bucket, { directory, bound, patienceMs: 700 }, logger);
  // Indexes are built while the bucket is away.
  app = await startApp({ databaseUrl, store, failingJobs: 'registry', env: { DATA_DIR: dataDir, ...env } });
}

async function published(bytes: number): Promise<Published> {
  const name = unique('wax');
  const files = { 'mix.exs': '# mix', 'priv/noise': randomBytes(Math.floor(bytes * 0.75)).toString('base64') };
  const answer = await publish(app.url, acme.name, acme.publishKey, { name, files });
  expect(answer.status).toBe(201);
  return { name, tarball: answer.tarball };
}

const tarballOf = ({ name }: Published): string => `tarballs/${name}-1.0.0.tar`;
const warm = (): string[] => [tarballOf(small), tarballOf(large), `packages/${small.name}`, `packages/${large.name}`];
const fetched = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key: acme.fetchKey, headers });
const statuses = async (): Promise<number[]> =>
  (await Promise.all(warm().map((path) => fetched(path)))).map((answer) => answer.status);
const warnings = (): number => lines.filter((line) => line.includes('the object cache takes nothing')).length;

async function isRefusedInTime(path: string): Promise<void> {
  const begun = performance.now();
  const refused = await fetched(path);
  expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('etag')]).toEqual([503, '5', null]);
  // mix prints it as it is.
  expect(refused.body).toBe('the service cannot reach its data at the moment, please try again\n');
  expect(performance.now() - begun).toBeLessThan(5000);
}

describe.each([
  ['answers 500 to everything', () => s3.failNext(10_000)],
  ['answers nothing', () => s3.hangNext(undefined, 10_000)],
  ['begins answers and does not end them', () => s3.hangNext(100, 10_000)],
])('a bucket that %s', (_what, fail) => {
  let cold: Published;

  test('keeps nobody from what is warm, in memory or on disk', async () => {
    cold = await published(3000);
    const before = s3.reads();
    fail();
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    const part = await fetched(tarballOf(large), { range: 'bytes=1000000-1000099' });
    expect([part.status, part.bytes.equals(large.tarball.subarray(1_000_000, 1_000_100))]).toEqual([206, true]);
    expect(s3.reads() - before).toBe(0);
  });

  test('is asked once for what is cold, however many want it, and they are told in time', async () => {
    const before = s3.reads();
    await Promise.all(Array.from({ length: 40 }, () => isRefusedInTime(tarballOf(cold))));
    expect(s3.reads() - before).toBeLessThanOrEqual(3);
    expect(await statuses()).toEqual([200, 200, 200, 200]);
  });

  test('is not missed after a restart either', async () => {
    await start();
    const before = s3.reads();
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    expect((await fetched(tarballOf(large))).bytes.equals(large.tarball)).toBe(true);
    expect((await fetched(tarballOf(small))).bytes.equals(small.tarball)).toBe(true);
    expect(s3.reads() - before).toBe(0);
    await isRefusedInTime(tarballOf(cold));
    s3.heal();
    const again = await vi.waitFor(async () => {
      const answer = await fetched(tarballOf(cold));
      expect(answer.status).toBe(200);
      return answer;
    }, 5000);
    expect(again.bytes.equals(cold.tarball)).toBe(true);
  });
});

test('many who want the same at once are one question to the bucket', async () => {
  for (const [bytes, many] of [
    [3000, 100],
    [4 * MB, 30],
  ] as const) {
    const cold = await published(bytes);
    const before = s3.reads();
    const answers = await Promise.all(Array.from({ length: many }, () => fetched(tarballOf(cold))));
    expect(answers.every((answer) => answer.status === 200 && answer.bytes.equals(cold.tarball))).toBe(true);
    // Its tarball; its index nobody has wanted.
    expect(s3.reads() - before).toBe(1);
  }
});

test('one who leaves in the middle does not take it from the others', async () => {
  const cold = await published(4 * MB);
  const before = s3.reads();
  let goOn = (): void => undefined;
  s3.pauseNext(MB, new Promise<void>((resolve) => (goOn = resolve)));
  const url = `${app.url}/repo/repos/${acme.name}/${tarballOf(cold)}`;
  const asked = httpRequest(url, { headers: { authorization: acme.fetchKey }, agent: false });
  asked.end();
  const [first] = (await once(asked, 'response')) as [IncomingMessage];
  const other = fetched(tarballOf(cold));
  first.destroy();
  goOn();
  expect((await other).bytes.equals(cold.tarball)).toBe(true);
  expect(s3.reads() - before).toBe(1);
});

test('files that were damaged while nobody looked are fetched anew, and nobody gets their bytes', async () => {
  const shelf = join(dataDir, 'cache', 'objects');
  for (const name of readdirSync(shelf, { recursive: true }).map(String)) {
    const path = join(shelf, name);
    if (statSync(path).isFile()) writeFileSync(path, Buffer.alloc(statSync(path).size, 7));
  }
  await start();
  for (const { name, tarball } of [small, large]) {
    const answers = await Promise.all([1, 2, 3].map(() => fetched(tarballOf({ name, tarball }))));
    expect(answers.map(({ status, bytes }) => [status, bytes.equals(tarball)])).toEqual(Array(3).fill([200, true]));
  }
  const { body } = await ask(`${app.url}/metrics`);
  const metric = (name: string) =>
    Number(new RegExp(`^propolis_object_cache_${name} (.*)$`, 'm').exec(String(body))?.[1]);
  expect([metric('faults_total\\{cause="damaged"\\}'), metric('misses_total')]).toEqual([2, 2]);
  expect(metric('bytes')).toBeGreaterThan(large.tarball.length);
  expect(metric('files')).toBeGreaterThanOrEqual(2);
});

test('what is in memory is not pushed off the disk by what is fetched once', async () => {
  const once = [await published(MB), await published(MB), await published(MB)];
  await start({ directory: join(dataDir, 'narrow'), bound: 1_900_000 });
  for (const one of once) {
    expect((await fetched(tarballOf(small))).status).toBe(200);
    const later = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    await app.app
      .get(HotObjects)
      .tellUse()
      .finally(() => later.mockRestore());
    expect((await fetched(tarballOf(one))).status).toBe(200);
  }
  const before = s3.reads();
  await start({ directory: join(dataDir, 'narrow'), bound: 1_900_000 });
  expect((await fetched(tarballOf(small))).bytes.equals(small.tarball)).toBe(true);
  expect(s3.reads() - before).toBe(0);
});

describe('a disk for copies that', () => {
  test('takes nothing is not missed: one warning', async () => {
    const directory = join(dataDir, 'in-the-way');
    writeFileSync(directory, 'a file');
    await start({ directory });
    for (const { name, tarball } of [small, large])
      expect((await fetched(tarballOf({ name, tarball }))).bytes.equals(tarball)).toBe(true);
    expect([await statuses(), warnings()]).toEqual([[200, 200, 200, 200], 1]);
  });

  test.runIf(mayMount())('is full is not missed: what was there is served from it', async () => {
    const directory = join(dataDir, 'small');
    await mkdir(directory);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', directory]);
    mounted.push(directory);
    // Here the bucket is well: it may be slow where the machine is.
    await start({ directory, quietMs: 5_000, env: { DELIVERY_MEMORY_MB: '0' } });
    expect((await fetched(tarballOf(small))).bytes.equals(small.tarball)).toBe(true);
    const answers = await Promise.all([1, 2, 3].map(() => fetched(tarballOf(large))));
    expect(answers.map(({ status, bytes }) => [status, bytes.equals(large.tarball)])).toEqual(
      Array(3).fill([200, true]),
    );
    expect(warnings()).toBe(1);
    s3.failNext(10_000);
    expect((await fetched(tarballOf(small))).bytes.equals(small.tarball)).toBe(true);
    s3.heal();
  });
});

test('a process that only delivers is ready while the bucket is away, if it has once been there', async () => {
  await start({ env: { ROLE: 'delivery', DATABASE_URL: databaseUrl, BILLING: 'off' } });
  const ready = async () => (await ask(`${app.url}/health/ready`)).status;
  s3.failNext(3);
  expect(await ready()).toBe(503);
  const later = vi.spyOn(Date, 'now');
  try {
    later.mockReturnValue(Date.now() + 4000);
    expect(await ready()).toBe(200);
    s3.failNext(10_000);
    later.mockReturnValue(Date.now() + 8000);
    expect(await ready()).toBe(200);
  } finally {
    later.mockRestore();
    s3.heal();
  }
});

function mayMount(): boolean {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) console.log('SKIPPED: only root mounts a small disk, so no full one is tried here.');
  return isRoot;
}
