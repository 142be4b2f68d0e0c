import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../../src/accounts/keys.js';
import { TokenKeys } from '../../src/accounts/token-keys.js';
import { Members } from '../../src/organizations/members.js';
import { type TestApp, startApp, useApp } from '../support/app.js';
import { ask, eventually, publish } from '../support/http.js';
import {
  api,
  keyOf,
  onlyPackage,
  person,
  repositories,
  repository,
  team,
  type Team,
  TESTS,
  unique,
} from '../support/people.js';

const app = useApp({ env: { API_LIMIT_PER_IP: '60' } });
let acme: Team;
let other: Team;

beforeAll(async () => {
  acme = await team(app);
  other = await team(app);
  await publish(app.url, acme.name, acme.publishKey, { name: 'wax' });
});

const CLIENT = '78ea6566-89fd-481e-a1d6-7d9d78eacca8';
const exchange = (client_secret: unknown, scope?: unknown, more: object = {}) =>
  ask(`${app.url}/api/oauth/token`, {
    ...{ method: 'POST', erlang: true },
    json: {
      grant_type: 'client_credentials',
      client_id: CLIENT,
      client_secret,
      ...(scope === undefined ? {} : { scope }),
      ...more,
    },
  });
const bearer = async (secret: string, scope?: string) =>
  `Bearer ${(await exchange(secret, scope)).body.access_token as string}`;

/** What a credential opens, asked so that nothing comes of it: an empty upload, a key that is not there. */
const can = {
  read: async (key: string) => (await ask(`${app.url}/api/repos/${acme.name}`, { key })).status === 200,
  publish: async (key: string, road = 'publish') =>
    (await ask(`${app.url}/api/repos/${acme.name}/${road}`, { method: 'POST', key })).status === 422,
  revoke: async (key: string) => (await ask(`${app.url}/api/keys/absent`, { method: 'DELETE', key })).status === 404,
  fetch: async (key: string, name = acme.name) =>
    ![401, 403].includes((await ask(`${app.url}/repo/repos/${name}/names`, { key })).status),
};

describe('the exchange', () => {
  test('as mix makes it: a token of half an hour for the repositories the key may fetch', async () => {
    const answer = await exchange(acme.fetchKey, 'repositories');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect({ ...(answer.body as object) }).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'bearer',
      expires_in: 1800,
      scope: `repository:${acme.name}`,
    });
    expect(decodeJwt(answer.body.access_token as string)).toMatchObject({ iss: app.url, sub: `org:${acme.name}` });
    const file = await ask(`${app.url}/repo/repos/${acme.name}/tarballs/wax-1.0.0.tar`, {
      key: `Bearer ${answer.body.access_token as string}`,
    });
    expect(file.status).toBe(200);
  });

  test.each(['application/json', 'application/x-www-form-urlencoded'])('in %s', async (type) => {
    const form = {
      grant_type: 'client_credentials',
      client_id: CLIENT,
      client_secret: acme.fetchKey,
      scope: 'repositories',
    };
    const body = type.includes('json') ? JSON.stringify(form) : new URLSearchParams(form).toString();
    const answer = await ask(`${app.url}/api/oauth/token`, {
      method: 'POST',
      bytes: Buffer.from(body),
      headers: { 'content-type': type },
    });
    expect([answer.status, answer.body.scope]).toEqual([200, `repository:${acme.name}`]);
  });

  test('"repositories" are those of this moment, not what is joined later', async () => {
    const somebody = await person(app);
    const join = (to: Team) => app.app.get(Members).add(TESTS, to.organization, somebody, 'read');
    await join(acme);
    const secret = await keyOf(app, somebody, repositories);
    const token = await bearer(secret, 'repositories');
    await join(other);
    expect([await can.fetch(token), await can.fetch(token, other.name)]).toEqual([true, false]);
    expect(await can.fetch(await bearer(secret, 'repositories'), other.name)).toBe(true);
  });

  test('the answer to a wrong request is an OAuth error', async () => {
    for (const [body, status, error] of [
      [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
      [{}, 400, 'unsupported_grant_type'],
      [{ grant_type: { deep: 1 } }, 400, 'unsupported_grant_type'],
      [[1, 2], 400, 'invalid_request'],
      [null, 400, 'invalid_request'],
      [{ grant_type: 'client_credentials' }, 401, 'invalid_client'],
      [{ grant_type: 'client_credentials', client_secret: 'noise' }, 401, 'invalid_client'],
      [
        { grant_type: 'client_credentials', client_secret: 'prp_0000000000000000000000000000000000000000' },
        401,
        'invalid_client',
      ],
      [{ grant_type: 'client_credentials', client_secret: ['a'] }, 401, 'invalid_client'],
    ] as const)
      for (const erlang of [false, true]) {
        const answer = await ask(`${app.url}/api/oauth/token`, { method: 'POST', json: body, erlang });
        expect([answer.status, answer.body.error, typeof answer.body.error_description]).toEqual([
          status,
          error,
          'string',
        ]);
      }
  });

  test('a grant type is not echoed without end', async () => {
    const { bytes } = await exchange(acme.fetchKey, undefined, { grant_type: '<script>'.repeat(10_000) });
    expect(bytes.length).toBeLessThan(500);
  });
});

describe('the lattice: a token does what was asked for and what its key may do, never more', () => {
  const keys = {
    'the API': [api()],
    'reading the API': [api('read')],
    'writing the API': [api('write')],
    'all repositories': [repositories],
    'one repository': () => [repository(acme.name)],
    'one package': () => [onlyPackage(`${acme.name}/wax`)],
    'API and repositories': [api(), repositories],
  } as const;
  const scopes = [
    'api',
    'api:read',
    'api:write',
    'repositories',
    'repository:$',
    'package:$/wax',
    'docs:$',
    'everything',
    '',
    undefined,
  ];

  test.each(Object.entries(keys))('a key for %s', async (_what, given) => {
    const secret = await keyOf(app, acme.people.write, ...(typeof given === 'function' ? given() : given));
    const doable = async (key: string) => {
      const probes = {
        read: can.read(key),
        publish: can.publish(key, 'packages/comb/releases'),
        wax: can.publish(key, 'packages/wax/releases'),
        revoke: can.revoke(key),
        fetch: can.fetch(key),
      };
      const answers = Object.entries(probes).map(async ([what, may]): Promise<[string, boolean]> => [what, await may]);
      return Object.fromEntries(await Promise.all(answers));
    };
    const byKey = await doable(secret);
    for (const scope of scopes) {
      const asked = scope?.replace('$', acme.name);
      const answer = await exchange(secret, asked);
      expect(answer.status).toBe(200);
      const byToken = await doable(`Bearer ${answer.body.access_token as string}`);
      for (const [what, may] of Object.entries(byToken))
        if (may) expect([_what, scope, what, byKey[what]]).toEqual([_what, scope, what, true]);
      expect([scope, byToken]).toEqual([scope, expected(asked, byKey)]);
    }
  });

  /** What is left of what a key may do under a scope. */
  function expected(
    scope: string | undefined,
    { read, publish: publishes, wax, revoke, fetch }: Record<string, boolean>,
  ) {
    const none = { read: false, publish: false, wax: false, revoke: false, fetch: false };
    switch (scope?.split(':')[0]) {
      case undefined:
        return { read, publish: publishes, wax, revoke, fetch };
      case 'api':
        return scope === 'api:read' ? { ...none, read } : { ...none, read, publish: publishes, wax, revoke };
      case 'repositories':
      case 'repository':
        return { ...none, fetch };
      case 'package':
        return { ...none, read, wax };
      default:
        return none;
    }
  }

  test('a key whose stored permissions are narrowed takes its tokens along', async () => {
    const secret = await keyOf(app, acme.people.write, api(), repositories);
    const token = await bearer(secret);
    expect([await can.revoke(token), await can.fetch(token)]).toEqual([true, true]);
    const { id } = (await app.app.get(Keys).bySecret(secret))!;
    await app.db.query(`update keys set permissions = '[{"domain": "api", "resource": "read"}]' where id = $1`, [id]);
    expect([await can.read(token), await can.revoke(token)]).toEqual([true, false]);
    expect(
      await eventually(
        () => can.fetch(token),
        (may) => !may,
        1_000,
      ),
    ).toBe(false);
  });

  test('a token is no key: it is not exchanged for another', async () => {
    const token = await bearer(await keyOf(app, acme.people.write, api()));
    expect((await exchange(token.slice('Bearer '.length))).status).toBe(401);
    expect((await exchange(token)).status).toBe(401);
  });
});

describe('a token ends', () => {
  test('in the moment its key is revoked', async () => {
    const name = unique('ending');
    const { secret } = await app.app
      .get(Keys)
      .create(TESTS, { userId: acme.people.write.id }, { name, permissions: [api(), repositories] });
    const token = await bearer(secret);
    expect([await can.read(token), await can.fetch(token)]).toEqual([true, true]);
    await app.app.get(Keys).revoke(TESTS, { userId: acme.people.write.id }, name);
    expect((await ask(`${app.url}/api/users/me`, { key: token })).body.message).toBe('API key revoked');
    expect(
      await eventually(
        () => can.fetch(token),
        (may) => !may,
        1_000,
      ),
    ).toBe(false);
    expect((await exchange(secret)).status).toBe(401);
  });

  test('with its key, if that ends before', async () => {
    const expiresAt = new Date(app.clock.now().getTime() + 600_000);
    const made = await app.app
      .get(Keys)
      .create(TESTS, { userId: acme.people.write.id }, { name: unique('brief'), permissions: [api()], expiresAt });
    const { body } = await exchange(made.secret);
    expect(body.expires_in).toBeLessThanOrEqual(600);
    expect(body.expires_in).toBeGreaterThan(590);
    const token = `Bearer ${body.access_token as string}`;
    app.clock.advance(601_000);
    expect((await ask(`${app.url}/api/users/me`, { key: token })).status).toBe(401);
  });

  test('after half an hour, with a plain 401 that clients do not take for a call to try again', async () => {
    const token = await bearer(await keyOf(app, acme.people.write, api(), repositories));
    app.clock.advance(1_790_000);
    expect(await can.read(token)).toBe(true);
    app.clock.advance(11_000);
    const refused = await ask(`${app.url}/api/users/me`, { key: token });
    expect([refused.status, refused.body.message, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'invalid or expired token',
      'Basic realm=hex',
    ]);
    const file = await ask(`${app.url}/repo/repos/${acme.name}/names`, { key: token });
    expect([file.status, file.headers.get('www-authenticate')]).toEqual([401, 'Basic realm=hex']);
  });

  test('with the membership behind it', async () => {
    const somebody = await person(app);
    await app.app.get(Members).add(TESTS, acme.organization, somebody, 'write');
    const token = await bearer(await keyOf(app, somebody, api(), repository(acme.name)));
    expect([await can.read(token), await can.fetch(token)]).toEqual([true, true]);
    await app.app.get(Members).remove(TESTS, acme.organization, somebody);
    expect(await can.read(token)).toBe(false);
    expect(
      await eventually(
        () => can.fetch(token),
        (may) => !may,
        1_000,
      ),
    ).toBe(false);
  });
});

describe('forged tokens', () => {
  let neighbour: TestApp;
  let keyId: string;
  const tokenKey = (from: TestApp) => from.app.get(TokenKeys).signing.privateKey;

  beforeAll(async () => {
    keyId = (await app.app.get(Keys).bySecret(acme.publishKey))!.id;
    neighbour = await startApp({ databaseUrl: app.config.databaseUrl });
    return () => neighbour.stop();
  });

  const claims = () => ({ scope: 'api', key: keyId });
  const now = () => Math.floor(app.clock.now().getTime() / 1000);
  const jwt = (more: object = {}, alg = 'ES256') =>
    new SignJWT({ ...claims(), ...more })
      .setProtectedHeader({ alg, typ: 'JWT' })
      .setIssuer(app.url)
      .setAudience('propolis')
      .setIssuedAt(now())
      .setExpirationTime(now() + 600);
  const publicPem = () => createPublicKey(tokenKey(app)).export({ type: 'spki', format: 'pem' }).toString();

  test('the genuine one passes, so the others fail for what is wrong with them', async () => {
    expect(await can.read(`Bearer ${await jwt().sign(tokenKey(app))}`)).toBe(true);
  });

  test.each<[string, () => Promise<string> | string]>([
    [
      'alg none',
      () =>
        new UnsecuredJWT(claims())
          .setIssuer(app.url)
          .setAudience('propolis')
          .setExpirationTime(now() + 600)
          .encode(),
    ],
    ['HS256 with the public key for a secret', () => jwt({}, 'HS256').sign(Buffer.from(publicPem()))],
    ['another key', () => jwt().sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
    ['another installation', () => jwt().setIssuer(neighbour.url).sign(tokenKey(neighbour))],
    ['our key, another issuer', () => jwt().setIssuer(neighbour.url).sign(tokenKey(app))],
    ['our key, another audience', () => jwt().setAudience('hexpm:api').sign(tokenKey(app))],
    [
      'our key, no end',
      () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'ES256' })
          .setIssuer(app.url)
          .setAudience('propolis')
          .sign(tokenKey(app)),
    ],
    [
      'our key, ended',
      () =>
        jwt()
          .setExpirationTime(now() - 1)
          .sign(tokenKey(app)),
    ],
    ['our key, no such API key', () => jwt({ key: '999999999' }).sign(tokenKey(app))],
    ['our key, an API key that is none', () => jwt({ key: "1' or '1'='1" }).sign(tokenKey(app))],
    ['our key, an API key of another kind', () => jwt({ key: { id: 1 } }).sign(tokenKey(app))],
    ['our key, no scope', () => jwt({ scope: null }).sign(tokenKey(app))],
    ['a changed scope', async () => changed(await jwt({ scope: 'api:read' }).sign(tokenKey(app)))],
    ['a missing signature', async () => (await jwt().sign(tokenKey(app))).replace(/[^.]*$/, '')],
    ['noise', () => 'a.b.c'],
    ['nothing', () => ''],
  ])('%s', async (_what, forge) => {
    const key = `Bearer ${await forge()}`;
    const answer = await ask(`${app.url}/api/users/me`, { key });
    expect([answer.status, answer.body.message]).toEqual([401, 'invalid or expired token']);
    expect(await can.fetch(key)).toBe(false);
  });

  function changed(token: string): string {
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const inner = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    return [header, Buffer.from(JSON.stringify({ ...inner, scope: 'api' })).toString('base64url'), signature].join('.');
  }

  test('a scope in a genuine token that its key has not got opens nothing', async () => {
    keyId = (await app.app.get(Keys).bySecret(acme.fetchKey))!.id;
    expect(await can.read(`Bearer ${await jwt({ scope: 'api' }).sign(tokenKey(app))}`)).toBe(false);
  });
});

// Last: it uses up the limit of this address.
test('guessing is limited, the good keys’ exchange is not', async () => {
  const statuses = [];
  for (let n = 0; n < 70; n += 1) statuses.push((await exchange('noise')).status);
  expect(statuses.at(-1)).toBe(429);
  for (let n = 0; n < 5; n += 1) expect((await exchange(acme.fetchKey, 'repositories')).status).toBe(200);
});
