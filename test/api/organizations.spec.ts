import { beforeAll, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { useApp } from '../support/app.js';
import { ask, type Answer, eventually, publish } from '../support/http.js';
import { api, keyOf, onlyPackage, person, team, type Team, TESTS, unique } from '../support/people.js';

const app = useApp({ env: { TRIAL_DAYS: '30' } });
const DAY = 24 * 60 * 60 * 1000;
let acme: Team;
let admin: string;
let people: User[];

beforeAll(async () => {
  acme = await team(app);
  admin = await keyOf(app, acme.people.admin, api());
  people = await Promise.all(Array.from({ length: 6 }, () => person(app)));
});

const url = (path = '', name = acme.name) => `${app.url}/api/orgs/${name}${path}`;
const roles = async (name = acme.name) =>
  app.db.query<{ name: string; role: string }[]>(
    `select u.name, m.role from members m join users u on u.id = m.user_id join organizations o on o.id = m.organization_id
     where o.name = $1 order by m.created_at, u.id`,
    [name],
  );
const audits = async (action: string, name = acme.name) =>
  app.db.query<{ params: object }[]>(
    `select params from audit_entries where action = $1 and params ->> 'organization' = $2 order by id`,
    [action, name],
  );

describe('reading', () => {
  test('list and one, in both formats', async () => {
    const shape = {
      name: acme.name,
      billing_active: true,
      standing: {
        ...{ state: 'trial', fetching: true, publishing: true, until: expect.stringMatching(/Z$/) as string },
        ...{ reason: null, next: { state: 'publishing_stopped', at: expect.stringMatching(/Z$/) as string } },
        message: expect.stringMatching(
          /: the trial ends on .* UTC, then publishing stops; subscribe at .*\/billing$/,
        ) as string,
      },
      seats: null,
      inserted_at: expect.stringMatching(/Z$/) as string,
      updated_at: expect.stringMatching(/Z$/) as string,
    };
    for (const erlang of [false, true])
      for (const key of [
        admin,
        acme.publishKey,
        await keyOf(app, acme.people.read, api('read')),
        await keyOf(app, acme.organization, api()),
      ]) {
        expect(plain(await ask(`${app.url}/api/orgs`, { key, erlang }))).toEqual([shape]);
        expect(plain(await ask(url(), { key, erlang }))).toEqual(shape);
      }
    expect((await ask(`${app.url}/api/orgs`)).body).toEqual([]);
    expect((await ask(`${app.url}/api/orgs`, { key: acme.fetchKey })).status).toBe(401);
  });

  test('members, in the order of joining', async () => {
    const list = await ask(url('/members'), { key: acme.publishKey });
    expect(
      (list.body as { username: string; role: string }[]).slice(0, 3).map(({ username, role }) => [username, role]),
    ).toEqual((['admin', 'write', 'read'] as const).map((role) => [acme.people[role].name, role]));
    const one = await ask(url(`/members/${acme.people.read.name}`), { key: acme.publishKey });
    expect(one.body).toMatchObject({
      username: acme.people.read.name,
      role: 'read',
      url: `${app.url}/api/users/${acme.people.read.name}`,
    });
    const outsider = await ask(url(`/members/${people[0]!.name}`), { key: acme.publishKey });
    const nobody = await ask(url('/members/never_born'), { key: acme.publishKey });
    expect([outsider.status, nobody.status]).toEqual([404, 404]);
    expect(outsider.body.message.replace(people[0]!.name, 'X')).toBe(nobody.body.message.replace('never_born', 'X'));
  });

  test('hexpm:NAME means NAME', async () => {
    expect((await ask(`${app.url}/api/orgs/hexpm:${acme.name}`, { key: admin })).body.name).toBe(acme.name);
    expect((await ask(`${app.url}/api/repos/hexpm:${acme.name}/packages`, { key: admin })).status).toBe(200);
    expect((await ask(`${app.url}/api/repos/hexpm%3A${acme.name}`, { key: admin })).body).toMatchObject({
      name: acme.name,
      public: false,
    });
  });
});

describe('beginning one', () => {
  const create = (json: object, key: string | undefined = admin, erlang = false) =>
    ask(`${app.url}/api/orgs`, { method: 'POST', key, json, erlang });

  test('gives it with its trial, its repository and its first admin, and one audit row', async () => {
    for (const erlang of [false, true]) {
      const name = unique('begun');
      const made = await create({ name: ` ${name.toUpperCase()} ` }, admin, erlang);
      expect([made.status, made.headers.get('location')]).toEqual([201, url('', name)]);
      expect(plain(made)).toEqual(plain(await ask(url('', name), { key: admin })));
      expect(made.body).toMatchObject({ name, billing_active: true, standing: { state: 'trial' } });
      expect(await roles(name)).toEqual([{ name: acme.people.admin.name, role: 'admin' }]);
      expect(await audits('organization.create', name)).toEqual([
        { params: expect.objectContaining({ organization: name, admin: acme.people.admin.name }) as object },
      ]);
      const key = await keyOf(app, acme.people.admin, api());
      expect((await publish(app.url, name, key, { name: 'wax' })).status).toBe(201);
    }
  });

  test.each([
    [{}, { name: "can't be blank" }],
    [{ name: null }, { name: "can't be blank" }],
    [{ name: '' }, { name: expect.any(String) as string }],
    [{ name: 'new' }, { name: 'is reserved' }],
    [{ name: 'no spaces' }, { name: expect.any(String) as string }],
    [{ name: 'x'.repeat(300) }, { name: expect.any(String) as string }],
    [{ name: '$' }, { name: 'has already been taken' }],
  ])('%j: 422', async (json, errors) => {
    const given = 'name' in json && json.name === '$' ? { name: acme.name } : json;
    const answer = await create(given);
    expect([answer.status, plain(answer)]).toEqual([422, { status: 422, message: 'Validation error(s)', errors }]);
  });

  test('is for people who may write', async () => {
    const name = unique('begun');
    for (const [key, status] of [
      [await keyOf(app, acme.people.admin, api('read')), 401],
      [await keyOf(app, acme.people.admin, onlyPackage(`${acme.name}/wax`)), 401],
      [await keyOf(app, acme.organization, api()), 404],
    ] as const)
      expect((await create({ name }, key)).status).toBe(status);
    expect((await ask(`${app.url}/api/orgs`, { method: 'POST', json: { name } })).status).toBe(401);
    expect(await app.app.get(Organizations).byName(name)).toBeNull();
  });
});

describe('changing members', () => {
  const add = (name: unknown, role: unknown, key = admin, organization = acme.name) =>
    ask(url('/members', organization), { method: 'POST', key, json: { name, role } });
  const change = (name: string, role: unknown, key = admin) =>
    ask(url(`/members/${name}`), { method: 'POST', key, json: { role } });
  const remove = (name: string, key = admin, organization = acme.name) =>
    ask(url(`/members/${name}`, organization), { method: 'DELETE', key });

  test('add, change, remove: rows, answers, one audit row each', async () => {
    const { name } = people[0]!;
    const added = await add(name, 'read');
    expect([added.status, added.body.role, added.headers.get('location')]).toEqual([
      200,
      'read',
      url(`/members/${name}`),
    ]);
    const changed = await change(name, 'write');
    expect([changed.status, changed.body.role]).toEqual([200, 'write']);
    expect((await change(name, 'write')).status).toBe(200);
    const removed = await remove(name);
    expect([removed.status, removed.bytes.length]).toEqual([204, 0]);
    expect((await roles()).map((one) => one.name)).not.toContain(name);
    for (const action of ['member.add', 'member.role', 'member.remove'])
      expect([
        action,
        (await audits(action)).filter(({ params }) => (params as { user: string }).user === name),
      ]).toEqual([action, [expect.anything()]]);
    expect((await remove(name)).status).toBe(404);
  });

  test.each<[string, () => Promise<Answer>, number, object]>([
    ['nobody’s name', () => add('never_born', 'read'), 422, { errors: { name: 'unknown user' } }],
    ['a role that is none', () => add(people[1]!.name, 'owner'), 422, { errors: { role: 'is invalid' } }],
    ['a list for a name', () => add([people[1]!.name], 'read'), 422, { message: 'Validation error(s)' }],
    ['a member', () => add(acme.people.read.name, 'admin'), 422, { errors: { user_id: 'is already member' } }],
    ['no role', () => change(acme.people.read.name, undefined), 422, { errors: { role: 'is invalid' } }],
    ['an outsider', () => change(people[1]!.name, 'admin'), 404, {}],
    ['nobody', () => change('never_born', 'admin'), 404, {}],
    ['an outsider to be removed', () => remove(people[1]!.name), 404, {}],
    ['a NUL', () => add('a\0b', 'read'), 400, {}],
    ['half a character', () => add('a\ud800', 'read'), 400, {}],
  ])('%s', async (_what, act, status, body) => {
    const before = await roles();
    const answer = await act();
    expect([answer.status, answer.body]).toMatchObject([status, body]);
    expect(await roles()).toEqual(before);
  });

  test('only admins do, whatever key they are; members and strangers are told what they may know', async () => {
    const robot = await keyOf(app, acme.organization, api());
    const stranger = (await team(app)).publishKey;
    for (const [key, status] of [
      [acme.publishKey, 403],
      [await keyOf(app, acme.people.read, api()), 403],
      [robot, 403],
      [await keyOf(app, acme.people.admin, api('read')), 401],
      [await keyOf(app, acme.people.admin, onlyPackage(`${acme.name}/wax`)), 401],
      [stranger, 404],
      [undefined, 401],
    ] as const) {
      const before = await roles();
      const tries = [
        ask(url('/members'), { method: 'POST', key, json: { name: people[1]!.name, role: 'admin' } }),
        ask(url(`/members/${acme.people.write.name}`), { method: 'POST', key, json: { role: 'admin' } }),
        ask(url(`/members/${acme.people.admin.name}`), { method: 'DELETE', key }),
      ];
      for (const answer of await Promise.all(tries)) expect(answer.status).toBe(status);
      expect(await roles()).toEqual(before);
    }
  });

  test('the last admin is neither demoted nor removed, not even both of two at once', async () => {
    const { name } = acme.people.admin;
    for (const answer of [await change(name, 'write'), await remove(name)]) expect(answer.status).toBe(422);
    expect([(await change(name, 'read')).body.message, (await remove(name)).body.message]).toEqual([
      'cannot demote last admin member',
      'cannot remove last admin member',
    ]);
    for (let round = 0; round < 3; round += 1) {
      const organization = await app.app.get(Organizations).create(TESTS, unique('duo'), people[2]!);
      const keys = [await keyOf(app, people[2]!, api()), await keyOf(app, people[3]!, api())];
      await add(people[3]!.name, 'admin', keys[0], organization.name);
      await Promise.all([
        remove(people[2]!.name, keys[1], organization.name),
        ask(url(`/members/${people[3]!.name}`, organization.name), {
          method: 'POST',
          key: keys[0],
          json: { role: 'read' },
        }),
      ]);
      expect((await roles(organization.name)).filter(({ role }) => role === 'admin').length).toBeGreaterThanOrEqual(1);
    }
  });

  test('no more members than paid seats, however many come at once', async () => {
    const organization = await app.app.get(Organizations).create(TESTS, unique('seats'), people[0]!);
    const key = await keyOf(app, people[0]!, api());
    await app.db.query('update organizations set seats = 3 where id = $1', [organization.id]);
    const answers = await Promise.all(people.slice(1).map(({ name }) => add(name, 'read', key, organization.name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 422, 422, 422]);
    const refused = answers.find(({ status }) => status === 422)!;
    expect(refused.body).toEqual({ status: 422, message: 'not enough seats to add member' });
    expect(await roles(organization.name)).toHaveLength(3);
    expect(await audits('member.add', organization.name)).toHaveLength(2);
    const somebody = (await roles(organization.name)).at(-1)!.name;
    await remove(somebody, key, organization.name);
    expect((await add(somebody, 'read', key, organization.name)).status).toBe(200);
  });
});

// Last, since the clock only goes forward.
describe('an organization that', () => {
  const put = (name: string, version: string) => publish(app.url, acme.name, acme.publishKey, { name, version });
  const release = (name: string, version: string) =>
    `${app.url}/api/repos/${acme.name}/packages/${name}/releases/${version}`;

  async function shut(message: string) {
    const forbidden = { status: 403, message };
    const onlyWax = await keyOf(app, acme.people.write, onlyPackage(`${acme.name}/wax`));
    const published = await put('wax', '2.0.0');
    expect([published.status, published.body]).toEqual([403, forbidden]);
    const narrow = await publish(app.url, acme.name, onlyWax, { name: 'wax', version: '2.0.0' });
    expect([narrow.status, narrow.body]).toEqual([403, forbidden]);
    const reverted = await ask(release('wax', '1.0.0'), { method: 'DELETE', key: acme.publishKey });
    expect([reverted.status, reverted.body]).toEqual([403, forbidden]);
    for (const path of ['packages/wax', 'tarballs/wax-1.0.0.tar', 'names']) {
      const fetch = () => ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key: acme.fetchKey });
      const fetched = await eventually(fetch, ({ status }) => status === 403, 1_000);
      expect([path, fetched.status, fetched.body]).toEqual([path, 403, `${message}\n`]);
    }
    for (const path of [
      `repos/${acme.name}/packages/wax`,
      `repos/${acme.name}/packages`,
      `orgs/${acme.name}/members`,
      `orgs/${acme.name}/keys`,
    ])
      expect([path, (await ask(`${app.url}/api/${path}`, { key: acme.publishKey })).status]).toEqual([path, 200]);
    expect((await ask(url(), { key: acme.publishKey })).body.billing_active).toBe(false);
    const retire = await ask(`${release('wax', '1.0.0')}/retire`, {
      method: 'POST',
      key: acme.publishKey,
      json: { reason: 'security', message: 'get away' },
    });
    expect(retire.status).toBe(204);
    expect((await ask(`${release('wax', '1.0.0')}/retire`, { method: 'DELETE', key: acme.publishKey })).status).toBe(
      204,
    );
    const [stranger, reader] = [(await team(app)).publishKey, await keyOf(app, acme.people.read, api())];
    expect((await publish(app.url, acme.name, stranger, { name: 'wax' })).status).toBe(404);
    expect((await publish(app.url, acme.name, reader, { name: 'wax' })).body.message).toBe(
      'account not authorized for this action',
    );
  }

  test('is blocked', async () => {
    await put('wax', '1.0.0');
    expect((await ask(`${app.url}/repo/repos/${acme.name}/names`, { key: acme.fetchKey })).status).not.toBe(403);
    await app.app.get(Organizations).setOverride(TESTS, acme.name, 'blocked');
    await shut('organization has been blocked by the operator of this server');
    await app.app.get(Organizations).setOverride(TESTS, acme.name, null);
    expect((await put('wax', '1.0.1')).status).toBe(201);
  });

  const fetched = async () =>
    (await ask(`${app.url}/repo/repos/${acme.name}/packages/wax`, { key: acme.fetchKey })).status;

  test('publishes no more in the moment its trial ends, and is still fetched from', async () => {
    app.clock.advance(30 * DAY - 60_000);
    expect([(await put('wax', '1.0.2')).status, await fetched()]).toEqual([201, 200]);
    app.clock.advance(120_000);
    const refused = await put('wax', '2.0.0');
    expect([refused.status, refused.body.message]).toEqual([
      403,
      expect.stringMatching(
        /^organization has no active billing subscription: publishing has stopped because the trial has ended, packages can be fetched until .* UTC; subscribe at http.*\/billing$/,
      ),
    ]);
    expect(await fetched()).toBe(200);
    const { billing_active, standing } = (await ask(url(), { key: admin })).body;
    expect([billing_active, standing]).toEqual([
      false,
      {
        ...{ state: 'publishing_stopped', fetching: true, publishing: false, until: expect.any(String) as string },
        ...{ reason: 'trial_ended', next: { state: 'export_only', at: standing.until as string } },
        message: expect.stringContaining('publishing has stopped because the trial has ended') as string,
      },
    ]);
  });

  test('is shut when the time for fetching is over too', async () => {
    app.clock.advance(30 * DAY);
    const words = 'packages can be neither fetched nor published because the trial has ended; subscribe at';
    await shut(`organization has no active billing subscription: ${words} ${app.url}/orgs/${acme.name}/billing`);
  });

  test('pays again', async () => {
    await app.db.query('update organizations set access_until = $2 where name = $1', [
      acme.name,
      new Date(app.clock.now().getTime() + DAY),
    ]);
    expect((await put('wax', '1.0.3')).status).toBe(201);
    expect((await ask(url(), { key: admin })).body.standing.state).toBe('active');
  });
});

function plain({ body }: Answer): unknown {
  return JSON.parse(JSON.stringify(body));
}
