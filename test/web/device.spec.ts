import { beforeAll, describe, expect, test } from 'vitest';
import { Grants } from '../../src/accounts/grants.js';
import { type User } from '../../src/accounts/user.entity.js';
import { useApp } from '../support/app.js';
import { browse } from '../support/browsing.js';
import { ask } from '../support/http.js';
import { HEX_CLI, loggedInMachine, poll, post, secondFactor, startDevice } from '../support/oauth.js';
import { person, team, type Team } from '../support/people.js';

const app = useApp();
let acme: Team;
/** With a second factor. */
let ada: User;

beforeAll(async () => {
  acme = await team(app);
  ada = acme.people.write;
  await secondFactor(app, ada);
});

const everything = { scope: ['api:read', 'api:write', 'repositories'] };
const HOUR_MS = 3600_000;
const grantsOf = (user: User) => app.app.get(Grants).list(user.id);

describe('the code', () => {
  test('is asked for after the login, and comes along', async () => {
    const stranger = await browse(app);
    const { status, location } = await stranger.get('/oauth/device?user_code=BCDFGHJK');
    expect([status, location]).toEqual([
      303,
      `/login?return=${encodeURIComponent('/oauth/device?user_code=BCDFGHJK')}`,
    ]);
    expect((await stranger.post('/oauth/device/approve', { user_code: 'BCDFGHJK' })).location).toMatch(/^\/login\?/);
  });

  test('in the address fills the field and decides nothing', async () => {
    const { user_code, device_code } = await startDevice(app);
    const browser = await browse(app, ada);
    const page = await browser.get(`/oauth/device?user_code=${user_code}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`value="${user_code!.slice(0, 4)}-${user_code!.slice(4)}"`);
    expect(page.text).not.toContain('laptop');
    expect((await poll(app, device_code)).body.error).toBe('authorization_pending');
  });

  test.each(['<script>alert(1)</script>', 'AEIOU123', 'x'.repeat(5000)])(
    '%s in the address is left out',
    async (code) => {
      const browser = await browse(app, ada);
      const page = await browser.get(`/oauth/device?user_code=${encodeURIComponent(code)}`);
      expect(page.status).toBe(200);
      expect(page.text).not.toContain(code.slice(0, 20));
    },
  );

  test.each([
    ['as it is', (code: string) => code],
    ['in lower case', (code: string) => code.toLowerCase()],
    ['with a dash', (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`],
    ['with spaces', (code: string) => ` ${code.slice(0, 4)}  ${code.slice(4)} `],
    ['with a long dash', (code: string) => `${code.slice(0, 4)} – ${code.slice(4)}`],
  ])('typed %s leads to who asks', async (_how, typed) => {
    const { user_code } = await startDevice(app, 'api repositories', 'my <b>laptop</b>');
    const browser = await browse(app, ada);
    const page = await browser.post('/oauth/device', { user_code: typed(user_code!) });
    expect(page.status).toBe(200);
    const shown = ['Hex CLI', '“my &lt;b>laptop&lt;/b>”', 'this network', '127.0.0.1', acme.name];
    for (const part of [...shown, 'Publish and manage', 'Only if you started this yourself'])
      expect(page.text.replaceAll('&gt;', '>')).toContain(part);
  });

  test.each([
    ['noise', 'eight letters'],
    ['', 'eight letters'],
    ['BBBB-BBBB', 'has expired'],
  ])('“%s” is told to be wrong, and logged out people learn nothing', async (user_code, words) => {
    const browser = await browse(app, ada);
    for (const path of ['', '/approve', '/deny']) {
      const page = await browser.post(`/oauth/device${path}`, { user_code, ...everything });
      expect([path, page.status]).toEqual([path, 422]);
      expect(page.text).toContain(words);
    }
  });

  test('expired or answered is told to be', async () => {
    const browser = await browse(app, ada);
    const answered = await startDevice(app);
    await browser.post('/oauth/device/deny', { user_code: answered['user_code']! });
    const expired = await startDevice(app);
    app.clock.advance(601_000);
    for (const { user_code } of [answered, expired]) {
      const page = await browser.post('/oauth/device/approve', { user_code: user_code!, ...everything });
      expect([page.status, page.text]).toEqual([422, expect.stringContaining('has expired or has been answered')]);
    }
  });

  test('can be guessed at ten times; then a right one is refused too', async () => {
    const guesser = await person(app);
    const browser = await browse(app, guesser);
    const { user_code } = await startDevice(app);
    const paths = ['/oauth/device', '/oauth/device/approve', '/oauth/device/deny'];
    for (let n = 0; n < 10; n += 1)
      expect((await browser.post(paths[n % 3]!, { user_code: 'BBBBBBBB', ...everything })).status).toBe(422);
    const page = await browser.post('/oauth/device', { user_code: user_code! });
    expect([page.status, page.text]).toEqual([429, expect.stringContaining('oo many attempts')]);
    expect((await (await browse(app, ada)).post('/oauth/device', { user_code: user_code! })).status).toBe(200);
  });
});

describe('the answer', () => {
  test('yes lets the machine in, with what was ticked', async () => {
    const { user_code, device_code } = await startDevice(app);
    const browser = await browse(app, ada);
    const answer = await browser.post('/oauth/device/approve', { user_code: user_code!, ...everything });
    expect([answer.status, answer.location]).toEqual([303, '/oauth/device/done']);
    const done = await browser.get(answer.location!);
    expect(done.text).toContain('“laptop” has been let in.');
    expect(done.text).toContain('You can close this window');
    const { body } = await poll(app, device_code);
    expect(body.scope).toBe(`api:read api:write repository:${acme.name}`);
    const me = await ask(`${app.url}/api/users/me`, { key: `Bearer ${body.access_token}` });
    expect(me.body.username).toBe(ada.name);
  });

  test('yes to a part is a yes to that part', async () => {
    const { user_code, device_code } = await startDevice(app);
    const browser = await browse(app, ada);
    await browser.post('/oauth/device/approve', { user_code: user_code!, scope: 'repositories' });
    expect((await poll(app, device_code)).body.scope).toBe(`repository:${acme.name}`);
  });

  test('yes to what was not asked for is a yes to nothing', async () => {
    const { user_code, device_code } = await startDevice(app, 'api:read');
    const browser = await browse(app, ada);
    const wider = { user_code: user_code!, scope: ['api:write', 'repositories', 'api', 'docs:x'] };
    const page = await browser.post('/oauth/device/approve', wider);
    expect([page.status, page.text]).toEqual([422, expect.stringContaining('ick at least one')]);
    await browser.post('/oauth/device/approve', { user_code: user_code!, scope: [...wider.scope, 'api:read'] });
    expect((await poll(app, device_code)).body.scope).toBe('api:read');
  });

  test('no turns it away', async () => {
    const { user_code, device_code } = await startDevice(app);
    const browser = await browse(app, ada);
    const done = await browser.submit('/oauth/device/deny', { user_code: user_code! });
    expect(done.text).toContain('“laptop” has been turned away.');
    expect((await poll(app, device_code)).body.error).toBe('access_denied');
  });

  test('comes from our own page, or not at all', async () => {
    const { user_code, device_code } = await startDevice(app);
    const browser = await browse(app, ada);
    const fields = { user_code: user_code!, ...everything };
    const foreign = await browser.post('/oauth/device/approve', fields, { 'sec-fetch-site': 'cross-site' });
    expect(foreign.status).toBe(403);
    expect((await browser.get(`/oauth/device/approve?user_code=${user_code}&scope=api:read`)).status).toBe(404);
    expect((await poll(app, device_code)).body.error).toBe('authorization_pending');
  });

  test('yes wants a recent proof of who says it, and comes back with the code', async () => {
    const browser = await browse(app, ada);
    app.clock.advance(2 * HOUR_MS);
    const { user_code, device_code } = await startDevice(app);
    for (const path of ['', '/approve']) {
      const { status, location } = await browser.post(`/oauth/device${path}`, { user_code: user_code!, ...everything });
      expect(status).toBe(303);
      const back = new URL(location!, app.url);
      const spaced = `${user_code!.slice(0, 4)}-${user_code!.slice(4)}`;
      expect([back.pathname, back.searchParams.get('return')]).toEqual(['/sudo', `/oauth/device?user_code=${spaced}`]);
    }
    expect((await poll(app, device_code)).body.error).toBe('authorization_pending');
  });
});

describe('without a second factor', () => {
  test('reading and fetching may be allowed, publishing not', async () => {
    const plain = acme.people.read;
    const browser = await browse(app, plain);
    const { user_code, device_code } = await startDevice(app);
    const page = await browser.post('/oauth/device', { user_code: user_code! });
    expect(page.text).toContain('/account/security');
    expect(page.text).toMatch(/value="api:write"[^>]*disabled/);
    const refused = await browser.post('/oauth/device/approve', { user_code: user_code!, ...everything });
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('only with an authenticator app')]);
    expect((await poll(app, device_code)).body.error).toBe('authorization_pending');
    await browser.post('/oauth/device/approve', { user_code: user_code!, scope: ['api:read', 'repositories'] });
    app.clock.advance(6_000);
    expect((await poll(app, device_code)).body.scope).toBe(`api:read repository:${acme.name}`);
  });

  test.each(['package:acme/wax', 'api:write', 'api'])('%s is refused', async (scope) => {
    const { body } = await post(app, 'device_authorization', { client_id: HEX_CLI, scope });
    const browser = await browse(app, acme.people.read);
    const fields = { user_code: body.user_code as string, scope: [scope, 'api:write'] };
    const page = await browser.post('/oauth/device/approve', fields);
    expect([page.status, page.text]).toEqual([422, expect.stringContaining('only with an authenticator app')]);
    expect((await poll(app, body.device_code)).body.error).toBe('authorization_pending');
  });
});

describe('taking it back', () => {
  test('ends what one has allowed, at once', async () => {
    const { grant, access_token } = await loggedInMachine(app, ada);
    const browser = await browse(app, ada);
    const { status, location } = await browser.post(`/account/sessions/grants/${grant.id}/revoke`);
    expect([status, location]).toEqual([303, '/account/sessions']);
    expect((await ask(`${app.url}/api/users/me`, { key: `Bearer ${access_token}` })).status).toBe(401);
    expect((await grantsOf(ada)).map(({ id }) => id)).not.toContain(grant.id);
  });

  test('of somebody else’s, or of what is none, finds nothing', async () => {
    const { grant } = await loggedInMachine(app, ada);
    const browser = await browse(app, acme.people.admin);
    for (const id of [grant.id, '999999', 'x', "1'", '9'.repeat(40)])
      expect((await browser.post(`/account/sessions/grants/${encodeURIComponent(id)}/revoke`)).status).toBe(404);
    expect((await grantsOf(ada)).map(({ id }) => id)).toContain(grant.id);
  });
});
