import { beforeAll, describe, expect, test } from 'vitest';
import { encodeEtf } from '../../src/hex/etf-encode.js';
import { useApp } from '../support/app.js';
import { type Answer, ask, type Ask, basic } from '../support/http.js';
import { api, keyOf, PASSWORD, team, type Team } from '../support/people.js';
import { connect, head, rawAsk } from '../support/raw-http.js';

const ERLANG = 'application/vnd.hex+erlang';
const app = useApp();
let acme: Team;
let key: string;

beforeAll(async () => {
  acme = await team(app);
  key = acme.publishKey;
});

const url = (path: string) => `${app.url}/api/${path}`;
const plain = ({ body }: Answer): unknown => (body === undefined ? undefined : JSON.parse(JSON.stringify(body)));

/** The same question in JSON and in Erlang terms: the same answer, each in its format. */
async function both(path: string, question: Ask = {}): Promise<Answer> {
  const json = await ask(path.startsWith('http') ? path : url(path), question);
  const term = await ask(path.startsWith('http') ? path : url(path), {
    ...question,
    headers: { ...question.headers, accept: ERLANG },
  });
  expect([json.status, json.headers.get('content-type')]).toEqual([
    term.status,
    json.bytes.length === 0 ? null : 'application/json; charset=utf-8',
  ]);
  expect(term.headers.get('content-type')).toBe(term.bytes.length === 0 ? null : ERLANG);
  expect(plain(term)).toEqual(plain(json));
  return json;
}

const isEnvelope = (answer: Answer, status: number) => {
  expect(answer.status).toBe(status);
  const { errors, ...rest } = answer.body as { errors?: unknown };
  expect(rest).toEqual({ status, message: expect.stringMatching(/\S/) as string });
  if (errors !== undefined) expect(isTexts(errors)).toBe(true);
};

function isTexts(errors: unknown): boolean {
  if (typeof errors === 'string') return true;
  return (
    typeof errors === 'object' && errors !== null && !Array.isArray(errors) && Object.values(errors).every(isTexts)
  );
}

describe('every error comes in the format asked for, with one envelope', () => {
  test.each<[string, number, string, () => Ask | Promise<Ask>]>([
    ['an unknown route', 404, 'nothing/here', () => ({})],
    ['an unknown method', 404, 'users/me', () => ({ method: 'PATCH', json: {} })],
    [
      'a body that is no JSON',
      400,
      'keys',
      () => ({ method: 'POST', key, bytes: Buffer.from('{'), headers: { 'content-type': 'application/json' } }),
    ],
    [
      'a body that is no term',
      400,
      'keys',
      () => ({ method: 'POST', key, bytes: Buffer.from('{'), headers: { 'content-type': ERLANG } }),
    ],
    ['no user agent', 400, 'users/me', () => ({ key, headers: { 'user-agent': '' } })],
    ['a NUL in the path', 400, 'users/a%00b', () => ({})],
    ['a NUL in the query', 400, 'packages?search=%00', () => ({})],
    ['half an escape', 400, 'users/%zz', () => ({})],
    ['an escape that is no UTF-8', 400, 'users/%C0%80', () => ({})],
    ['a version that is none', 400, 'repos/$/packages/wax/releases/one', () => ({ key })],
    ['no credential', 401, 'users/me', () => ({})],
    ['noise for a credential', 401, 'users/me', () => ({ key: 'noise' })],
    ['a NUL in a credential', 401, 'users/me', () => ({ key: basic('a\0b', 'c') })],
    ['a key without the right', 401, 'users/me', () => ({ key: acme.fetchKey })],
    [
      'a person without the right',
      403,
      'orgs/$/members',
      async () => ({ method: 'POST', key, json: { name: 'x', role: 'read' } }),
    ],
    ['something absent', 404, 'repos/$/packages/absent', () => ({ key })],
    ['a name without end', 404, `users/${'x'.repeat(5000)}`, () => ({ key })],
    ['too large a body', 413, 'keys', () => ({ method: 'POST', key, json: { name: 'x'.repeat(1024 * 1024 + 1) } })],
    [
      'another kind of body',
      415,
      'keys',
      () => ({ method: 'POST', key, bytes: Buffer.from('<xml/>'), headers: { 'content-type': 'text/xml' } }),
    ],
    [
      'a body of no kind',
      415,
      'keys',
      () => ({ method: 'POST', key, bytes: Buffer.from('x'), headers: { 'content-type': '' } }),
    ],
    [
      'fields that are wrong',
      422,
      'keys',
      () => ({ method: 'POST', key, json: { name: '', permissions: [{ domain: 'x' }] } }),
    ],
    ['a list for a body', 422, 'keys', () => ({ method: 'POST', key, json: [] })],
    ['null for a body', 422, 'keys', () => ({ method: 'POST', key, json: null })],
    ['no body', 422, 'keys', () => ({ method: 'POST', key })],
    ['a query that is wrong', 422, 'packages?search=a&search=b', () => ({ key })],
    ['no tarball', 422, 'repos/$/publish', () => ({ method: 'POST', key })],
  ])('%s: %i', async (_what, status, path, question) => {
    isEnvelope(await both(path.replace('$', acme.name), await question()), status);
  });

  test('a fault of ours: 500 without detail', async () => {
    await app.db.query('alter table packages rename to packages_gone');
    try {
      const answer = await both(`repos/${acme.name}/packages/wax`, { key });
      expect([answer.status, answer.body]).toEqual([500, { status: 500, message: 'Internal server error' }]);
    } finally {
      await app.db.query('alter table packages_gone rename to packages');
    }
  });

  test('what nobody can be asked for: 406', async () => {
    for (const accept of ['text/html', 'application/xml, text/plain', 'application/vnd.hex+elixir']) {
      const answer = await ask(url('users/me'), { key, headers: { accept } });
      isEnvelope(answer, 406);
    }
  });
});

describe('every answer comes in the format asked for', () => {
  test.each([
    ['', 200],
    ['users/me', 200],
    ['users/$reader', 200],
    ['users/absent', 404],
    ['orgs', 200],
    ['orgs/$', 200],
    ['orgs/$/members', 200],
    ['orgs/$/keys', 200],
    ['repos', 200],
    ['repos/$', 200],
    ['repos/$/packages', 200],
    ['packages', 200],
    ['keys', 200],
    ['auth?domain=api', 200],
  ] as const)('GET /api/%s', async (path, status) => {
    const answer = await both(path.replace('$reader', acme.people.read.name).replace('$', acme.name), { key });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('vary')).toBe('accept, authorization');
    expect(answer.headers.get('cache-control')).toMatch(/^private/);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/json', 'json'],
    ['application/vnd.hex+json', 'json'],
    ['APPLICATION/VND.HEX+ERLANG', 'erlang'],
    [`${ERLANG};q=0.9, */*;q=0.1`, 'erlang'],
    [`text/html, ${ERLANG}`, 'erlang'],
  ])('Accept: %s', async (accept, format) => {
    const answer = await ask(url('users/me'), { key, headers: { accept } });
    expect(answer.headers.get('content-type')).toContain(format);
    expect(answer.body.username).toBe(acme.people.write.name);
  });

  test('without Accept: JSON', async () => {
    expect(await rawAsk(app.url, 'GET', '/api/orgs')).toMatch(/content-type: application\/json.*\r\n\r\n\[\]$/s);
  });

  test('HEAD has the status and no body', async () => {
    for (const [path, status] of [
      ['users/me', 200],
      ['users/absent', 404],
      ['nothing', 404],
    ] as const) {
      const answer = await ask(url(path), { method: 'HEAD', key, erlang: true });
      expect([path, answer.status, answer.bytes.length]).toEqual([path, status, 0]);
    }
    expect((await ask(url('users/me'), { method: 'HEAD' })).status).toBe(401);
  });

  test('double slashes are one, as mix needs it, and one at the end does not count', async () => {
    for (const path of [
      '/api//users/me',
      '//api/users//me',
      '/api///orgs',
      '/api/users/me/',
      '/api/',
      '/api',
      '/api//repos//' + acme.name,
    ])
      expect([path, (await ask(app.url + path, { key })).status]).toEqual([path, 200]);
  });
});

describe('bodies', () => {
  const post = (bytes: Uint8Array, type: string, to = 'keys') =>
    ask(url(to), { method: 'POST', key, bytes, headers: { 'content-type': type, accept: type } });
  const json = (text: string | Buffer) => post(Buffer.from(text as string), 'application/json');
  const term = (...bytes: (number | Buffer)[]) =>
    post(Buffer.concat(bytes.map((each) => (typeof each === 'number' ? Buffer.from([each]) : each))), ERLANG);
  const u32 = (n: number) => Buffer.from([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  const listsIn = (depth: number) =>
    Buffer.concat([
      ...Array.from({ length: depth }, () => Buffer.concat([Buffer.from([108]), u32(1)])),
      Buffer.from([106]),
      ...Array.from({ length: depth }, () => Buffer.from([106])),
    ]);

  test.each<[string, () => Promise<Answer>, number, RegExp]>([
    ['JSON nested without end', () => json('['.repeat(100_000)), 400, /nested deeper than 64 levels/],
    [
      'JSON nested without end, in an object',
      () => json('{"a":'.repeat(5000) + '1' + '}'.repeat(5000)),
      400,
      /nested deeper/,
    ],
    ['JSON that is no UTF-8', () => json(Buffer.from([0x22, 0xff, 0x22])), 400, /not valid UTF-8/],
    ['JSON with more behind it', () => json('{} {}'), 400, /not valid JSON/],
    ['JSON with a NUL', () => json('{"name": "a\\u0000b"}'), 400, /null byte/],
    ['JSON with half a character', () => json('{"name": "a\\ud800"}'), 400, /surrogate/],
    ['JSON with a NUL in a key', () => json('{"name": "a", "x\\u0000": 1}'), 400, /null byte/],
    ['a term nested without end', () => term(131, listsIn(1000)), 400, /nested 32 levels/],
    ['a term that claims four milliards of elements', () => term(131, 108, u32(0xffffffff)), 400, /cut off/],
    ['a term that claims a map of as many', () => term(131, 116, u32(0xffffffff)), 400, /cut off/],
    ['a term that claims a binary of as much', () => term(131, 109, u32(0xffffffff)), 400, /cut off/],
    ['a compressed term', () => term(131, 80, u32(1_000_000_000), Buffer.from('x')), 400, /not accepted/],
    ['a fun', () => term(131, 112, u32(4)), 400, /not accepted/],
    ['a reference', () => term(131, 90, Buffer.alloc(20)), 400, /not accepted/],
    [
      'a term with __proto__',
      () => term(131, 116, u32(1), 109, u32(9), Buffer.from('__proto__'), 97, 1),
      400,
      /__proto__/,
    ],
    [
      'a term with a key twice',
      () => term(131, 116, u32(2), 109, u32(1), Buffer.from('a'), 97, 1, 109, u32(1), Buffer.from('a'), 97, 1),
      400,
      /twice/,
    ],
    ['a term with a NUL', () => post(encodeEtf({ name: 'a\0b' }), ERLANG), 400, /null byte/],
    ['a term with more behind it', () => term(131, 97, 1, 97, 1), 400, /after the end/],
    ['a term that is cut off', () => term(131, 109, u32(10), Buffer.from('x')), 400, /cut off/],
    [
      'bytes for a name',
      () => term(131, 116, u32(1), 109, u32(4), Buffer.from('name'), 109, u32(1), 255),
      422,
      /Validation/,
    ],
    [
      'a million elements',
      () => post(Buffer.from(`[${'1,'.repeat(400_000)}1]`), 'application/json'),
      422,
      /Validation/,
    ],
    ['a megabyte and more', () => post(Buffer.alloc(1024 * 1024 + 1), ERLANG), 413, /too large/i],
  ])('%s', async (_what, send, status, message) => {
    const answer = await send();
    isEnvelope(answer, status);
    expect(answer.body.message).toMatch(message);
  });

  test('__proto__ and constructor in JSON are names like others', async () => {
    const answer = await json('{"__proto__": {"name": "sneaked"}, "constructor": {"prototype": {"polluted": true}}}');
    expect([answer.status, Object.keys(answer.body.errors as object)]).toEqual([422, ['name']]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['name']).toBeUndefined();
  });

  test('empty ones are empty maps, whatever they are called', async () => {
    for (const type of [ERLANG, 'application/json', 'application/vnd.hex+json']) {
      const answer = await post(Buffer.alloc(0), type);
      expect([type, answer.status, Object.keys(answer.body.errors as object)]).toEqual([type, 422, ['name']]);
      expect((await ask(url('keys/absent'), { method: 'DELETE', key, headers: { 'content-type': type } })).status).toBe(
        404,
      );
    }
  });

  test('as Erlang clients write them: atoms for roles and nil, character lists nowhere', async () => {
    const atom = (name: string) => Buffer.concat([Buffer.from([100, 0, name.length]), Buffer.from(name)]);
    const binary = (text: string) => Buffer.concat([Buffer.from([109]), u32(text.length), Buffer.from(text)]);
    const admins = await keyOf(app, acme.people.admin, api());
    const bytes = Buffer.concat([Buffer.from([131, 116]), u32(1), binary('role'), atom('write')]);
    const answer = await ask(url(`orgs/${acme.name}/members/${acme.people.write.name}`), {
      method: 'POST',
      key: admins,
      bytes,
      headers: { 'content-type': ERLANG },
    });
    expect([answer.status, answer.body.role]).toEqual([200, 'write']);
  });
});

describe('requests that are not quite HTTP', () => {
  test('headers without end: 431', async () => {
    expect(await rawAsk(app.url, 'GET', '/api/users/me', { 'x-long': 'x'.repeat(20_000) })).toMatch(
      /^HTTP\/1\.1 431 .*the request headers are too large$/s,
    );
    expect(await rawAsk(app.url, 'GET', `/api/${'x'.repeat(20_000)}`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('noise: 400', async () => {
    const wire = await connect(app.url);
    wire.send('\x16\x03\x01 hello\r\n\r\n');
    expect(await wire.until(/HTTP$/)).toMatch(/^HTTP\/1\.1 400 .*the request is not valid HTTP$/s);
    expect(await wire.closed()).toBe(true);
  });

  test('two lengths, or a length and chunks: refused', async () => {
    for (const lines of [
      'content-length: 5\r\ncontent-length: 6',
      'content-length: 5\r\ntransfer-encoding: chunked',
      'content-length: -1',
      'content-length: 1e3',
    ]) {
      const wire = await connect(app.url);
      wire.send(`POST /api/keys HTTP/1.1\r\nhost: x\r\nuser-agent: x\r\n${lines}\r\n\r\nhello`);
      expect(await wire.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 400 /);
      wire.destroy();
    }
  });

  test('a body that never comes is no reason to wait for ever, nor to fail', async () => {
    const wire = await connect(app.url);
    wire.send(
      head('POST', '/api/keys', { authorization: key, 'content-type': 'application/json', 'content-length': 100 }) +
        '{',
    );
    wire.destroy();
    expect((await ask(url('users/me'), { key })).status).toBe(200);
  });

  test.each([
    '/repo/%zz',
    '/repo/%00',
    '/repo/..%2f..%2fetc%2fpasswd',
    '/repo/%2e%2e/%2e%2e/etc/passwd',
    '/repo//..//x',
    '/repo/repos/%00/names',
    '/repo/repos/a%2Fb/names',
    '/repo/tarballs/%C0%80-1.0.0.tar',
    '/repo',
  ])('the repository: %s is nothing', async (path) => {
    expect(await rawAsk(app.url, 'GET', path)).toMatch(/^HTTP\/1\.1 404 .*\r\n\r\nfile not found\n$/s);
  });

  test.each([
    '/api/repos/..%2f..%2fetc',
    '/api/users/..',
    '/api/users/%2e%2e',
    '/api/keys/..%2f..',
    '/api/../api/users/me',
    '/api/users/me%2f',
    '/api;x',
    '/API/users/me',
  ])('the API: %s is nothing', async (path) => {
    expect(await rawAsk(app.url, 'GET', path, { authorization: key })).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('nothing of all this was a fault of ours', () => {
    const faults = app
      .log()
      .split('\n')
      .filter((line) => line.includes('"request failed"') && !line.includes('packages'));
    expect(faults).toEqual([]);
  });
});

describe('credentials', () => {
  test.each<[string, () => string, string]>([
    ['bare', () => key, ''],
    ['Bearer', () => `Bearer ${key}`, ''],
    ['bearer', () => `bearer ${key}`, ''],
    ['in place of a password', () => basic('x', key), ''],
    ['a password', () => basic(acme.people.write.name, PASSWORD), ''],
    ['a name in capitals', () => basic(acme.people.write.name.toUpperCase(), PASSWORD), ''],
    ['an e-mail address', () => basic(`${acme.people.write.name}@example.org`, PASSWORD), ''],
    ['a wrong password', () => basic(acme.people.write.name, 'wrong'), 'invalid username and password combination'],
    ['an empty password', () => basic(acme.people.write.name, ''), 'invalid username and password combination'],
    ['no colon', () => `Basic ${Buffer.from('x').toString('base64')}`, 'invalid authentication information'],
    ['an unknown scheme', () => 'Digest x', 'invalid API key'],
    ['a key with one letter changed', () => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0'), 'invalid API key'],
    ['a key and more', () => `${key} ${key}`, 'invalid API key'],
    ['a key with quotes', () => `${key}'--`, 'invalid API key'],
  ])('%s', async (_what, authorization, message) => {
    const answer = await ask(url('users/me'), { key: authorization() });
    expect([answer.status, answer.body.message ?? answer.body.username]).toEqual(
      message === '' ? [200, acme.people.write.name] : [401, message],
    );
  });

  test('a bad one is refused where none is needed', async () => {
    for (const path of ['', 'orgs', 'packages', 'repos', `users/${acme.people.read.name}`]) {
      const answer = await both(path, { key: 'noise' });
      expect([path, answer.status, answer.headers.get('www-authenticate')]).toEqual([path, 401, 'Basic realm=hex']);
    }
  });
});
