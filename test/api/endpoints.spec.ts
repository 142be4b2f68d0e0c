import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type z } from 'zod';
import { Keys } from '../../src/accounts/keys.js';
import { Importing } from '../../src/advisories/importing.js';
import { ErrorShape } from '../../src/api/openapi/document.js';
import { type Content } from '../../src/api/openapi/endpoint.js';
import { type DescribedEndpoint, Endpoints } from '../../src/api/openapi/endpoints.js';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Invoices } from '../../src/billing/invoices.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Members } from '../../src/organizations/members.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { Policies } from '../../src/policies/policies.js';
import { type TestApp } from '../support/app.js';
import { GIVEN_DETAILS, type Payer, subscriber } from '../support/billing-api.js';
import { actor, setUpCard, useBilling } from '../support/billing.js';
import { docsTarball, publishDocs } from '../support/docs.js';
import { type Answer, ask } from '../support/http.js';
import { HEX_CLI, secondFactor } from '../support/oauth.js';
import { api, keyOf, person, type Team, team, TESTS, unique } from '../support/people.js';
import { routesOf } from '../support/routes.js';
import { tarball } from '../support/tarballs.js';
import { type AuthenticatorApp } from '../support/totp.js';
import { type Credential, credentials, type Holders, WITH_CODE } from './endpoint-credentials.js';

/**
 * Every endpoint of the API for each kind of credential, in JSON and in Erlang terms. The answers' statuses stand in
 * `test/golden/access/endpoints.txt`, one line an endpoint; its diff is the review. An endpoint without a line here fails the
 * test. Each request would succeed for those who may; each answer must have the shape that the API's description says.
 */
const golden = new URL('../golden/access/endpoints.txt', import.meta.url);

const billing = useBilling({ env: { PUBLIC_REPOSITORY: 'hexpm', API_LIMIT_PER_IP: '1000000' } });
let app: TestApp;
let own: Payer;
let other: Team;
/** The admin's, of the public repository. */
let honey: string;
let adminKey: string;
let declared: DescribedEndpoint[];
let holders: Holders;
let authenticator: AuthenticatorApp;

beforeAll(async () => {
  app = billing.app;
  declared = app.app.get(Endpoints).all();
  own = await subscriber(billing);
  other = await team(app);
  expect((await own.call('POST', '', { seats: 60 })).status).toBe(200);
  adminKey = await keyOf(app, own.people.admin, api());
  honey = unique('honey');
  await release(privately('wax'), 'wax', '1.0.0');
  await release(publicly(honey), honey, '1.0.0');
  for (const at of [privately('wax'), publicly(honey)])
    expect((await publishDocs(`${at}/releases/1.0.0`, adminKey, docsTarball())).status).toBe(201);
  await advise();
  authenticator = await secondFactor(app, own.people.admin);
  holders = { app, own, other, packages: [`${own.name}/wax`, `hexpm/${honey}`] };
});

const privately = (name: string) => `${app.url}/api/repos/${own.name}/packages/${name}`;
const publicly = (name: string) => `${app.url}/api/packages/${name}`;

async function release(at: string, name: string, version: string): Promise<void> {
  const bytes = await tarball({ name, version });
  expect((await ask(`${at}/releases`, { method: 'POST', key: adminKey, bytes })).status).toBe(201);
}

async function advise(): Promise<void> {
  const organizations = app.app.get(Organizations);
  const places = [
    [(await organizations.repository(own.name))!, 'wax', 'OWN-1'],
    [(await organizations.publicRepository())!, honey, 'GHSA-1'],
  ] as const;
  for (const [repository, name, id] of places) {
    const affected = [{ package: { ecosystem: 'Hex', name }, versions: ['1.0.0'] }];
    const text = JSON.stringify({ id, modified: '2026-02-01T00:00:00Z', summary: `${name} melts`, affected });
    const { problems } = await app.app.get(Importing).import(TESTS, repository, [{ name: `${id}.json`, text }]);
    expect(problems).toEqual([]);
  }
}

interface Request {
  readonly path?: string;
  readonly json?: object;
  readonly bytes?: Buffer;
}
type Prepare = () => Promise<Request> | Request;

const path = (address: string): Request => ({ path: address });
/** What the repository's road and the public one have in common. */
const both = (
  suffix: string,
  method: string,
  prepare: (at: { base: string; name: string }) => Promise<Request> | Request,
) => ({
  [`${method} /api/repos/:repository/packages/:name${suffix}`]: () => prepare({ base: privately('wax'), name: 'wax' }),
  [`${method} /api/packages/:name${suffix}`]: () => prepare({ base: publicly(honey), name: honey }),
});
const nothing: Prepare = () => ({});
let version = 0;
const newVersion = () => `1.1.${(version += 1)}`;

async function newMember(): Promise<string> {
  const user = await person(app);
  await app.app.get(Members).add(TESTS, own.organization, user, 'read');
  return user.name;
}
async function newKeyOf(owner: { userId: string } | { organizationId: string }): Promise<string> {
  const made = await app.app.get(Keys).create(TESTS, owner, { name: unique('key'), permissions: [api('read')] });
  return made.key.name;
}
async function newPolicy(): Promise<string> {
  const name = unique('strict');
  const rules = { description: null, visibility: 'private', repositories: [] } as const;
  await app.app.get(Policies).save(TESTS, own.organization, name, rules);
  return name;
}
let seats = 60;
const draft = async () => (await app.app.get(SeatOrders).draft(actor, own.organization, (seats += 1))).id;
const invoice = async () => (await app.app.get(Invoices).list(own.organization.id))[0]!.stripeId;
const turned = (verb: 'cancel' | 'resume') =>
  verb === 'cancel'
    ? app.app.get(Cancellations).cancel(actor, own.organization, null)
    : app.app.get(Cancellations).resume(actor, own.organization);
const quietly = (work: Promise<unknown>) => work.catch(() => undefined);
const RETIRED = { json: { reason: 'other', message: 'because' } };
/** Below the address of the organization that asks. */
const org = (suffix: string) => `/api/orgs/${own.name}${suffix}`;

/** What is sent so that it works for those who may. Asked for anew once it has worked. */
const ROUTES: Readonly<Record<string, Prepare>> = {
  'GET /api': nothing,
  'GET /api/openapi.json': nothing,
  'GET /.well-known/jwks.json': nothing,
  'GET /api/auth': () => path('/api/auth?domain=api&resource=read'),
  'POST /api/short_url': () => ({ json: { url: 'https://hex.pm/diffs?diffs[]=ecto:1.0.0:2.0.0' } }),
  'POST /api/oauth/token': () => ({
    json: { grant_type: 'client_credentials', client_id: HEX_CLI, client_secret: adminKey, scope: 'api:read' },
  }),
  'POST /api/oauth/device_authorization': () => ({ json: { client_id: HEX_CLI, scope: 'api:read', name: 'laptop' } }),
  'POST /api/oauth/revoke': () => ({ json: { token: 'noise', client_id: HEX_CLI } }),
  'POST /api/oauth/revoke_by_hash': () => ({ json: { token_hash: 'noise' } }),

  'POST /api/users': () => {
    const username = unique('new');
    return { json: { username, password: 'seven bees on a lamp', email: `${username}@example.org` } };
  },
  'POST /api/users/:name/reset': () => path(`/api/users/${unique('nobody')}/reset`),
  'GET /api/users/me': nothing,
  'GET /api/users/me/audit-logs': nothing,
  'GET /api/users/:name': () => path(`/api/users/${own.people.write.name}`),
  'GET /api/users/:name/test': () => path(`/api/users/${own.people.write.name}/test`),

  'GET /api/keys': nothing,
  'POST /api/keys': () => ({ json: { name: unique('laptop') } }),
  'DELETE /api/keys': nothing,
  'GET /api/keys/:name': async () => path(`/api/keys/${await newKeyOf({ userId: own.people.admin.id })}`),
  'DELETE /api/keys/:name': async () => path(`/api/keys/${await newKeyOf({ userId: own.people.admin.id })}`),
  'GET /api/orgs/:organization/keys': nothing,
  'POST /api/orgs/:organization/keys': () => ({ json: { name: unique('ci') } }),
  'DELETE /api/orgs/:organization/keys': nothing,
  'GET /api/orgs/:organization/keys/:name': async () =>
    path(org(`/keys/${await newKeyOf({ organizationId: own.organization.id })}`)),
  'DELETE /api/orgs/:organization/keys/:name': async () =>
    path(org(`/keys/${await newKeyOf({ organizationId: own.organization.id })}`)),

  'GET /api/orgs': nothing,
  'POST /api/orgs': () => ({ json: { name: unique('begun') } }),
  'GET /api/orgs/:organization': nothing,
  'POST /api/orgs/:organization': () => ({ json: { seats: 60 } }),
  'GET /api/orgs/:organization/audit-logs': nothing,
  'GET /api/orgs/:organization/members': nothing,
  'POST /api/orgs/:organization/members': async () => ({ json: { name: (await person(app)).name, role: 'read' } }),
  'GET /api/orgs/:organization/members/:user': () => path(org(`/members/${own.people.read.name}`)),
  'POST /api/orgs/:organization/members/:user': () => ({
    ...{ path: org(`/members/${own.people.read.name}`), json: { role: 'read' } },
  }),
  'DELETE /api/orgs/:organization/members/:user': async () => path(org(`/members/${await newMember()}`)),
  'GET /api/orgs/:organization/policies': nothing,
  'GET /api/orgs/:organization/policies/:name': async () => path(org(`/policies/${await newPolicy()}`)),
  'PUT /api/orgs/:organization/policies/:name': () => ({ path: org(`/policies/${unique('strict')}`), json: {} }),
  'DELETE /api/orgs/:organization/policies/:name': async () => path(org(`/policies/${await newPolicy()}`)),

  'GET /api/orgs/:organization/billing': nothing,
  'GET /api/orgs/:organization/billing/prices': nothing,
  'PUT /api/orgs/:organization/billing/details': () => ({ json: GIVEN_DETAILS }),
  'POST /api/orgs/:organization/billing/setup-intents': nothing,
  'POST /api/orgs/:organization/billing/card': async () => ({
    json: { setup_intent: await setUpCard(billing, own.organization, 'pm_card_visa') },
  }),
  'POST /api/orgs/:organization/billing/quotes': () => ({ json: { kind: 'seats', seats: (seats += 1) } }),
  'GET /api/orgs/:organization/billing/changes/:id': async () => path(org(`/billing/changes/${await draft()}`)),
  'POST /api/orgs/:organization/billing/changes/:id/confirm': async () =>
    path(org(`/billing/changes/${await draft()}/confirm`)),
  'POST /api/orgs/:organization/billing/cancel': async () => (await quietly(turned('resume')), { json: {} }),
  'POST /api/orgs/:organization/billing/resume': async () => (await quietly(turned('cancel')), {}),
  // There is no such code: 422 for those who may ask.
  'POST /api/orgs/:organization/billing/coupon': () => ({ json: { code: 'HONEY' } }),
  'GET /api/orgs/:organization/billing/invoices': nothing,
  'GET /api/orgs/:organization/billing/invoices/:id': async () => path(org(`/billing/invoices/${await invoice()}`)),
  'GET /api/orgs/:organization/billing/invoices/:id/pdf': async () =>
    path(org(`/billing/invoices/${await invoice()}/pdf`)),
  // It is paid: 409 for those who may ask. Open ones are in billing.spec.ts.
  'POST /api/orgs/:organization/billing/invoices/:id/pay': async () =>
    path(org(`/billing/invoices/${await invoice()}/pay`)),
  'POST /api/orgs/:organization/billing/invoices/:id/abandon': async () =>
    path(org(`/billing/invoices/${await invoice()}/abandon`)),

  'GET /api/repos': nothing,
  'GET /api/repos/:repository': nothing,
  'GET /api/packages': nothing,
  'GET /api/repos/:repository/packages': nothing,
  'GET /api/repos/:repository/advisories/:id': () => path(`/api/repos/${own.name}/advisories/OWN-1`),
  'GET /api/advisories/:id': () => path('/api/advisories/GHSA-1'),
  'POST /api/repos/:repository/publish': async () => ({ bytes: await tarball({ name: 'wax', version: newVersion() }) }),
  'POST /api/publish': async () => ({ bytes: await tarball({ name: honey, version: newVersion() }) }),
  ...both('', 'GET', ({ base }) => path(base)),
  ...both('/audit-logs', 'GET', ({ base }) => path(`${base}/audit-logs`)),
  ...both('/owners', 'GET', ({ base }) => path(`${base}/owners`)),
  ...both('/owners/:user', 'GET', ({ base }) => path(`${base}/owners/${own.people.admin.name}`)),
  ...both('/owners/:user', 'PUT', ({ base }) => ({
    ...{ path: `${base}/owners/${own.people.admin.name}`, json: { level: 'full' } },
  })),
  // Owners of a private package are its writers: 422 for those who may ask.
  ...both('/owners/:user', 'DELETE', async ({ base, name }) => {
    const one = await person(app);
    const to = `${base}/owners/${one.name}`;
    if (name === honey) await ask(to, { method: 'PUT', key: adminKey, json: { level: 'full' } });
    return path(to);
  }),
  ...both('/releases', 'POST', async ({ base, name }) => ({
    ...{ path: `${base}/releases`, bytes: await tarball({ name, version: newVersion() }) },
  })),
  ...both('/retire', 'POST', ({ base }) => ({ path: `${base}/retire`, ...RETIRED })),
  ...both('/releases/:version', 'GET', ({ base }) => path(`${base}/releases/1.0.0`)),
  ...both('/releases/:version', 'DELETE', async ({ base, name }) => {
    const made = newVersion();
    await release(base, name, made);
    return path(`${base}/releases/${made}`);
  }),
  ...both('/releases/:version/docs', 'GET', ({ base }) => path(`${base}/releases/1.0.0/docs`)),
  ...both('/releases/:version/docs', 'POST', ({ base }) => ({
    ...{ path: `${base}/releases/1.0.0/docs`, bytes: docsTarball() },
  })),
  ...both('/releases/:version/docs', 'DELETE', async ({ base }) => {
    await publishDocs(`${base}/releases/1.0.0/docs`.replace('/docs', ''), adminKey, docsTarball());
    return path(`${base}/releases/1.0.0/docs`);
  }),
  ...both('/releases/:version/retire', 'POST', ({ base }) => ({ path: `${base}/releases/1.0.0/retire`, ...RETIRED })),
  ...both('/releases/:version/retire', 'DELETE', ({ base }) => path(`${base}/releases/1.0.0/retire`)),
};

/** These end credentials where they work. */
const ENDS_KEYS = /^DELETE \/api\/(orgs\/:organization\/)?keys$/;
const KINDS = Object.keys(credentials) as Credential[];

test('every endpoint has its line, and no other', () => {
  const found = routesOf(app).filter((route) => / \/(api|\.well-known)(\/|$)/.test(route));
  expect(found.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  expect(declared.map(({ method, path: at }) => `${method.toUpperCase()} ${at}`).toSorted()).toEqual(found.toSorted());
});

const expected = new Map(
  readFileSync(golden, 'utf8')
    .split('\n')
    .filter((line) => /^(GET|POST|PUT|DELETE) /.test(line))
    .map((line) => line.split(/ {2,}/) as [string, string])
    .map(([route, cells]) => [route, cells.split(' ')]),
);
const found = new Map<string, string[]>();
const named = (statuses: readonly string[]) => Object.fromEntries(KINDS.map((kind, index) => [kind, statuses[index]]));

describe('in JSON and in Erlang terms', () => {
  test.each(Object.keys(ROUTES))('%s', async (route) => {
    // What is only read is the same for all, so that the answers can be compared.
    const given = route.startsWith('GET') ? await ROUTES[route]!() : undefined;
    const [inJson, inTerms] = [await row(route, false, given), await row(route, true, given)];
    const statuses = inJson.map(({ status }) => String(status));
    expect(named(inTerms.map(({ status }) => String(status)))).toEqual(named(statuses));
    if (route.startsWith('GET'))
      expect(inTerms.map(({ body }) => lasting(body))).toEqual(inJson.map(({ body }) => lasting(body)));
    found.set(route, statuses);
    if (process.env['WRITE_GOLDEN'] === undefined) expect(named(statuses)).toEqual(named(expected.get(route) ?? []));
  });
});

/** One endpoint for every kind of credential. */
async function row(route: string, erlang: boolean, given?: Request): Promise<Answer[]> {
  const [method = '', pattern = ''] = route.split(' ');
  const endpoint = declared.find((one) => one.method === method.toLowerCase() && one.path === pattern)!;
  const answers: Answer[] = [];
  let prepared = given;
  for (const kind of KINDS) {
    const key = await credentialOf(kind);
    if (method === 'POST') await app.db.query('delete from rate_limits');
    prepared ??= await ROUTES[route]!();
    const { path: at = pattern.replace(/:organization|:repository/, own.name), ...body } = prepared;
    const url = at.startsWith('http') ? at : app.url + at;
    const answer = await ask(url, { method, key, erlang, ...body, ...(kind === WITH_CODE && (await withCode())) });
    checkShape(endpoint, answer, `${route} by ${kind}`);
    answers.push(answer);
    if (answer.status >= 400 || method === 'GET') continue;
    prepared = undefined;
    if (!ENDS_KEYS.test(route)) continue;
    made.clear();
    adminKey = await keyOf(app, own.people.admin, api());
  }
  return answers;
}

/** A code counts once; here it is always the first. */
async function withCode() {
  await app.db.query('update totps set last_step = 0');
  return { headers: { 'x-hex-otp': authenticator.code() } };
}

const made = new Map<Credential, string | undefined>();
async function credentialOf(kind: Credential): Promise<string | undefined> {
  if (!made.has(kind)) made.set(kind, await credentials[kind](holders));
  return made.get(kind);
}

/** Whatever the answer is, it must be one that the description speaks of. */
function checkShape({ description, status }: DescribedEndpoint, answer: Answer, where: string): void {
  const also = description.also?.[answer.status];
  const refused = also === undefined && answer.status >= 400 ? (description.refuses ?? ErrorShape) : undefined;
  const content: Content | undefined = answer.status === status ? description.answer : also ? also.content : refused;
  expect(content, `${where}: ${answer.status} is not described`).not.toBeUndefined();
  if (content === null) return expect(answer.bytes.length, where).toBe(0);
  if (content === 'pdf') return expect(answer.bytes.subarray(0, 4).toString(), where).toBe('%PDF');
  const { error } = (content as z.ZodType).safeParse(answer.body);
  expect(error?.issues ?? [], `${where} (${answer.status})`).toEqual([]);
}

/** Without what differs between any two answers. */
function lasting(body: unknown): unknown {
  if (Buffer.isBuffer(body) || typeof body === 'string') return undefined;
  const text = JSON.stringify(body, (name, value: unknown) =>
    ['last_use', 'requests'].includes(name) ? undefined : value,
  );
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

test.runIf(process.env['WRITE_GOLDEN'] !== undefined)('writes the table', () => {
  const width = Math.max(...[...found.keys()].map((route) => route.length)) + 2;
  const lines = [...found].map(([route, cells]) => route.padEnd(width) + cells.join(' '));
  const head = `Columns: ${KINDS.join(' | ')}`;
  writeFileSync(golden, `${head}\n\n${lines.join('\n')}\n`);
});
