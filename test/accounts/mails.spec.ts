import { expect, test } from 'vitest';
import * as mails from '../../src/accounts/mail/accounts.emails.js';
import { type Letter } from '../../src/platform/mail/letter.js';
import { renderLetter } from '../../src/platform/mail/render.js';

const SITE = 'https://hex.example.org';
const link = (page: string) => `${SITE}/${page}?token=${'t'.repeat(43)}`;
const about = { name: 'ada', securityUrl: `${SITE}/account/security`, resetUrl: `${SITE}/password/forgot` };
const from = {
  at: new Date('2026-11-22T14:05:00Z'),
  origin: {
    ip: '8.8.8.8',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  },
};
const key = { name: 'ci', permissions: ['api:read', 'repository:acme'], expiresAt: new Date('2027-01-01T00:00:00Z') };

const letters: Record<string, Letter> = {
  'sign-up': mails.signUpLetter(link('signup/complete')),
  'sign-up-by-program': mails.signUpLetter(link('signup/complete'), 'ada'),
  'already-signed-up': mails.alreadySignedUpLetter('ada', `${SITE}/login`, about.resetUrl),
  'verify-email': mails.verifyEmailLetter('ada', link('verify-email')),
  'password-reset': mails.passwordResetLetter('ada', link('password/reset'), from),
  'password-changed': mails.passwordChangedLetter(about, from, 0, 0),
  'password-changed-with-keys': mails.passwordChangedLetter(about, from, 3, 2),
  'new-login': mails.newLoginLetter(about, from, `${SITE}/account/sessions`),
  'totp-on': mails.totpLetter(about, from, true),
  'totp-off': mails.totpLetter(about, from, false),
  'passkey-added': mails.passkeyLetter(about, from, 'the blue key', true),
  'passkey-removed': mails.passkeyLetter(about, from, 'the blue key', false),
  'recovery-codes': mails.recoveryCodesLetter(about, from),
  'recovery-code-used': mails.recoveryCodeUsedLetter(about, from, 1),
  'recovery-code-last': mails.recoveryCodeUsedLetter(about, { ...from, origin: {} }, 0),
  'email-added': mails.emailLetter(about, from, 'ada@work.example', true),
  'email-removed': mails.emailLetter(about, from, 'ada@work.example', false),
  'primary-changed': mails.primaryChangedLetter(about, from, 'ada@example.org', 'ada@work.example'),
  'key-created': mails.keyCreatedLetter(about, from, key, `${SITE}/account/keys`),
  'key-created-for-ever': mails.keyCreatedLetter(about, from, { ...key, expiresAt: null }, `${SITE}/account/keys`),
  'account-deleted': mails.accountDeletedLetter('ada', from),
};

test.each(Object.entries(letters))('%s', async (name, letter) => {
  const { subject, text } = renderLetter(letter);
  await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`../golden/mails/accounts-${name}.txt`);
});

test('every template is among them', () => {
  const templates = Object.keys(mails).filter((name) => name.endsWith('Letter'));
  expect(templates).toHaveLength(15);
});

test('what people choose cannot become markup or another header', () => {
  const { subject, html } = renderLetter(
    mails.keyCreatedLetter(about, from, { ...key, name: 'a<b>\r\nBcc: x@y.z' }, `${SITE}/account/keys`),
  );
  expect(subject).toBe('A new API key: a<b> Bcc: x@y.z');
  expect(html).not.toContain('a<b>');
});
