import { beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../../src/accounts/keys.js';
import { Policies } from '../../src/policies/policies.js';
import { useApp } from '../support/app.js';
import { docsTarball, publishDocs } from '../support/docs.js';
import { type Answer, ask, publish } from '../support/http.js';
import { api, keyOf, onlyPackage, repositories, repository, team, type Team, TESTS } from '../support/people.js';
import { isPage, routesOf } from '../support/routes.js';
import { tarball } from '../support/tarballs.js';

/**
 * Every route for programs, by method, and whose it is. A route that is not listed here fails the test: decide what strangers
 * may learn from it, then list it.
 *
 * - organization: of one organization; strangers cannot tell it from one that does not exist
 * - public: of the public repository, of which there is none here
 * - own: of whoever asks; nobody without a credential
 * - open: holds nothing that is anybody's
 */
const ROUTES = {
  organization: `
    GET /api/orgs/:organization
    POST /api/orgs/:organization
    GET /api/orgs/:organization/audit-logs
    GET /api/orgs/:organization/billing
    POST /api/orgs/:organization/billing/cancel
    POST /api/orgs/:organization/billing/card
    GET /api/orgs/:organization/billing/changes/:id
    POST /api/orgs/:organization/billing/changes/:id/confirm
    POST /api/orgs/:organization/billing/coupon
    PUT /api/orgs/:organization/billing/details
    GET /api/orgs/:organization/billing/invoices
    GET /api/orgs/:organization/billing/invoices/:id
    POST /api/orgs/:organization/billing/invoices/:id/abandon
    POST /api/orgs/:organization/billing/invoices/:id/pay
    GET /api/orgs/:organization/billing/invoices/:id/pdf
    GET /api/orgs/:organization/billing/prices
    POST /api/orgs/:organization/billing/quotes
    POST /api/orgs/:organization/billing/resume
    POST /api/orgs/:organization/billing/setup-intents
    GET /api/orgs/:organization/keys
    POST /api/orgs/:organization/keys
    DELETE /api/orgs/:organization/keys
    GET /api/orgs/:organization/keys/:name
    DELETE /api/orgs/:organization/keys/:name
    GET /api/orgs/:organization/members
    POST /api/orgs/:organization/members
    GET /api/orgs/:organization/members/:user
    POST /api/orgs/:organization/members/:user
    DELETE /api/orgs/:organization/members/:user
    GET /api/orgs/:organization/policies
    GET /api/orgs/:organization/policies/:name
    PUT /api/orgs/:organization/policies/:name
    DELETE /api/orgs/:organization/policies/:name
    GET /api/repos/:repository
    GET /api/repos/:repository/advisories/:id
    GET /api/repos/:repository/packages
    GET /api/repos/:repository/packages/:name
    GET /api/repos/:repository/packages/:name/audit-logs
    GET /api/repos/:repository/packages/:name/owners
    GET /api/repos/:repository/packages/:name/owners/:user
    PUT /api/repos/:repository/packages/:name/owners/:user
    DELETE /api/repos/:repository/packages/:name/owners/:user
    POST /api/repos/:repository/packages/:name/releases
    POST /api/repos/:repository/packages/:name/retire
    GET /api/repos/:repository/packages/:name/releases/:version
    DELETE /api/repos/:repository/packages/:name/releases/:version
    GET /api/repos/:repository/packages/:name/releases/:version/docs
    POST /api/repos/:repository/packages/:name/releases/:version/docs
    DELETE /api/repos/:repository/packages/:name/releases/:version/docs
    POST /api/repos/:repository/packages/:name/releases/:version/retire
    DELETE /api/repos/:repository/packages/:name/releases/:version/retire
    POST /api/repos/:repository/publish`,
  public: `
    GET /api/advisories/:id
    GET /api/packages/:name
    GET /api/packages/:name/audit-logs
    GET /api/packages/:name/owners
    GET /api/packages/:name/owners/:user
    PUT /api/packages/:name/owners/:user
    DELETE /api/packages/:name/owners/:user
    POST /api/packages/:name/releases
    POST /api/packages/:name/retire
    GET /api/packages/:name/releases/:version
    DELETE /api/packages/:name/releases/:version
    GET /api/packages/:name/releases/:version/docs
    POST /api/packages/:name/releases/:version/docs
    DELETE /api/packages/:name/releases/:version/docs
    POST /api/packages/:name/releases/:version/retire
    DELETE /api/packages/:name/releases/:version/retire
    POST /api/publish`,
  own: `
    GET /api/auth
    POST /api/orgs
    GET /api/users/me
    GET /api/users/me/audit-logs
    GET /api/users/:name/test
    GET /api/keys
    POST /api/keys
    DELETE /api/keys
    GET /api/keys/:name
    DELETE /api/keys/:name`,
  open: `
    GET /api
    GET /api/openapi.json
    GET /api/orgs
    GET /api/packages
    GET /api/repos
    GET /api/users/:name
    POST /api/users
    POST /api/users/:name/reset
    POST /api/oauth/device_authorization
    POST /api/oauth/revoke
    POST /api/oauth/revoke_by_hash
    POST /api/oauth/token
    POST /api/short_url
    GET /.well-known/jwks.json
    GET /health/live
    GET /health/ready
    GET /metrics
    POST /webhooks/stripe`,
};

/** What bodies may say; each route takes what it knows. */
const WORDS = { name: 'x', role: 'read', reason: 'other', message: 'because' };
const MONEY = { kind: 'seats', seats: 9, setup_intent: 'seti_1', code: 'BEES' };
const DETAILS = { kind: 'person', name: 'Ada', email: 'ada@example.org', country: 'US' };

const listed = (routes: string): string[] => routes.trim().split(/\n\s*/);

const app = useApp();
let acme: Team;
let other: Team;
let keyName: string;
let bytes: Buffer;

beforeAll(async () => {
  acme = await team(app);
  other = await team(app);
  bytes = await tarball({ name: 'wax' });
  await publish(app.url, other.name, other.publishKey, { name: 'wax' });
  const release = `${app.url}/api/repos/${other.name}/packages/wax/releases/1.0.0`;
  expect((await publishDocs(release, other.publishKey, docsTarball())).status).toBe(201);
  const rules = { description: null, visibility: 'private', repositories: [] } as const;
  await app.app.get(Policies).save(TESTS, other.organization, 'wax', rules);
  keyName = (await app.app.get(Keys).bySecret(other.fetchKey))!.name;
});

test('every route is listed', () => {
  // Pages have a table of their own: test/web/pages-table.spec.ts.
  const found = routesOf(app).filter((route) => !isPage(route));
  expect(found.length).toBeGreaterThan(30);
  expect(found.sort()).toEqual(Object.values(ROUTES).flatMap(listed).sort());
});

/** A request to the route as it would succeed for those who may, with `organization` in its path. */
function request(route: string, organization: string, key: string | undefined, erlang = false) {
  const [method = '', pattern = ''] = route.split(' ');
  const isKey = pattern.includes('/keys/');
  const isPolicy = pattern.includes('/policies/');
  const path = pattern
    .replace(/:organization|:repository/, organization)
    .replace(':name', isKey ? keyName : 'wax')
    .replace(':version', '1.0.0')
    .replace(':user', pattern.includes('/owners/') ? other.people.write.name : other.people.read.name)
    .replace(':id', pattern.includes('/invoices/') ? 'in_1' : '4c3b5d1e-0000-4000-8000-000000000000');
  const body =
    method === 'POST' && /publish$|releases$|docs$/.test(pattern)
      ? { bytes }
      : method === 'POST' || method === 'PUT'
        ? { json: pattern.endsWith('/details') ? DETAILS : isPolicy ? {} : { ...WORDS, ...MONEY } }
        : {};
  return ask(app.url + path, { method, key, erlang, ...body });
}

interface Stranger {
  readonly who: string;
  readonly key: () => Promise<string | undefined>;
  readonly statuses: readonly number[];
  /** Its key carries the name, so that name is no secret to it. */
  readonly knowsTheName?: true;
}

const strangers: Stranger[] = [
  { who: 'nobody', key: async () => undefined, statuses: [401, 404] },
  { who: 'noise', key: async () => 'noise', statuses: [401] },
  {
    who: 'an admin of another organization',
    key: () => keyOf(app, acme.people.admin, api(), repositories),
    statuses: [404],
  },
  { who: 'a key for reading', key: () => keyOf(app, acme.people.admin, api('read')), statuses: [401, 404] },
  { who: 'a key for fetching', key: () => keyOf(app, acme.people.admin, repositories), statuses: [401] },
  { who: 'the key of another organization', key: () => keyOf(app, acme.organization, api()), statuses: [404] },
  {
    who: 'a key that names the other one, made while its owner was a member, say',
    key: () => keyOf(app, acme.people.admin, repository(other.name), onlyPackage(`${other.name}/wax`)),
    ...{ statuses: [401, 404], knowsTheName: true },
  },
];

describe.each(strangers)('$who', ({ key, statuses, knowsTheName }) => {
  let credential: string | undefined;

  beforeAll(async () => {
    credential = await key();
  });

  test.each(listed(ROUTES.organization))('learns nothing from %s', async (route) => {
    for (const erlang of [false, true]) {
      const real = await request(route, other.name, credential, erlang);
      const absent = await request(route, 'no_such_team', credential, erlang);
      expect(statuses).toContain(real.status);
      expect(statuses).toContain(absent.status);
      if (!knowsTheName) expect(seen(absent)).toEqual(seen(real));
    }
  });

  test.each(listed(ROUTES.public))('finds no public repository at %s', async (route) => {
    expect([401, 404]).toContain((await request(route, '', credential)).status);
  });
});

/** All that a stranger can compare, but for what differs between any two requests. */
function seen({ status, headers, bytes: body }: Answer) {
  const own = (name: string) => ['date', 'x-request-id'].includes(name) || name.startsWith('x-ratelimit');
  return { status, body: body.toString('latin1'), headers: [...headers.entries()].filter(([name]) => !own(name)) };
}

test('after all of that nothing has changed', async () => {
  const members = await app.db.query('select 1 from members where organization_id = $1', [other.organization.id]);
  expect(members).toHaveLength(3);
  expect((await app.app.get(Keys).list({ organizationId: other.organization.id })).map(({ name }) => name)).toEqual([
    keyName,
  ]);
  const audits = await app.db.query<{ action: string }[]>(
    `select action from audit_entries where subject_organization_id = $1 and actor_kind <> 'system' order by id`,
    [other.organization.id],
  );
  expect(audits.map(({ action }) => action)).toEqual(['release.publish', 'docs.publish']);
});

test('the same requests succeed for those who may, so that they were refused for who asked', async () => {
  const admin = await keyOf(app, other.people.admin, api());
  // Changes and invoices need a subscription: test/api/billing.spec.ts has one.
  for (const route of listed(ROUTES.organization).filter((one) => one.startsWith('GET') && !one.includes('/:id')))
    expect([route, (await request(route, other.name, admin)).status]).toEqual([
      route,
      route.endsWith('docs') ? 302 : 200,
    ]);
  for (const route of ['POST /api/repos/:repository/publish', 'POST /api/repos/:repository/packages/:name/releases'])
    expect([route, (await request(route, other.name, admin)).status]).toEqual([route, 200]);
});

test.each(listed(ROUTES.own))('%s is nobody’s without a credential', async (route) => {
  expect((await request(`${route}${route.endsWith('auth') ? '?domain=api' : ''}`, '', undefined)).status).toBe(401);
});

test('the lists hold what the caller may read, and nothing of others', async () => {
  const stranger = await keyOf(app, acme.people.read, api());
  for (const key of [undefined, stranger])
    for (const path of [
      'packages',
      'packages?search=wax',
      'repos',
      'orgs',
      `users/${other.people.write.name}`,
      'users/me',
      'keys',
    ])
      expect([path, (await ask(`${app.url}/api/${path}`, { key })).bytes.toString()]).toEqual([
        path,
        expect.not.stringContaining(other.name) as string,
      ]);
  const revoked = await app.app
    .get(Keys)
    .create(TESTS, { userId: acme.people.admin.id }, { name: 'gone', permissions: [api()] });
  await app.app.get(Keys).revoke(TESTS, { userId: acme.people.admin.id }, 'gone');
  expect((await ask(`${app.url}/api/packages`, { key: revoked.secret })).status).toBe(401);
});
