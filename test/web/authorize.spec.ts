import { beforeAll, describe, expect, test } from 'vitest';
import { type OAuthClient } from '../../src/accounts/oauth-client.entity.js';
import { type User } from '../../src/accounts/user.entity.js';
import { useApp } from '../support/app.js';
import { browse } from '../support/browsing.js';
import { ask } from '../support/http.js';
import { HEX_CLI, pkce, post, registerClient, secondFactor } from '../support/oauth.js';
import { team, type Team } from '../support/people.js';

const app = useApp();
let acme: Team;
let ada: User;
let client: OAuthClient;

beforeAll(async () => {
  acme = await team(app);
  ada = acme.people.write;
  await secondFactor(app, ada);
  ({ client } = await registerClient(app, {
    redirectUris: ['https://client.example/callback', 'https://client.example/with?own=1', 'http://127.0.0.1/cb'],
  }));
});

const { verifier, challenge } = pkce();
const wish = (more: Record<string, string | undefined> = {}) => {
  const all = {
    ...{ client_id: client.id, redirect_uri: 'https://client.example/callback', response_type: 'code' },
    ...{ scope: 'api repositories', state: 'their state', code_challenge: challenge, code_challenge_method: 'S256' },
    ...more,
  };
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `/oauth/authorize?${new URLSearchParams(given).toString()}`;
};
const allow = { decision: 'allow', scope: ['api:read', 'repositories'] };

describe('asking', () => {
  test('shows who asks for what, and sends the form nowhere else', async () => {
    const page = await (await browse(app, ada)).get(wish());
    expect(page.status).toBe(200);
    for (const part of [client.name, 'client.example', 'Publish and manage', acme.name, ada.name])
      expect(page.text).toContain(part);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("form-action 'self' https://client.example");
    const other = await (await browse(app, ada)).get('/oauth/device');
    expect(other.headers.get('content-security-policy')).toMatch(/form-action 'self'$/);
  });

  test('goes by the login and comes back', async () => {
    const { status, location } = await (await browse(app)).get(wish());
    expect([status, new URL(location!, app.url).searchParams.get('return')]).toEqual([303, wish()]);
  });

  test.each([
    ['no client', { client_id: undefined }, 'not registered'],
    ['a client that is none', { client_id: 'x' }, 'not registered'],
    ['an unregistered client', { client_id: '00000000-0000-4000-8000-000000000000' }, 'not registered'],
    ['no redirect URI', { redirect_uri: undefined }, 'not registered for it'],
    ['another redirect URI', { redirect_uri: 'https://evil.example/callback' }, 'not registered for it'],
    ['a longer redirect URI', { redirect_uri: 'https://client.example/callback/../x' }, 'not registered for it'],
    [
      'a redirect URI with more query',
      { redirect_uri: 'https://client.example/callback?x=1' },
      'not registered for it',
    ],
    ['a host in another case', { redirect_uri: 'https://client.example:443/callback' }, 'not registered for it'],
    ['a user in it', { redirect_uri: 'https://client.example@evil.example/callback' }, 'not registered for it'],
    ['a script', { redirect_uri: 'javascript:alert(1)' }, 'not registered for it'],
    ['localhost for 127.0.0.1', { redirect_uri: 'http://localhost:5000/cb' }, 'not registered for it'],
    ['another path on 127.0.0.1', { redirect_uri: 'http://127.0.0.1:5000/other' }, 'not registered for it'],
    ['the command line, which has no redirect URIs', { client_id: HEX_CLI }, 'not registered for it'],
    ['no state', { state: undefined }, 'state'],
  ])('with %s is shown here, and leads nowhere', async (_what, change, words) => {
    for (const browser of [await browse(app, ada), await browse(app)]) {
      const page = await browser.get(wish(change));
      expect([page.status, page.location]).toEqual([422, null]);
      expect(page.text).toContain(words);
      const sent = await browser.post(wish(change), allow);
      expect([sent.status, sent.location]).toEqual([422, null]);
    }
  });

  test.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['no challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no method', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge that is none', { code_challenge: 'short' }, 'invalid_request'],
    ['no scope', { scope: undefined }, 'invalid_scope'],
    ['a scope that is not for it', { scope: 'docs:acme' }, 'invalid_scope'],
  ])('with %s is told to the program', async (_what, change, error) => {
    const { status, location } = await (await browse(app, ada)).get(wish(change));
    const answer = new URL(location!);
    expect([status, answer.origin + answer.pathname]).toEqual([303, 'https://client.example/callback']);
    expect(answer.searchParams.get('error')).toBe(error);
    expect([answer.searchParams.get('state'), answer.searchParams.get('iss')]).toEqual(['their state', app.url]);
  });

  test.each(['http://127.0.0.1:5000/cb', 'http://127.0.0.1:61000/cb'])(
    'a program on the same machine: %s',
    async (uri) => {
      const browser = await browse(app, ada);
      expect((await browser.get(wish({ redirect_uri: uri }))).status).toBe(200);
      const { location } = await browser.post(wish({ redirect_uri: uri }), allow);
      expect(location!.startsWith(`${uri}?code=`)).toBe(true);
    },
  );
});

describe('the answer', () => {
  const redeem = (code: string, redirect_uri = 'https://client.example/callback') =>
    post(app, 'token', {
      ...{ grant_type: 'authorization_code', client_id: client.id, code, redirect_uri, code_verifier: verifier },
    });

  test('yes gives the program a code that is worth what was ticked', async () => {
    const { status, location } = await (await browse(app, ada)).post(wish(), allow);
    const answer = new URL(location!);
    expect([status, answer.origin + answer.pathname]).toEqual([303, 'https://client.example/callback']);
    expect([answer.searchParams.get('state'), answer.searchParams.get('iss')]).toEqual(['their state', app.url]);
    const { body } = await redeem(answer.searchParams.get('code')!);
    expect(body.scope).toBe(`api:read repository:${acme.name}`);
    expect((await ask(`${app.url}/api/users/me`, { key: `Bearer ${body.access_token}` })).body.username).toBe(ada.name);
  });

  test('an address with a query of its own keeps it', async () => {
    const redirect_uri = 'https://client.example/with?own=1';
    const { location } = await (await browse(app, ada)).post(wish({ redirect_uri }), allow);
    const answer = new URL(location!);
    expect(answer.searchParams.get('own')).toBe('1');
    expect((await redeem(answer.searchParams.get('code')!, redirect_uri)).status).toBe(200);
  });

  test('no tells the program so, whatever was ticked', async () => {
    const { location } = await (await browse(app, ada)).post(wish(), { decision: 'deny', scope: allow.scope });
    const { searchParams } = new URL(location!);
    expect([searchParams.get('error'), searchParams.get('state')]).toEqual(['access_denied', 'their state']);
    expect(searchParams.get('code')).toBeNull();
  });

  test.each([
    ['nothing ticked', { decision: 'allow' }, 'ick at least one'],
    ['neither button', { scope: 'api:read' }, 'llow or deny'],
    ['only what was not asked for', { decision: 'allow', scope: 'docs:acme' }, 'ick at least one'],
  ])('%s: asked again', async (_what, fields, words) => {
    const page = await (await browse(app, ada)).post(wish(), fields);
    expect([page.status, page.location]).toEqual([422, null]);
    expect(page.text).toContain(words);
    expect(page.headers.get('content-security-policy')).toContain('https://client.example');
  });

  test('publishing wants an authenticator app', async () => {
    const browser = await browse(app, acme.people.read);
    expect((await browser.get(wish())).text).toContain('/account/security');
    const page = await browser.post(wish(), { decision: 'allow', scope: ['api:write'] });
    expect([page.status, page.text]).toEqual([422, expect.stringContaining('only with an authenticator app')]);
  });

  test('wants a recent proof of who gives it', async () => {
    const browser = await browse(app, ada);
    app.clock.advance(2 * 3600_000);
    for (const answer of [await browser.get(wish()), await browser.post(wish(), allow)]) {
      expect(answer.status).toBe(303);
      const back = new URL(answer.location!, app.url);
      expect([back.pathname, back.searchParams.get('return')]).toEqual(['/sudo', wish()]);
    }
  });

  test('comes from our own page, or not at all', async () => {
    const browser = await browse(app, ada);
    const foreign = await browser.post(wish(), allow, { 'sec-fetch-site': 'cross-site' });
    expect(foreign.status).toBe(403);
  });
});
