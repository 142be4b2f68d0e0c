// One contract for both object stores, then what is particular to each. S3 is played by test/support/s3-server.ts,
// which verifies every signature.
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3mini } from 's3mini';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalStore } from '../../src/platform/store/local-store.js';
import { collect, ObjectStoreError, type ObjectStore, type OpenObject } from '../../src/platform/store/object-store.js';
import { sign } from '../../src/platform/store/s3-signature.js';
import { S3Store } from '../../src/platform/store/s3-store.js';
import { S3Server } from '../support/s3-server.js';

const SMALL = Buffer.from('propolis keeps the hive together');
const LARGE = randomBytes(5 * 1024 * 1024 + 17);
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

let base: string;
let largeFile: string;
let server: S3Server;
let directory: string;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'propolis-store-'));
  largeFile = join(base, 'large');
  writeFileSync(largeFile, LARGE);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

beforeEach(async () => {
  directory = mkdtempSync(join(base, 'local-'));
  server = await S3Server.start();
});
afterEach(() => server.stop());

const stores: [string, () => ObjectStore][] = [
  ['local', () => new LocalStore(directory)],
  ['S3', () => new S3Store({ ...server.settings, quietMs: 2_000 })],
];

describe.each(stores)('the %s store', (_name, make) => {
  let store: ObjectStore;
  beforeEach(() => (store = make()));

  it('gives back what it was given, from memory and from a file', async () => {
    await store.put('tarballs/ab/small-1.0.0.tar', SMALL, { sha256: sha256(SMALL), contentType: 'application/x-tar' });
    await store.put('tarballs/ab/large', { path: largeFile, size: LARGE.length }, { sha256: sha256(LARGE) });
    await store.put('empty', Buffer.alloc(0));
    expect(await store.get('tarballs/ab/small-1.0.0.tar')).toEqual(SMALL);
    expect((await store.get('empty'))?.length).toBe(0);
    const large = await opened(store, 'tarballs/ab/large');
    expect([large.size, large.start, large.length]).toEqual([LARGE.length, 0, LARGE.length]);
    expect(sha256(await collect(large))).toEqual(sha256(LARGE));
  });

  it.each([
    [{ start: 0, end: 0 }, 0, 1],
    [{ start: 5, end: 9 }, 5, 5],
    [{ start: 30, end: 31 }, 30, 2],
    [{ start: 30, end: 5_000 }, 30, 2],
    [{ start: 0, end: 5_000 }, 0, 32],
    [{ start: 32, end: 40 }, 32, 0],
    [{ start: 900, end: 901 }, 900, 0],
  ])('reads the range %j', async (range, start, length) => {
    await store.put('ranged', SMALL);
    const part = await opened(store, 'ranged', range);
    expect([part.size, part.start, part.length]).toEqual([SMALL.length, start, length]);
    expect(await collect(part)).toEqual(SMALL.subarray(start, start + length));
  });

  it('reads a range out of the middle of a large object, and nothing of an empty one', async () => {
    await store.put('large', { path: largeFile, size: LARGE.length });
    const part = await opened(store, 'large', { start: 1_000_001, end: 2_999_999 });
    expect(sha256(await collect(part))).toEqual(sha256(LARGE.subarray(1_000_001, 3_000_000)));
    await store.put('empty', Buffer.alloc(0));
    expect(await opened(store, 'empty', { start: 0, end: 0 })).toMatchObject({ size: 0, length: 0 });
  });

  it('refuses what is no range', async () => {
    await store.put('ranged', SMALL);
    for (const range of [
      { start: -1, end: 2 },
      { start: 2, end: 1 },
      { start: 0.5, end: 2 },
      { start: 0, end: NaN },
    ]) {
      await expect(store.open('ranged', range)).rejects.toThrow(RangeError);
    }
  });

  it('answers null for what is missing', async () => {
    expect(await store.get('missing/object')).toBeNull();
    expect(await store.open('missing')).toBeNull();
    expect(await store.open('missing', { start: 4, end: 9 })).toBeNull();
    await store.put('a/b', SMALL);
    expect(await store.get('a')).toBeNull();
    expect(await store.get('a/b/c')).toBeNull();
  });

  it('overwrites, and deletes as often as asked', async () => {
    await store.put('names', SMALL);
    await store.put('names', Buffer.from('new'));
    expect(String(await store.get('names'))).toBe('new');
    await store.delete('names');
    await store.delete('names');
    await store.delete('never/was');
    expect(await store.get('names')).toBeNull();
  });

  it('shows old or new bytes, never a mix, while many write the same key', async () => {
    const versions = [1, 2, 3, 4].map((n) => Buffer.alloc(700_000, n));
    await store.put('busy', versions[0]!);
    const write = async (bytes: Buffer) => {
      for (let i = 0; i < 3; i += 1) await store.put('busy', bytes);
    };
    const read = async () => {
      for (let i = 0; i < 12; i += 1) {
        const bytes = await store.get('busy');
        expect(bytes?.length).toBe(700_000);
        expect(bytes?.every((byte) => byte === bytes[0])).toBe(true);
      }
    };
    await Promise.all([...versions.map(write), read(), read()]);
  });

  it('lets a reader go on that opened before the object was replaced or deleted', async () => {
    await store.put('kept', { path: largeFile, size: LARGE.length });
    const [first, second] = [await opened(store, 'kept'), await opened(store, 'kept')];
    await store.put('kept', SMALL);
    expect(sha256(await collect(first))).toEqual(sha256(LARGE));
    await store.delete('kept');
    expect(sha256(await collect(second))).toEqual(sha256(LARGE));
  });

  it('stores nothing when the bytes are not those announced', async () => {
    await expect(store.put('wrong', SMALL, { sha256: sha256(LARGE) })).rejects.toThrow(/put wrong.*SHA-256/);
    const longer = { path: largeFile, size: LARGE.length + 1 };
    await expect(store.put('wrong', longer)).rejects.toThrow(/put wrong: the file has 5242897 bytes, not 5242898/);
    const shorter = { path: largeFile, size: LARGE.length - 1 };
    await expect(store.put('wrong', shorter)).rejects.toThrow(/put wrong: the file has 5242897 bytes, not 5242896/);
    await expect(store.put('wrong', { path: join(base, 'absent'), size: 1 })).rejects.toThrow(ObjectStoreError);
    expect(await store.get('wrong')).toBeNull();
  });

  it('takes a key that could leave its place for a bug of the program', async () => {
    const traversals = ['/etc/passwd', '../up', 'a/../b', 'a//b', 'a/', '.hidden', 'a/./b', 'a/..', 'a%2f..'];
    for (const key of ['', ...traversals, 'A', 'a b', 'a\0b', 'ü', 'x'.repeat(201), `${'a/'.repeat(300)}a`]) {
      for (const call of [store.put(key, SMALL), store.open(key), store.get(key), store.delete(key)]) {
        await expect(call).rejects.toThrow(TypeError);
      }
    }
  });

  it('gives back its file or connection when a reader leaves early', async () => {
    await store.put('large', { path: largeFile, size: LARGE.length });
    const sockets = openSockets();
    for (let i = 0; i < 5; i += 1) {
      const object = await opened(store, 'large');
      for await (const chunk of object.body) {
        expect((chunk as Buffer).length).toBeGreaterThan(0);
        break;
      }
      (await opened(store, 'large')).close();
      (await opened(store, 'large', { start: 1, end: 2 })).body.destroy(new Error('client gone')).on('error', () => {});
      await store.get('large');
    }
    await eventually(() => expect(openFiles()).toEqual([]));
    (store as Partial<S3Store>).close?.();
    await eventually(() => expect(openSockets()).toBeLessThanOrEqual(sockets));
  });

  it('reads no faster than its reader', async () => {
    const big = randomBytes(24 * 1024 * 1024);
    await store.put('big', big);
    const object = await opened(store, 'big');
    const iterator = object.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(object.body.readableLength).toBeLessThan(1024 * 1024);
    object.close();
  });

  it('is checked by writing and reading', async () => {
    await store.check();
  });
});

describe('the local store', () => {
  it('keeps objects to this user and leaves no drafts', async () => {
    const store = new LocalStore(join(directory, 'deep/er'));
    await store.put('x/y', SMALL);
    await expect(store.put('x/z', SMALL, { sha256: sha256(LARGE) })).rejects.toThrow();
    expect(readFileSync(join(directory, 'deep/er/objects/x/y'))).toEqual(SMALL);
    expect(statSync(join(directory, 'deep/er/objects/x/y')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'deep/er/objects/x')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(directory, 'deep/er/incoming'))).toEqual([]);
  });

  it('removes drafts of killed processes after a day', async () => {
    mkdirSync(join(directory, 'incoming'));
    for (const name of ['old', 'fresh']) writeFileSync(join(directory, 'incoming', name), 'half');
    utimesSync(join(directory, 'incoming/old'), 1_700_000_000, 1_700_000_000);
    await new LocalStore(directory).put('x', SMALL);
    expect(readdirSync(join(directory, 'incoming'))).toEqual(['fresh']);
  });

  it('fails aloud where a file shrank under a reader', async () => {
    const store = new LocalStore(directory);
    await store.put('large', { path: largeFile, size: LARGE.length });
    const object = await opened(store, 'large');
    writeFileSync(join(directory, 'objects/large'), LARGE.subarray(0, 1_000_000));
    await expect(collect(object)).rejects.toThrow(/read large: ended after \d+ of 5242897 bytes/);
  });

  it.skipIf(process.getuid?.() === 0)('names the operation, the key and the reason of a failure', async () => {
    const store = new LocalStore(directory);
    await store.put('x/y', SMALL);
    chmodSync(join(directory, 'objects/x'), 0o000);
    await expect(store.get('x/y')).rejects.toThrow('object store: open x/y: EACCES');
    await expect(store.put('x/y', SMALL)).rejects.toThrow('object store: put x/y: EACCES');
    await expect(store.delete('x/y')).rejects.toThrow('object store: delete x/y: EACCES');
    chmodSync(join(directory, 'objects/x'), 0o700);
  });

  it('tells a key whose place a directory has from a missing one when writing', async () => {
    const store = new LocalStore(directory);
    await store.put('a/b', SMALL);
    await expect(store.put('a', SMALL)).rejects.toThrow(/object store: put a: E/);
    expect(await store.get('a/b')).toEqual(SMALL);
  });
});

describe('the S3 store', () => {
  const make = (changes: Partial<ConstructorParameters<typeof S3Store>[0]> = {}) =>
    new S3Store({ ...server.settings, quietMs: 300, ...changes });

  it('signs like the examples of the specification', () => {
    const credentials = {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      region: 'us-east-1',
    };
    const [host, now] = ['examplebucket.s3.amazonaws.com', new Date('2013-05-24T00:00:00Z')];
    const empty = sha256(Buffer.alloc(0)).toString('hex');
    const get = { method: 'GET', host, path: '/test.txt', headers: { range: 'bytes=0-9' }, sha256: empty };
    expect(sign(get, credentials, now).authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, ' +
        'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
    const headers = { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' };
    const put = {
      method: 'PUT',
      host,
      path: '/test%24file.text',
      headers,
      sha256: sha256(Buffer.from('Welcome to Amazon S3.')).toString('hex'),
    };
    expect(sign(put, credentials, now).authorization).toMatch(
      /Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd$/,
    );
  });

  it('understands, and is understood by, another client', async () => {
    const { endpoint, bucket, ...account } = server.settings;
    const other = new S3mini({ ...account, endpoint: `${endpoint}/${bucket}` });
    await make().put('from/us', SMALL);
    expect(await other.getObject('from/us')).toBe(String(SMALL));
    await other.putObject('from/them', 'hello');
    expect(String(await make().get('from/them'))).toBe('hello');
    const wrong = new S3mini({ ...account, secretAccessKey: 'wrong', endpoint: `${endpoint}/${bucket}` });
    await expect(wrong.putObject('x', 'y')).rejects.toThrow(/403/);
  });

  it('tells the length, the type and the hash of what it sends', async () => {
    await make().put('typed', { path: largeFile, size: LARGE.length }, { contentType: 'application/x-tar' });
    expect(server.objects.get('typed')?.contentType).toBe('application/x-tar');
    expect(server.requests.at(-1)?.headers).toMatchObject({
      'content-length': String(LARGE.length),
      'x-amz-content-sha256': sha256(LARGE).toString('hex'),
    });
  });

  it.each([
    [{ secretAccessKey: 'other-secret' }, '403 SignatureDoesNotMatch'],
    [{ accessKeyId: 'AKOTHER' }, '403 InvalidAccessKeyId'],
    [{ bucket: 'absent' }, '404 NoSuchBucket'],
    [{ region: 'elsewhere' }, '400 AuthorizationHeaderMalformed'],
  ])('says what is wrong with %j, once, and without the secret', async (changes, reason) => {
    const store = make(changes);
    await expect(store.get('some/key')).rejects.toThrow(`object store: get some/key: ${reason}`);
    await expect(store.delete('some/key')).rejects.toThrow(`object store: delete some/key: ${reason}`);
    await expect(store.check()).rejects.toThrow(reason);
    const large = store.put('some/key', { path: largeFile, size: LARGE.length });
    const error = await large.then(
      () => null,
      (thrown: ObjectStoreError) => thrown,
    );
    expect(error?.message).toBe(`object store: put some/key: ${reason}`);
    expect(JSON.stringify([error, error?.stack, error?.cause])).not.toMatch(/secret|Signature=/);
    expect(server.requests).toHaveLength(4);
  });

  it('tries again what failed on the server or on the way', async () => {
    const store = make();
    server.failNext(2, 503, 'SlowDown');
    await store.put('again', { path: largeFile, size: LARGE.length });
    expect(server.requests.map((request) => request.status)).toEqual([503, 503, 200]);
    server.failNext(1);
    expect((await opened(store, 'again')).length).toBe(LARGE.length);
    server.hangNext();
    expect((await store.get('again'))?.length).toBe(LARGE.length);
    server.failNext(2);
    await store.delete('again');
    expect(server.objects.size).toBe(0);
  });

  it('gives up after three tries', async () => {
    server.failNext(3);
    await expect(make().get('x')).rejects.toThrow('object store: get x: 500 InternalError');
    expect(server.requests).toHaveLength(3);
    server.hangNext(undefined, 3);
    await expect(make({ quietMs: 50 }).put('x', SMALL)).rejects.toThrow('object store: put x: no answer within 150 ms');
    const gone = make();
    await server.stop();
    await expect(gone.get('x')).rejects.toThrow('object store: get x: ECONNREFUSED');
    server = await S3Server.start();
  });

  it('never takes a cut or stalled body for a whole one', async () => {
    const store = make();
    await store.put('large', { path: largeFile, size: LARGE.length });
    for (const afterBytes of [0, 1, 100_000, LARGE.length - 1]) {
      server.cutNext(afterBytes);
      await expect(opened(store, 'large').then(collect)).rejects.toThrow(/object store: (open|read) large/);
    }
    server.hangNext(100_000);
    await expect(opened(store, 'large').then(collect)).rejects.toThrow('object store: read large: timed out');
  });

  it('fetches a small object again when its body was cut, three times in all', async () => {
    const store = make();
    await store.put('small', SMALL);
    server.cutNext(10, 2);
    expect(await store.get('small')).toEqual(SMALL);
    server.cutNext(10, 3);
    await expect(store.get('small')).rejects.toThrow(/object store: get small/);
  });

  it('is told when an upload was changed on its way', async () => {
    server.changeNext();
    await expect(make().put('changed', SMALL)).rejects.toThrow(
      'object store: put changed: 400 XAmzContentSHA256Mismatch',
    );
    expect(server.objects.size).toBe(0);
  });

  it('does not mind a slow reader', async () => {
    const store = make({ quietMs: 1000 });
    await store.put('big', randomBytes(16 * 1024 * 1024));
    const { body } = await opened(store, 'big');
    let [total, pauses] = [0, 0];
    for await (const chunk of body) {
      total += (chunk as Buffer).length;
      if ((pauses += 1) < 3) await new Promise((resolve) => setTimeout(resolve, 1300));
    }
    expect(total).toBe(16 * 1024 * 1024);
  });
});

async function opened(store: ObjectStore, key: string, range?: { start: number; end: number }): Promise<OpenObject> {
  const object = await store.open(key, range);
  if (!object) throw new Error(`${key} is missing`);
  return object;
}

const openFiles = (): string[] => openDescriptors().filter((target) => target.startsWith(base));
const openSockets = (): number => openDescriptors().filter((target) => target.startsWith('socket:')).length;

function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
}

async function eventually(assertion: () => void): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return assertion();
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
