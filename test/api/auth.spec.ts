import { beforeAll, describe, expect, test } from 'vitest';
import { Organizations } from '../../src/organizations/organizations.js';
import { useApp } from '../support/app.js';
import { ask, basic } from '../support/http.js';
import {
  api,
  keyOf,
  onlyPackage,
  PASSWORD,
  repositories,
  repository,
  team,
  type Team,
  TESTS,
} from '../support/people.js';

const app = useApp();
let acme: Team;
let other: Team;

beforeAll(async () => {
  acme = await team(app);
  other = await team(app);
});

async function check(key: string | undefined, domain: string, resource?: string, erlang = true) {
  const query = new URLSearchParams({ domain, ...(resource === undefined ? {} : { resource }) });
  const answer = await ask(`${app.url}/api/auth?${query.toString()}`, { key, erlang });
  const plain: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
  return { ...answer, plain };
}

const bearer = async (secret: string) => {
  const json = { grant_type: 'client_credentials', client_secret: secret };
  return `Bearer ${(await ask(`${app.url}/api/oauth/token`, { method: 'POST', json })).body.access_token as string}`;
};

describe('a key that is good for it', () => {
  test('of an organization: 200, and whose it is, as mix reads it', async () => {
    const { status, plain } = await check(acme.fetchKey, 'repository', acme.name);
    expect([status, plain]).toEqual([
      200,
      { key: { name: expect.any(String) as string, owner: { type: 'organization', name: acme.name } } },
    ]);
  });

  test('of a person', async () => {
    const { status, plain } = await check(await keyOf(app, acme.people.read, repositories), 'repository', acme.name);
    expect([status, plain]).toMatchObject([200, { key: { owner: { type: 'user', name: acme.people.read.name } } }]);
  });

  test('as a token: 204, with nothing in it and no content type', async () => {
    const answer = await check(await bearer(acme.fetchKey), 'repository', acme.name);
    expect([answer.status, answer.bytes.length, answer.headers.get('content-type')]).toEqual([204, 0, null]);
  });

  test.each([
    ['api', undefined, () => [api()]],
    ['api', 'read', () => [api('read')]],
    ['api', 'write', () => [api()]],
    ['api', 'read', () => [onlyPackage(`${acme.name}/wax`)]],
    ['repositories', undefined, () => [repositories]],
    ['package', '$/wax', () => [onlyPackage(`${acme.name}/wax`)]],
    ['package', '$/wax', () => [api('write')]],
    ['docs', '$', () => [{ domain: 'docs' as const, resource: acme.name }]],
  ] as const)('%s %s', async (domain, resource, permissions) => {
    const key = await keyOf(app, acme.people.write, ...permissions());
    expect((await check(key, domain, resource?.replace('$', acme.name))).status).toBe(200);
  });
});

describe('a key that is not', () => {
  test.each([
    ['api', undefined, () => [api('write')]],
    ['api', 'write', () => [api('read')]],
    ['api', 'write', () => [onlyPackage(`${acme.name}/wax`)]],
    ['api', 'read', () => [repositories]],
    ['repository', '$', () => [api()]],
    ['repositories', undefined, () => [repository(acme.name)]],
    ['repositories', undefined, () => [api()]],
    ['package', '$/wax', () => [onlyPackage(`${acme.name}/comb`)]],
    ['package', '$/wax', () => [api('read')]],
    ['docs', '$', () => [repositories]],
  ] as const)('401 for %s %s', async (domain, resource, permissions) => {
    const key = await keyOf(app, acme.people.write, ...permissions());
    for (const credential of [key, await bearer(key)]) {
      const { status, plain } = await check(credential, domain, resource?.replace('$', acme.name));
      expect([status, plain]).toEqual([401, { status: 401, message: 'key not authorized for this action' }]);
    }
  });

  test('403 where it would do, but its owner has not got the right; existing and absent alike', async () => {
    const key = await keyOf(app, acme.people.read, repositories, api(), repository(other.name));
    const forbidden = { status: 403, message: 'account not authorized for this action' };
    for (const [domain, resource] of [
      ['repository', other.name],
      ['repository', 'no_such_team'],
      ['package', `${other.name}/wax`],
      ['package', 'no_such_team/wax'],
      ['package', `${acme.name}/wax`],
    ] as const) {
      const { status, plain } = await check(key, domain, resource);
      expect([domain, resource, status, plain]).toEqual([domain, resource, 403, forbidden]);
    }
  });

  test('401 for no key, noise, a password', async () => {
    for (const [key, message] of [
      [undefined, 'missing authentication information'],
      ['noise', 'invalid API key'],
      ['Bearer noise', 'invalid or expired token'],
      [basic('nobody', 'nothing'), 'invalid username and password combination'],
      ['Basic !!', 'invalid authentication information'],
      [basic(acme.people.read.name, PASSWORD), 'this asks about a key or a token, not a password'],
    ] as const) {
      const answer = await check(key, 'repository', acme.name);
      expect([key, answer.status, answer.plain]).toEqual([key, 401, { status: 401, message }]);
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm=hex');
    }
  });

  test.each([
    ['no domain', '', { domain: 'must be one of api, repository, repositories, package, docs' }],
    ['an unknown domain', 'domain=x', { domain: 'must be one of api, repository, repositories, package, docs' }],
    [
      'two domains',
      'domain=api&domain=docs',
      { domain: 'must be one of api, repository, repositories, package, docs' },
    ],
    ['no repository', 'domain=repository', { resource: 'a repository name is needed for this domain' }],
    ['a path', 'domain=repository&resource=a/b', { resource: 'a repository name is needed for this domain' }],
    ['half a package', 'domain=package&resource=acme', { resource: 'must be REPOSITORY/PACKAGE' }],
  ])('422 for %s', async (_what, query, errors) => {
    const answer = await ask(`${app.url}/api/auth?${query}`, { key: acme.fetchKey });
    expect([answer.status, answer.body.errors]).toEqual([422, errors]);
  });
});

describe('an organization that does not pay', () => {
  test.each([
    ['blocked', 'organization has been blocked by the operator of this server'],
    [
      'export_only',
      'organization has no active billing subscription: packages can be neither fetched nor published because the trial has ended; subscribe at',
    ],
  ])('%s', async (state, message) => {
    const { organization, name } = await team(app);
    const key = await keyOf(app, organization, repository(name), { domain: 'docs', resource: name }, api());
    const organizations = app.app.get(Organizations);
    if (state === 'blocked') await organizations.setOverride(TESTS, name, 'blocked');
    else await organizations.setTrialEnd(TESTS, name, new Date(0));
    for (const [domain, resource] of [
      ['repository', name],
      ['docs', name],
      ['package', `${name}/wax`],
    ] as const) {
      const { status, plain } = await check(key, domain, resource);
      const words = state === 'blocked' ? message : `${message} ${app.url}/orgs/${name}/billing`;
      expect([domain, status, plain]).toEqual([domain, 403, { status: 403, message: words }]);
    }
    expect((await check(key, 'api', 'read')).status).toBe(200);
  });
});
