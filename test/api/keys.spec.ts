import { beforeAll, describe, expect, test } from 'vitest';
import { LastUse } from '../../src/accounts/last-use.js';
import { Members } from '../../src/organizations/members.js';
import { useApp } from '../support/app.js';
import { ask, type Ask, basic, eventually } from '../support/http.js';
import {
  api,
  keyOf,
  onlyPackage,
  PASSWORD,
  person,
  repositories,
  repository,
  team,
  type Team,
  TESTS,
  unique,
} from '../support/people.js';

const app = useApp();
let acme: Team;
let other: Team;
let key: string;

beforeAll(async () => {
  acme = await team(app);
  other = await team(app);
  key = acme.publishKey;
});

const url = (path: string) => `${app.url}/api/${path}`;
const ofAcme = (path = '') => `orgs/${acme.name}/keys${path}`;
const create = (body: unknown, more: Partial<Ask> & { path?: string } = {}) =>
  ask(url(more.path ?? 'keys'), { method: 'POST', key, json: body, ...more });

describe('making one', () => {
  test('201 with the secret, which works and is shown this once', async () => {
    const name = unique('made');
    const made = await create({ name, permissions: [{ domain: 'api', resource: 'read' }] });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(url(`keys/${name}`));
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect(made.body).toMatchObject({
      name,
      authing_key: false,
      permissions: [{ domain: 'api', resource: 'read' }],
      revoke_at: null,
      last_use: null,
    });
    const secret = made.body.secret as string;
    expect(secret).toMatch(/^prp_[0-9A-Za-z]{38}$/);
    expect((await ask(url('users/me'), { key: secret })).body.username).toBe(acme.people.write.name);
    const shown = await ask(url(`keys/${name}`), { key });
    expect(shown.body).toEqual(
      Object.fromEntries(Object.entries(made.body as object).filter(([field]) => field !== 'secret')),
    );
    expect(shown.bytes.includes(secret)).toBe(false);
    expect((await ask(url('keys'), { key })).bytes.includes(secret)).toBe(false);
    expect(app.log()).not.toContain(secret);
    const stored = await app.db.query<object[]>(
      `select to_json(k)::text as row from keys k union all select to_json(a)::text from audit_entries a`,
    );
    expect(JSON.stringify(stored)).not.toContain(secret);
  });

  test('as rebar3_hex does it: terms, a password, nil for a resource', async () => {
    const made = await create(
      { name: unique('rebar'), permissions: [{ domain: 'api', resource: null }] },
      { erlang: true, key: basic(acme.people.write.name, PASSWORD) },
    );
    expect([made.status, made.body.permissions]).toEqual([
      201,
      [{ domain: 'api', resource: null }].map((one) => expect.objectContaining(one) as unknown),
    ]);
  });

  test.each([[undefined], [null], [[]]])('without permissions (%j) it is for the API', async (permissions) => {
    expect((await create({ name: unique('plain'), permissions })).body.permissions).toEqual([
      { domain: 'api', resource: null },
    ]);
  });

  test('a name that is taken gets a number; a revoked one is free again; another owner’s does not count', async () => {
    const name = unique('twin');
    const names = [];
    for (let n = 0; n < 3; n += 1) names.push((await create({ name })).body.name);
    expect(names).toEqual([name, `${name}-2`, `${name}-3`]);
    await ask(url(`keys/${name}-2`), { method: 'DELETE', key });
    expect((await create({ name })).body.name).toBe(`${name}-2`);
    expect((await create({ name }, { path: ofAcme() })).body.name).toBe(name);
  });

  test('one name asked for many times at once', async () => {
    const name = unique('many');
    const made = await Promise.all(Array.from({ length: 5 }, () => create({ name })));
    expect(made.map(({ body }) => body.name as string).sort()).toEqual([
      name,
      `${name}-2`,
      `${name}-3`,
      `${name}-4`,
      `${name}-5`,
    ]);
  });

  test.each([
    ['no name', {}, { name: expect.any(String) as string }],
    ['an empty name', { name: '' }, { name: "can't be blank" }],
    ['a name of spaces', { name: '  ' }, { name: 'must be 1 to 100 printable characters' }],
    ['a name that is none', { name: 7 }, { name: expect.any(String) as string }],
    ['control characters', { name: 'a\u001b[31m' }, { name: 'must be 1 to 100 printable characters' }],
    ['a name without end', { name: 'x'.repeat(101) }, { name: 'must be 1 to 100 printable characters' }],
    ['permissions that are none', { name: 'x', permissions: 'api' }, { permissions: expect.any(String) as string }],
    ['a permission that is none', { name: 'x', permissions: ['api'] }, { permissions: expect.any(String) as string }],
    [
      'more than are looked at one by one',
      { name: 'x', permissions: Array(101).fill({ domain: 'package', resource: 'nobodys/x' }) as object[] },
      { permissions: 'at most 100 can be given' },
    ],
    [
      'an unknown domain',
      { name: 'x', permissions: [{ domain: 'everything' }] },
      { permissions: { domain: 'is invalid' } },
    ],
    [
      'an unknown resource of the API',
      { name: 'x', permissions: [{ domain: 'api', resource: 'delete' }] },
      { permissions: { resource: 'invalid resource for given domain' } },
    ],
    [
      'a resource for all repositories',
      { name: 'x', permissions: [{ domain: 'repositories', resource: 'x' }] },
      { permissions: { resource: 'invalid resource for given domain' } },
    ],
    [
      'no repository',
      { name: 'x', permissions: [{ domain: 'repository' }] },
      { permissions: { resource: 'a repository name is needed for this domain' } },
    ],
    [
      'no package',
      { name: 'x', permissions: [{ domain: 'package' }] },
      { permissions: { resource: 'must be REPOSITORY/PACKAGE' } },
    ],
    ['an end in the past', { name: 'x', revoke_at: '2020-01-01T00:00:00Z' }, { revoke_at: 'must be in the future' }],
    ['an end that is no time', { name: 'x', revoke_at: 'tomorrow' }, { revoke_at: 'must be an ISO 8601 time' }],
  ])('%s: 422', async (_what, body, errors) => {
    for (const erlang of [false, true]) {
      const answer = await create(body, { erlang });
      expect(answer.status).toBe(422);
      expect(JSON.parse(JSON.stringify(answer.body))).toEqual({ status: 422, message: 'Validation error(s)', errors });
    }
  });

  test('it names nothing that its owner cannot reach, whether or not that exists', async () => {
    const refused = async (domain: string, resource: string, path?: string) => {
      const answer = await create({ name: 'x', permissions: [{ domain, resource }] }, { path });
      return [answer.status, answer.body];
    };
    for (const [domain, what, suffix] of [
      ['repository', 'repository', ''],
      ['docs', 'repository', ''],
      ['package', 'package', '/wax'],
    ] as const)
      for (const path of [undefined, ofAcme()]) {
        const theirs = await refused(domain, other.name + suffix, path);
        expect(theirs).toEqual([
          422,
          {
            status: 422,
            message: 'Validation error(s)',
            errors: { permissions: { resource: `you do not have access to this ${what}` } },
          },
        ]);
        expect(await refused(domain, `no_such_team${suffix}`, path)).toEqual(theirs);
      }
  });

  // In a token's scope these would fall apart into several permissions.
  test.each(['$ api', '$/x api', '$/x repositories', '$/ api:write', '$\tapi', '$:x', '$/..', '$/'])(
    'it names nothing but names: %j',
    async (resource) => {
      for (const domain of ['repository', 'docs', 'package']) {
        const answer = await create({
          name: 'x',
          permissions: [{ domain, resource: resource.replace('$', acme.name) }],
        });
        expect([domain, answer.status]).toEqual([domain, 422]);
      }
    },
  );
});

describe('which key may make which', () => {
  const all = { name: 'more', permissions: [{ domain: 'api' }] };

  test.each([
    ['for reading the API', () => keyOf(app, acme.people.write, api('read')), 401],
    ['for one package', () => keyOf(app, acme.people.write, onlyPackage(`${acme.name}/wax`)), 401],
    ['for all repositories', () => keyOf(app, acme.people.write, repositories), 401],
    ['for one repository', () => keyOf(app, acme.people.write, repository(acme.name)), 401],
    ['for docs', () => keyOf(app, acme.people.write, { domain: 'docs', resource: acme.name }), 401],
    ['of the organization, for fetching', () => Promise.resolve(acme.fetchKey), 401],
  ] as const)('one %s makes, lists with secrets and revokes none', async (_what, give, status) => {
    const weak = await give();
    for (const path of ['keys', ofAcme()]) {
      expect((await create(all, { key: weak, path })).status).toBe(status);
      expect((await ask(url(path), { method: 'DELETE', key: weak })).status).toBe(status);
      expect((await ask(url(`${path}/any`), { method: 'DELETE', key: weak })).status).toBe(status);
    }
  });

  test('a key that may write the API does; its token too', async () => {
    const writing = await keyOf(app, acme.people.write, api('write'));
    expect((await create({ name: unique('by') }, { key: writing })).status).toBe(201);
  });

  test('a reader’s key makes own keys, but none of the organization', async () => {
    const readers = await keyOf(app, acme.people.read, api());
    expect((await create({ name: unique('own') }, { key: readers })).status).toBe(201);
    const refused = await create({ name: 'x' }, { key: readers, path: ofAcme() });
    expect([refused.status, refused.body.message]).toEqual([403, 'account not authorized for this action']);
    expect((await ask(url(ofAcme()), { key: readers })).status).toBe(403);
  });

  test('an organization’s key has no account: 404 on /keys, its own on /orgs/ORG/keys', async () => {
    const robot = await keyOf(app, acme.organization, api());
    for (const method of ['GET', 'POST', 'DELETE'])
      expect([
        method,
        (await ask(url('keys'), { method, key: robot, ...(method === 'POST' ? { json: all } : {}) })).status,
      ]).toEqual([method, 404]);
    expect((await create({ name: unique('robot') }, { key: robot, path: ofAcme() })).status).toBe(201);
    expect((await create({ name: 'x' }, { key: robot, path: `orgs/${other.name}/keys` })).status).toBe(404);
  });

  test('an organization’s key never becomes more than its organization', async () => {
    const made = await create(
      { name: unique('robot'), permissions: [{ domain: 'api' }, { domain: 'repositories' }] },
      { path: ofAcme() },
    );
    const robot = made.body.secret as string;
    expect(
      (await ask(url(`orgs/${acme.name}/members`), { method: 'POST', key: robot, json: { name: 'x', role: 'admin' } }))
        .status,
    ).toBe(403);
    expect((await ask(`${app.url}/repo/repos/${acme.name}/names`, { key: robot })).status).not.toBe(403);
    expect((await ask(`${app.url}/repo/repos/${other.name}/names`, { key: robot })).status).toBe(403);
  });
});

describe('looking at them', () => {
  test('own ones, by name, with the one in use marked', async () => {
    const { people } = other;
    const [one, two] = [await keyOf(app, people.read, api()), await keyOf(app, people.read, api('read'))];
    const list = (await ask(url('keys'), { key: one })).body as {
      name: string;
      authing_key: boolean;
      inserted_at: string;
    }[];
    expect(list.map((each) => each.authing_key).sort()).toEqual([false, true]);
    for (const each of list) {
      expect(each.inserted_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect((await ask(url(`keys/${each.name}`), { key: two })).body.name).toBe(each.name);
    }
    const absent = await ask(url('keys/absent'), { key: two });
    expect([absent.status, absent.body.message]).toEqual([404, 'key absent not found']);
  });

  test('when, from where and by what one was last used', async () => {
    const name = unique('used');
    const { secret } = (await create({ name })).body as { secret: string };
    await ask(url('users/me'), { key: secret, headers: { 'user-agent': '<b>me</b>' } });
    await app.app.get(LastUse).flush();
    expect((await ask(url(`keys/${name}`), { key })).body.last_use).toEqual({
      used_at: expect.stringMatching(/Z$/) as string,
      ip: '127.0.0.1',
      user_agent: '<b>me</b>',
    });
  });

  test('a name with everything in it', async () => {
    const name = `ada's "key" / 50% + ü?&#`;
    const made = await create({ name });
    expect((await ask(made.headers.get('location')!, { key })).body.name).toBe(name);
    expect((await ask(url(`keys/${encodeURIComponent(name)}`), { method: 'DELETE', key })).body.name).toBe(name);
  });
});

describe('revoking', () => {
  test('answers with the key; it is refused from then on, and gone from the list', async () => {
    const name = unique('revoked');
    const { secret } = (await create({ name })).body as { secret: string };
    const revoked = await ask(url(`keys/${name}`), { method: 'DELETE', key });
    expect([revoked.status, revoked.body.name]).toEqual([200, name]);
    expect(revoked.body.revoke_at).not.toBeNull();
    const refused = await ask(url('users/me'), { key: secret });
    expect([refused.status, refused.body.message]).toEqual([401, 'API key revoked']);
    expect((await ask(url(`keys/${name}`), { method: 'DELETE', key })).status).toBe(404);
    expect((await ask(url(`keys/${name}`), { key })).status).toBe(404);
  });

  test('somebody else’s key by its name does nothing', async () => {
    const { name } = (await create({ name: unique('mine') })).body as { name: string };
    expect((await ask(url(`keys/${name}`), { method: 'DELETE', key: other.publishKey })).status).toBe(404);
    expect(
      (await ask(url(`orgs/${other.name}/keys/${name}`), { method: 'DELETE', key: other.publishKey })).status,
    ).toBe(404);
    expect((await ask(url(`keys/${name}`), { key })).status).toBe(200);
  });

  test('all: answers with the one in use, which ends too; other owners’ stay', async () => {
    const somebody = await person(app);
    const [one, two] = [await keyOf(app, somebody, api()), await keyOf(app, somebody, repositories)];
    const answer = await ask(url('keys'), { method: 'DELETE', key: one });
    expect([answer.status, answer.body.authing_key]).toEqual([200, true]);
    for (const secret of [one, two])
      expect((await ask(url('users/me'), { key: secret })).body.message).toBe('API key revoked');
    expect((await ask(url('users/me'), { key })).status).toBe(200);
  });

  test('all, with a password: nothing to answer with', async () => {
    const somebody = await person(app);
    await keyOf(app, somebody, api());
    const answer = await ask(url('keys'), { method: 'DELETE', key: basic(somebody.name, PASSWORD), erlang: true });
    expect([answer.status, answer.bytes.length, answer.headers.get('content-type')]).toEqual([204, 0, null]);
  });
});

describe('an end', () => {
  test('of its own, by the clock', async () => {
    const until = new Date(app.clock.now().getTime() + 60_000).toISOString();
    const made = await create({ name: unique('brief'), revoke_at: until });
    expect(made.body.revoke_at).toBe(`${until.slice(0, 19)}Z`);
    const secret = made.body.secret as string;
    expect((await ask(url('users/me'), { key: secret })).status).toBe(200);
    app.clock.advance(61_000);
    const refused = await ask(url('users/me'), { key: secret });
    expect([refused.status, refused.body.message]).toEqual([401, 'API key expired']);
  });

  test('of its owner’s membership: the key stays, what it opened is closed', async () => {
    const somebody = await person(app);
    await app.app.get(Members).add(TESTS, acme.organization, somebody, 'write');
    const secret = await keyOf(app, somebody, api(), repository(acme.name));
    expect((await ask(url(`repos/${acme.name}`), { key: secret })).status).toBe(200);
    const fetch = () => ask(`${app.url}/repo/repos/${acme.name}/packages/none`, { key: secret });
    expect((await fetch()).status).toBe(404);
    await app.app.get(Members).remove(TESTS, acme.organization, somebody);
    expect((await ask(url(`repos/${acme.name}`), { key: secret })).status).toBe(404);
    expect((await eventually(fetch, ({ status }) => status === 403, 1_000)).status).toBe(403);
    expect((await ask(url('users/me'), { key: secret })).body.organizations).toEqual([]);
  });

  test('of the account', async () => {
    const { Users } = await import('../../src/accounts/users.js');
    const somebody = await person(app);
    const secret = await keyOf(app, somebody, api());
    await app.app.get(Users).setActive(TESTS, somebody.name, false);
    for (const credential of [secret, basic(somebody.name, PASSWORD)]) {
      const refused = await ask(url('users/me'), { key: credential });
      expect([refused.status, refused.body.message]).toEqual([401, 'this account has been deactivated']);
    }
  });
});
