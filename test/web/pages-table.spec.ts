import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { SignUps } from '../../src/accounts/sign-ups.js';
import { type User } from '../../src/accounts/user.entity.js';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Invoices } from '../../src/billing/invoices.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Policies } from '../../src/policies/policies.js';
import { ShortUrls } from '../../src/platform/short-urls.js';
import { type TestApp } from '../support/app.js';
import { actor, payer, useBilling } from '../support/billing.js';
import { browse, type Fields, type Seen } from '../support/browsing.js';
import { mailTo } from '../support/mailbox.js';
import { pkce, registerClient } from '../support/oauth.js';
import { unique } from '../support/people.js';
import { isPage, routesOf } from '../support/routes.js';
import { type Estate, estate, quickPerson, type VisitorKind, VISITORS } from './estate.js';

/**
 * Who may do what on the site: every page and form there is, by method and path, for each kind of visitor. The answers stand in
 * `test/golden/access/pages.txt`, one line a route; its diff is the review. A route that has no line here fails the test.
 *
 * login: sent to log in · ok: the page, or the file · done: the form has worked · again: the form is shown once more, with what
 * is wrong · absent: like something that does not exist · no: told that it is not allowed · blocked: something stands in the way
 */
const golden = new URL('../golden/access/pages.txt', import.meta.url);

const billing = useBilling({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
let app: TestApp;
let shared: Estate;
/** For the forms that would spoil {@link shared}. */
let spare: Estate | undefined;
/** What a program asks for by the authorization code flow. */
let wish: string;
beforeAll(async () => {
  app = billing.app;
  shared = await estate(app);
  await shared.wax();
  await subscribed(shared);
  wish = await aWish();
});

async function aWish(): Promise<string> {
  const redirect_uri = 'https://client.example/callback';
  const { client } = await registerClient(app, { redirectUris: [redirect_uri] });
  const asked = { client_id: client.id, redirect_uri, response_type: 'code', scope: 'repositories', state: 'x' };
  const challenge = { code_challenge: pkce().challenge, code_challenge_method: 'S256' };
  return `/oauth/authorize?${new URLSearchParams({ ...asked, ...challenge }).toString()}`;
}

interface Request {
  readonly path?: string;
  readonly fields?: Fields;
}
type Prepare = (at: Estate, me: User | undefined, kind: VisitorKind) => Promise<Request> | Request;

/** What is sent to a route so that it would succeed for those who may. Undefined: nothing but its own path. */
const ROUTES: Readonly<Record<string, Prepare | undefined>> = {
  'GET /': undefined,
  'GET /api-docs': undefined,
  'GET /assets/:name': () => ({ path: '/assets/none.css' }),
  'GET /dev/mailbox': undefined,
  'GET /dev/mailbox/:id': async (at) => ({ path: `/dev/mailbox/${await aMail(at)}` }),
  'GET /dev/mailbox/:id/html': async (at) => ({ path: `/dev/mailbox/${await aMail(at)}/html` }),

  'GET /signup': undefined,
  'POST /signup': () => ({ fields: { email: `${unique('new')}@example.org` } }),
  'GET /signup/complete': async (at) => ({ path: await signUpLink(at) }),
  'POST /signup/complete': async (at) => ({
    fields: { token: tokenOf(await signUpLink(at)), username: unique('new'), password: 'seven bees on a lamp' },
  }),
  'GET /verify-email': async (at) => ({ path: await verifyLink(at) }),
  'POST /verify-email': async (at) => ({ fields: { token: tokenOf(await verifyLink(at)) } }),
  'GET /login': undefined,
  'POST /login': () => ({ fields: { login: 'nobody', password: 'not the password' } }),
  'POST /login/passkey': () => ({ fields: { credential: '{}' } }),
  'GET /login/second-factor': undefined,
  'POST /login/second-factor': () => ({ fields: { code: '123456' } }),
  'POST /logout': undefined,
  'POST /passkeys/options/login': undefined,
  'POST /passkeys/options/second-factor': undefined,
  'POST /passkeys/options/sudo': undefined,
  'POST /passkeys/options/new': undefined,
  'GET /password/forgot': undefined,
  'POST /password/forgot': () => ({ fields: { login: unique('nobody') } }),
  'GET /password/reset': () => ({ path: `/password/reset?token=${'x'.repeat(43)}` }),
  'POST /password/reset': () => ({ fields: { token: 'x'.repeat(43), password: 'seven bees on a lamp' } }),
  'GET /sudo': undefined,
  'POST /sudo': () => ({ fields: { password: 'not the password' } }),

  'GET /account': undefined,
  'POST /account': () => ({ fields: { full_name: 'Some Body', website: '', public_email: '' } }),
  'GET /account/emails': undefined,
  'POST /account/emails': () => ({ fields: { email: `${unique('second')}@example.org` } }),
  'POST /account/emails/options': () => ({ fields: { releases: 'yes' } }),
  'POST /account/emails/:id/resend': async (at, me) => ({ path: `/account/emails/${await unverified(at, me)}/resend` }),
  'POST /account/emails/:id/primary': async (at, me) => ({ path: `/account/emails/${await email(at, me)}/primary` }),
  'POST /account/emails/:id/remove': async (at, me) => ({ path: `/account/emails/${await email(at, me)}/remove` }),
  'GET /account/password': undefined,
  'POST /account/password': () => ({ fields: { current_password: 'wrong', password: 'seven bees on a lamp' } }),
  'GET /account/security': undefined,
  'GET /account/security/totp': undefined,
  'POST /account/security/totp': undefined,
  'POST /account/security/totp/confirm': () => ({ fields: { code: '123456' } }),
  'POST /account/security/totp/remove': undefined,
  'POST /account/security/recovery-codes': async (at, me) => (await passkey(at, me), {}),
  'POST /account/security/passkeys': () => ({ fields: { name: 'blue', credential: '{}' } }),
  'POST /account/security/passkeys/:id/rename': async (at, me) => ({
    ...{ path: `/account/security/passkeys/${await passkey(at, me)}/rename`, fields: { name: 'green' } },
  }),
  'POST /account/security/passkeys/:id/remove': async (at, me) => ({
    path: `/account/security/passkeys/${await passkey(at, me)}/remove`,
  }),
  'GET /account/sessions': undefined,
  'POST /account/sessions/revoke-others': undefined,
  'POST /account/sessions/:id/revoke': async (at, me) => ({
    path: `/account/sessions/${await at.session(me ?? at.other)}/revoke`,
  }),
  'POST /account/sessions/grants/:id/revoke': () => ({ path: '/account/sessions/grants/999999/revoke' }),
  'GET /account/activity': undefined,
  'GET /account/delete': undefined,
  'POST /account/delete': (_at, me) => ({ fields: { typed: me?.name ?? 'nobody' } }),
  'GET /account/keys': undefined,
  'POST /account/keys': () => ({ fields: { name: 'laptop', may: 'fetch', from: '', expires: '30' } }),
  'POST /account/keys/:id/revoke': async (at, me) => ({ path: `/account/keys/${await at.key(me ?? at.other)}/revoke` }),

  'GET /oauth/device': undefined,
  'POST /oauth/device': async (at) => ({ fields: { user_code: await at.userCode() } }),
  'POST /oauth/device/approve': async (at) => ({ fields: { user_code: await at.userCode(), scope: 'repositories' } }),
  'POST /oauth/device/deny': async (at) => ({ fields: { user_code: await at.userCode() } }),
  'GET /oauth/device/done': undefined,
  'GET /oauth/authorize': () => ({ path: wish }),
  'POST /oauth/authorize': () => ({ path: wish, fields: { decision: 'allow', scope: 'repositories' } }),

  'GET /orgs': undefined,
  'GET /orgs/new': undefined,
  'POST /orgs/new': () => ({ fields: { name: unique('made') } }),
  'GET /invitations/accept': async (at) => ({ path: `/invitations/accept?token=${(await at.invitation()).token}` }),
  'POST /invitations/accept': async (at) => ({ fields: { token: (await at.invitation()).token } }),
  'GET /invitations/sign-up': async (at) => ({ path: `/invitations/sign-up?token=${(await at.invitation()).token}` }),
  'POST /invitations/sign-up': async (at) => ({
    fields: { token: (await at.invitation()).token, username: unique('new'), password: 'seven bees on a lamp' },
  }),
  'GET /orgs/:organization': undefined,
  'GET /orgs/:organization/members': undefined,
  'POST /orgs/:organization/members/:user/role': (at) => ({
    ...{ path: `/orgs/${at.name}/members/${at.people.reader.name}/role`, fields: { role: 'write' } },
  }),
  'POST /orgs/:organization/members/:user/remove': (at) => ({
    path: `/orgs/${at.name}/members/${at.people.reader.name}/remove`,
  }),
  'POST /orgs/:organization/invitations': () => ({ fields: { email: `${unique('guest')}@example.org`, role: 'read' } }),
  'POST /orgs/:organization/invitations/:id/resend': async (at) => ({
    path: `/orgs/${at.name}/invitations/${(await at.invitation()).id}/resend`,
  }),
  'POST /orgs/:organization/invitations/:id/revoke': async (at) => ({
    path: `/orgs/${at.name}/invitations/${(await at.invitation()).id}/revoke`,
  }),
  'GET /orgs/:organization/keys': undefined,
  'POST /orgs/:organization/keys': () => ({ fields: { name: 'ci', may: 'fetch', expires: '30' } }),
  'POST /orgs/:organization/keys/:id/revoke': async (at) => ({
    path: `/orgs/${at.name}/keys/${await at.key(at.organization)}/revoke`,
  }),
  'GET /orgs/:organization/policies': undefined,
  'GET /orgs/:organization/policies/new': undefined,
  'POST /orgs/:organization/policies/new': () => ({
    fields: { do: 'save', name: unique('strict'), description: '', visibility: 'private', 'r0-repository': 'hexpm' },
  }),
  'GET /orgs/:organization/policies/:policy': (at) => ofPolicy(at, ''),
  'GET /orgs/:organization/policies/:policy/edit': (at) => ofPolicy(at, '/edit'),
  'POST /orgs/:organization/policies/:policy/edit': (at) => ofPolicy(at, '/edit', { do: 'save', description: '' }),
  'POST /orgs/:organization/policies/:policy/delete': (at) => ofPolicy(at, '/delete'),
  'GET /orgs/:organization/access': undefined,
  'GET /orgs/:organization/audit': undefined,
  'GET /orgs/:organization/audit.csv': undefined,
  'GET /orgs/:organization/audit.jsonl': undefined,
  'GET /orgs/:organization/export.tar': undefined,
  'GET /orgs/:organization/settings': undefined,
  'POST /orgs/:organization/settings/profile': () => ({
    fields: { displayName: 'The Hive', website: '', contactEmail: '', about: '' },
  }),
  'POST /orgs/:organization/settings/rename': () => ({ fields: { name: unique('renamed'), understood: 'yes' } }),
  'POST /orgs/:organization/settings/leave': (at) => ({ fields: { typed: at.name } }),
  'POST /orgs/:organization/settings/hand-over': (at) => ({ fields: { to: at.people.reader.name, then: 'read' } }),
  'POST /orgs/:organization/settings/delete': (at) => ({ fields: { typed: at.name } }),
  'POST /orgs/:organization/settings/keep': undefined,

  'GET /orgs/:organization/billing': undefined,
  'POST /orgs/:organization/billing/refresh': undefined,
  'POST /orgs/:organization/billing/coupon': () => ({ fields: { code: 'HONEY' } }),
  'GET /orgs/:organization/billing/details': undefined,
  'POST /orgs/:organization/billing/details': () => ({
    fields: { kind: 'person', name: 'Ada', email: 'ada@example.org', country: 'SE' },
  }),
  'GET /orgs/:organization/billing/card': undefined,
  'GET /orgs/:organization/billing/card/done': undefined,
  // There is a subscription already.
  'GET /orgs/:organization/billing/subscribe': undefined,
  'POST /orgs/:organization/billing/subscribe': () => ({ fields: { plan: 'monthly', seats: '90', code: '' } }),
  'GET /orgs/:organization/billing/seats': undefined,
  'POST /orgs/:organization/billing/seats': () => ({ fields: { seats: '95' } }),
  'GET /orgs/:organization/billing/plan': undefined,
  'POST /orgs/:organization/billing/plan': () => ({ fields: { plan: 'annual' } }),
  'GET /orgs/:organization/billing/changes/:id': (at) => offer(at),
  'POST /orgs/:organization/billing/changes/:id': (at) => offer(at),
  'GET /orgs/:organization/billing/cancel': undefined,
  'POST /orgs/:organization/billing/cancel': async (at) => {
    await app.app
      .get(Cancellations)
      .resume(actor, at.organization)
      .catch(() => undefined);
    return { fields: { reason: '' } };
  },
  'POST /orgs/:organization/billing/resume': async (at) => {
    await app.app
      .get(Cancellations)
      .cancel(actor, at.organization, null)
      .catch(() => undefined);
    return {};
  },
  'GET /orgs/:organization/billing/invoices/:id': (at) => invoice(at, ''),
  'GET /orgs/:organization/billing/invoices/:id/done': (at) => invoice(at, '/done'),
  'GET /orgs/:organization/billing/invoices/:id/pdf': (at) => invoice(at, '/pdf'),
  'POST /orgs/:organization/billing/invoices/:id/pay': (at) => invoice(at, '/pay'),
  'POST /orgs/:organization/billing/invoices/:id/abandon': (at) => invoice(at, '/abandon'),
  'GET /orgs/:organization/billing/invoices.zip': undefined,

  'GET /packages': undefined,
  'GET /packages/:name': async (at) => ({ path: `/packages/${await at.publicPackage()}` }),
  'GET /packages/:first/:second': (at) => ({ path: `/packages/${at.name}/wax` }),
  'GET /packages/:scope/:name/:version': (at) => ({ path: `/packages/${at.name}/wax/1.0.0` }),
  'POST /packages/:scope/:name/:version/retire': async (at) => act(at, 'retire', { reason: 'other', message: 'old' }),
  'POST /packages/:scope/:name/:version/unretire': async (at) => act(at, 'unretire', {}),
  'POST /packages/:scope/:name/:version/revert': async (at) => act(at, 'revert', { version: '1.0.0' }),
  // The writer has published it, and so owns it.
  'POST /packages/:name/:version/retire': (at) => publicAct(at, '1.0.0/retire', { reason: 'other' }),
  'POST /packages/:name/:version/unretire': (at) => publicAct(at, '1.0.0/unretire', {}),
  'POST /packages/:name/:version/revert': (at) => publicAct(at, '1.0.0/revert', { version: '1.0.0' }),
  'POST /packages/:name/owners': (at) => publicAct(at, 'owners', { username: at.other.name, level: 'full' }),
  'POST /packages/:name/owners/remove': async (at) => {
    const name = await at.publicPackage();
    await (await at.browser('writer')).post(`/packages/${name}/owners`, { username: at.other.name, level: 'full' });
    return { path: `/packages/${name}/owners/remove`, fields: { username: at.other.name } };
  },
  'GET /l/:code': async () => ({ path: `/l/${await app.app.get(ShortUrls).shorten(app.url)}` }),
  'GET /users/:name': (at) => ({ path: `/users/${at.people.reader.name}` }),
};

/** Forms that change what the next visitor would find, where they work: after that there is an estate of their own for the next. */
const DESTRUCTIVE =
  /^POST .*(settings\/(rename|leave|hand-over|delete)|members\/:user|account\/delete|:scope.*(re|un)|invitations\/accept$|revoke-others|logout)/;

/** With more seats than all that is tried here takes. */
async function subscribed({ name, organization }: Estate): Promise<void> {
  await payer(billing, name, 'pm_card_visa');
  const wanted = { plan: 'monthly', seats: 80, code: null } as const;
  const { id } = await app.app.get(Checkout).draft(actor, organization, wanted);
  await app.app.get(Changes).confirm(actor, organization, id);
}
async function ofPolicy({ name, organization }: Estate, act: string, fields: Fields = {}): Promise<Request> {
  const policy = unique('strict');
  const rules = { description: null, visibility: 'private', repositories: [] } as const;
  await app.app.get(Policies).save(actor, organization, policy, rules);
  return { path: `/orgs/${name}/policies/${policy}${act}`, fields };
}
let wanted = 80;
/** One that nobody has agreed to yet. */
async function offer({ name, organization }: Estate): Promise<Request> {
  const { id } = await app.app.get(SeatOrders).draft(actor, organization, (wanted += 1));
  return { path: `/orgs/${name}/billing/changes/${id}` };
}
async function invoice({ name, organization }: Estate, act: string): Promise<Request> {
  const [first] = await app.app.get(Invoices).list(organization.id);
  return { path: `/orgs/${name}/billing/invoices/${first!.stripeId}${act}` };
}
async function act(at: Estate, what: string, fields: Fields): Promise<Request> {
  await at.wax();
  return { path: `/packages/${at.name}/wax/1.0.0/${what}`, fields };
}
async function publicAct(at: Estate, what: string, fields: Fields): Promise<Request> {
  return { path: `/packages/${await at.publicPackage()}/${what}`, fields };
}
const email = (at: Estate, me: User | undefined) => at.email(me ?? at.other);
const passkey = (at: Estate, me: User | undefined) => at.passkey(me ?? at.other);
async function unverified(at: Estate, me: User | undefined): Promise<string> {
  const id = await email(at, me);
  await at.test.db.query('update emails set verified_at = null where id = $1', [id]);
  return id;
}
async function aMail(at: Estate): Promise<string> {
  const address = `${unique('reader')}@example.org`;
  await at.test.app.get(SignUps).ask({ ip: '192.0.2.1' }, address);
  return (await mailTo(at.test, address)).id;
}
async function signUpLink(at: Estate): Promise<string> {
  const address = `${unique('guest')}@example.org`;
  await at.test.app.get(SignUps).ask({ ip: `192.0.2.${addresses()}` }, address);
  return pathOf((await mailTo(at.test, address)).link);
}
async function verifyLink(at: Estate): Promise<string> {
  const address = `${unique('mine')}@example.org`;
  // Of somebody new: one account may not have many addresses waiting.
  await (await browse(at.test, await quickPerson(at.test, 'mailer'))).post('/account/emails', { email: address });
  return pathOf((await mailTo(at.test, address)).link);
}
const pathOf = (link: string): string => new URL(link).pathname + new URL(link).search;
const tokenOf = (path: string): string => new URL(path, 'http://x').searchParams.get('token')!;
let last = 0;
const addresses = (): number => (last = (last + 1) % 250);

function outcome({ status, location, text }: Seen): string {
  if (status === 303 && /^\/login(\?|$)/.test(location!)) return 'login';
  if (status === 303 && location!.startsWith('/sudo')) return 'sudo';
  if (status === 303) return 'done';
  if (status === 200 || status === 201) return 'ok';
  const names: Record<number, string> = { 403: 'no', 404: 'absent', 409: 'blocked', 422: 'again' };
  return names[status] ?? `${status} ${/<h1>(.*?)<\/h1>/.exec(text)?.[1]}`;
}

const TURNED_AWAY = ['login', 'absent', 'no'];

const shape = (route: string): string => route.replaceAll(/:\w+(\|:\w+)*/g, ':');

test('every page and form has its line, and no other', () => {
  expect(routesOf(app).filter(isPage).map(shape).toSorted()).toEqual(Object.keys(ROUTES).map(shape).toSorted());
});

const expected = new Map(
  readFileSync(golden, 'utf8')
    .split('\n')
    .filter((line) => /^(GET|POST) /.test(line))
    .map((line) => line.split(/ {2,}/) as [string, string])
    .map(([route, cells]) => [route, cells.split(' ')]),
);
const found = new Map<string, string[]>();

describe.each(Object.keys(ROUTES))('%s', (route) => {
  test.each(VISITORS.map((kind, column) => [kind, column] as const))('%s', async (kind, column) => {
    const seen = await visit(route, kind);
    found.set(route, [...(found.get(route) ?? []), outcome(seen)]);
    if (process.env['WRITE_GOLDEN'] === undefined) expect(outcome(seen)).toBe(expected.get(route)?.[column]);
  });
});

async function visit(route: string, kind: VisitorKind): Promise<Seen> {
  const [method = '', pattern = ''] = route.split(' ');
  const at = DESTRUCTIVE.test(route) ? (spare ??= await estate(app)) : shared;
  await app.db.query('delete from rate_limits');
  const browser = await at.browser(kind);
  const { path, fields } = (await ROUTES[route]?.(at, at.user(kind), kind)) ?? {};
  const address = path ?? pattern.replace(':organization', at.name);
  const seen = await (method === 'GET' ? browser.get(address) : browser.post(address, fields));
  // Whoever was turned away has changed nothing.
  if (at === spare && !TURNED_AWAY.includes(outcome(seen))) spare = undefined;
  return seen;
}

test.runIf(process.env['WRITE_GOLDEN'] !== undefined)('writes the table', () => {
  const width = Math.max(...[...found.keys()].map((route) => route.length)) + 2;
  const lines = [...found].map(([route, cells]) => route.padEnd(width) + cells.join(' '));
  writeFileSync(golden, `${'visitor'.padEnd(width)}${VISITORS.join(' ')}\n${lines.join('\n')}\n`);
});
