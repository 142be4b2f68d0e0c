import { beforeAll, describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { ask, publish } from '../support/http.js';
import { team, type Team } from '../support/people.js';

const app = useApp();
let acme: Team;
let key: string;

beforeAll(async () => {
  acme = await team(app);
  key = acme.publishKey;
  await publish(app.url, acme.name, key, { name: 'wax' });
});

const url = (path: string) => `${app.url}/api/${path.replace('$', acme.name)}`;
const READS = [
  'users/me',
  'keys',
  'orgs',
  'repos/$',
  'repos/$/packages',
  'repos/$/packages/wax/releases/1.0.0',
  'packages',
];

describe.each([false, true])('a read (Erlang terms: %s)', (erlang) => {
  test.each(READS)('%s is not sent again to who has it', async (path) => {
    const first = await ask(url(path), { key, erlang });
    const etag = first.headers.get('etag')!;
    expect([first.status, etag]).toEqual([200, expect.stringMatching(/^"[\w-]{43}"$/)]);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    for (const named of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await ask(url(path), { key, erlang, headers: { 'if-none-match': named } });
      expect([again.status, again.bytes.length, again.headers.get('etag')]).toEqual([304, 0, etag]);
      expect(again.headers.get('content-type')).toBeNull();
      expect(again.headers.get('vary')).toBe('accept, authorization');
    }
    for (const named of ['', '"x"', etag.slice(0, -2)])
      expect(
        (await ask(url(path), { key, erlang, headers: { 'if-none-match': named } })).bytes.equals(first.bytes),
      ).toBe(true);
  });

  test('has another ETag after a change, and in the other format', async () => {
    const release = url('repos/$/packages/wax/releases/1.0.0');
    const etags = async () => [
      (await ask(release, { key, erlang })).headers.get('etag'),
      (await ask(release, { key, erlang: !erlang })).headers.get('etag'),
    ];
    const before = await etags();
    await ask(`${release}/retire`, { method: 'POST', key, json: { reason: 'other' } });
    const after = await etags();
    await ask(`${release}/retire`, { method: 'DELETE', key });
    expect(new Set([...before, ...after]).size).toBe(4);
  });

  test('of one thing tells when that was changed', async () => {
    const answer = await ask(url('repos/$/packages/wax'), { key, erlang });
    const { updated_at: updated } = answer.body as { updated_at: string };
    expect(answer.headers.get('last-modified')).toBe(new Date(updated).toUTCString());
    expect((await ask(url('keys'), { key, erlang })).headers.get('last-modified')).toBeNull();
  });

  test('by HEAD has the same head and no body', async () => {
    for (const path of READS) {
      const whole = await ask(url(path), { key, erlang });
      const head = await ask(url(path), { method: 'HEAD', key, erlang });
      expect([path, head.status, head.bytes.length]).toEqual([path, 200, 0]);
      for (const name of ['etag', 'content-type', 'last-modified', 'link', 'cache-control'])
        expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
      expect(head.headers.get('content-length')).toBe(String(whole.bytes.length));
      const known = { 'if-none-match': whole.headers.get('etag')! };
      expect((await ask(url(path), { method: 'HEAD', key, erlang, headers: known })).status).toBe(304);
    }
    expect((await ask(url('repos/$/packages/absent'), { method: 'HEAD', key, erlang })).status).toBe(404);
  });
});

test('what is not there, or not theirs, has no ETag', async () => {
  for (const [path, who] of [
    ['repos/$/packages/absent', key],
    ['users/me', undefined],
  ] as const) {
    const { headers } = await ask(url(path), { key: who, headers: { 'if-none-match': '*' } });
    expect([headers.get('etag'), headers.get('content-length')]).toEqual([null, expect.stringMatching(/^[1-9]/)]);
  }
});

describe('scripts of other sites', () => {
  const origin = { origin: 'https://elsewhere.example' };

  test('read all that their credential reads, and why not', async () => {
    for (const [path, who, status] of [
      ['users/me', key, 200],
      ['users/me', undefined, 401],
      ['nothing', key, 404],
    ] as const) {
      const { status: got, headers } = await ask(url(path), { key: who, headers: origin });
      expect([got, headers.get('access-control-allow-origin')]).toEqual([status, '*']);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('access-control-expose-headers')).toContain('link');
    }
  });

  test('may ask beforehand; they write nothing', async () => {
    const asked = {
      ...origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    };
    const { status, headers, bytes } = await ask(url('users/me'), { method: 'OPTIONS', headers: asked });
    expect([status, bytes.length, headers.get('access-control-allow-methods')]).toEqual([204, 0, 'GET, HEAD']);
    expect(headers.get('access-control-allow-headers')).toContain('authorization');
    const write = await ask(url('keys'), { method: 'POST', key, json: { name: 'x' }, headers: origin });
    expect(write.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('see nothing of the site', async () => {
    for (const path of ['/', '/login', '/health/live']) {
      const { headers } = await ask(app.url + path, { headers: origin });
      expect([path, headers.get('access-control-allow-origin')]).toEqual([path, null]);
    }
  });
});
