import { createHash, randomBytes } from 'node:crypto';
import { Secret } from 'otpauth';
import { AuthorizationCodes } from '../../src/accounts/authorization-codes.js';
import { DeviceCodes } from '../../src/accounts/device-codes.js';
import { type Approver } from '../../src/accounts/grants.js';
import { DEVICE_GRANT, type OAuthClient } from '../../src/accounts/oauth-client.entity.js';
import { type NewOAuthClient, OAuthClients } from '../../src/accounts/oauth-clients.js';
import { fromScope } from '../../src/accounts/permissions.js';
import { Sessions } from '../../src/accounts/sessions.js';
import { type User } from '../../src/accounts/user.entity.js';
import { Secrets } from '../../src/platform/secrets.js';
import { type TestApp } from './app.js';
import { ask } from './http.js';
import { TESTS, unique } from './people.js';
import { AuthenticatorApp } from './totp.js';

/** The official command line. */
export const HEX_CLI = '78ea6566-89fd-481e-a1d6-7d9d78eacca8';
export const ALL = 'api:read api:write repositories';

/** A person in a browser, as pages hand them to the rooms. */
export async function approver({ app, db }: TestApp, user: User): Promise<Approver> {
  const origin = { ip: '127.0.0.1', userAgent: 'tests' };
  const { session } = await db.transaction((tx) => app.get(Sessions).start(tx, user, origin, 'password'));
  return { user, session, actor: { kind: 'user', userId: user.id, name: user.name, origin } };
}

export const post = (app: TestApp, path: string, json: object, erlang = true) =>
  ask(`${app.url}/api/oauth/${path}`, { method: 'POST', json, erlang });

export const startDevice = async (app: TestApp, scope = 'api repositories', name = 'laptop') =>
  (await post(app, 'device_authorization', { client_id: HEX_CLI, scope, name })).body as Record<string, string>;

export const poll = (app: TestApp, device_code: unknown, more: object = {}) =>
  post(app, 'token', { grant_type: DEVICE_GRANT, device_code, client_id: HEX_CLI, ...more });

export const refresh = (app: TestApp, refresh_token: unknown, more: object = {}) =>
  post(app, 'token', { grant_type: 'refresh_token', refresh_token, client_id: HEX_CLI, ...more });

/** A machine that has been let in: what the token endpoint answered it. */
export async function loggedInMachine(app: TestApp, user: User, scope = ALL) {
  const started = await startDevice(app);
  const by = await approver(app, user);
  const grant = await app.app.get(DeviceCodes).approve(by, started['user_code']!, fromScope(scope));
  const { body } = await poll(app, started['device_code']);
  return { by, grant, ...(body as { access_token: string; refresh_token: string; scope: string; expires_in: number }) };
}

export const registerClient = (app: TestApp, more: Partial<NewOAuthClient> = {}) =>
  app.app.get(OAuthClients).create(TESTS, {
    ...{ name: unique('client'), redirectUris: ['https://client.example/callback'], confidential: false },
    ...{ grantTypes: ['authorization_code', 'refresh_token'], scopes: ['api', 'repositories', 'repository'], ...more },
  });

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** A code as the consent page gives it away, and what redeems it. */
export async function approvedCode(app: TestApp, user: User, client: OAuthClient, scope = ALL) {
  const { verifier, challenge } = pkce();
  const by = await approver(app, user);
  const redirectUri = client.redirectUris[0]!;
  const asked = { client, permissions: fromScope(scope), redirectUri, codeChallenge: challenge };
  const code = await app.app.get(AuthorizationCodes).approve(by, asked);
  const body = { grant_type: 'authorization_code', client_id: client.id, code, redirect_uri: redirectUri };
  return { body: { ...body, code_verifier: verifier }, by };
}

/** As if the person had set up an authenticator app. */
export async function secondFactor(test: TestApp, user: User): Promise<AuthenticatorApp> {
  const { base32 } = new Secret({ size: 20 });
  await test.db.query(
    `insert into totps (user_id, secret, last_step, confirmed_at, created_at) values ($1, $2, 0, now(), now())`,
    [user.id, test.app.get(Secrets).seal('totp', user.id, base32)],
  );
  return new AuthenticatorApp(base32, test);
}
