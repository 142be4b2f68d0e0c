import { createPublicKey } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePolicy } from '../../src/hex/registry/policy.js';
import { openSigned } from '../../src/hex/registry/signed.js';
import { Deletions } from '../../src/organizations/deletions.js';
import { Members } from '../../src/organizations/members.js';
import { Policies } from '../../src/policies/policies.js';
import { Erasing } from '../../src/registry/erasing.js';
import { Renaming } from '../../src/registry/renaming.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, eventually } from '../support/http.js';
import { api, keyOf, team, type Team, TESTS, unique } from '../support/people.js';

const app = useApp();
let acme: Team;
let other: Team;
let admin: string;

beforeAll(async () => {
  acme = await team(app);
  other = await team(app);
  admin = await keyOf(app, acme.people.admin, api());
});

const url = (name = '', organization = acme.name) =>
  `${app.url}/api/orgs/${organization}/policies${name === '' ? '' : `/${name}`}`;
const put = (name: string, json: unknown, erlang = false) =>
  ask(url(name), { method: 'PUT', key: admin, json, erlang });
const fetched = (name: string, key: string | undefined = acme.fetchKey, organization = acme.name) =>
  ask(`${app.url}/repo/repos/${organization}/policies/${name}`, { key });
const signed = async (name: string, key?: string, organization = acme.name) => {
  const { bytes } = await fetched(name, key ?? acme.fetchKey, organization);
  return decodePolicy(await openSigned(bytes, createPublicKey(app.app.get(SigningKey).publicPem)));
};
const audits = () =>
  app.db.query<{ action: string; params: object }[]>(
    `select action, params from audit_entries where action like 'policy.%' and params ->> 'organization' = $1 order by id`,
    [acme.name],
  );

const STRICT = {
  description: 'What production may use',
  visibility: 'private',
  repositories: [
    {
      repository: 'hexpm',
      restriction: { advisory_min_severity: 'high', retirement_reasons: ['security', 'invalid'], cooldown: '7d' },
      overrides: [
        { action: 'allow', package: 'plug', requirement: '~> 1.18', comment: 'Reviewed' },
        { action: 'advisory', package: 'plug', advisory_id: 'CVE-2026-1' },
      ],
    },
  ],
};

describe('a policy', () => {
  test('is made, shown, listed and fetched at once; then replaced, and unchanged', async () => {
    const made = await put('strict', STRICT);
    expect([made.status, made.headers.get('location')]).toEqual([201, url('strict')]);
    expect(made.body).toMatchObject({
      ...{ name: 'strict', description: 'What production may use', visibility: 'private' },
      html_url: `${app.url}/orgs/${acme.name}/policies/strict`,
      repository_url: `${app.url}/repo/repos/${acme.name}/policies/strict`,
      repositories: [
        {
          repository: 'hexpm',
          restriction: { advisory_min_severity: 'high', retirement_reasons: ['invalid', 'security'], cooldown: '7d' },
          overrides: [
            { ...{ action: 'allow', package: 'plug', requirement: '~> 1.18', comment: 'Reviewed' }, advisory_id: null },
            { ...{ action: 'advisory', advisory_id: 'CVE-2026-1', requirement: null }, retirement_reason: null },
          ],
        },
      ],
    });
    expect(await signed('strict')).toMatchObject({ repository: acme.name, name: 'strict', visibility: 'private' });
    const reader = await keyOf(app, acme.people.read, api('read'));
    expect((await ask(url('strict'), { key: reader })).body).toEqual(made.body);
    expect((await ask(url(), { key: reader })).body).toEqual([made.body]);

    const repositories = [{ repository: acme.name, overrides: [{ action: 'deny', package: 'wax' }] }];
    const changed = await put('strict', { visibility: 'private', repositories });
    expect([changed.status, changed.body.description, changed.body.repositories.length]).toEqual([200, null, 1]);
    expect(changed.body.revision).toBeGreaterThan(made.body.revision);
    expect((await signed('strict')).repositories).toMatchObject([
      { repository: acme.name, overrides: [{ action: 'deny' }] },
    ]);
    expect((await put('strict', { repositories })).body).toEqual(changed.body);
    expect((await audits()).map(({ action }) => action)).toEqual(['policy.create', 'policy.update']);
  });

  test('speaks Erlang terms', async () => {
    const made = await put('from-erlang', STRICT, true);
    expect([made.status, made.headers.get('content-type')]).toEqual([201, expect.stringContaining('erlang')]);
    expect((await signed('from-erlang')).repositories[0]?.overrides).toHaveLength(2);
    expect((await ask(url('from-erlang'), { key: admin, erlang: true })).body).toEqual(made.body);
  });

  test('is gone at once, and another of its name is another', async () => {
    await put('short-lived', STRICT);
    expect((await ask(url('short-lived'), { method: 'DELETE', key: admin })).status).toBe(204);
    expect((await fetched('short-lived')).status).toBe(404);
    expect((await ask(url('short-lived'), { method: 'DELETE', key: admin })).status).toBe(404);
    expect((await put('short-lived', { description: 'Another' })).status).toBe(201);
    expect(await signed('short-lived')).toMatchObject({ description: 'Another', repositories: [] });
  });

  test('what is wrong with it is said where it is, in maps and never in lists', async () => {
    const overrides = [
      { action: 'deny', package: 'plug' },
      { action: 'deny', package: 'Plug', requirement: 'newest', advisory_id: 'CVE-1' },
    ];
    const answer = await put('wrong', { repositories: [{ repository: 'hexpm', overrides }] });
    expect([answer.status, answer.body.errors]).toEqual([
      422,
      {
        repositories: {
          1: {
            overrides: {
              2: {
                package: 'must be the name of a package',
                requirement: expect.stringContaining('~> 1.2') as string,
                advisory_id: 'is only for the action advisory',
              },
            },
          },
        },
      },
    ]);
    expect((await ask(url('wrong'), { key: admin })).status).toBe(404);
  });

  test.each<[string, unknown, string]>([
    ['A', STRICT, 'name'],
    ['new', STRICT, 'name'],
    ['fine', { visibility: 'secret' }, 'visibility'],
    ['fine', { colour: 'red' }, 'Unrecognized'],
    ['fine', { repositories: [{ repository: 'hexpm', overrides: [{ action: 'burn', package: 'plug' }] }] }, 'action'],
    ['fine', { repositories: [{ repository: 'hexpm', restriction: { cooldown: '1y' } }] }, 'cooldown'],
    ['fine', { repositories: [{ repository: 'hexpm', restriction: { max_severity: 'low' } }] }, 'max_severity'],
    ['fine', { description: 'a\nb' }, 'description'],
    ['fine', { visibility: 'public', repositories: [{ repository: 'wax' }] }, 'public policy'],
  ])('%s %j is refused', async (name, json, words) => {
    for (const erlang of [false, true]) {
      const { status, body } = await put(name, json, erlang);
      expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining(words)]);
    }
  });

  test('readers read, admins write, nobody else learns anything', async () => {
    await put('mine', STRICT);
    const keys = {
      write: acme.publishKey,
      read: await keyOf(app, acme.people.read, api()),
      organization: await keyOf(app, acme.organization, api()),
    };
    for (const key of Object.values(keys)) {
      expect((await ask(url('mine'), { key })).status).toBe(200);
      for (const method of ['PUT', 'DELETE'])
        expect((await ask(url('mine'), { method, key, json: STRICT })).status).toBe(403);
    }
    const readOnly = await keyOf(app, acme.people.admin, api('read'));
    expect((await ask(url('mine'), { method: 'PUT', key: readOnly, json: STRICT })).status).toBe(401);
    const stranger = await keyOf(app, other.people.admin, api());
    expect((await ask(url('mine'), { key: stranger })).status).toBe(404);
  });

  test('whoever has just been removed changes nothing any more', async () => {
    const gone = { kind: 'user', userId: acme.people.write.id, name: acme.people.write.name, origin: {} } as const;
    const policies = app.app.get(Policies);
    const rules = { description: null, visibility: 'private', repositories: [] } as const;
    await expect(policies.save(gone, acme.organization, 'late', rules)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(policies.remove(gone, acme.organization, 'mine')).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('fetching', () => {
  test('a private one is for those who may fetch; others cannot tell it from none', async () => {
    await put('private-one', STRICT);
    expect((await fetched('private-one')).headers.get('cache-control')).toMatch(/^private/);
    const noKey = { headers: {} };
    const at = (name: string) => `${app.url}/repo/repos/${acme.name}/policies/${name}`;
    for (const [key, status] of [
      [undefined, 401],
      ['noise', 401],
      [other.fetchKey, 403],
      [acme.publishKey, 403],
    ] as const) {
      const real = await ask(at('private-one'), { key, ...noKey });
      const absent = await ask(at('no-such-policy'), { key, ...noKey });
      expect([real.status, absent.status, absent.body]).toEqual([status, status, real.body]);
    }
    expect((await fetched('no-such-policy')).status).toBe(404);
    for (const path of ['policies', 'policies/', 'policies/a%2fb', 'policies/..'])
      expect([path, (await ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key: acme.fetchKey })).status]).toEqual([
        path,
        404,
      ]);
  });

  test('a public one is for everybody, whatever they bring along, until it is private again', async () => {
    await put('open-one', { ...STRICT, visibility: 'public' });
    const address = `${app.url}/repo/repos/${acme.name}/policies/open-one`;
    const [etag] = [(await ask(address)).headers.get('etag')!];
    for (const key of [undefined, 'noise', other.fetchKey, acme.publishKey, acme.fetchKey]) {
      const answer = await ask(address, { key });
      expect([answer.status, answer.headers.get('cache-control'), answer.headers.get('content-encoding')]).toEqual([
        ...[200, 'public, no-cache', null],
      ]);
    }
    expect((await ask(address, { headers: { 'if-none-match': etag } })).status).toBe(304);
    await put('open-one', STRICT);
    expect((await ask(address, { headers: { 'if-none-match': etag } })).status).toBe(401);
    expect((await ask(address, { key: acme.fetchKey, headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  test('an organization that does not pay: the public one stays, the private one goes', async () => {
    const poor = await team(app);
    const rules = { description: null, repositories: [] } as const;
    for (const visibility of ['public', 'private'] as const)
      await app.app.get(Policies).save(TESTS, poor.organization, `${visibility}-one`, { ...rules, visibility });
    const status = async (name: string) => (await fetched(name, poor.fetchKey, poor.name)).status;
    expect(
      await eventually(
        () => status('private-one'),
        (given) => given === 200,
        30_000,
      ),
    ).toBe(200);
    await app.db.query(`update organizations set trial_ends_at = now() - interval '400 days' where id = $1`, [
      poor.organization.id,
    ]);
    expect(
      await eventually(
        () => status('private-one'),
        (given) => given === 403,
        30_000,
      ),
    ).toBe(403);
    expect(
      await eventually(
        () => status('public-one'),
        (given) => given === 200,
        30_000,
      ),
    ).toBe(200);
    // Editing goes on: who may resolve to what has nothing to do with who pays.
    const key = await keyOf(app, poor.people.admin, api());
    expect((await ask(url('another', poor.name), { method: 'PUT', key, json: STRICT })).status).toBe(201);
  });
});

describe('the life of its organization', () => {
  test('renamed, it carries the new name, also where it speaks of itself', async () => {
    const old = await team(app);
    const key = await keyOf(app, old.people.admin, api());
    const about = (repository: string) => ({ repository, restriction: { cooldown: '1d' } });
    const json = { repositories: [about('hexpm'), about(old.name), about(other.name)] };
    await ask(url('ours', old.name), { method: 'PUT', key, json });
    const name = unique('renamed');
    await app.app.get(Renaming).rename(TESTS, old.organization, name);
    const read = () => fetched('ours', old.fetchKey, name);
    expect((await eventually(read, ({ status }) => status === 200, 30_000)).status).toBe(200);
    const repository = async () => (await signed('ours', old.fetchKey, name)).repository;
    expect(await eventually(repository, (found) => found === name, 30_000)).toBe(name);
    const { repositories } = await signed('ours', old.fetchKey, name);
    expect(repositories.map((one) => one.repository)).toEqual(['hexpm', name, other.name]);
  });

  test('erased, nothing of it stays', async () => {
    const doomed = await team(app);
    const key = await keyOf(app, doomed.people.admin, api());
    await ask(url('ours', doomed.name), { method: 'PUT', key, json: { ...STRICT, visibility: 'public' } });
    await app.app.get(Deletions).announce(TESTS, doomed.organization, doomed.name);
    await app.db.query(`update organizations set deletion_at = now() - interval '1 day' where id = $1`, [
      doomed.organization.id,
    ]);
    await app.app.get(Erasing).erase(doomed.organization.id);
    const rows = await app.db.query('select 1 from policies where organization_id = $1', [doomed.organization.id]);
    expect(rows).toEqual([]);
    const status = async () => (await fetched('ours', other.fetchKey, doomed.name)).status;
    expect(await eventually(status, (given) => given !== 200, 30_000)).toBe(403);
  });

  test('members who are removed fetch no more', async () => {
    const key = await keyOf(app, acme.people.read, { domain: 'repositories', resource: null });
    expect((await fetched('strict', key)).status).toBe(200);
    await app.app.get(Members).remove(TESTS, acme.organization, acme.people.read);
    expect(
      await eventually(
        async () => (await fetched('strict', key)).status,
        (given) => given === 403,
        30_000,
      ),
    ).toBe(403);
  });
});
