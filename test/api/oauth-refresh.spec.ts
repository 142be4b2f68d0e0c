import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { Grants } from '../../src/accounts/grants.js';
import { OAuthClients } from '../../src/accounts/oauth-clients.js';
import { Members } from '../../src/organizations/members.js';
import { useApp } from '../support/app.js';
import { ask } from '../support/http.js';
import { approvedCode, HEX_CLI, loggedInMachine, post, refresh, registerClient } from '../support/oauth.js';
import { person, team, type Team, TESTS } from '../support/people.js';

const app = useApp();
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
});

const error = ({ status, body }: { status: number; body: any }) => [status, body.error as string];
const works = async (token: string) =>
  (await ask(`${app.url}/api/users/me`, { key: `Bearer ${token}` })).status === 200;
const why = async (grantId: string) => {
  const rows = await app.db.query<{ because: string }[]>(
    `select params->>'because' as because from audit_entries where action = 'grant.revoke' and params->>'grant' = $1`,
    [grantId],
  );
  return rows.map(({ because }) => because);
};
const lose = () => app.clock.advance(31_000);

describe('a refresh token', () => {
  test.each([true, false])('is good for the next pair, in either format (Erlang terms: %s)', async (erlang) => {
    const first = await loggedInMachine(app, acme.people.write);
    const request = { grant_type: 'refresh_token', refresh_token: first.refresh_token, client_id: HEX_CLI };
    const { status, body, headers } = await post(app, 'token', request, erlang);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect({ ...body }).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'bearer',
      expires_in: 1800,
      refresh_token: expect.stringMatching(/^prr_/) as string,
      scope: `api:read api:write repository:${acme.name}`,
    });
    expect(body.refresh_token).not.toBe(first.refresh_token);
    expect([await works(body.access_token as string), await works(first.access_token)]).toEqual([true, true]);
  });

  test('again and again for thirty days from the login, and no longer', async () => {
    const { refresh_token, grant } = await loggedInMachine(app, acme.people.write);
    let token = refresh_token;
    for (let day = 1; day < 30; day += 7) {
      app.clock.advance(7 * 24 * 3600_000 - 3600_000);
      const answer = await refresh(app, token);
      expect([day, answer.status]).toEqual([day, day < 29 ? 200 : 400]);
      token = (answer.body.refresh_token as string) ?? token;
    }
    app.clock.advance(3 * 24 * 3600_000);
    const ended = await refresh(app, token);
    expect([error(ended), ended.body.error_description]).toEqual([
      [400, 'invalid_grant'],
      'this login has expired, please log in again',
    ]);
    expect(await why(grant.id)).toEqual([]);
  });

  test('used a second time ends the login, for the thief and for the owner', async () => {
    const { refresh_token, grant } = await loggedInMachine(app, acme.people.write);
    const next = await refresh(app, refresh_token);
    lose();
    expect(error(await refresh(app, refresh_token))).toEqual([400, 'invalid_grant']);
    expect(await works(next.body.access_token as string)).toBe(false);
    expect(error(await refresh(app, next.body.refresh_token))).toEqual([400, 'invalid_grant']);
    expect(await why(grant.id)).toEqual(['a refresh token was used again']);
  });

  test('however old it is', async () => {
    const { refresh_token, access_token } = await loggedInMachine(app, acme.people.write);
    let token = refresh_token;
    for (let n = 0; n < 3; n += 1) token = (await refresh(app, token)).body.refresh_token as string;
    expect(error(await refresh(app, refresh_token))).toEqual([400, 'invalid_grant']);
    expect(await works(access_token)).toBe(false);
    expect(error(await refresh(app, token))).toEqual([400, 'invalid_grant']);
  });

  test('sent again at once, since the answer was lost, gets the same next token', async () => {
    const { refresh_token, grant } = await loggedInMachine(app, acme.people.write);
    const answered = await refresh(app, refresh_token);
    app.clock.advance(20_000);
    const again = await refresh(app, refresh_token);
    expect([again.status, again.body.refresh_token]).toEqual([200, answered.body.refresh_token]);
    // It hides nobody for long: the next use by one makes the other's a second use.
    expect((await refresh(app, answered.body.refresh_token)).status).toBe(200);
    lose();
    expect(error(await refresh(app, again.body.refresh_token))).toEqual([400, 'invalid_grant']);
    expect(await why(grant.id)).toEqual(['a refresh token was used again']);
  });

  test('used thirty times at once is one rotation', async () => {
    const { refresh_token, grant } = await loggedInMachine(app, acme.people.write);
    const answers = await Promise.all(Array.from({ length: 30 }, () => refresh(app, refresh_token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.refresh_token as string)).size).toBe(1);
    expect((await app.app.get(Grants).byId(grant.id))!.generation).toBe(2);
  });

  test('may ask for less than was granted, never for more', async () => {
    const { refresh_token } = await loggedInMachine(app, acme.people.write, 'api:read repositories');
    const less = await refresh(app, refresh_token, { scope: 'api:read' });
    expect(less.body.scope).toBe('api:read');
    const more = await refresh(app, less.body.refresh_token, { scope: 'api:write package:x/y docs:z api' });
    expect([more.status, more.body.scope]).toEqual([200, 'api:read']);
    const all = await refresh(app, more.body.refresh_token);
    expect(all.body.scope).toBe(`api:read repository:${acme.name}`);
  });

  test('"repositories" are those of the moment of the refresh', async () => {
    const somebody = await person(app);
    const { refresh_token, scope } = await loggedInMachine(app, somebody, 'repositories');
    expect(scope).toBe('');
    await app.app.get(Members).add(TESTS, acme.organization, somebody, 'read');
    expect((await refresh(app, refresh_token)).body.scope).toBe(`repository:${acme.name}`);
  });

  test('belongs to its client', async () => {
    const { refresh_token, access_token } = await loggedInMachine(app, acme.people.write);
    const { client } = await registerClient(app);
    expect(error(await refresh(app, refresh_token, { client_id: client.id }))).toEqual([400, 'invalid_grant']);
    expect(await works(access_token)).toBe(true);
    expect((await refresh(app, refresh_token)).status).toBe(200);
  });

  test.each([undefined, '', 'noise', 7, ['a'], `prr_${'A'.repeat(43)}.1.${'A'.repeat(43)}`])(
    '%j is none',
    async (token) => {
      expect(error(await refresh(app, token))).toEqual([400, 'invalid_grant']);
    },
  );

  test('with a changed number is none, and ends nothing', async () => {
    const { refresh_token, access_token } = await loggedInMachine(app, acme.people.write);
    for (const number of ['0', '2', '01', '1e0']) {
      const forged = refresh_token.replace('.1.', `.${number}.`);
      expect(error(await refresh(app, forged))).toEqual([400, 'invalid_grant']);
    }
    expect(await works(access_token)).toBe(true);
    expect((await refresh(app, refresh_token)).status).toBe(200);
  });

  test('lies neither in the database nor in the log', async () => {
    const { refresh_token, access_token } = await loggedInMachine(app, acme.people.write);
    const rows = await app.db.query<{ row: string }[]>('select t::text as row from grants t');
    const text = rows.map(({ row }) => row).join() + app.log();
    expect(text).not.toContain(access_token);
    for (const part of refresh_token.slice(4).split('.')) if (part.length > 3) expect(text).not.toContain(part);
  });
});

describe('giving back', () => {
  test.each(['access_token', 'refresh_token'] as const)('by the %s: 200 without a body', async (which) => {
    for (const erlang of [true, false]) {
      const machine = await loggedInMachine(app, acme.people.write);
      const request = { token: machine[which], client_id: HEX_CLI };
      const { status, bytes, headers } = await post(app, 'revoke', request, erlang);
      expect([status, bytes.length, headers.get('content-type')]).toEqual([200, 0, null]);
      expect(await works(machine.access_token)).toBe(false);
      expect(error(await refresh(app, machine.refresh_token))).toEqual([400, 'invalid_grant']);
      expect(await why(machine.grant.id)).toEqual(['given back by the program']);
    }
  });

  test('by an access token that has run out, which is what a client mostly has', async () => {
    const { access_token, refresh_token } = await loggedInMachine(app, acme.people.write);
    app.clock.advance(3600_000);
    expect(await works(access_token)).toBe(false);
    expect((await post(app, 'revoke', { token: access_token, client_id: HEX_CLI })).status).toBe(200);
    expect(error(await refresh(app, refresh_token))).toEqual([400, 'invalid_grant']);
  });

  test('by the SHA-256 of the refresh token', async () => {
    const { access_token, refresh_token } = await loggedInMachine(app, acme.people.write);
    const token_hash = createHash('sha256').update(refresh_token).digest('hex');
    const { status, bytes } = await post(app, 'revoke_by_hash', { token_hash });
    expect([status, bytes.length]).toEqual([200, 0]);
    expect(await works(access_token)).toBe(false);
  });

  test('what is no token of this client changes nothing, and is told the same', async () => {
    const { access_token } = await loggedInMachine(app, acme.people.write);
    const { client } = await registerClient(app);
    const nothing = [
      {},
      { token: 'noise' },
      { token: 7 },
      { token: acme.publishKey },
      { token: access_token, client_id: client.id },
    ];
    for (const body of nothing) expect([body, (await post(app, 'revoke', body)).status]).toEqual([body, 200]);
    for (const token_hash of [undefined, 'x', 7, '0'.repeat(64)])
      expect((await post(app, 'revoke_by_hash', { token_hash })).status).toBe(200);
    expect((await post(app, 'revoke', [1])).status).toBe(200);
    expect(await works(access_token)).toBe(true);
    expect((await ask(`${app.url}/api/users/me`, { key: acme.publishKey })).status).toBe(200);
  });
});

describe('an authorization code', () => {
  test('is exchanged for tokens by who knows the verifier', async () => {
    const { client } = await registerClient(app);
    const { body } = await approvedCode(app, acme.people.write, client);
    const answer = await post(app, 'token', body, false);
    expect([answer.status, answer.body.scope]).toEqual([200, `api:read api:write repository:${acme.name}`]);
    expect(await works(answer.body.access_token as string)).toBe(true);
    expect((await refresh(app, answer.body.refresh_token, { client_id: client.id })).status).toBe(200);
  });

  test.each([
    ['without a verifier', { code_verifier: undefined }],
    ['with another verifier', { code_verifier: 'x'.repeat(43) }],
    ['with a verifier that is none', { code_verifier: ['x'] }],
    ['for another redirect URI', { redirect_uri: 'https://client.example/other' }],
    ['without a redirect URI', { redirect_uri: undefined }],
    ['that was never given', { code: 'A'.repeat(43) }],
    ['that is none', { code: 7 }],
  ])('%s is refused, and not used up', async (_what, change) => {
    const { client } = await registerClient(app);
    const { body } = await approvedCode(app, acme.people.write, client);
    const wrong = Object.fromEntries(Object.entries({ ...body, ...change }).filter(([, value]) => value !== undefined));
    expect(error(await post(app, 'token', wrong))).toEqual([400, 'invalid_grant']);
    expect((await post(app, 'token', body)).status).toBe(200);
  });

  test('works for five minutes', async () => {
    const { client } = await registerClient(app);
    const { body } = await approvedCode(app, acme.people.write, client);
    app.clock.advance(301_000);
    expect(error(await post(app, 'token', body))).toEqual([400, 'invalid_grant']);
  });

  test('used a second time ends what the first use made', async () => {
    const { client } = await registerClient(app);
    const { body } = await approvedCode(app, acme.people.write, client);
    const first = await post(app, 'token', body);
    expect(await works(first.body.access_token as string)).toBe(true);
    expect(error(await post(app, 'token', body))).toEqual([400, 'invalid_grant']);
    expect(await works(first.body.access_token as string)).toBe(false);
    expect(error(await refresh(app, first.body.refresh_token, { client_id: client.id }))).toEqual([
      400,
      'invalid_grant',
    ]);
  });

  test('used thirty times at once wins once, and has nothing of it', async () => {
    const { client } = await registerClient(app);
    const { body } = await approvedCode(app, acme.people.write, client);
    const answers = await Promise.all(Array.from({ length: 30 }, () => post(app, 'token', body)));
    const won = answers.filter(({ status }) => status === 200);
    // The one whose code was used again between its transaction and its answer may be refused as well.
    expect(won.length).toBeLessThanOrEqual(1);
    const [grant] = await app.db.query<{ generation: number; revoked_at: Date | null }[]>(
      'select generation, revoked_at from grants where client_id = $1',
      [client.id],
    );
    expect([grant!.generation, grant!.revoked_at]).toEqual([1, expect.any(Date)]);
    for (const { body: tokens } of won) expect(await works(tokens.access_token as string)).toBe(false);
  });

  test('belongs to its client, and a client with a secret must show it', async () => {
    const { client, secret } = await registerClient(app, { confidential: true });
    const { client: other } = await registerClient(app);
    const { body } = await approvedCode(app, acme.people.write, client);
    expect(error(await post(app, 'token', { ...body, client_id: other.id }))).toEqual([400, 'invalid_grant']);
    expect(error(await post(app, 'token', body))).toEqual([401, 'invalid_client']);
    expect(error(await post(app, 'token', { ...body, client_secret: 'wrong' }))).toEqual([401, 'invalid_client']);
    expect((await post(app, 'token', { ...body, client_secret: secret })).status).toBe(200);
  });

  test('a client may show its secret in the header', async () => {
    const { client, secret } = await registerClient(app, { confidential: true });
    const { body } = await approvedCode(app, acme.people.write, client);
    const { client_id: _left, ...rest } = body;
    const basic = Buffer.from(`${client.id}:${secret}`).toString('base64');
    const answer = await ask(`${app.url}/api/oauth/token`, {
      ...{ method: 'POST', bytes: Buffer.from(new URLSearchParams(rest).toString()) },
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` },
    });
    expect(answer.status).toBe(200);
  });
});

test('a client that is removed loses all that it was granted', async () => {
  const { client } = await registerClient(app);
  const { body } = await approvedCode(app, acme.people.write, client);
  const { body: tokens } = await post(app, 'token', body);
  const { ended } = await app.app.get(OAuthClients).remove(TESTS, client.id);
  expect(ended).toBe(1);
  expect(await works(tokens.access_token as string)).toBe(false);
  expect(error(await refresh(app, tokens.refresh_token, { client_id: client.id }))).toEqual([401, 'invalid_client']);
  await expect(approvedCode(app, acme.people.write, client)).rejects.toMatchObject({ code: 'invalid_client' });
});
