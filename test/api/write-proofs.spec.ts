import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { Members } from '../../src/organizations/members.js';
import { type TestApp, startApp, useApp } from '../support/app.js';
import { ask } from '../support/http.js';
import { loggedInMachine, secondFactor } from '../support/oauth.js';
import { api, keyOf, person, team, type Team, TESTS } from '../support/people.js';
import { tarball } from '../support/tarballs.js';
import { type AuthenticatorApp } from '../support/totp.js';

/** Codes of an authenticator app with the changes that programs make (hex-protocol.md 4.4). */
const app = useApp();
let acme: Team;
let ada: User;
let phone: AuthenticatorApp;
let token: string;

beforeAll(async () => {
  acme = await team(app);
});

/** Counters are of a person and of an address; so each test has its own. */
beforeEach(async () => {
  await app.db.query('truncate rate_limits');
  ada = await person(app);
  await app.app.get(Members).add(TESTS, acme.organization, ada, 'write');
  phone = await secondFactor(app, ada);
  token = (await loggedInMachine(app, ada)).access_token;
});

const REQUIRED = 'Bearer realm="hex", error="totp_required"';
const INVALID = 'Bearer realm="hex", error="invalid_totp"';

interface How {
  readonly code?: string;
  readonly method?: string;
  readonly path?: string;
  readonly bearer?: string;
  readonly erlang?: boolean;
  readonly at?: TestApp;
}

/** A change that comes to nothing: an upload without a body. */
const change = ({ code, method = 'POST', path = `repos/${acme.name}/publish`, bearer, erlang, at = app }: How = {}) =>
  ask(`${at.url}/api/${path}`, {
    ...{ method, key: `Bearer ${bearer ?? token}`, erlang: erlang ?? false },
    headers: code === undefined ? {} : { 'x-hex-otp': code },
  });

const told = async (how: How) => {
  const { status, headers } = await change(how);
  return [status, headers.get('www-authenticate')];
};
const passes = async (how: How) => expect((await change(how)).status).toBe(422);
const wrong = (right: string) => String((Number(right) + 1) % 1_000_000).padStart(6, '0');

describe('a change by a program', () => {
  test('without a code: 401, to the letter as clients compare it, in both formats', async () => {
    for (const erlang of [true, false]) {
      const answer = await change({ erlang });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, REQUIRED]);
      expect({ ...answer.body }).toEqual({
        status: 401,
        message: 'Two-factor authentication required. Include X-Hex-OTP header with your TOTP code.',
      });
    }
    expect(await told({ code: ' ' })).toEqual([401, REQUIRED]);
  });

  test('with a wrong one: 401, and the prompt comes again', async () => {
    for (const code of [wrong(phone.code()), 'noise', '1'.repeat(5000), '000 0000'])
      expect([code, ...(await told({ code }))]).toEqual([code, 401, INVALID]);
  });

  test('with the right one passes, one step early or late and with a space as well', async () => {
    await passes({ code: phone.code() });
    await passes({ code: `${phone.next().slice(0, 3)} ${phone.code().slice(3)}` });
    await passes({ code: phone.code(1) });
    app.clock.advance(60_000);
    await passes({ code: phone.code(0) });
    expect(await told({ code: phone.code(-2) })).toEqual([401, INVALID]);
    expect(await told({ code: phone.code(2) })).toEqual([401, INVALID]);
  });

  test('a recovery code is none here: it would not last one run', async () => {
    expect(await told({ code: 'abcd-efgh-jkmn-pqrs' })).toEqual([401, INVALID]);
  });

  test('a whole publish, package and documentation, goes by one code', async () => {
    const code = phone.code();
    const bytes = await tarball({ name: 'wax' });
    const headers = { 'x-hex-otp': code };
    const url = `${app.url}/api/repos/${acme.name}/packages/wax/releases`;
    const key = `Bearer ${token}`;
    expect((await ask(url, { method: 'POST', key, bytes, headers })).status).toBe(201);
    app.clock.advance(65_000);
    const retire = { method: 'POST', key, headers, json: { reason: 'other', message: 'because' } };
    expect((await ask(`${url}/1.0.0/retire`, retire)).status).toBe(204);
    // Long enough for a run, not for the next day.
    app.clock.advance(90_000);
    expect((await ask(`${url}/1.0.0/retire`, { ...retire, method: 'DELETE' })).status).toBe(401);
  });

  test('every change of every kind takes one', async () => {
    const changes = [
      ['POST', `repos/${acme.name}/packages/wax/releases`],
      ['DELETE', `repos/${acme.name}/packages/wax/releases/1.0.0`],
      ['POST', 'keys'],
      ['DELETE', 'keys'],
      ['DELETE', 'keys/absent'],
      ['POST', `orgs/${acme.name}/keys`],
    ] as const;
    for (const [method, path] of changes) {
      const answer = await ask(`${app.url}/api/${path}`, {
        ...{
          method,
          key: `Bearer ${token}`,
          ...(path.endsWith('keys') && method === 'POST' && { json: { name: 'x' } }),
        },
      });
      expect([method, path, answer.status, answer.headers.get('www-authenticate')]).toEqual([
        method,
        path,
        401,
        REQUIRED,
      ]);
    }
  });

  test('who may not do it anyway is told that, and asked for nothing', async () => {
    const elsewhere = await team(app);
    expect((await change({ path: `repos/${elsewhere.name}/publish` })).status).toBe(404);
    const reader = await person(app);
    await app.app.get(Members).add(TESTS, acme.organization, reader, 'read');
    await secondFactor(app, reader);
    expect((await change({ bearer: (await loggedInMachine(app, reader)).access_token })).status).toBe(403);
    const { access_token } = await loggedInMachine(app, ada, 'api:read');
    expect(await told({ bearer: access_token, code: phone.code() })).toEqual([401, 'Basic realm=hex']);
  });
});

describe('what takes no code', () => {
  test('reading and fetching, also with one that is wrong', async () => {
    for (const headers of [{}, { 'x-hex-otp': '000000' }] as Record<string, string>[])
      for (const path of ['api/users/me', 'api/keys', `api/repos/${acme.name}`, `repo/repos/${acme.name}/names`])
        expect([path, (await ask(`${app.url}/${path}`, { key: `Bearer ${token}`, headers })).status]).toEqual([
          path,
          200,
        ]);
    const question = `${app.url}/api/auth?domain=api&resource=write`;
    expect((await ask(question, { key: `Bearer ${token}` })).status).toBe(204);
    // Those were no guesses.
    await passes({ code: phone.code() });
  });

  test('keys, and tokens that stand for one', async () => {
    const key = await keyOf(app, ada, api());
    const publish = (credential: string) =>
      ask(`${app.url}/api/repos/${acme.name}/publish`, { method: 'POST', key: credential });
    expect((await publish(key)).status).toBe(422);
    const json = { grant_type: 'client_credentials', client_secret: key, scope: 'api' };
    const { body } = await ask(`${app.url}/api/oauth/token`, { method: 'POST', json });
    expect((await publish(`Bearer ${body.access_token as string}`)).status).toBe(422);
  });
});

describe('a code that was used', () => {
  test('is worth nothing to another program, nor at the site', async () => {
    const code = phone.code();
    await passes({ code });
    const other = (await loggedInMachine(app, ada)).access_token;
    expect(await told({ code, bearer: other })).toEqual([401, INVALID]);
    await passes({ code: phone.next(), bearer: other });
    // Nor is one of another program worth anything to the first.
    app.clock.advance(30_000);
    expect(await told({ code: phone.code(-1) })).toEqual([401, INVALID]);
  });

  test('of many programs at once one has it', async () => {
    const machines = await Promise.all(Array.from({ length: 5 }, () => loggedInMachine(app, ada)));
    const code = phone.code();
    const answers = await Promise.all(machines.map(({ access_token }) => change({ code, bearer: access_token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 422]);
  });

  test('of one program many times at once, all have it', async () => {
    const code = phone.code();
    const answers = await Promise.all(Array.from({ length: 8 }, () => change({ code })));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(422));
  });

  test('the grant goes on with it after a refresh, since it is the program that showed it', async () => {
    const machine = await loggedInMachine(app, ada);
    await passes({ code: phone.code(), bearer: machine.access_token });
    const json = { grant_type: 'refresh_token', refresh_token: machine.refresh_token, client_id: CLIENT };
    const { body } = await ask(`${app.url}/api/oauth/token`, { method: 'POST', json });
    await passes({ code: phone.code(), bearer: body.access_token as string });
  });
});

const CLIENT = '78ea6566-89fd-481e-a1d6-7d9d78eacca8';

describe('guessing', () => {
  test('ends after ten, in parallel too, and then the right code is refused as well', async () => {
    const right = phone.code();
    const guesses = Array.from({ length: 15 }, (_, n) => String((Number(right) + 1 + n) % 1_000_000).padStart(6, '0'));
    const answers = await Promise.all(guesses.map((code) => change({ code })));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    const refused = await change({ code: right });
    expect([refused.status, refused.body.message]).toEqual([429, expect.stringMatching(/^too many attempts/)]);
    // Reading goes on, and so do keys.
    expect((await ask(`${app.url}/api/users/me`, { key: `Bearer ${token}` })).status).toBe(200);
  });

  test('is counted by all processes together', async () => {
    const env = { PUBLIC_URL: app.url, DATA_DIR: app.config.dataDir };
    const neighbour = await startApp({ databaseUrl: app.config.databaseUrl, env, clock: app.clock });
    try {
      const code = wrong(phone.code());
      const statuses: number[] = [];
      for (let n = 0; n < 12; n += 1) statuses.push((await change({ code, at: n % 2 === 0 ? app : neighbour })).status);
      expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    } finally {
      await neighbour.stop();
    }
  });

  test('by one login ends for the day after thirty, whatever the windows', async () => {
    const code = wrong(phone.code());
    const statuses: number[] = [];
    for (let n = 0; n < 33; n += 1) {
      if (n % 10 === 0) await app.db.query(`delete from rate_limits where key not like 'write-code-grant%'`);
      statuses.push((await change({ code })).status);
    }
    expect(statuses.slice(28)).toEqual([401, 401, 429, 429, 429]);
    await app.db.query(`delete from rate_limits where key not like 'write-code-grant%'`);
    // Another login of the same person is not punished for it.
    await passes({ code: phone.code(), bearer: (await loggedInMachine(app, ada)).access_token });
  });

  test('locks nobody out of the site', async () => {
    for (let n = 0; n < 12; n += 1) await change({ code: wrong(phone.code()) });
    const rows = await app.db.query<{ key: string }[]>('select key from rate_limits');
    expect(rows.map(({ key }) => key).filter((key) => key.startsWith('second-factor'))).toEqual([]);
  });
});

describe('an account without an authenticator app', () => {
  test('changes nothing through programs: 403, and no prompt', async () => {
    const { access_token } = await loggedInMachine(app, acme.people.write);
    const answer = await change({ bearer: access_token, code: '123456' });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([403, null]);
    expect(answer.body.message).toMatch(/^Two-factor authentication must be enabled for API write access/);
  });

  test('also where the app was removed since the login', async () => {
    await passes({ code: phone.code() });
    await app.db.query('delete from totps where user_id = $1', [ada.id]);
    expect((await change({ code: phone.code() })).status).toBe(403);
  });

  test('may where the operator says so; who has an app is asked all the same', async () => {
    const relaxed = await startApp({ env: { API_WRITES_NEED_TWO_FACTOR: 'false' } });
    try {
      const house = await team(relaxed);
      const path = `repos/${house.name}/publish`;
      const bearer = (await loggedInMachine(relaxed, house.people.write)).access_token;
      await passes({ at: relaxed, path, bearer });
      await secondFactor(relaxed, house.people.write);
      expect(await told({ at: relaxed, path, bearer })).toEqual([401, REQUIRED]);
    } finally {
      await relaxed.stop();
    }
  });
});
