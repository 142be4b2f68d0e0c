import { createPublicKey } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../../src/accounts/keys.js';
import { decodePackage } from '../../src/hex/registry/package.js';
import { openSigned } from '../../src/hex/registry/signed.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, basic, eventually, publish } from '../support/http.js';
import { connect } from '../support/raw-http.js';
import { api, keyOf, PASSWORD, repositories, team, type Team, TESTS } from '../support/people.js';

const app = useApp();
let acme: Team;
let other: Team;
let sent: Buffer;
const at = (path: string, name = acme.name): string => `${app.url}/repo/repos/${name}/${path}`;

beforeAll(async () => {
  acme = await team(app);
  other = await team(app);
  const published = await publish(app.url, acme.name, acme.publishKey, { name: 'wax', version: '1.2.3' });
  expect(published.status).toBe(201);
  sent = published.tarball;
});

describe('who may fetch', () => {
  test('the organization’s key gets index and tarball, byte for byte', async () => {
    const index = await ask(at('packages/wax'), { key: acme.fetchKey });
    expect(index.status).toBe(200);
    expect(index.headers.get('content-encoding')).toBeNull();
    const payload = await openSigned(index.bytes, createPublicKey(app.app.get(SigningKey).publicPem));
    const { name, repository, releases } = decodePackage(payload);
    expect([name, repository, releases.map((release) => release.version)]).toEqual(['wax', acme.name, ['1.2.3']]);
    const fetched = await ask(at('tarballs/wax-1.2.3.tar'), { key: acme.fetchKey });
    expect(fetched.status).toBe(200);
    expect(fetched.bytes.equals(sent)).toBe(true);
  });

  test.each([
    ['nobody', (): string | undefined => undefined, 401],
    ['noise', (): string => 'not a key', 401],
    ['a well-formed key that never was', (): string => 'prp_0000000000000000000000000000000000000000', 401],
    ['a key of another organization', (): string => other.fetchKey, 403],
    ['a key for the API only', (): string => acme.publishKey, 403],
    ['a wrong password', (): string => basic(acme.people.read.name, 'wrong'), 401],
  ] as const)('%s is refused', async (_who, key, status) => {
    for (const path of ['packages/wax', 'tarballs/wax-1.2.3.tar', 'names', 'packages/absent']) {
      const answer = await ask(at(path), { key: key() });
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.body).toMatch(/^[a-zA-Z ]{5,80}\n$/);
    }
  });

  test('what exists and what does not look alike to others', async () => {
    for (const key of [undefined, other.fetchKey]) {
      const real = await ask(at('packages/wax'), { key });
      const absent = await ask(at('packages/wax', 'no_such_organization'), { key });
      expect([absent.status, absent.body]).toEqual([real.status, real.body]);
    }
  });

  test.each([
    ['a member’s key for all repositories', () => keyOf(app, acme.people.read, repositories)],
    ['a member’s password', async () => basic(acme.people.read.name, PASSWORD)],
    ['a key in the place of a password', async () => basic('anything', acme.fetchKey)],
    ['a key as bearer', async () => `Bearer ${acme.fetchKey}`],
  ])('%s opens', async (_what, key) => {
    expect((await ask(at('packages/wax'), { key: await key() })).status).toBe(200);
  });

  test('a member learns what is missing', async () => {
    for (const path of [
      'packages/absent',
      'tarballs/wax-9.9.9.tar',
      'tarballs/wax.tar',
      'packages/..%2fnames',
      'docs/x',
    ])
      expect([path, (await ask(at(path), { key: acme.fetchKey })).status]).toEqual([path, 404]);
  });

  test('the public key and the list of installs are for everybody', async () => {
    for (const path of [
      '/repo/public_key',
      `/repo/repos/${acme.name}/public_key`,
      '/repo/repos/never_made/public_key',
    ]) {
      const answer = await ask(app.url + path, { key: 'not a key' });
      expect([answer.status, answer.body]).toEqual([200, app.app.get(SigningKey).publicPem]);
    }
    const installs = await ask(`${app.url}/repo/installs/hex-1.x.csv`);
    expect([installs.status, installs.bytes.length]).toEqual([200, 0]);
  });
});

describe('how it is delivered', () => {
  const url = () => at('tarballs/wax-1.2.3.tar');
  const get = (headers: Record<string, string>, method = 'GET') => ask(url(), { key: acme.fetchKey, headers, method });

  test('private bytes are marked private', async () => {
    const { headers } = await get({});
    expect(headers.get('cache-control')).toMatch(/^private/);
    expect(headers.get('vary')).toBe('authorization');
  });

  test('ETags: a matching one answers 304, an empty one matches nothing', async () => {
    const etag = (await get({})).headers.get('etag')!;
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    const matching = await get({ 'if-none-match': `"x", ${etag}` });
    expect([matching.status, matching.bytes.length]).toEqual([304, 0]);
    expect((await get({ 'if-none-match': '' })).status).toBe(200);
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('HEAD has the headers of GET and no body', async () => {
    const head = await get({}, 'HEAD');
    expect([head.status, head.bytes.length, head.headers.get('content-length')]).toEqual([200, 0, String(sent.length)]);
  });

  test.each([
    ['bytes=0-9', 206, () => sent.subarray(0, 10)],
    ['bytes=100-', 206, () => sent.subarray(100)],
    ['bytes=-5', 206, () => sent.subarray(-5)],
    ['bytes=5-2', 200, () => sent],
    ['bytes=0-1,4-5', 200, () => sent],
    ['lines=1-2', 200, () => sent],
  ])('range %s', async (range, status, part) => {
    const answer = await get({ range });
    expect(answer.status).toBe(status);
    expect(answer.bytes.equals(part())).toBe(true);
  });

  test('a range behind the end, and a range of another version', async () => {
    const behind = await get({ range: `bytes=${sent.length}-` });
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, `bytes */${sent.length}`]);
    expect((await get({ range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200);
  });

  test('nothing but reading', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const answer = await get({}, method);
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });

  test('a body that was announced and not asked for is not taken for the next request', async () => {
    const wire = await connect(app.url);
    wire.send('GET /repo/public_key HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    const answer = await wire.until(/END PUBLIC KEY/);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/connection: close/i);
    expect(await wire.closed()).toBe(true);
  });

  test('several readers of one file at once', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => get({})));
    expect(answers.every(({ bytes }) => bytes.equals(sent))).toBe(true);
  });
});

test('a revoked key is refused within a second', async () => {
  const key = await keyOf(app, acme.organization, { domain: 'repository', resource: acme.name });
  expect((await ask(at('packages/wax'), { key })).status).toBe(200);
  const keys = app.app.get(Keys);
  const found = (await keys.bySecret(key))!;
  await keys.revoke(TESTS, { organizationId: acme.organization.id }, found.name);
  // The process hears of it on a connection of its own, which may be a moment behind the one that revoked.
  const fetched = () => ask(at('packages/wax'), { key });
  const answer = await eventually(fetched, ({ status }) => status !== 200, 1000);
  expect([answer.status, answer.body]).toEqual([401, 'API key revoked\n']);
});

test('once warm, a fetch asks no database', async () => {
  const key = await keyOf(app, acme.people.write, api(), repositories);
  const paths = ['packages/wax', 'tarballs/wax-1.2.3.tar'];
  const fetched = async () => {
    const statuses = [];
    for (const path of paths) statuses.push((await ask(at(path), { key })).status);
    return statuses;
  };
  await fetched();
  const { master } = app.db.driver as unknown as { master: { query: unknown; connect: unknown } };
  const { query, connect } = master;
  const withoutDatabase = async () => {
    const asked: unknown[] = [];
    master.query = (...args: unknown[]) => asked.push(args[0]);
    master.connect = (done: (error: Error) => void) => {
      asked.push('a connection');
      done(new Error('no database for you'));
    };
    try {
      return { statuses: await fetched(), asked };
    } finally {
      Object.assign(master, { query, connect });
    }
  };
  // What the service does by the clock may ask for something just then; a fetch that does so asks each time.
  const seen = await eventually(withoutDatabase, ({ asked }) => asked.length === 0, 10_000);
  expect(seen).toEqual({ statuses: [200, 200], asked: [] });
});
