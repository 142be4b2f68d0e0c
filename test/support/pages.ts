import { type Page } from 'playwright-core';
import { paths } from '../../src/platform/paths.js';
import {
  aDevice,
  aMail,
  anInvitation,
  aRequest,
  brokenTotp,
  emptyMailbox,
  guessTooOften,
  invitedSignUp,
  logInAsGuarded,
  type MadeAddress,
  openMenu,
  renewRecoveryCodes,
  resetLink,
  sendAsItIs,
  sendWith,
  signUpLink,
  totpBegun,
  unfold,
  verifyLink,
  wrongPolicy,
} from './page-needs.js';
import { type Who } from './world.js';

/** A page of the site as somebody finds it. */
export interface SeenPage {
  /** Also the name of its pictures. */
  readonly name: string;
  readonly who: Who;
  /** With something in it, with nothing yet, or with what went wrong. */
  readonly state: 'full' | 'empty' | 'error';
  /** Where it is; may first make what the page needs. */
  readonly address: string | MadeAddress;
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
  { name: 'api-docs', who: 'anonymous', state: 'full', address: `${paths.apiDocs}#Packages.list` },
  { name: 'home', who: 'anonymous', state: 'full', address: paths.home },
  { name: 'home-signed-in', who: 'admin', state: 'full', address: paths.home },
  { name: 'home-newcomer', who: 'stranger', state: 'empty', address: paths.home },
  { ...{ name: 'account-menu', who: 'admin', state: 'full', address: paths.home }, then: openMenu },
  { name: 'not-found', who: 'anonymous', state: 'error', address: '/no/such/page', status: 404 },
  { name: 'forbidden', who: 'reader', state: 'error', address: paths.organizationKeys('acme'), status: 403 },

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
  { ...{ name: 'second-factor', who: 'anonymous', state: 'empty', address: paths.login() }, then: logInAsGuarded },
  {
    ...{ name: 'second-factor-limited', who: 'anonymous', state: 'error', address: paths.login() },
    then: guessTooOften,
  },
  { name: 'password-forgot', who: 'anonymous', state: 'empty', address: paths.forgotPassword },
  {
    ...{ name: 'password-forgot-mistake', who: 'anonymous', state: 'error', address: paths.forgotPassword },
    then: sendAsItIs,
  },
  {
    ...{ name: 'password-forgot-sent', who: 'anonymous', state: 'full', address: paths.forgotPassword },
    then: sendWith({ login: 'rea' }),
  },
  { name: 'verify-email', who: 'reader', state: 'full', address: verifyLink },
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
  {
    ...{ name: 'organization-keys-made', who: 'founder', state: 'full' },
    ...{ address: paths.organizationKeys('newcomer'), then: sendWith({ name: 'CI' }) },
  },

  { name: 'profile', who: 'admin', state: 'full', address: paths.profile },
  { name: 'emails', who: 'admin', state: 'full', address: paths.emails },
  {
    ...{ name: 'emails-mistake', who: 'admin', state: 'error', address: paths.emails },
    then: sendWith({ email: 'not an address' }),
  },
  { name: 'password', who: 'reader', state: 'empty', address: paths.password },
  { ...{ name: 'password-mistake', who: 'reader', state: 'error', address: paths.password }, then: sendAsItIs },
  { name: 'security', who: 'reader', state: 'empty', address: paths.security },
  { name: 'security-on', who: 'guarded', state: 'full', address: paths.security },
  { ...{ name: 'recovery-codes', who: 'guarded', state: 'full', address: paths.security }, then: renewRecoveryCodes },
  { name: 'totp', who: 'founder', state: 'empty', address: totpBegun },
  {
    ...{ name: 'totp-mistake', who: 'founder', state: 'error', address: totpBegun },
    then: sendWith({ code: 'no code' }),
  },
  { name: 'fault', who: 'founder', state: 'error', address: brokenTotp, status: 500 },
  { name: 'sudo-guarded', who: 'guarded', state: 'empty', address: paths.sudo() },
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
  { name: 'organization-closing', who: 'admin', state: 'full', address: paths.organization('sunset') },
  { name: 'organization-export-only', who: 'admin', state: 'full', address: paths.organization('dormant') },
  { name: 'organization-past-due', who: 'admin', state: 'full', address: paths.organization('overdue') },
  { name: 'organization-past-due-read', who: 'reader', state: 'full', address: paths.members('overdue') },
  { name: 'organization-publishing-stopped', who: 'admin', state: 'full', address: paths.organization('idle') },
  { name: 'readers-export-only', who: 'admin', state: 'full', address: paths.readers('dormant') },
  { name: 'package-export-only', who: 'admin', state: 'full', address: paths.package('dormant', 'old_wax') },
  { name: 'members', who: 'admin', state: 'full', address: paths.members('acme') },
  { name: 'members-read', who: 'reader', state: 'full', address: paths.members('acme') },
  { name: 'members-alone', who: 'founder', state: 'empty', address: paths.members('newcomer') },
  {
    ...{ name: 'members-mistake', who: 'founder', state: 'error', address: paths.members('newcomer') },
    then: sendWith({ email: 'not an address' }),
  },
  { name: 'policies', who: 'admin', state: 'full', address: paths.policies('acme') },
  { name: 'policies-none', who: 'founder', state: 'empty', address: paths.policies('newcomer') },
  { name: 'policy', who: 'admin', state: 'full', address: paths.policy('acme', 'strict-prod') },
  { name: 'policy-read', who: 'reader', state: 'full', address: paths.policy('acme', 'open-source') },
  { name: 'policy-new', who: 'founder', state: 'empty', address: paths.newPolicy('newcomer') },
  {
    ...{ name: 'policy-mistake', who: 'founder', state: 'error' },
    address: paths.newPolicy('newcomer'),
    then: wrongPolicy,
  },
  { name: 'policy-edit', who: 'admin', state: 'full', address: paths.editPolicy('acme', 'strict-prod') },
  { name: 'audit', who: 'admin', state: 'full', address: paths.audit('acme') },
  { name: 'audit-none', who: 'admin', state: 'empty', address: paths.auditPage('acme', { action: 'key.revoke' }) },
  { name: 'readers', who: 'admin', state: 'full', address: paths.readers('acme') },
  { name: 'readers-of-package', who: 'admin', state: 'full', address: paths.readersOf('acme', 'acme_http') },
  { name: 'settings', who: 'admin', state: 'full', address: paths.settings('acme') },
  {
    ...{ name: 'settings-unfolded', who: 'admin', state: 'full', address: paths.settings('acme') },
    then: unfold('Rename'),
  },
  { name: 'settings-closing', who: 'admin', state: 'full', address: paths.settings('sunset') },
  { name: 'settings-read', who: 'reader', state: 'full', address: paths.settings('acme') },
  {
    ...{ name: 'members-unfolded', who: 'admin', state: 'full', address: paths.members('acme') },
    then: unfold('Remove'),
  },
  { name: 'invitation', who: 'stranger', state: 'full', address: anInvitation('sam2@example.org') },
  { name: 'invitation-anonymous', who: 'anonymous', state: 'full', address: anInvitation('sam3@example.org') },
  { name: 'invitation-dead', who: 'anonymous', state: 'error', address: paths.acceptInvitation('x'), status: 404 },
  { name: 'invitation-sign-up', who: 'anonymous', state: 'empty', address: invitedSignUp },

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
  {
    name: 'package-dependencies',
    who: 'reader',
    state: 'full',
    address: paths.packageTab('acme', 'acme_http', 'dependencies'),
  },
  {
    name: 'package-dependencies-none',
    who: 'reader',
    state: 'empty',
    address: paths.packageTab('acme', 'acme_x', 'dependencies'),
  },
  { name: 'package-bare', who: 'reader', state: 'empty', address: paths.package('acme', 'acme_x') },
  { name: 'package-long', who: 'reader', state: 'full', address: paths.package('acme', LONG) },
  { name: 'package-absent', who: 'stranger', state: 'error', address: HTTP, status: 404 },
  { name: 'release', who: 'reader', state: 'full', address: paths.release('acme', 'acme_http', '2.0.0') },
  { name: 'release-retired', who: 'reader', state: 'full', address: paths.release('acme', 'acme_http', '1.0.0') },
  { name: 'release-to-manage', who: 'writer', state: 'full', address: paths.release('acme', 'acme_http', '2.1.0') },
  {
    ...{ name: 'release-unfolded', who: 'writer', state: 'full', address: paths.release('acme', 'acme_http', '2.1.0') },
    then: unfold('Retire'),
  },

  { name: 'device', who: 'admin', state: 'empty', address: paths.device() },
  {
    ...{ name: 'device-mistake', who: 'admin', state: 'error', address: paths.device() },
    then: sendWith({ user_code: 'BCDF-GHJK' }),
  },
  { ...{ name: 'device-consent', who: 'admin', state: 'full', address: aDevice }, then: sendAsItIs },
  { ...{ name: 'device-consent-guarded', who: 'guarded', state: 'full', address: aDevice }, then: sendAsItIs },
  { name: 'device-done', who: 'admin', state: 'full', address: paths.deviceDone },
  { name: 'authorize', who: 'admin', state: 'full', address: aRequest },
  { name: 'authorize-unusable', who: 'admin', state: 'error', address: `${paths.authorize}?client_id=x`, status: 422 },
];

/** Of a site with a public repository, which most have not; lived in by the same people. */
export const publicPages: readonly SeenPage[] = [
  { name: 'public-home', who: 'anonymous', state: 'full', address: paths.home },
  { name: 'public-packages', who: 'anonymous', state: 'full', address: paths.packages() },
  { name: 'public-package', who: 'anonymous', state: 'full', address: paths.package(undefined, 'honey') },
  { name: 'public-owners', who: 'writer', state: 'full', address: paths.packageTab(undefined, 'honey', 'owners') },
  { name: 'public-owners-read', who: 'reader', state: 'full', address: paths.packageTab(undefined, 'honey', 'owners') },
  {
    ...{ name: 'public-owners-mistake', who: 'writer', state: 'error' },
    ...{ address: paths.packageTab(undefined, 'honey', 'owners'), then: sendWith({ username: 'nobody_at_all' }) },
  },
  { name: 'public-person', who: 'reader', state: 'full', address: paths.user('wim') },
  { name: 'public-person-none', who: 'reader', state: 'empty', address: paths.user('ada') },
  // Last, since it throws away what other pages look for.
  { name: 'mailbox-none', who: 'anonymous', state: 'empty', address: emptyMailbox },
];
