import { beforeAll, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { Members } from '../../src/organizations/members.js';
import { useApp } from '../support/app.js';
import { type Ask, ask, publish } from '../support/http.js';
import { api, keyOf, onlyPackage, person, team, type Team, TESTS, unique } from '../support/people.js';
import { tarball } from '../support/tarballs.js';

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
let ada: User;
let bob: User;
let adasKey: string;
let bobsKey: string;

beforeAll(async () => {
  [ada, bob] = [await person(app, 'ada'), await person(app, 'bob')];
  [adasKey, bobsKey] = [await keyOf(app, ada, api()), await keyOf(app, bob, api())];
});

const shows = (user: User) => app.db.query('update emails set is_public = true where user_id = $1', [user.id]);
const reference = (name: string) => ({ username: name, url: `${app.url}/api/users/${name}` });

describe('an organization', () => {
  let acme: Team;
  let keys: Record<'admin' | 'write' | 'read', string>;

  beforeAll(async () => {
    acme = await team(app);
    const { admin, write, read } = acme.people;
    const made = await Promise.all([admin, write, read].map((user) => keyOf(app, user, api())));
    keys = { admin: made[0]!, write: made[1]!, read: made[2]! };
  });

  const put = (name: string, who: string, key: string, json: object = { level: 'full', transfer: true }) =>
    ask(`${app.url}/api/packages/${name}/owners/${who}`, { method: 'PUT', key, json, erlang: true });
  const remove = (name: string, who: string, key: string) =>
    ask(`${app.url}/api/packages/${name}/owners/${who}`, { method: 'DELETE', key });
  const listed = async (name: string) =>
    (await ask(`${app.url}/api/packages/${name}/owners`)).body as { username: string; level: string; url: string }[];
  const release = async (name: string, version: string, key: string) =>
    (
      await ask(`${app.url}/api/packages/${name}/releases`, {
        method: 'POST',
        key,
        bytes: await tarball({ name, version }),
      })
    ).status;

  async function handedOver(): Promise<string> {
    const name = unique('handed');
    expect(await release(name, '1.0.0', keys.write)).toBe(201);
    expect((await put(name, acme.name, keys.write)).status).toBe(204);
    return name;
  }

  test('takes a package over from who may publish there: its roles decide from then on', async () => {
    const name = await handedOver();
    expect(await listed(name)).toEqual([
      { username: acme.name, email: acme.name, level: 'full', url: `${app.url}/api/orgs/${acme.name}` },
    ]);
    expect((await ask(`${app.url}/api/packages/${name}`)).body.owners).toHaveLength(1);
    expect(await release(name, '1.1.0', keys.write)).toBe(201);
    expect(await release(name, '1.2.0', keys.admin)).toBe(201);
    expect([await release(name, '1.3.0', keys.read), await release(name, '1.3.0', bobsKey)]).toEqual([403, 403]);
    const organizationKey = await keyOf(app, acme.organization, api());
    expect(await release(name, '1.3.0', organizationKey)).toBe(201);
    // A writer is a maintainer, and an admin a full owner.
    expect((await put(name, 'bob', keys.write, { level: 'maintainer' })).status).toBe(403);
    expect((await put(name, 'bob', keys.admin, { level: 'maintainer' })).status).toBe(204);
    expect((await listed(name)).map(({ username }) => username)).toEqual([acme.name, 'bob']);
    const entries = await app.db.query<{ action: string }[]>(
      `select action from audit_entries where subject_organization_id = $1 and params ->> 'package' = $2`,
      [acme.organization.id, name],
    );
    expect(entries).toEqual([{ action: 'owner.transfer' }]);
  });

  test('a member who leaves it can do no more; the package stays', async () => {
    const name = await handedOver();
    const cyd = await person(app);
    const key = await keyOf(app, cyd, api());
    await app.app.get(Members).add(TESTS, acme.organization, cyd, 'admin');
    expect(await release(name, '2.0.0', key)).toBe(201);
    await app.app.get(Members).remove(TESTS, acme.organization, cyd);
    expect(await release(name, '2.1.0', key)).toBe(403);
    expect((await put(name, cyd.name, key)).status).toBe(403);
  });

  test('is not handed anything by those who do not write for it, nor told to them', async () => {
    const name = unique('kept');
    expect(await release(name, '1.0.0', bobsKey)).toBe(201);
    expect((await put(name, acme.name, bobsKey)).status).toBe(404);
    const reads = unique('kept');
    expect(await release(reads, '1.0.0', keys.read)).toBe(201);
    expect((await put(reads, acme.name, keys.read)).status).toBe(404);
    // Only by a transfer.
    const mine = unique('kept');
    expect(await release(mine, '1.0.0', keys.admin)).toBe(201);
    expect((await put(mine, acme.name, keys.admin, { level: 'full' })).status).toBe(404);
  });

  test('gives it up again, but never as the last', async () => {
    const name = await handedOver();
    expect((await remove(name, acme.name, keys.admin)).status).toBe(422);
    expect((await put(name, 'bob', keys.admin, { level: 'full' })).status).toBe(204);
    expect((await remove(name, acme.name, keys.admin)).status).toBe(204);
    expect((await listed(name)).map(({ username }) => username)).toEqual(['bob']);
    const back = await handedOver();
    expect((await put(back, 'bob', keys.admin)).status).toBe(204);
    expect((await listed(back)).map(({ username }) => username)).toEqual(['bob']);
    expect(await release(back, '3.0.0', keys.admin)).toBe(403);
  });
});

describe('of a public package', () => {
  const owners = (name: string, who = '') => `${app.url}/api/packages/${name}/owners${who === '' ? '' : `/${who}`}`;
  const put = (name: string, who: string, more: Ask = {}) =>
    ask(owners(name, who), { method: 'PUT', key: adasKey, json: { level: 'full', transfer: false }, ...more });
  const remove = (name: string, who: string, more: Ask = {}) =>
    ask(owners(name, who), { method: 'DELETE', key: adasKey, ...more });
  const listed = async (name: string) =>
    ((await ask(owners(name))).body as { username: string; level: string }[]).map(
      ({ username, level }) => `${username} ${level}`,
    );

  async function published(): Promise<string> {
    const name = unique('open');
    await ask(`${app.url}/api/publish`, { method: 'POST', key: adasKey, bytes: await tarball({ name }) });
    return name;
  }

  test.each([false, true])('are listed and shown as clients read them (Erlang terms: %s)', async (erlang) => {
    const name = await published();
    const cyd = await person(app);
    await shows(cyd);
    await put(name, cyd.name, { erlang, json: { level: 'maintainer' } });
    const expected = [
      { ...reference('ada'), email: 'ada', level: 'full' },
      { ...reference(cyd.name), email: `${cyd.name}@example.org`, level: 'maintainer' },
    ];
    const list = await ask(owners(name), { erlang });
    expect([list.status, JSON.parse(JSON.stringify(list.body))]).toEqual([200, expected]);
    for (const who of [cyd.name, `${cyd.name}%40example.org`, `${cyd.name.toUpperCase()}@EXAMPLE.org`])
      expect(JSON.parse(JSON.stringify((await ask(owners(name, who), { erlang })).body))).toEqual(expected[1]);
    expect((await ask(`${app.url}/api/packages/${name}`, { erlang })).body.owners).toHaveLength(2);
    for (const path of [
      owners(name, 'bob'),
      owners(name, 'ada@example.org'),
      owners('absent'),
      owners('absent', 'ada'),
    ])
      expect((await ask(path, { erlang })).status).toBe(404);
  });

  test.each([false, true])('are added, changed, removed: 204 without a body (Erlang terms: %s)', async (erlang) => {
    const name = await published();
    const steps = [
      [() => put(name, 'bob', { erlang, json: { level: 'maintainer', transfer: false } }), ['bob maintainer']],
      [() => put(name, 'bob', { erlang, json: { level: 'full', transfer: false } }), ['bob full']],
      [() => put(name, 'bob', { erlang, json: { level: 'full', transfer: false } }), ['bob full']],
      [() => remove(name, 'bob', { erlang }), []],
    ] as const;
    for (const [step, others] of steps) {
      const answer = await step();
      expect([answer.status, answer.bytes.length, answer.headers.get('content-type')]).toEqual([204, 0, null]);
      expect(await listed(name)).toEqual(['ada full', ...others]);
    }
    const me = await ask(`${app.url}/api/users/ada`);
    expect(me.body.owned_packages).toHaveProperty(name);
  });

  test('without a body a full owner is meant, as old clients ask for one', async () => {
    const name = await published();
    const answer = await put(name, 'bob', { json: undefined });
    expect([answer.status, await listed(name)]).toEqual([204, ['ada full', 'bob full']]);
  });

  test('by the address somebody shows; one that they do not show is nobody’s', async () => {
    const name = await published();
    const [open, closed] = [await person(app), await person(app)];
    await shows(open);
    expect((await put(name, encodeURIComponent(`${open.name}@example.org`))).status).toBe(204);
    const unknown = await put(name, encodeURIComponent('nobody@example.org'));
    const hidden = await put(name, encodeURIComponent(`${closed.name}@example.org`));
    expect([hidden.status, hidden.body.message.replace(closed.name, 'nobody')]).toEqual([404, unknown.body.message]);
    expect(await listed(name)).toEqual(['ada full', `${open.name} full`]);
    expect((await remove(name, `${open.name}%40example.org`)).status).toBe(204);
  });

  test('are handed over: one remains, and it may be one of them', async () => {
    for (const before of [[], ['bob']]) {
      const name = await published();
      for (const who of before) await put(name, who, { json: { level: 'maintainer' } });
      const answer = await put(name, 'bob', { json: { level: 'full', transfer: true } });
      expect([answer.status, await listed(name)]).toEqual([204, ['bob full']]);
      expect((await put(name, 'ada')).status).toBe(403);
      const log = await app.db.query<{ action: string }[]>(
        `select action from audit_entries where params ->> 'package' = $1 and action like 'owner.%' order by id desc limit 1`,
        [name],
      );
      expect(log).toEqual([{ action: 'owner.transfer' }]);
    }
  });

  test('a full one always stays', async () => {
    const name = await published();
    await put(name, 'bob', { json: { level: 'maintainer' } });
    for (const answer of [await remove(name, 'ada'), await put(name, 'ada', { json: { level: 'maintainer' } })]) {
      expect([answer.status, answer.body.message]).toEqual([422, 'Validation error(s)']);
      expect(JSON.stringify(answer.body.errors)).toContain('last full owner');
    }
    const cyd = await person(app);
    expect((await remove(name, cyd.name)).body.errors).toEqual({ username: 'user is not an owner' });
    expect((await remove(name, 'nobody_at_all')).status).toBe(404);
    expect((await put(name, 'bob', { json: { level: 'king' } })).body.errors).toEqual({ level: 'is invalid' });
  });

  test('one whose account is closed can be removed, and nobody with such a one be added', async () => {
    const name = await published();
    const [gone, other] = [await person(app), await person(app)];
    await put(name, gone.name);
    await app.db.query(`update users set deactivated_at = now() where id = any ($1)`, [[gone.id, other.id]]);
    expect((await put(name, other.name)).status).toBe(404);
    expect((await remove(name, gone.name)).status).toBe(204);
  });

  test('are changed by full owners, with a credential for it', async () => {
    const name = await published();
    await put(name, 'bob', { json: { level: 'maintainer' } });
    const cases = [
      [undefined, 401],
      [bobsKey, 403],
      [await keyOf(app, await person(app), api()), 403],
      [await keyOf(app, ada, api('read')), 401],
      [await keyOf(app, ada, onlyPackage('hexpm/another')), 401],
      [await keyOf(app, ada, onlyPackage(`hexpm/${name}`)), 204],
    ] as const;
    for (const [key, status] of cases) {
      expect((await put(name, 'bob', { key, json: { level: 'maintainer' } })).status).toBe(status);
      if (status !== 204) expect((await remove(name, 'bob', { key })).status).toBe(status);
    }
    for (const key of [undefined, adasKey]) expect((await put('absent', 'bob', { key })).status).toBe(404);
    expect((await ask(`${app.url}/api/repos/hexpm/packages/${name}/owners`)).status).toBe(200);
  });
});

describe('of a private package', () => {
  let acme: Team;
  let admin: string;
  let name: string;
  const owners = (who = '') =>
    `${app.url}/api/repos/${acme.name}/packages/${name}/owners${who === '' ? '' : `/${encodeURIComponent(who)}`}`;
  const put = (who: string, json: object = { level: 'full', transfer: false }, key = admin) =>
    ask(owners(who), { method: 'PUT', key, json });

  beforeAll(async () => {
    acme = await team(app);
    await app.app.get(Members).add(TESTS, acme.organization, await person(app, 'bill'), 'billing');
    admin = await keyOf(app, acme.people.admin, api());
    name = unique('wax');
    await publish(app.url, acme.name, acme.publishKey, { name });
  });

  test('are the members who may publish, as their roles come to', async () => {
    const { people } = acme;
    const expected = [
      { ...reference(people.admin.name), email: people.admin.name, level: 'full' },
      { ...reference(people.write.name), email: people.write.name, level: 'maintainer' },
    ];
    const reader = await keyOf(app, people.read, api('read'));
    for (const erlang of [false, true]) {
      const { status, body } = await ask(owners(), { key: reader, erlang });
      expect([status, JSON.parse(JSON.stringify(body))]).toEqual([200, expected]);
      const one = await ask(owners(people.write.name), { key: reader, erlang });
      expect(JSON.parse(JSON.stringify(one.body))).toEqual(expected[1]);
    }
    for (const who of [people.read.name, 'bill', 'ada'])
      expect((await ask(owners(who), { key: reader })).status).toBe(404);
    expect((await ask(owners(), { key: adasKey })).status).toBe(404);
    expect((await ask(owners())).status).toBe(404);
  });

  test('need nothing done where the role is enough already', async () => {
    const { people } = acme;
    for (const [who, level] of [
      [people.admin.name, 'full'],
      [people.admin.name, 'maintainer'],
      [people.write.name, 'maintainer'],
      [`${people.write.name}@example.org`, 'maintainer'],
    ] as const) {
      const answer = await put(who, { level, transfer: false });
      expect([answer.status, answer.bytes.length]).toEqual([204, 0]);
    }
  });

  test('are decided by the admins, at the page of the members: the words say so', async () => {
    const { people } = acme;
    const page = `${app.url}/orgs/${acme.name}/members`;
    const decided = `who owns packages of ${acme.name} is decided by the roles of its members, at ${page}`;
    const notMember = 'cannot add owner to private package when the user is not a member of the organization';
    const remove = (who: string) => ask(owners(who), { method: 'DELETE', key: admin });
    const cases = [
      [put(people.write.name), `${decided}: give ${people.write.name} the role admin`],
      [put(people.read.name, { level: 'maintainer' }), `${decided}: give ${people.read.name} the role write`],
      [put('bill', { level: 'maintainer' }), `${decided}: give bill the role write`],
      [put('ada'), notMember],
      [put('nobody_at_all'), notMember],
      [put('nobody@example.org'), notMember],
      [put(people.admin.name, { transfer: true }), `a package of an organization cannot be transferred: ${decided}`],
      [remove(people.write.name), `${decided}: change the role of ${people.write.name}`],
      [remove(people.read.name), 'user is not an owner'],
      [remove('ada'), 'user is not an owner'],
    ] as const;
    for (const [asked, username] of cases) {
      const { status, body } = await asked;
      expect([status, body]).toEqual([422, { status: 422, message: 'Validation error(s)', errors: { username } }]);
    }
    const log = await app.db.query(
      `select 1 from audit_entries where params ->> 'package' = $1 and action like 'owner.%'`,
      [name],
    );
    expect(log).toEqual([]);
  });

  test('are not for writers to decide, nor for outsiders to know', async () => {
    expect((await put(acme.people.admin.name, {}, acme.publishKey)).status).toBe(403);
    expect((await put(acme.people.admin.name, {}, adasKey)).status).toBe(404);
    expect((await ask(owners('ada'), { method: 'PUT', json: {} })).status).toBe(401);
    const absent = owners(acme.people.admin.name).replace(name, 'absent');
    expect((await ask(absent, { method: 'PUT', key: admin, json: {} })).status).toBe(404);
  });
});
