import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Locator, type Page } from 'playwright-core';
import { DeviceCodes } from '../../src/accounts/device-codes.js';
import { PasswordResets } from '../../src/accounts/password-resets.js';
import { SignUps } from '../../src/accounts/sign-ups.js';
import { OAuthClients } from '../../src/accounts/oauth-clients.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Mails } from '../../src/platform/mail/mails.js';
import { paths } from '../../src/platform/paths.js';
import { type TestApp } from './app.js';
import { mailTo } from './mailbox.js';
import { api, repositories, TESTS } from './people.js';
import { type Who, type World } from './world.js';

/** A page of the site as somebody finds it. */
export interface SeenPage {
  /** Also the name of its pictures. */
  readonly name: string;
  readonly who: Who;
  /** With something in it, with nothing yet, or with what went wrong. */
  readonly state: 'full' | 'empty' | 'error';
  /** Where it is; may first make what the page needs. */
  readonly address: string | ((world: World, test: TestApp) => string | Promise<string>);
  /** Its status, if not 200. */
  readonly status?: number;
  /** What happens before it is looked at: a menu is opened, a form sent with mistakes. */
  readonly then?: (page: Page) => Promise<void>;
}

const HTTP = paths.package('acme', 'acme_http');
const LONG = 'acme_a_package_with_a_name_so_long_that_no_column_of_any_table_was_made_for_it';

/** Every page of the site, for the pictures (`npm run screenshots`) and for axe. A new page gets a line here. */
export const seenPages: readonly SeenPage[] = [
  { name: 'mailbox', who: 'anonymous', state: 'full', address: paths.mailbox },
  { name: 'mail', who: 'anonymous', state: 'full', address: aMail },
  { name: 'home', who: 'anonymous', state: 'full', address: paths.home },
  { name: 'home-signed-in', who: 'admin', state: 'full', address: paths.home },
  { name: 'home-newcomer', who: 'stranger', state: 'empty', address: paths.home },
  { ...{ name: 'account-menu', who: 'admin', state: 'full', address: paths.home }, then: openMenu },
  { name: 'not-found', who: 'anonymous', state: 'error', address: '/no/such/page', status: 404 },

  { name: 'sign-up', who: 'anonymous', state: 'empty', address: paths.signup },
  { ...{ name: 'sign-up-mistake', who: 'anonymous', state: 'error', address: paths.signup }, then: sendAsItIs },
  {
    ...{ name: 'sign-up-sent', who: 'anonymous', state: 'full', address: paths.signup },
    then: sendWith({ email: 'zoe@example.org' }),
  },
  { name: 'sign-up-complete', who: 'anonymous', state: 'empty', address: signUpLink },
  {
    ...{ name: 'sign-up-complete-mistake', who: 'anonymous', state: 'error', address: signUpLink },
    then: sendWith({ username: 'ada', password: 'password1' }),
  },
  { name: 'dead-link', who: 'anonymous', state: 'error', address: paths.resetPassword('x'.repeat(43)), status: 404 },
  { name: 'login', who: 'anonymous', state: 'empty', address: paths.login() },
  {
    ...{ name: 'login-mistake', who: 'anonymous', state: 'error', address: paths.login() },
    then: sendWith({ login: 'ada', password: 'not the password' }),
  },
  { name: 'password-forgot', who: 'anonymous', state: 'empty', address: paths.forgotPassword },
  {
    ...{ name: 'password-forgot-mistake', who: 'anonymous', state: 'error', address: paths.forgotPassword },
    then: sendAsItIs,
  },
  { name: 'password-reset', who: 'anonymous', state: 'empty', address: resetLink },
  {
    ...{ name: 'password-reset-mistake', who: 'anonymous', state: 'error', address: resetLink },
    then: sendWith({ password: 'short' }),
  },
  { name: 'sudo', who: 'reader', state: 'empty', address: paths.sudo() },
  {
    ...{ name: 'sudo-mistake', who: 'reader', state: 'error', address: paths.sudo() },
    then: sendWith({ password: 'not the password' }),
  },
  { name: 'person', who: 'reader', state: 'full', address: paths.user('ada') },
  { name: 'person-unknown', who: 'stranger', state: 'error', address: paths.user('ada'), status: 404 },

  { name: 'keys', who: 'admin', state: 'full', address: paths.keys },
  { name: 'keys-none', who: 'founder', state: 'empty', address: paths.keys },
  { ...{ name: 'keys-mistake', who: 'founder', state: 'error', address: paths.keys }, then: sendAsItIs },
  {
    ...{ name: 'keys-made', who: 'billing', state: 'full', address: paths.keys },
    then: sendWith({ name: 'laptop' }),
  },
  { name: 'organization-keys', who: 'admin', state: 'full', address: paths.organizationKeys('acme') },
  { name: 'organization-keys-none', who: 'founder', state: 'empty', address: paths.organizationKeys('newcomer') },

  { name: 'profile', who: 'admin', state: 'full', address: paths.profile },
  { name: 'emails', who: 'admin', state: 'full', address: paths.emails },
  {
    ...{ name: 'emails-mistake', who: 'admin', state: 'error', address: paths.emails },
    then: sendWith({ email: 'not an address' }),
  },
  { name: 'password', who: 'reader', state: 'empty', address: paths.password },
  { ...{ name: 'password-mistake', who: 'reader', state: 'error', address: paths.password }, then: sendAsItIs },
  { name: 'security', who: 'reader', state: 'empty', address: paths.security },
  { name: 'sessions', who: 'admin', state: 'full', address: paths.sessions },
  { name: 'activity', who: 'admin', state: 'full', address: paths.activity },
  { name: 'delete-account', who: 'admin', state: 'full', address: paths.deleteAccount },
  { name: 'delete-account-free', who: 'stranger', state: 'empty', address: paths.deleteAccount },

  { name: 'organizations', who: 'admin', state: 'full', address: paths.organizations },
  { name: 'organizations-none', who: 'stranger', state: 'empty', address: paths.organizations },
  { name: 'organization-new', who: 'stranger', state: 'empty', address: paths.newOrganization },
  {
    ...{ name: 'organization-new-mistake', who: 'stranger', state: 'error', address: paths.newOrganization },
    then: sendWith({ name: 'acme' }),
  },
  { name: 'organization', who: 'admin', state: 'full', address: paths.organization('acme') },
  { name: 'organization-billing', who: 'billing', state: 'full', address: paths.organization('acme') },
  { name: 'organization-empty', who: 'founder', state: 'empty', address: paths.organization('newcomer') },
  { name: 'organization-absent', who: 'stranger', state: 'error', address: paths.organization('acme'), status: 404 },
  { name: 'members', who: 'admin', state: 'full', address: paths.members('acme') },
  { name: 'members-read', who: 'reader', state: 'full', address: paths.members('acme') },
  { name: 'members-alone', who: 'founder', state: 'empty', address: paths.members('newcomer') },
  {
    ...{ name: 'members-mistake', who: 'founder', state: 'error', address: paths.members('newcomer') },
    then: sendWith({ email: 'not an address' }),
  },
  { name: 'audit', who: 'admin', state: 'full', address: paths.audit('acme') },
  { name: 'audit-none', who: 'admin', state: 'empty', address: paths.auditPage('acme', { action: 'key.revoke' }) },
  { name: 'readers', who: 'admin', state: 'full', address: paths.readers('acme') },
  { name: 'readers-of-package', who: 'admin', state: 'full', address: paths.readersOf('acme', 'acme_http') },
  { name: 'settings', who: 'admin', state: 'full', address: paths.settings('acme') },
  { name: 'invitation', who: 'stranger', state: 'full', address: anInvitation('sam2@example.org') },
  { name: 'invitation-anonymous', who: 'anonymous', state: 'full', address: anInvitation('sam3@example.org') },
  { name: 'invitation-dead', who: 'anonymous', state: 'error', address: paths.acceptInvitation('x'), status: 404 },

  { name: 'packages', who: 'reader', state: 'full', address: paths.packages() },
  { name: 'packages-found', who: 'reader', state: 'full', address: paths.packages('http') },
  { name: 'packages-not-found', who: 'reader', state: 'empty', address: paths.packages('nothing like it') },
  { name: 'packages-none', who: 'founder', state: 'empty', address: paths.packages() },
  { name: 'packages-anonymous', who: 'anonymous', state: 'empty', address: paths.packages() },
  { name: 'package', who: 'reader', state: 'full', address: HTTP },
  {
    name: 'package-versions',
    who: 'reader',
    state: 'full',
    address: paths.packageTab('acme', 'acme_http', 'versions'),
  },
  {
    name: 'package-dependents',
    who: 'reader',
    state: 'full',
    address: paths.packageTab('acme', 'acme_http', 'dependents'),
  },
  { name: 'package-bare', who: 'reader', state: 'empty', address: paths.package('acme', 'acme_x') },
  { name: 'package-long', who: 'reader', state: 'full', address: paths.package('acme', LONG) },
  { name: 'package-absent', who: 'stranger', state: 'error', address: HTTP, status: 404 },
  { name: 'release', who: 'reader', state: 'full', address: paths.release('acme', 'acme_http', '2.0.0') },
  { name: 'release-retired', who: 'reader', state: 'full', address: paths.release('acme', 'acme_http', '1.0.0') },
  { name: 'release-to-manage', who: 'writer', state: 'full', address: paths.release('acme', 'acme_http', '2.1.0') },

  { name: 'device', who: 'admin', state: 'empty', address: paths.device() },
  {
    ...{ name: 'device-mistake', who: 'admin', state: 'error', address: paths.device() },
    then: sendWith({ user_code: 'BCDF-GHJK' }),
  },
  { ...{ name: 'device-consent', who: 'admin', state: 'full', address: aDevice }, then: sendAsItIs },
  { name: 'device-done', who: 'admin', state: 'full', address: paths.deviceDone },
  { name: 'authorize', who: 'admin', state: 'full', address: aRequest },
  { name: 'authorize-unusable', who: 'admin', state: 'error', address: `${paths.authorize}?client_id=x`, status: 422 },

  // Last, since it throws away what other pages look for.
  { name: 'mailbox-none', who: 'anonymous', state: 'empty', address: emptyMailbox },
];

function openMenu(page: Page): Promise<void> {
  return page.locator('.site-header summary').click();
}

/** Sends the first form of the page although the browser knows better: what the server says is what is looked at. */
function sendAsItIs(page: Page): Promise<void> {
  return send(page, page.locator('main form').first());
}

/** Fills fields by their names, and sends the form that has the last of them. */
function sendWith(values: Readonly<Record<string, string>>): (page: Page) => Promise<void> {
  return async (page) => {
    const field = (name: string) => page.locator(`main [name=${name}]`).first();
    for (const [name, value] of Object.entries(values)) await field(name).fill(value);
    await send(page, field(Object.keys(values).at(-1)!).locator('xpath=ancestor::form'));
  };
}

async function send(page: Page, form: Locator): Promise<void> {
  const submit = form.evaluate((element: HTMLFormElement) => {
    element.noValidate = true;
    element.requestSubmit();
  });
  await Promise.all([page.waitForEvent('load'), submit]);
}

const ORIGIN = { ip: '127.0.0.1', userAgent: 'pages' };

async function signUpLink(_world: World, test: TestApp): Promise<string> {
  await test.app.get(SignUps).ask(ORIGIN, 'yan@example.org');
  return (await mailTo(test, 'yan@example.org')).link;
}

async function resetLink({ people }: World, test: TestApp): Promise<string> {
  await test.app.get(PasswordResets).ask(ORIGIN, people.writer.name);
  return (await mailTo(test, `${people.writer.name}@example.org`, /password/i)).link;
}

function anInvitation(address: string): NonNullable<Exclude<SeenPage['address'], string>> {
  return async ({ busy, people: { admin } }, test) => {
    const actor = { kind: 'user', userId: admin.id, name: admin.name, origin: ORIGIN } as const;
    await test.app.get(Invitations).invite(actor, busy, address, 'write');
    return (await mailTo(test, address)).link;
  };
}

async function aMail({ busy }: World, test: TestApp): Promise<string> {
  const letter = {
    ...{ subject: `Join ${busy.name} on Propolis`, because: 'You get this mail because ada invited this address.' },
    paragraphs: [`ada invites you to ${busy.name}, with the role write.`, 'The invitation ends in seven days.'],
    action: { label: `Join ${busy.name}`, url: `${test.url}${paths.acceptInvitation('a'.repeat(43))}` },
    facts: [['Organization', busy.name] as const, ['Role', 'write'] as const],
  };
  const to = 'somebody@example.org';
  await test.db.transaction((tx) => test.app.get(Mails).send(tx, { to, cause: 'for the pages', letter }));
  return paths.mail((await mailTo(test, to)).id);
}

async function emptyMailbox(_world: World, { config }: TestApp): Promise<string> {
  await rm(join(config.dataDir, 'mailbox'), { recursive: true });
  return paths.mailbox;
}

const REDIRECT = 'https://ci.example.org/callback';

const client = async ({ app }: TestApp) =>
  (
    await app.get(OAuthClients).create(TESTS, {
      ...{ name: 'Hive CI', redirectUris: [REDIRECT], scopes: ['api', 'repositories'], confidential: false },
      grantTypes: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
    })
  ).client;

async function aDevice(_world: World, test: TestApp): Promise<string> {
  const wish = { name: 'build-7.example.org', permissions: [api('write'), repositories] };
  const { userCode } = await test.app.get(DeviceCodes).start(await client(test), wish, ORIGIN);
  return paths.device(userCode);
}

async function aRequest(_world: World, test: TestApp): Promise<string> {
  const query = new URLSearchParams({
    ...{ client_id: (await client(test)).id, redirect_uri: REDIRECT, state: 'x', response_type: 'code' },
    ...{ code_challenge: 'a'.repeat(43), code_challenge_method: 'S256', scope: 'api:read repositories' },
  });
  return `${paths.authorize}?${query.toString()}`;
}
