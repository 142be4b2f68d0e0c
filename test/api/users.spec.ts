import { beforeAll, describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { ask, basic } from '../support/http.js';
import { api, keyOf, onlyPackage, PASSWORD, person, repositories, team, type Team } from '../support/people.js';

const app = useApp();
const TIME = expect.stringMatching(/Z$/) as string;
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
});

const get = async (path: string, key?: string, erlang = false) => {
  const answer = await ask(`${app.url}/api/users/${path}`, { key, erlang });
  return { status: answer.status, body: JSON.parse(JSON.stringify(answer.body)) };
};

describe('GET /api/users/me', () => {
  test('has what mix and rebar3_hex read; what is absent is left out, not null', async () => {
    const { name } = acme.people.write;
    for (const key of [
      acme.publishKey,
      basic(name, PASSWORD),
      await keyOf(app, acme.people.write, api('read')),
      await keyOf(app, acme.people.write, onlyPackage(`${acme.name}/wax`)),
    ])
      for (const erlang of [false, true])
        expect(await get('me', key, erlang)).toEqual({
          status: 200,
          body: {
            username: name,
            url: `${app.url}/api/users/${name}`,
            email: `${name}@example.org`,
            handles: {},
            organizations: [{ name: acme.name, role: 'write' }],
            packages: [],
            owned_packages: {},
            inserted_at: TIME,
            updated_at: TIME,
          },
        });
  });

  test('of somebody in no organization: an empty list', async () => {
    expect((await get('me', await keyOf(app, await person(app), api()))).body.organizations).toEqual([]);
  });

  test.each<[string, () => Promise<string | undefined>, number, string]>([
    ['nobody', async () => undefined, 401, 'missing authentication information'],
    [
      'a key for fetching',
      async () => keyOf(app, acme.people.write, repositories),
      401,
      'key not authorized for this action',
    ],
    ['an organization', async () => keyOf(app, acme.organization, api()), 404, 'user account not found'],
  ])('%s', async (_who, key, status, message) => {
    expect(await get('me', await key())).toEqual({ status, body: { status, message } });
  });
});

describe('GET /api/users/NAME', () => {
  test('holds no address that is not public, no organizations', async () => {
    const { name } = acme.people.read;
    const { status, body } = await get(name, acme.publishKey);
    expect([status, Object.keys(body as object).sort()]).toEqual([
      200,
      ['handles', 'inserted_at', 'owned_packages', 'packages', 'updated_at', 'url', 'username'],
    ]);
  });

  test('tells a stranger nothing where nothing is public', async () => {
    const { name } = acme.people.read;
    const [real, absent] = [await get(name), await get('never_born')];
    expect([real.status, real.body.message]).toEqual([404, `user ${name} not found`]);
    expect([absent.status, absent.body.message]).toEqual([404, 'user never_born not found']);
  });

  test('tells nothing of those with whom one shares no organization', async () => {
    const other = await team(app);
    const { name } = acme.people.read;
    for (const owner of [other.people.admin, other.organization])
      expect(await get(name, await keyOf(app, owner, api()))).toEqual({
        status: 404,
        body: { status: 404, message: `user ${name} not found` },
      });
    expect((await get(name, await keyOf(app, acme.organization, api()))).status).toBe(200);
    expect((await get(name, await keyOf(app, acme.people.read, api('read')))).status).toBe(200);
  });

  test('shows a public address once it is verified, and a full name', async () => {
    const somebody = acme.people.admin;
    await app.db.query('update emails set is_public = true, verified_at = null where user_id = $1', [somebody.id]);
    expect((await get(somebody.name, acme.publishKey)).body.email).toBeUndefined();
    await app.db.query('update emails set verified_at = now() where user_id = $1', [somebody.id]);
    await app.db.query(`update users set full_name = 'Ada “L.”' where id = $1`, [somebody.id]);
    expect((await get(somebody.name.toUpperCase(), acme.publishKey)).body).toMatchObject({
      username: somebody.name,
      email: `${somebody.name}@example.org`,
      full_name: 'Ada “L.”',
    });
  });

  test.each(['never_born', '%20', 'a%2Fb', "x'--", '%F0%9F%90%9D'])('%s is not there', async (name) => {
    expect((await get(name, acme.publishKey)).status).toBe(404);
  });
});
