import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newKeySecret } from '../../src/accounts/key-secret.js';
import { HotObjects } from '../../src/delivery/hot-objects.js';
import { Downloads } from '../../src/packages/downloads.js';
import { LocalStore } from '../../src/platform/store/local-store.js';
import { startApp, type TestApp } from '../support/app.js';
import { type Answer, ask, eventually, publish } from '../support/http.js';
import { team, type Team, unique } from '../support/people.js';
import { watchStatements } from '../support/statements.js';

/** Files on disk that tell how often they are read whole, can be held back, and can come back damaged. */
class WatchedStore extends LocalStore {
  readonly reads: string[] = [];
  gate: Promise<void> = Promise.resolve();
  isDamaged = false;

  override async get(key: string): Promise<Buffer | null> {
    this.reads.push(key);
    await this.gate;
    const bytes = await super.get(key);
    if (bytes !== null && this.isDamaged) bytes[bytes.length >> 1]! ^= 1;
    return bytes;
  }
}

const MB = 1024 * 1024;
let directory: string;
let store: WatchedStore;
let app: TestApp;
let acme: Team;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'propolis-hot-'));
  store = new WatchedStore(directory);
  app = await startApp({ store, env: { DELIVERY_MEMORY_MB: '2' } });
  acme = await team(app);
});

afterAll(async () => {
  await app?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A package whose tarball has about so many bytes. */
async function published(bytes: number): Promise<{ name: string; tarball: Buffer }> {
  const name = unique('wax');
  const files = { 'mix.exs': '# mix', 'priv/noise': randomBytes(Math.floor(bytes * 0.75)).toString('base64') };
  const answer = await publish(app.url, acme.name, acme.publishKey, { name, files });
  expect(answer.status).toBe(201);
  return { name, tarball: answer.tarball };
}

const urlOf = (name: string): string => `${app.url}/repo/repos/${acme.name}/tarballs/${name}-1.0.0.tar`;
const fetched = (name: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(urlOf(name), { key: acme.fetchKey, headers });
const openFiles = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(directory) ? [target] : [];
    } catch {
      return [];
    }
  });
const allFilesClosed = async () =>
  expect(
    await eventually(
      async () => openFiles(),
      (open) => open.length === 0,
      30_000,
    ),
  ).toEqual([]);

/** An answer of which only the head has been read: its body waits. */
async function begun(name: string): Promise<IncomingMessage> {
  const asked = httpRequest(urlOf(name), { headers: { authorization: acme.fetchKey }, agent: false });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return answer;
}

test('many at once are one reading', async () => {
  const { name, tarball } = await published(100_000);
  store.reads.length = 0;
  let open = (): void => undefined;
  store.gate = new Promise((resolve) => (open = resolve));
  const all = Promise.all(Array.from({ length: 30 }, () => fetched(name)));
  await eventually(
    async () => store.reads.length,
    (reads) => reads > 0,
    30_000,
  );
  open();
  expect((await all).every(({ status, bytes }) => status === 200 && bytes.equals(tarball))).toBe(true);
  expect((await fetched(name)).bytes.equals(tarball)).toBe(true);
  expect(store.reads.filter((key) => key.includes('tarballs'))).toHaveLength(1);
});

test('the memory holds what it may, and no more', async () => {
  const packages = [];
  for (let number = 0; number < 6; number += 1) packages.push(await published(600_000));
  const hot = app.app.get(HotObjects);
  for (const { name, tarball } of [...packages, ...packages]) {
    expect((await fetched(name)).bytes.equals(tarball)).toBe(true);
    expect(hot.size).toBeGreaterThan(400_000);
    expect(hot.size).toBeLessThanOrEqual(2 * MB);
  }
  store.reads.length = 0;
  await fetched(packages[5]!.name);
  expect(store.reads).toEqual([]);
  await fetched(packages[0]!.name);
  expect(store.reads).toHaveLength(1);
});

test.each([3000, 200_000])('damaged bytes are neither sent nor kept (%i)', async (bytes) => {
  const { name, tarball } = await published(bytes);
  store.isDamaged = true;
  const refused = await fetched(name);
  store.isDamaged = false;
  expect([refused.status, refused.headers.get('etag')]).toEqual([503, null]);
  expect(app.log()).toMatch(/do not have the SHA-256/);
  expect((await fetched(name)).bytes.equals(tarball)).toBe(true);
});

test.each([3000, 200_000, 5 * MB])('parts of a tarball of about %i bytes, and its head', async (bytes) => {
  const { name, tarball } = await published(bytes);
  for (const [range, start, end] of [
    ['bytes=0-0', 0, 0],
    ['bytes=1000-1999', 1000, 1999],
    [`bytes=${tarball.length - 700}-`, tarball.length - 700, tarball.length - 1],
    ['bytes=-1', tarball.length - 1, tarball.length - 1],
    ['bytes=10-', 10, tarball.length - 1],
  ] as const) {
    const part = await fetched(name, { range });
    expect([range, part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([
      ...[range, 206, `bytes ${start}-${end}/${tarball.length}`, String(end - start + 1)],
    ]);
    expect(part.bytes.equals(tarball.subarray(start, end + 1))).toBe(true);
  }
  const { status, headers, bytes: none } = await ask(urlOf(name), { key: acme.fetchKey, method: 'HEAD' });
  expect([status, headers.get('content-length'), none.length]).toEqual([200, String(tarball.length), 0]);
  await allFilesClosed();
});

test('a reader who leaves in the middle gives the file back and is not counted; others get all of it', async () => {
  const { name, tarball } = await published(8 * MB);
  for (let time = 0; time < 5; time += 1) {
    const answer = await begun(name);
    await once(answer, 'readable');
    expect(answer.read()).not.toBeNull();
    answer.destroy();
  }
  await allFilesClosed();
  expect((await fetched(name)).bytes.equals(tarball)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await app.app.get(Downloads).flush();
  const counts = await app.db.query(
    `select d.count from downloads d join releases l on l.id = d.release_id join packages p on p.id = l.package_id where p.name = $1`,
    [name],
  );
  expect(counts).toEqual([{ count: '1' }]);
});

test('readers who do not read hold little, keep nobody else waiting, and get every byte when they do', async () => {
  const { name, tarball } = await published(12 * MB);
  await fetched(name);
  const before = process.memoryUsage();
  const slow = await Promise.all(Array.from({ length: 40 }, () => begun(name)));
  expect((await fetched(name)).bytes.equals(tarball)).toBe(true);
  const after = process.memoryUsage();
  // Each the head of the stream here in this process, and one buffer of the server's: not the 480 MB that they have asked for.
  expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(100 * MB);
  const [first, ...others] = slow;
  others.forEach((answer) => answer.destroy());
  const chunks: Buffer[] = [];
  for await (const chunk of first!) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).equals(tarball)).toBe(true);
  await allFilesClosed();
});

test('that something is not there is remembered until it is', async () => {
  const name = unique('wax');
  const index = `${app.url}/repo/repos/${acme.name}/packages/${name}`;
  const statuses = async () => [(await ask(index, { key: acme.fetchKey })).status, (await fetched(name)).status];
  const asked = async (): Promise<number> => {
    const watch = watchStatements(app);
    expect(await statuses()).toEqual([404, 404]);
    return watch.end().filter((sql) => /from "?listed_tarballs/i.test(sql)).length;
  };
  expect(await asked()).toBe(1);
  // A job of the tests before may be announcing what it built, and then nothing is kept.
  expect(await eventually(asked, (statements) => statements === 0, 30_000)).toBe(0);
  expect((await publish(app.url, acme.name, acme.publishKey, { name })).status).toBe(201);
  expect(await statuses()).toEqual([200, 200]);
});

test('a key that does not work is not looked up with each of a program’s tries', async () => {
  const key = newKeySecret();
  const lookedUp = async (): Promise<number> => {
    const watch = watchStatements(app);
    const answers = await Promise.all([1, 2, 3].map(() => ask(urlOf('wax'), { key })));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(3).fill([401, 'invalid API key\n']));
    return watch.end().filter((sql) => /from "?keys/i.test(sql)).length;
  };
  expect(await lookedUp()).toBe(1);
  expect(await eventually(lookedUp, (statements) => statements === 0, 30_000)).toBe(0);
});
