import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { parts, tar } from '../golden/hex-bytes/make/tar-bytes.js';
import { useApp } from '../support/app.js';
import { ask, eventually, publish } from '../support/http.js';
import { api, keyOf, repository, team, type Team, unique } from '../support/people.js';
import { connect, head, type Wire } from '../support/raw-http.js';
import { metadataOf, tarball } from '../support/tarballs.js';

const MAX = 4 * 1024 * 1024;
const app = useApp({ env: { UPLOAD_IDLE_SECONDS: '1', MAX_TARBALL_BYTES: String(MAX) } });
let acme: Team;
let bytes: Buffer;
let name: string;

beforeAll(async () => {
  acme = await team(app);
});

const path = (road = 'publish', organization = acme.name) => `/api/repos/${organization}/${road}`;
const isStored = async () => (await app.db.query('select 1 from packages where name = $1', [name])).length > 0;
const noFiles = () =>
  eventually(
    () => app.temporaryFiles(),
    (files) => files.length === 0,
    30_000,
  );
const STATUS = /^HTTP\/1\.1 (?!100)\d+[^]*?\r\n\r\n/m;
const FINAL = /(?:^|\r\n)HTTP\/1\.1 (?!100)\d+/;

async function fresh(): Promise<void> {
  name = unique('upload');
  bytes = await tarball({ name });
}

/** A tarball of about so many bytes, which do not compress. */
function large(size: number): Buffer {
  const file = { name: 'noise', body: randomBytes(size) };
  return tar(
    Object.values(
      parts({ 'metadata.config': metadataOf({ name }, ['noise']), 'contents.tar.gz': gzipSync(tar([file])) }),
    ),
  );
}

async function upload(
  headers: Record<string, string | number>,
  target = path(),
  key: string | null = acme.publishKey,
): Promise<Wire> {
  const wire = await connect(app.url);
  wire.send(
    head('POST', target, {
      ...(key === null ? {} : { authorization: key }),
      'content-type': 'application/octet-stream',
      ...headers,
    }),
  );
  return wire;
}

describe('Expect: 100-continue', () => {
  const expecting = (length: number) => ({ expect: '100-continue', 'content-length': length });

  test.each(['publish', 'packages/NAME/releases'])('is answered when the upload is welcome: %s', async (road) => {
    await fresh();
    const wire = await upload(expecting(bytes.length), path(road.replace('NAME', name)));
    expect(await wire.until(/\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    wire.send(bytes);
    expect(await wire.until(STATUS)).toMatch(/\r\nHTTP\/1\.1 201 Created\r\n/);
    expect(await isStored()).toBe(true);
    wire.destroy();
  });

  test.each<[string, number, () => string, () => Promise<string | null>, number]>([
    ['nobody', 401, () => path(), async () => null, 100],
    ['noise for a key', 401, () => path(), async () => 'noise', 100],
    ['a fetching key', 401, () => path(), async () => acme.fetchKey, 100],
    ['a reader', 403, () => path(), async () => keyOf(app, acme.people.read, api()), 100],
    ['a stranger', 404, () => path(), async () => (await team(app)).publishKey, 100],
    ['no such repository', 404, () => path('publish', 'no_such_team'), async () => acme.publishKey, 100],
    ['no public repository', 404, () => '/api/publish', async () => acme.publishKey, 100],
    ['an unknown route', 404, () => `${path()}/publish`, async () => acme.publishKey, 100],
    ['too much', 413, () => path(), async () => acme.publishKey, MAX + 1],
    ['a bad option', 422, () => `${path()}?replace=true&replace=false`, async () => acme.publishKey, 100],
  ])('is refused before the body for %s: %i', async (_who, status, target, key, length) => {
    await fresh();
    const wire = await upload(expecting(length), target(), await key());
    const answer = await wire.until(STATUS);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).not.toContain('100 Continue');
    // What comes next on the connection would be the body or not, and nobody could tell.
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(await wire.closed()).toBe(true);
    expect(await noFiles()).toEqual([]);
  });

  test('is answered for bodies that are no tarballs', async () => {
    const wire = await connect(app.url);
    const json = JSON.stringify({ name: 'expected', permissions: [{ domain: 'api' }] });
    wire.send(
      head('POST', '/api/keys', {
        authorization: acme.publishKey,
        'content-type': 'application/json',
        ...expecting(json.length),
      }),
    );
    expect(await wire.until(/\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    wire.send(json);
    expect(await wire.until(FINAL)).toContain('HTTP/1.1 201 Created');
    wire.destroy();
  });
});

describe('how the body comes', () => {
  test.each([
    'application/x-www-form-urlencoded',
    'application/json',
    'application/vnd.hex+erlang',
    'multipart/form-data',
    'text/plain',
    'x',
    '',
  ])('whatever it is called: %j', async (type) => {
    await fresh();
    const answer = await ask(app.url + path(), {
      method: 'POST',
      key: acme.publishKey,
      bytes,
      headers: { 'content-type': type },
    });
    expect([answer.status, answer.body.version]).toEqual([201, '1.0.0']);
  });

  test('without any name for it', async () => {
    await fresh();
    const wire = await connect(app.url);
    wire.send(head('POST', path(), { authorization: acme.publishKey, 'content-length': bytes.length }));
    wire.send(bytes);
    expect(await wire.until(FINAL)).toMatch(/^HTTP\/1\.1 201/);
    wire.destroy();
  });

  test('in chunks, without a length', async () => {
    await fresh();
    const wire = await upload({ 'transfer-encoding': 'chunked' });
    for (let at = 0; at < bytes.length; at += 700) {
      const chunk = bytes.subarray(at, at + 700);
      wire.send(Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]));
    }
    wire.send('0\r\n\r\n');
    expect(await wire.until(FINAL)).toMatch(/^HTTP\/1\.1 201/);
    wire.destroy();
  });

  test('larger than any other body may be', async () => {
    await fresh();
    bytes = large(2 * 1024 * 1024);
    expect((await ask(app.url + path(), { method: 'POST', key: acme.publishKey, bytes })).status).toBe(201);
    const fetched = await ask(`${app.url}/repo/repos/${acme.name}/tarballs/${name}-1.0.0.tar`, { key: acme.fetchKey });
    expect(fetched.bytes.equals(bytes)).toBe(true);
  });

  test('slowly, but without standing still', async () => {
    await fresh();
    const wire = await upload({ 'content-length': bytes.length });
    for (let part = 0; part < 5; part += 1) {
      wire.send(bytes.subarray(part * 1000, part === 4 ? undefined : (part + 1) * 1000));
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    expect(await wire.until(FINAL)).toMatch(/^HTTP\/1\.1 201/);
    wire.destroy();
  });

  test('nothing at all', async () => {
    const answer = await ask(app.url + path(), { method: 'POST', key: acme.publishKey });
    expect([answer.status, answer.body.errors]).toEqual([422, { tar: 'invalid tarball: it ends too early' }]);
  });
});

describe('a body that', () => {
  test('stops half way leaves nothing behind', async () => {
    await fresh();
    const wire = await upload({ 'content-length': bytes.length });
    wire.send(bytes.subarray(0, 2000));
    await eventually(
      () => app.temporaryFiles(),
      (files) => files.length === 1,
      30_000,
    );
    wire.destroy();
    expect(await noFiles()).toEqual([]);
    expect(await isStored()).toBe(false);
  });

  test('stands still is given up, with an answer', async () => {
    await fresh();
    const wire = await upload({ 'content-length': bytes.length });
    wire.send(bytes.subarray(0, 2000));
    const answer = await wire.until(STATUS, 4_000);
    expect(answer).toMatch(/^HTTP\/1\.1 422 /);
    expect(await wire.until(/stood still/)).toContain('the upload stood still for too long');
    expect(await wire.closed()).toBe(true);
    expect(await noFiles()).toEqual([]);
    expect(await isStored()).toBe(false);
  });

  test('never begins is given up too', async () => {
    const wire = await upload({ expect: '100-continue', 'content-length': 5000 });
    expect(await wire.until(FINAL, 4_000)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 422 /);
    expect(await wire.closed()).toBe(true);
    expect(await noFiles()).toEqual([]);
  });

  const tooBig = {
    status: 413,
    message: `the package tarball is too big: at most ${MAX} bytes`,
    errors: { tar: 'too big' },
  };

  test.each([false, true])(
    'is announced as too big is refused at once, in the language asked for (Erlang: %s)',
    async (erlang) => {
      const answer = await ask(app.url + path(), {
        method: 'POST',
        key: acme.publishKey,
        bytes: Buffer.alloc(MAX + 1),
        erlang,
      });
      expect([answer.status, { ...(answer.body as object) }]).toEqual([413, tooBig]);
    },
  );

  test('turns out too big is refused with words, not with a broken connection', async () => {
    const wire = await upload({ 'transfer-encoding': 'chunked', accept: 'application/json' });
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(1024 * 1024), Buffer.from('\r\n')]);
    for (let n = 0; n < 6; n += 1) wire.send(chunk);
    expect(await wire.until(STATUS)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await wire.until(/\}$/)).toContain(JSON.stringify(tooBig));
    wire.send('0\r\n\r\n');
    expect(await noFiles()).toEqual([]);
    // All of the body was taken, so that the client gets to read the answer; the connection can be used again.
    wire.send(head('GET', '/api', { accept: 'application/json' }));
    expect(await wire.until(/HTTP\/1\.1 200/)).toContain('HTTP/1.1 200');
    wire.destroy();
  });

  test('is refused while it is still being sent does not keep the next request from being heard', async () => {
    const wire = await upload(
      { 'content-length': 2_000_000 },
      path(),
      await keyOf(app, acme.organization, repository(acme.name)),
    );
    wire.send(Buffer.alloc(1_000_000));
    expect(await wire.until(FINAL)).toMatch(/^HTTP\/1\.1 401/);
    wire.send(Buffer.alloc(1_000_000));
    wire.send(head('GET', '/api', { accept: 'application/json' }));
    expect(await wire.until(/HTTP\/1\.1 200/)).toContain('HTTP/1.1 200');
    wire.destroy();
  });
});

test('a fetch goes on while uploads stand still', async () => {
  await fresh();
  const published = await publish(app.url, acme.name, acme.publishKey, { name });
  const wires = await Promise.all(Array.from({ length: 20 }, () => upload({ 'content-length': 5000 })));
  const fetched = await ask(`${app.url}/repo/repos/${acme.name}/tarballs/${name}-1.0.0.tar`, { key: acme.fetchKey });
  expect(fetched.bytes.equals(published.tarball)).toBe(true);
  for (const wire of wires) wire.destroy();
  expect(await noFiles()).toEqual([]);
});
