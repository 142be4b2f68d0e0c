import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/platform/log.js';
import { CachedStore, type CacheSettings } from '../../src/platform/store/cached-store.js';
import { collect, ObjectStoreError, readWhole, type ObjectFile } from '../../src/platform/store/object-store.js';
import { S3Store } from '../../src/platform/store/s3-store.js';
import { S3Server } from '../support/s3-server.js';

/** Copies on disk in front of a bucket: that what is there is right, asked for once, bounded, and never in the way. */
const MB = 1024 * 1024;
const base = mkdtempSync(join(tmpdir(), 'propolis-cache-'));
const mounted: string[] = [];
let s3: S3Server;
let directory: string;
let lines: string[];

beforeEach(async () => {
  s3 = await S3Server.start();
  directory = mkdtempSync(join(base, 'cache-'));
  lines = [];
});
afterEach(() => s3.stop());
afterAll(() => {
  for (const path of mounted) execFileSync('umount', [path]);
  rmSync(base, { recursive: true, force: true });
});

const logger = createLogger('debug', { write: (line: string) => void lines.push(line) });
const opened = (changes: Partial<CacheSettings> = {}): CachedStore =>
  new CachedStore(
    new S3Store({ ...s3.settings, quietMs: 400 }),
    { directory, bound: 64 * MB, patienceMs: 1500, ...changes },
    logger,
  );
const hexOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** An object that lies in the bucket. */
function stored(size: number): { key: string; bytes: Buffer } {
  const bytes = randomBytes(size);
  const key = `repositories/1/tarballs/${hexOf(bytes)}`;
  s3.objects.set(key, { bytes });
  return { key, bytes };
}

const pathOf = (key: string): string => join(directory, 'objects', key.slice(-64, -62), key.slice(-64));
const kept = (): string[] =>
  existsSync(join(directory, 'objects'))
    ? readdirSync(join(directory, 'objects'), { recursive: true })
        .map(String)
        .filter((name) => name.length > 2)
    : [];
const drafts = (): string[] =>
  existsSync(join(directory, 'incoming')) ? readdirSync(join(directory, 'incoming')) : [];
const warnings = (): string[] => lines.filter((line) => line.includes('takes nothing more'));

async function fileOf(store: CachedStore, key: string): Promise<ObjectFile> {
  const file = await store.openFile(key);
  if (file === null || file === undefined) throw new Error(`${key} is ${file}`);
  return file;
}

/** In pieces, as a fetch does. */
async function poured(file: ObjectFile): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for (let at = 0; at < file.size;) {
      const chunk = Buffer.alloc(100_000);
      const length = await file.read(chunk, chunk.length, at);
      if (length === 0) throw new Error('ended early');
      chunks.push(chunk.subarray(0, length));
      at += length;
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

const read = async (store: CachedStore, key: string): Promise<Buffer> => poured(await fileOf(store, key));
const allClosed = (): Promise<void> => vi.waitFor(() => expect(openFiles()).toEqual([]));
const openFiles = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(base) ? [target] : [];
    } catch {
      return [];
    }
  });

describe('what is asked for', () => {
  test.each([0, 1, 3000, 64 * 1024, 3 * MB + 17])(
    'comes from the bucket once, and then from here (%i bytes)',
    async (size) => {
      const { key, bytes } = stored(size);
      const store = opened();
      expect((await store.get(key))?.equals(bytes)).toBe(true);
      s3.failNext(1000);
      expect((await read(store, key)).equals(bytes)).toBe(true);
      expect((await store.get(key))?.equals(bytes)).toBe(true);
      expect([s3.reads(key), kept(), drafts()]).toEqual([1, [`${key.slice(-64, -62)}/${key.slice(-64)}`], []]);
      expect(store.state).toMatchObject({ hits: 2, misses: 1, files: 1, diskFailures: 0, storeFailures: 0 });
      expect(statSync(pathOf(key)).mode & 0o777).toBe(0o600);
      await allClosed();
    },
  );

  test('by a hundred at once is one question', async () => {
    const { key, bytes } = stored(600_000);
    const store = opened();
    const all = await Promise.all(Array.from({ length: 100 }, () => read(store, key)));
    expect(all.every((one) => one.equals(bytes))).toBe(true);
    expect(s3.reads()).toBe(1);
    const small = stored(3000);
    const texts = await Promise.all(Array.from({ length: 100 }, () => store.get(small.key)));
    expect(texts.every((one) => one?.equals(small.bytes))).toBe(true);
    expect(s3.reads()).toBe(2);
    await allClosed();
  });

  test('and is not in the bucket is null, and is asked for again', async () => {
    const store = opened();
    const { key, bytes } = stored(10);
    s3.objects.delete(key);
    expect([await store.openFile(key), await store.get(key), await store.openWhole(key)]).toEqual([null, null, null]);
    s3.objects.set(key, { bytes });
    expect(await store.get(key)).toEqual(bytes);
    expect(drafts()).toEqual([]);
  });

  test('by a key that names no content is never kept', async () => {
    const store = opened();
    await store.check();
    expect([await store.openFile('health/probe'), kept()]).toEqual([undefined, []]);
  });

  test('is gone from here when it is deleted; a reader reads on', async () => {
    const { key, bytes } = stored(2 * MB);
    const store = opened();
    await store.get(key);
    const reader = await fileOf(store, key);
    await store.delete(key);
    expect([kept(), s3.objects.has(key), store.state.bytes]).toEqual([[], false, 0]);
    expect((await poured(reader)).equals(bytes)).toBe(true);
    expect(await store.get(key)).toBeNull();
  });

  test('as a stream goes past the cache', async () => {
    const { key, bytes } = stored(1000);
    const object = await opened().open(key, { start: 10, end: 19 });
    expect(await collect(object!)).toEqual(bytes.subarray(10, 20));
    expect(kept()).toEqual([]);
  });
});

describe('while it comes', () => {
  test('readers read what is there, and nobody gets the end before the whole has been checked', async () => {
    const { key, bytes } = stored(4 * MB);
    let goOn = (): void => undefined;
    s3.pauseNext(4 * MB - 1, new Promise<void>((resolve) => (goOn = resolve)));
    const store = opened();
    const file = await fileOf(store, key);
    const into = Buffer.alloc(MB);
    expect(await file.read(into, into.length, 0)).toBeGreaterThan(0);
    let isThere = false;
    const end = file.read(into, 100, 4 * MB - 200).then(() => (isThere = true));
    await delay(100);
    expect([isThere, kept()]).toEqual([false, []]);
    goOn();
    await end;
    expect((await poured(file)).equals(bytes)).toBe(true);
    await vi.waitFor(() => expect(kept()).toHaveLength(1));
    await allClosed();
  });

  test('it goes on when the one who asked leaves', async () => {
    const { key, bytes } = stored(4 * MB);
    const store = opened();
    s3.pauseNext(MB, delay(100));
    await (await fileOf(store, key)).close();
    expect((await read(store, key)).equals(bytes)).toBe(true);
    expect(s3.reads()).toBe(1);
    await allClosed();
  });

  test('a body that breaks off is gone on with where it was', async () => {
    const { key, bytes } = stored(4 * MB);
    s3.cutNext(MB);
    s3.cutNext(MB);
    const store = opened();
    expect((await read(store, key)).equals(bytes)).toBe(true);
    expect([s3.reads(), s3.requests[1]!.headers.range]).toEqual([3, expect.stringMatching(/^bytes=\d{5,}-4194303$/)]);
    await vi.waitFor(() => expect(hexOf(readFileSync(pathOf(key)))).toBe(hexOf(bytes)));
  });

  test.each([
    ['breaks off each time', (key: string) => s3.cutNext(MB, key.length)],
    ['stands still', (key: string) => s3.hangNext(MB, key.length)],
  ])('a body that %s fails all readers, and leaves nothing', async (_what, fault) => {
    const { key, bytes } = stored(4 * MB);
    fault(key);
    const store = opened();
    const results = await Promise.allSettled([1, 2, 3].map(() => read(store, key)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await vi.waitFor(() => expect([kept(), drafts(), store.state.bytes]).toEqual([[], [], 0]));
    await allClosed();
    s3.heal();
    await vi.waitFor(async () => expect((await read(store, key)).equals(bytes)).toBe(true), 3000);
  });

  test('an object that is deleted in the bucket meanwhile fails its readers', async () => {
    const { key } = stored(4 * MB);
    s3.cutNext(MB);
    s3.failNext(2, 404, 'NoSuchKey');
    const store = opened();
    await expect(read(store, key).then(hexOf)).rejects.toThrow('is gone');
    await vi.waitFor(() => expect([drafts(), store.state.bytes]).toEqual([[], 0]));
    await allClosed();
  });

  test.each([3000, 3 * MB])('wrong bytes fail all readers, and leave nothing (%i)', async (size) => {
    const { key, bytes } = stored(size);
    const wrong = Buffer.from(bytes);
    wrong[0]! ^= 1;
    s3.objects.set(key, { bytes: wrong });
    const store = opened();
    const results = await Promise.allSettled([read(store, key), store.get(key), read(store, key)]);
    for (const result of results) expect(String((result as PromiseRejectedResult).reason)).toContain('SHA-256');
    await vi.waitFor(() => expect([kept(), drafts()]).toEqual([[], []]));
    await allClosed();
  });
});

describe('the bound', () => {
  test('holds, and the longest unused goes first', async () => {
    const objects = Array.from({ length: 6 }, () => stored(MB));
    const store = opened({ bound: 4 * MB });
    for (const { key } of objects.slice(0, 4)) await store.get(key);
    await store.get(objects[0]!.key);
    for (const { key } of objects.slice(4)) await store.get(key);
    expect(store.state).toMatchObject({ bytes: 4 * MB, files: 4 });
    const names = () => kept().map((name) => name.slice(3));
    await vi.waitFor(() =>
      expect(names().toSorted()).toEqual([0, 3, 4, 5].map((at) => objects[at]!.key.slice(-64)).toSorted()),
    );
  });

  test('what is used elsewhere, and is told to be, stays', async () => {
    const objects = Array.from({ length: 5 }, () => stored(MB));
    const store = opened({ bound: 4 * MB });
    for (const { key } of objects.slice(0, 4)) await store.get(key);
    utimesSync(pathOf(objects[0]!.key), 1e9, 1e9);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    try {
      await store.used(['health/probe', objects[4]!.key, objects[0]!.key]);
    } finally {
      vi.restoreAllMocks();
    }
    expect(statSync(pathOf(objects[0]!.key)).mtimeMs).toBeGreaterThan(1e12);
    await store.get(objects[4]!.key);
    await vi.waitFor(() =>
      expect(objects.map(({ key }) => existsSync(pathOf(key)))).toEqual([true, false, true, true, true]),
    );
  });

  test('what does not fit at all is not kept, and is served', async () => {
    const { key, bytes } = stored(2 * MB);
    const store = opened({ bound: MB });
    expect(await store.openFile(key)).toBeUndefined();
    expect((await store.get(key))?.equals(bytes)).toBe(true);
    expect([kept(), warnings()]).toEqual([[], []]);
  });

  test('readers of what is pushed out read on', async () => {
    const objects = Array.from({ length: 8 }, () => stored(2 * MB));
    const store = opened({ bound: 4 * MB });
    const readers = await Promise.all(objects.map(({ key }) => fileOf(store, key)));
    const all = await Promise.all(readers.map(poured));
    expect(all.every((bytes, at) => bytes.equals(objects[at]!.bytes))).toBe(true);
    expect(store.state.bytes).toBeLessThanOrEqual(4 * MB);
    await vi.waitFor(() => expect(kept().length).toBeLessThanOrEqual(2));
    await allClosed();
  });
});

describe('after a restart', () => {
  test('what lies there is found again, in order of use, and checked once; what was half written goes', async () => {
    const objects = Array.from({ length: 4 }, () => stored(MB));
    for (const { key } of objects) await opened().get(key);
    // The second was used last, then the fourth.
    [10, 90, 20, 80].forEach((age, at) => utimesSync(pathOf(objects[at]!.key), 1e9 + age, 1e9 + age));
    writeFileSync(join(directory, 'incoming', 'abcabcabcabc-1-00'), 'half');
    utimesSync(join(directory, 'incoming', 'abcabcabcabc-1-00'), 1e9, 1e9);
    s3.requests.length = 0;
    const store = opened({ bound: 3 * MB });
    expect((await store.get(objects[1]!.key))?.equals(objects[1]!.bytes)).toBe(true);
    // All three at once: the count passes three on its way up, and falls before the file is gone.
    await vi.waitFor(() =>
      expect([store.state.files, drafts(), existsSync(pathOf(objects[0]!.key))]).toEqual([3, [], false]),
    );
    expect(s3.reads()).toBe(0);
    // Used just now, and so it outlives the others.
    for (const { key } of [stored(MB), stored(MB)]) await store.get(key);
    await vi.waitFor(() =>
      expect(objects.map(({ key }) => existsSync(pathOf(key)))).toEqual([false, true, false, false]),
    );
  });

  test.each([
    ['changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])])],
    ['cut', (bytes: Buffer) => bytes.subarray(0, 1000)],
    ['empty', () => Buffer.alloc(0)],
  ])('a file that is %s is removed and fetched anew', async (_what, damage) => {
    const { key, bytes } = stored(2 * MB);
    await opened().get(key);
    writeFileSync(pathOf(key), damage(bytes));
    const store = opened();
    const all = await Promise.all([read(store, key), read(store, key), store.get(key)]);
    expect(all.map((one) => one?.equals(bytes))).toEqual([true, true, true]);
    expect([s3.reads(), store.state.damaged, hexOf(readFileSync(pathOf(key)))]).toEqual([2, 1, hexOf(bytes)]);
    await allClosed();
  });

  test('the time of use is written down, but not at each use', async () => {
    const { key } = stored(1000);
    const store = opened();
    await store.get(key);
    utimesSync(pathOf(key), 1e9, 1e9);
    await store.get(key);
    expect(statSync(pathOf(key)).mtimeMs).toBe(1e12);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    try {
      await store.get(key);
    } finally {
      vi.restoreAllMocks();
    }
    await vi.waitFor(() => expect(statSync(pathOf(key)).mtimeMs).toBeGreaterThan(1e12));
  });
});

describe('several processes over one directory', () => {
  test('find each other’s files, and do not mind what the others remove', async () => {
    const { key, bytes } = stored(MB);
    const [one, other] = [opened(), opened()];
    await one.get(key);
    expect((await other.get(key))?.equals(bytes)).toBe(true);
    expect(s3.reads()).toBe(1);
    const reader = await fileOf(one, key);
    await other.delete(key);
    s3.objects.set(key, { bytes });
    expect((await poured(reader)).equals(bytes)).toBe(true);
    const again = await Promise.all(Array.from({ length: 20 }, () => one.get(key)));
    expect(again.every((got) => got?.equals(bytes))).toBe(true);
    expect([s3.reads(), one.state.files]).toEqual([2, 1]);
    await allClosed();
  });

  test('fill, push out and read at the same time', async () => {
    const objects = Array.from({ length: 12 }, () => stored(500_000));
    const stores = [opened({ bound: 2 * MB }), opened({ bound: 2 * MB }), opened({ bound: 2 * MB })];
    const readers = stores.flatMap((store, seed) =>
      [0, 1, 2, 3].map(async (lane) => {
        for (let turn = 0; turn < 12; turn += 1) {
          const { key, bytes } = objects[(turn * 5 + seed * 3 + lane * 7) % objects.length]!;
          const got = turn % 2 === 0 ? await store.get(key) : await read(store, key);
          expect(got?.equals(bytes)).toBe(true);
        }
      }),
    );
    await Promise.all(readers);
    expect(lines).toEqual([]);
    await vi.waitFor(() => expect(drafts()).toEqual([]));
    await allClosed();
  });
});

describe('a disk that takes nothing', () => {
  const isRoot = process.getuid?.() === 0;

  test('is done without: one warning, every object from the bucket, and it is tried again after a while', async () => {
    // A file where the directory should be: no rights are needed for it.
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'in the way');
    const store = opened({ pauseMs: 200 });
    const objects = Array.from({ length: 5 }, () => stored(MB));
    for (const { key, bytes } of objects) expect((await store.get(key))?.equals(bytes)).toBe(true);
    expect(await store.openFile(objects[0]!.key)).toBeUndefined();
    expect(warnings()).toHaveLength(1);
    rmSync(directory);
    mkdirSync(directory);
    await vi.waitFor(async () => {
      await store.get(objects[0]!.key);
      expect(kept()).toHaveLength(1);
    }, 3000);
    expect([warnings().length, lines.filter((line) => line.includes('takes objects again')).length]).toEqual([1, 1]);
  });

  test.runIf(mayMount())('and is full: readers in the middle read on, and what is there is served', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'none', directory]);
    mounted.push(directory);
    const store = opened();
    const [first, second] = [stored(MB), stored(6 * MB)];
    expect((await store.get(first.key))?.equals(first.bytes)).toBe(true);
    const readers = await Promise.all([1, 2, 3].map(() => fileOf(store, second.key)));
    const all = await Promise.all(readers.map(poured));
    expect(all.every((bytes) => bytes.equals(second.bytes))).toBe(true);
    const { key, bytes } = stored(3000);
    expect((await store.get(key))?.equals(bytes)).toBe(true);
    expect([warnings().length, drafts(), kept().length]).toEqual([1, [], 1]);
    expect(warnings()[0]).toContain('ENOSPC');
    s3.failNext(1000);
    expect((await read(store, first.key)).equals(first.bytes)).toBe(true);
    await allClosed();
  });

  function mayMount(): boolean {
    if (!isRoot) console.log('SKIPPED: only root mounts a small disk, so no full one is tried here.');
    return isRoot;
  }
});

describe('a store that does not answer', () => {
  test('is asked once for an object, and not again for a moment', async () => {
    const { key } = stored(1000);
    s3.failNext(1000);
    const store = opened();
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => store.get(key)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    await expect(store.openFile(key)).rejects.toThrow(ObjectStoreError);
    expect(s3.requests).toHaveLength(3);
    expect(store.state.storeFailures).toBe(1);
  });

  test('and is slow: the reader is told in time, and the object comes nevertheless', async () => {
    const { key, bytes } = stored(1000);
    let goOn = (): void => undefined;
    s3.pauseNext(10, new Promise<void>((resolve) => (goOn = resolve)));
    const store = opened({ patienceMs: 100 });
    await expect(store.get(key)).rejects.toThrow('not here within 100 ms');
    goOn();
    await vi.waitFor(() => expect(kept()).toHaveLength(1), 2000);
    expect((await store.get(key))?.equals(bytes)).toBe(true);
    expect(s3.reads()).toBe(1);
  });

  test('keeps nobody from what is here', async () => {
    const here = stored(1000);
    const store = opened({ patienceMs: 300 });
    await store.get(here.key);
    const restarted = opened({ patienceMs: 300 });
    s3.hangNext(undefined, 1000);
    const cold = Promise.allSettled(Array.from({ length: 60 }, () => restarted.get(stored(1000).key)));
    await vi.waitFor(() => expect(s3.requests.length).toBeGreaterThan(30));
    expect((await restarted.get(here.key))?.equals(here.bytes)).toBe(true);
    expect((await cold).every(({ status }) => status === 'rejected')).toBe(true);
    expect(await readWhole(await fileOf(restarted, here.key))).toEqual(here.bytes);
    s3.heal();
  });
});
