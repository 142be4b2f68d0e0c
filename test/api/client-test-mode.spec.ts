import { Readable } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/ops/commands/program.js';
import { roomsOf } from '../../src/ops/commands/rooms.js';
import { type TestApp, useApp } from '../support/app.js';
import { ask, basic, eventually } from '../support/http.js';
import { HEX_CLI, post, poll, refresh, startDevice } from '../support/oauth.js';
import { unique } from '../support/people.js';
import { routesOf } from '../support/routes.js';
import { tarball } from '../support/tarballs.js';

// What the Hex client's own tests need (docs/client-test-mode.md); test/clients/hex-suite.spec.ts runs those.

const ROUTES = [
  'GET /api/oauth_device_pending',
  'POST /api/oauth_client',
  'POST /api/oauth_device_authorize',
  'POST /api/oauth_token',
  'POST /api/repo',
];

const send = (app: TestApp, path: string, json: object, key?: string) =>
  ask(`${app.url}/api/${path}`, { method: 'POST', key, json, erlang: true });
const see = (app: TestApp, path: string, key?: string) => ask(`${app.url}${path}`, { key, erlang: true });
const emptied = async (app: TestApp) => {
  const said = { out: '', err: '' };
  const terminal = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    input: Readable.from([]),
  };
  const words = ['data', 'empty', '--reason', 'the next run', '--json'];
  const code = await runCommand(words, (use) => use(roomsOf(app.app)), terminal);
  return { code, ...said };
};

describe('without the setting', () => {
  const app = useApp();

  test('none of its routes exists', async () => {
    expect(routesOf(app).filter((route) => ROUTES.includes(route))).toEqual([]);
    for (const [method = '', path = ''] of ROUTES.map((route) => route.split(' ')))
      expect([path, (await ask(app.url + path, { method })).status]).toEqual([path, 404]);
  });

  test('the data stays, whatever the operator says', async () => {
    const organizations = () => app.db.query<unknown[]>('select name from organizations');
    const before = await organizations();
    const { code, err } = await emptied(app);
    expect([code, err]).toEqual([1, expect.stringContaining('CLIENT_TEST_MODE')]);
    expect(await organizations()).toEqual(before);
  });
});

describe('in client test mode', () => {
  const app = useApp({ env: { CLIENT_TEST_MODE: 'true', API_LIMIT_PER_IP: '1', API_LIMIT_PER_ACTOR: '1' } });
  const password = 'hunter42';
  let name: string;
  let key: string;

  async function register(username: string) {
    const answer = await send(app, 'users', { username, password, email: `${username}@mail.com` });
    expect(answer).toMatchObject({ status: 201, body: { username, email: `${username}@mail.com` } });
    const made = await send(app, 'keys', { name: 'key', permissions: [{ domain: 'api' }] }, basic(username, password));
    expect(made.status).toBe(201);
    return made.body.secret as string;
  }

  const publish = async (spec: Parameters<typeof tarball>[0], of = '') =>
    ask(`${app.url}/api${of}/publish`, { method: 'POST', key, bytes: await tarball(spec) });

  beforeAll(async () => {
    name = unique('tester');
    key = await register(name);
  });

  test('its routes are there', () => {
    expect(
      routesOf(app)
        .filter((route) => ROUTES.includes(route))
        .toSorted(),
    ).toEqual(ROUTES);
  });

  test('who has registered publishes to hexpm and to an organization of theirs, and it is fetched at once', async () => {
    const team = unique('team');
    expect(await send(app, 'repo', { name: team }, key)).toMatchObject({ status: 201, body: { name: team } });
    expect((await send(app, 'repo', { name: team }, key)).status).toBe(422);
    expect((await send(app, 'repo', { name: unique('team') })).status).toBe(401);
    const [open, inner] = [await publish({ name: 'pear' }), await publish({ name: 'grape' }, `/repos/${team}`)];
    expect([open.status, inner.status]).toEqual([201, 201]);
    expect(open.body.html_url).toBe(`${app.url}/packages/pear/1.0.0`);
    expect((await see(app, '/repo/tarballs/pear-1.0.0.tar')).status).toBe(200);
    expect((await see(app, `/repo/repos/${team}/packages/grape`)).status).toBe(401);
    expect((await see(app, '/repo/packages/grape')).status).toBe(404);
  });

  test('a client is registered under the id that it has', async () => {
    const client = { client_id: HEX_CLI, client_type: 'public', name: 'Hex CLI' };
    expect(await send(app, 'oauth_client', client)).toMatchObject({ status: 200, body: client });
    const other = { client_id: crypto.randomUUID(), client_type: 'public', name: 'another' };
    expect(await send(app, 'oauth_client', other)).toMatchObject({ status: 201, body: other });
    const asked = { client_id: other.client_id, scope: 'api' };
    expect((await post(app, 'device_authorization', asked)).status).toBe(200);
  });

  test('a token of anybody is like one from a login: it works, is refreshed and revoked', async () => {
    const { status, body } = await send(app, 'oauth_token', { username: name, scope: 'api repositories' });
    expect([status, body.token_type]).toEqual([200, 'bearer']);
    const bearer = (token: string) => see(app, '/api/users/me', `Bearer ${token}`);
    expect(await bearer(body.access_token)).toMatchObject({ status: 200, body: { username: name } });
    const next = (await refresh(app, body.refresh_token)).body as Record<string, string>;
    expect((await bearer(next['access_token']!)).status).toBe(200);
    await post(app, 'revoke', { token: next['access_token'], client_id: HEX_CLI });
    expect((await bearer(body.access_token)).status).toBe(401);
    expect((await send(app, 'oauth_token', { username: unique('nobody'), scope: 'api' })).status).toBe(404);
    expect((await send(app, 'oauth_token', { username: name, scope: '' })).status).toBe(422);
  });

  test('the newest machine that waits is shown, and let in for anybody', async () => {
    const [first, second] = [await startDevice(app), await startDevice(app)];
    const pending = async () => (await see(app, '/api/oauth_device_pending')).body as Record<string, string>;
    expect(await pending()).toEqual({
      ...{ user_code: second['user_code'], device_code: second['device_code'], status: 'pending' },
    });
    const approval = { user_code: second['user_code'], username: name };
    expect(await send(app, 'oauth_device_authorize', approval)).toMatchObject({
      ...{ status: 200, body: { status: 'authorized' } },
    });
    expect((await send(app, 'oauth_device_authorize', approval)).status).toBe(404);
    expect((await pending())['user_code']).toBe(first['user_code']);
    const { body } = await poll(app, second['device_code']);
    expect((await see(app, '/api/users/me', `Bearer ${body.access_token}`)).body.username).toBe(name);
  });

  test('emptied, it begins anew beside the running service', async () => {
    expect((await publish({ name: 'melon' })).status).toBe(201);
    expect((await see(app, '/repo/packages/melon')).status).toBe(200);
    const { code, out } = await emptied(app);
    expect([code, JSON.parse(out)]).toEqual([0, { emptied: true, objects: expect.any(Number) as number }]);
    const gone = () => see(app, '/repo/packages/melon');
    expect((await eventually(gone, ({ status }) => status === 404, 30_000)).status).toBe(404);
    expect((await see(app, '/api/users/me', key)).status).toBe(401);
    expect(await app.db.query('select name from repositories')).toEqual([{ name: 'hexpm' }]);
    expect(await app.db.query('select key from stored_objects')).toEqual([]);
    const trail = await app.db.query<{ action: string }[]>('select action from audit_entries order by id');
    expect(trail.map(({ action }) => action)).toEqual(['data.empty', 'repository.create']);
    key = await register(name);
    expect((await publish({ name: 'melon' })).status).toBe(201);
    expect((await see(app, '/repo/packages/melon')).status).toBe(200);
  });
});
