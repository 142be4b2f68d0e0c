import { describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { addAuthenticator, hasChromium, useBrowser } from '../support/browser.js';
import { mailTo } from '../support/mailbox.js';
import { AuthenticatorApp } from '../support/totp.js';
import { newPerson, type Person } from './person.js';

describe.skipIf(!hasChromium())('a person and their account', () => {
  // By a name: browsers have no passkeys for an address of numbers.
  const app = useApp({ host: 'localhost' });
  const browsers = useBrowser();

  test('signs up from the mailbox page, logs out and in, and finds a wrong password told', async () => {
    const mira = await newPerson(app, browsers, 'mira');
    await mira.open('/');
    await mira.follow('Sign up');
    await mira.fill('E-mail address', mira.email);
    await mira.press('Send me a link');
    await mira.seesTitle('Look into your mailbox');
    const mail = await mailTo(app, mira.email);
    await mira.open('/dev/mailbox');
    await mira.follow(mail.subject);
    await mira.follow(mail.link);
    await mira.chooseNameAndPassword();
    await mira.sees(`Welcome, ${mira.name}`);
    await mira.isLoggedIn();
    await mira.logOut();

    const { password } = mira;
    mira.password = 'not the password';
    await mira.givePassword();
    await mira.sees('The user name or the password is wrong.');
    expect(await mira.page.getByLabel('User name or e-mail address').inputValue()).toBe(mira.name);
    expect(await mira.page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
    mira.password = password;
    await mira.givePassword();
    await mira.isLoggedIn();
  });

  test('sets a new password by mail, which ends the sessions that were', async () => {
    const noor = await newPerson(app, browsers, 'noor');
    await noor.hasAccount();
    const elsewhere = await newPerson(app, browsers, 'elsewhere');
    await elsewhere.open('/login');
    await elsewhere.follow('Forgot your password?');
    await elsewhere.fill('User name or e-mail address', noor.name);
    await elsewhere.press('Send me a link');
    await elsewhere.seesTitle('Look into your mailbox');
    const { link } = await mailTo(app, noor.email, /password/i);
    await elsewhere.open(link);
    await elsewhere.fill('New password', 'another lamp for the bees');
    await elsewhere.press('Set new password');

    await noor.open('/account/keys');
    expect(noor.path()).toBe('/login');
    await noor.givePassword();
    await noor.sees('The user name or the password is wrong.');
    noor.password = 'another lamp for the bees';
    await noor.givePassword();
    await noor.isLoggedIn();
    await noor.open(link);
    await noor.seesTitle('This link does not work any more');
  });

  async function setUpApp(person: Person): Promise<{ authenticator: AuthenticatorApp; codes: string[] }> {
    await person.open('/account/security');
    await person.press('Set it up');
    await person.unfold('It cannot be scanned?');
    const secret = (await person.page.locator('.copy-block code').textContent())!.replaceAll(' ', '');
    const authenticator = new AuthenticatorApp(secret, app);
    await person.fill('Six digits', authenticator.code());
    await person.press('Turn it on');
    await person.seesTitle('Your recovery codes');
    const codes = (await person.page.locator('.copy-block code').first().textContent())!.split('\n');
    return { authenticator, codes };
  }

  test('logs in with a code of an app, with a recovery code, and with neither twice', async () => {
    const toto = await newPerson(app, browsers, 'toto');
    await toto.hasAccount();
    const { authenticator, codes } = await setUpApp(toto);
    expect(codes).toHaveLength(10);
    await toto.logOut();

    await toto.givePassword();
    await toto.seesTitle('One more step');
    const code = authenticator.next();
    await toto.fill('Code from your authenticator app', code);
    await toto.press('Go on');
    await toto.isLoggedIn();
    await toto.logOut();

    await toto.givePassword();
    await toto.fill('Code from your authenticator app', code);
    await toto.press('Go on');
    await toto.page.locator('.problem, .notice-bad').first().waitFor();
    await toto.unfold('Use a recovery code');
    await toto.fill('Recovery code', codes[0]!);
    await toto.press('Use this code');
    await toto.isLoggedIn();
    await toto.logOut();

    await toto.givePassword();
    await toto.unfold('Use a recovery code');
    await toto.fill('Recovery code', codes[0]!);
    await toto.press('Use this code');
    await toto.page.locator('.problem, .notice-bad').first().waitFor();
    expect(toto.path()).toBe('/login/second-factor');
  });

  test('logs in with a passkey, as the second factor and without a password', async () => {
    const paz = await newPerson(app, browsers, 'paz');
    await paz.hasAccount();
    const device = await addAuthenticator(paz.page);
    // This device says yes to everything, so among the suggestions it would log in before anybody has typed.
    await paz.page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
    await paz.open('/account/security');
    await paz.fill('Name of the new passkey', 'amber');
    await paz.press('Add a passkey');
    await paz.sees('The passkey “amber” has been added.');
    expect(await device.count()).toBe(1);
    await paz.open('/');
    await paz.logOut();

    await paz.givePassword();
    await paz.seesTitle('One more step');
    await paz.press('Use a passkey');
    await paz.isLoggedIn();
    await paz.logOut();

    await paz.open('/login');
    await paz.press('Log in with a passkey');
    await paz.isLoggedIn();
    await paz.logOut();

    await paz.page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => true;
    });
    await paz.open('/login');
    await paz.isLoggedIn();
    await device.remove();
  });

  test('ends a session elsewhere, which is over at once', async () => {
    const sol = await newPerson(app, browsers, 'sol');
    await sol.hasAccount();
    const phone = await newPerson(app, browsers, 'phone');
    Object.assign(phone, { name: sol.name, password: sol.password });
    await phone.givePassword();
    await phone.isLoggedIn();
    await sol.open('/account/sessions');
    const others = sol.page.getByRole('listitem').filter({ hasNotText: 'this one' });
    await others.getByRole('button', { name: /Log out/ }).click();
    await sol.sees(/logged out|ended/i);
    await phone.open('/account');
    expect(phone.path()).toBe('/login');
    await sol.open('/account');
    expect(sol.path()).toBe('/account');
  });

  test('deletes the account, and nobody can log in to it or have its name', async () => {
    const del = await newPerson(app, browsers, 'del');
    await del.hasAccount();
    await del.open('/account/delete');
    await del.fill(`Type ${del.name} to confirm`, 'something else');
    await del.press('Delete my account');
    await del.page.locator('.problem').first().waitFor();
    await del.fill(`Type ${del.name} to confirm`, del.name);
    await del.press('Delete my account');
    await del.page.getByRole('link', { name: 'Log in', exact: true }).first().waitFor();
    await del.givePassword();
    await del.sees('The user name or the password is wrong.');

    const heir = await newPerson(app, browsers, 'heir');
    Object.assign(heir, { name: del.name });
    await heir.open('/signup');
    await heir.fill('E-mail address', heir.email);
    await heir.press('Send me a link');
    await heir.openMail(/./);
    await heir.chooseNameAndPassword();
    await heir.page.locator('.problem').first().waitFor();
    expect(heir.path()).toBe('/signup/complete');
  });
});
