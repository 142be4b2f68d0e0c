import { beforeAll, describe, expect, test } from 'vitest';
import { DeviceCodes } from '../../src/accounts/device-codes.js';
import { Grants } from '../../src/accounts/grants.js';
import { DEVICE_GRANT } from '../../src/accounts/oauth-client.entity.js';
import { OAuthJobs } from '../../src/accounts/oauth/oauth.jobs.js';
import { fromScope } from '../../src/accounts/permissions.js';
import { TokenKeys } from '../../src/accounts/token-keys.js';
import { Users } from '../../src/accounts/users.js';
import { Members } from '../../src/organizations/members.js';
import { startApp, useApp } from '../support/app.js';
import { allMailsTo } from '../support/mailbox.js';
import { ask, eventually, publish } from '../support/http.js';
import { ALL, approver, HEX_CLI, loggedInMachine, poll, post, registerClient, startDevice } from '../support/oauth.js';
import { person, team, type Team, TESTS } from '../support/people.js';

/** What writes of programs take besides is in write-proofs.spec.ts. */
const app = useApp({ env: { API_WRITES_NEED_TWO_FACTOR: 'false' } });
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
  await publish(app.url, acme.name, acme.publishKey, { name: 'wax' });
});

const devices = () => app.app.get(DeviceCodes);
const wait = (seconds = 5) => app.clock.advance(seconds * 1000);
const error = ({ status, body }: { status: number; body: any }) => [status, body.error as string];
const can = {
  read: async (token: string) =>
    (await ask(`${app.url}/api/repos/${acme.name}`, { key: `Bearer ${token}` })).status === 200,
  publish: async (token: string) =>
    (await ask(`${app.url}/api/repos/${acme.name}/publish`, { method: 'POST', key: `Bearer ${token}` })).status === 422,
  fetch: async (token: string, at = app.url) =>
    ![401, 403].includes((await ask(`${at}/repo/repos/${acme.name}/names`, { key: `Bearer ${token}` })).status),
};

describe('a machine asks', () => {
  test.each([true, false])('six fields, as mix needs them (Erlang terms: %s)', async (erlang) => {
    const request = { client_id: HEX_CLI, scope: 'api repositories', name: 'laptop' };
    const { status, body, headers } = await post(app, 'device_authorization', request, erlang);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect({ ...body }).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/) as string,
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/) as string,
      verification_uri: `${app.url}/oauth/device`,
      verification_uri_complete: `${app.url}/oauth/device?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    });
  });

  test.each([
    [{ client_id: HEX_CLI, scope: 'everything' }, 400, 'invalid_scope'],
    [{ client_id: HEX_CLI }, 400, 'invalid_scope'],
    [{ client_id: '00000000-0000-4000-8000-000000000000', scope: 'api' }, 401, 'invalid_client'],
    [{ client_id: "1' or '1'='1", scope: 'api' }, 401, 'invalid_client'],
    [{ scope: 'api' }, 401, 'invalid_client'],
    [[1], 400, 'invalid_request'],
  ])('%j is refused', async (body, status, code) => {
    for (const erlang of [true, false])
      expect(error(await post(app, 'device_authorization', body, erlang))).toEqual([status, code]);
  });

  test('a client that was not registered for it may not', async () => {
    const { client } = await registerClient(app);
    const answer = await post(app, 'device_authorization', { client_id: client.id, scope: 'api' });
    expect(error(answer)).toEqual([400, 'unauthorized_client']);
  });

  test('a name is one visible line', async () => {
    const { user_code } = await startDevice(
      app,
      'api',
      `a\u0000b`.replace('\u0000', '\u202e') + '\n<b>\u200b' + 'x'.repeat(500),
    );
    const found = await devices().find(user_code!);
    expect(found!.name).toMatch(/^ab ?<b>x+$/);
    expect(found!.name.length).toBeLessThanOrEqual(100);
  });

  test('neither code lies in the database in clear', async () => {
    const { device_code, user_code } = await startDevice(app);
    const rows = await app.db.query<{ row: string }[]>('select t::text as row from device_codes t');
    const text = rows.map(({ row }) => row).join();
    expect(text).not.toContain(device_code);
    expect(text).not.toContain(user_code);
  });
});

describe('a machine waits', () => {
  test('until somebody has approved; then it gets its tokens, once', async () => {
    const { device_code, user_code } = await startDevice(app);
    expect(error(await poll(app, device_code))).toEqual([400, 'authorization_pending']);
    wait();
    expect(error(await poll(app, device_code))).toEqual([400, 'authorization_pending']);
    const by = await approver(app, acme.people.write);
    await devices().approve(by, user_code!, fromScope(ALL));
    wait();
    const { status, body, headers } = await poll(app, device_code);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect({ ...body }).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'bearer',
      expires_in: 1800,
      refresh_token: expect.stringMatching(/^prr_/) as string,
      scope: `api:read api:write repository:${acme.name}`,
    });
    const token = body.access_token as string;
    expect([await can.read(token), await can.publish(token), await can.fetch(token)]).toEqual([true, true, true]);
    wait();
    expect(error(await poll(app, device_code))).toEqual([400, 'invalid_grant']);
    expect(await can.read(token)).toBe(true);
  });

  test('asking too fast is told to slow down, by five more seconds each time', async () => {
    const { device_code } = await startDevice(app);
    expect(error(await poll(app, device_code))).toEqual([400, 'authorization_pending']);
    expect(error(await poll(app, device_code))).toEqual([400, 'slow_down']);
    wait(6);
    expect(error(await poll(app, device_code))).toEqual([400, 'slow_down']);
    wait(15);
    expect(error(await poll(app, device_code))).toEqual([400, 'authorization_pending']);
  });

  test('for ten minutes', async () => {
    const { device_code, user_code } = await startDevice(app);
    wait(601);
    expect(error(await poll(app, device_code))).toEqual([400, 'expired_token']);
    expect(await devices().find(user_code!)).toBeNull();
    const by = await approver(app, acme.people.write);
    await expect(devices().approve(by, user_code!, fromScope('api:read'))).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('what was approved is fetched within ten minutes, or not at all', async () => {
    const { device_code, user_code } = await startDevice(app);
    const by = await approver(app, acme.people.write);
    const grant = await devices().approve(by, user_code!, fromScope(ALL));
    wait(601);
    expect(error(await poll(app, device_code))).toEqual([400, 'expired_token']);
    expect((await app.app.get(Grants).list(acme.people.write.id)).map(({ id }) => id)).not.toContain(grant.id);
  });

  test('for nothing, when somebody said no', async () => {
    const { device_code, user_code } = await startDevice(app);
    const by = await approver(app, acme.people.write);
    await devices().deny(by, user_code!);
    for (const erlang of [true, false]) {
      const request = { grant_type: DEVICE_GRANT, device_code, client_id: HEX_CLI };
      expect(error(await post(app, 'token', request, erlang))).toEqual([403, 'access_denied']);
    }
    const [entry] = await app.db.query<{ params: object }[]>(
      `select params from audit_entries where action = 'device.deny' order by id desc limit 1`,
    );
    expect(entry!.params).toMatchObject({ user: acme.people.write.name, machine: 'laptop' });
  });

  test('another client does not get what this one asked for', async () => {
    const { client } = await registerClient(app, { grantTypes: [DEVICE_GRANT], redirectUris: [] });
    const { device_code, user_code } = await startDevice(app);
    await devices().approve(await approver(app, acme.people.write), user_code!, fromScope(ALL));
    expect(error(await poll(app, device_code, { client_id: client.id }))).toEqual([400, 'invalid_grant']);
    expect((await poll(app, device_code)).status).toBe(200);
  });

  test.each([undefined, '', 'noise', 7, 'A'.repeat(43)])('%j is no device code', async (code) => {
    expect(error(await poll(app, code))).toEqual([400, 'invalid_grant']);
  });

  test('thirty questions at once get the tokens once', async () => {
    const { device_code, user_code } = await startDevice(app);
    await devices().approve(await approver(app, acme.people.write), user_code!, fromScope(ALL));
    const answers = await Promise.all(Array.from({ length: 30 }, () => poll(app, device_code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map((one) => error(one).join()))).toEqual(
      new Set(['400,invalid_grant']),
    );
  });

  test('ten people who approve at once make one grant', async () => {
    const { user_code } = await startDevice(app);
    const people = await Promise.all(Array.from({ length: 10 }, () => person(app)));
    const before = await count('grants');
    const tries = people.map(async (one) =>
      devices().approve(await approver(app, one), user_code!, fromScope('api:read')),
    );
    const settled = await Promise.allSettled(tries);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await count('grants')).toBe(before + 1);
  });

  const count = async (table: string) => {
    const rows = await app.db.query<{ n: number }[]>(`select count(*)::int as n from ${table}`);
    return rows[0]!.n;
  };
});

describe('what was granted', () => {
  test('is all that its tokens can do', async () => {
    const reader = await loggedInMachine(app, acme.people.write, 'api:read');
    expect(reader.scope).toBe('api:read');
    const may = async (token: string) => [await can.read(token), await can.publish(token), await can.fetch(token)];
    expect(await may(reader.access_token)).toEqual([true, false, false]);
    const fetcher = await loggedInMachine(app, acme.people.write, 'repositories');
    expect(await may(fetcher.access_token)).toEqual([false, false, true]);
  });

  test('answers “is this good for that?” as a token does', async () => {
    const { access_token } = await loggedInMachine(app, acme.people.write, 'api:read repositories');
    const status = async (query: string) =>
      (await ask(`${app.url}/api/auth?${query}`, { key: `Bearer ${access_token}` })).status;
    expect(await status('domain=api&resource=read')).toBe(204);
    expect(await status(`domain=repository&resource=${acme.name}`)).toBe(204);
    expect(await status('domain=api&resource=write')).toBe(401);
  });

  test('does not outlive membership and role', async () => {
    const somebody = await person(app);
    const members = app.app.get(Members);
    await members.add(TESTS, acme.organization, somebody, 'read');
    const { access_token } = await loggedInMachine(app, somebody);
    expect([await can.fetch(access_token), await can.publish(access_token)]).toEqual([true, false]);
    await members.remove(TESTS, acme.organization, somebody);
    expect(await can.read(access_token)).toBe(false);
    expect(
      await eventually(
        () => can.fetch(access_token),
        (may) => !may,
        1_000,
      ),
    ).toBe(false);
  });

  test('is told about in the audit trail, by whom and for what', async () => {
    const { grant } = await loggedInMachine(app, acme.people.write);
    const entries = await app.db.query<{ actor_name: string; params: object }[]>(
      `select actor_name, params from audit_entries where action = 'grant.create' and params->>'grant' = $1`,
      [grant.id],
    );
    expect(entries).toEqual([
      {
        actor_name: acme.people.write.name,
        params: {
          ...{ grant: grant.id, client: HEX_CLI, machine: 'laptop', user: acme.people.write.name },
          scopes: ['api:read', 'api:write', 'repositories'],
        },
      },
    ]);
  });

  test('is told to its owner by mail, once', async () => {
    const somebody = await person(app);
    await loggedInMachine(app, somebody, 'repositories');
    const mails = await allMailsTo(app, `${somebody.name}@example.org`);
    expect(mails.map(({ subject }) => subject)).toEqual(['Hex CLI was let in to your account']);
    expect(mails[0]!.text).toContain('Hex CLI on “laptop”');
    expect(mails[0]!.text).toContain(`${app.url}/account/sessions`);
    expect(mails[0]!.text).toMatch(/May: +repositories/);
  });

  test('knows its last use', async () => {
    const { grant, access_token } = await loggedInMachine(app, acme.people.write);
    await can.fetch(access_token);
    const used = await eventually(
      () => app.app.get(Grants).byId(grant.id),
      (found) => found?.lastUsedAt !== null,
      20_000,
    );
    expect([used!.lastUsedIp, used!.lastUsedAgent]).toEqual(['127.0.0.1', expect.stringContaining('hex_core')]);
  });

  test('a session that ended since the click leaves no grant behind', async () => {
    const { user_code } = await startDevice(app);
    const by = await approver(app, acme.people.write);
    await app.db.query('update sessions set revoked_at = now() where id = $1', [by.session.id]);
    await expect(devices().approve(by, user_code!, fromScope(ALL))).rejects.toMatchObject({ code: 'session_ended' });
  });

  test('more than fifty machines: the one not used for the longest time goes', async () => {
    const somebody = await person(app);
    const by = await approver(app, somebody);
    const grants: string[] = [];
    for (let n = 0; n < 51; n += 1) {
      const { user_code } = await startDevice(app);
      grants.push((await devices().approve(by, user_code!, fromScope('api:read'))).id);
    }
    const living = (await app.app.get(Grants).list(somebody.id)).map(({ id }) => id);
    expect(living).toHaveLength(50);
    expect(living).not.toContain(grants[0]);
  });
});

describe('a grant ends', () => {
  const gone = async (token: string, at = app.url) => {
    const refused = await ask(`${app.url}/api/users/me`, { key: `Bearer ${token}` });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm=hex']);
    expect(
      await eventually(
        () => can.fetch(token, at),
        (may) => !may,
        1_000,
      ),
    ).toBe(false);
  };

  test('when its owner takes it back: at once, in every process', async () => {
    const TOKEN_KEY_PEM = app.app.get(TokenKeys).signing.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { databaseUrl } = app.config;
    const neighbour = await startApp({ databaseUrl, env: { PUBLIC_URL: app.url, TOKEN_KEY: TOKEN_KEY_PEM } });
    try {
      const { by, grant, access_token } = await loggedInMachine(app, acme.people.write);
      expect([await can.fetch(access_token), await can.fetch(access_token, neighbour.url)]).toEqual([true, true]);
      await app.app.get(Grants).revoke(by.actor, by.user, grant.id);
      await gone(access_token);
      await gone(access_token, neighbour.url);
    } finally {
      await neighbour.stop();
    }
  });

  test('not by somebody else', async () => {
    const { grant, access_token } = await loggedInMachine(app, acme.people.write);
    const stranger = await approver(app, acme.people.admin);
    const revoking = app.app.get(Grants).revoke(stranger.actor, stranger.user, grant.id);
    await expect(revoking).rejects.toMatchObject({ kind: 'not_found' });
    expect(await can.read(access_token)).toBe(true);
  });

  test('with all others of the person', async () => {
    const somebody = await person(app);
    await app.app.get(Members).add(TESTS, acme.organization, somebody, 'read');
    const machines = [await loggedInMachine(app, somebody), await loggedInMachine(app, somebody)];
    const waiting = await startDevice(app);
    const { by } = machines[0]!;
    await devices().approve(by, waiting['user_code']!, fromScope(ALL));
    expect(await app.db.transaction((tx) => app.app.get(Grants).revokeAll(tx, by.actor, somebody))).toBe(3);
    for (const { access_token } of machines) await gone(access_token);
    expect(error(await poll(app, waiting['device_code']))).toEqual([403, 'access_denied']);
  });

  test('with the account', async () => {
    const somebody = await person(app);
    await app.app.get(Members).add(TESTS, acme.organization, somebody, 'read');
    const { access_token } = await loggedInMachine(app, somebody);
    expect(await can.fetch(access_token)).toBe(true);
    await app.app.get(Users).setActive(TESTS, somebody.name, false);
    await gone(access_token);
  });

  test('and is forgotten three months later, codes a day later', async () => {
    const { grant } = await loggedInMachine(app, acme.people.write);
    app.clock.advance(2 * 24 * 3600_000);
    await app.app.get(OAuthJobs).purge();
    expect(await app.db.query('select 1 from device_codes')).toEqual([]);
    expect(await app.app.get(Grants).byId(grant.id)).not.toBeNull();
    app.clock.advance(125 * 24 * 3600_000);
    await app.app.get(OAuthJobs).purge();
    expect(await app.app.get(Grants).byId(grant.id)).toBeNull();
  });
});
