import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Locator, type Page } from 'playwright-core';
import { DeviceCodes } from '../../src/accounts/device-codes.js';
import { EmailAddresses } from '../../src/accounts/email-addresses.js';
import { OAuthClients } from '../../src/accounts/oauth-clients.js';
import { PasswordResets } from '../../src/accounts/password-resets.js';
import { SignUps } from '../../src/accounts/sign-ups.js';
import { Totps } from '../../src/accounts/totps.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Mails } from '../../src/platform/mail/mails.js';
import { paths } from '../../src/platform/paths.js';
import { type TestApp } from './app.js';
import { mailTo } from './mailbox.js';
import { api, PASSWORD, repositories, TESTS } from './people.js';
import { type World } from './world.js';

/** What some of the pages need before they can be opened, and what is done on them before they are looked at. */
export type MadeAddress = (world: World, test: TestApp) => string | Promise<string>;

export function openMenu(page: Page): Promise<void> {
  return page.locator('.site-header summary').click();
}

/** Sends the first form of the page although the browser knows better: what the server says is what is looked at. */
export function sendAsItIs(page: Page): Promise<void> {
  return send(page, page.locator('main form').first());
}

/** Fills fields by their names, and sends the form that has the last of them. */
export function sendWith(values: Readonly<Record<string, string>>): (page: Page) => Promise<void> {
  return async (page) => {
    const field = (name: string) => page.locator(`main [name=${name}]:not([type=hidden])`).first();
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

export async function signUpLink(_world: World, test: TestApp): Promise<string> {
  await test.app.get(SignUps).ask(ORIGIN, 'yan@example.org');
  return (await mailTo(test, 'yan@example.org')).link;
}

export async function resetLink({ people }: World, test: TestApp): Promise<string> {
  await test.app.get(PasswordResets).ask(ORIGIN, people.writer.name);
  return (await mailTo(test, `${people.writer.name}@example.org`, /password/i)).link;
}

export function anInvitation(address: string): MadeAddress {
  return async ({ busy, people: { admin } }, test) => {
    const actor = { kind: 'user', userId: admin.id, name: admin.name, origin: ORIGIN } as const;
    await test.app.get(Invitations).invite(actor, busy, address, 'write');
    return (await mailTo(test, address)).link;
  };
}

export async function aMail({ busy }: World, test: TestApp): Promise<string> {
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

export async function emptyMailbox(_world: World, { config }: TestApp): Promise<string> {
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

export async function aDevice(_world: World, test: TestApp): Promise<string> {
  const wish = { name: 'build-7.example.org', permissions: [api('write'), repositories] };
  const { userCode } = await test.app.get(DeviceCodes).start(await client(test), wish, ORIGIN);
  return paths.device(userCode);
}

export async function aRequest(_world: World, test: TestApp): Promise<string> {
  const query = new URLSearchParams({
    ...{ client_id: (await client(test)).id, redirect_uri: REDIRECT, state: 'x', response_type: 'code' },
    ...{ code_challenge: 'a'.repeat(43), code_challenge_method: 'S256', scope: 'api:read repositories' },
  });
  return `${paths.authorize}?${query.toString()}`;
}

export async function invitedSignUp(world: World, test: TestApp): Promise<string> {
  const link = await anInvitation('kim@example.org')(world, test);
  return paths.invitedSignup(new URL(link).searchParams.get('token')!);
}

export async function verifyLink({ people: { reader } }: World, test: TestApp): Promise<string> {
  const actor = { kind: 'user', userId: reader.id, name: reader.name, origin: ORIGIN } as const;
  await test.app.get(EmailAddresses).add(actor, reader, 'rea.at.work@example.org');
  return (await mailTo(test, 'rea.at.work@example.org')).link;
}

export async function totpBegun({ people: { founder } }: World, test: TestApp): Promise<string> {
  await test.app.get(Totps).begin(founder);
  return paths.totp;
}

/** A sealed secret that cannot be opened: as good a fault of ours as any. */
export async function brokenTotp(world: World, test: TestApp): Promise<string> {
  const address = await totpBegun(world, test);
  await test.db.query(`update totps set secret = '\\x00' where user_id = $1`, [world.people.founder.id]);
  return address;
}

/** The first step of logging in as somebody with a second factor. */
export const logInAsGuarded = sendWith({ login: 'gus', password: PASSWORD });

export async function guessTooOften(page: Page): Promise<void> {
  await logInAsGuarded(page);
  for (let time = 0; time < 6; time += 1) await sendWith({ code: '000000' })(page);
}

export async function renewRecoveryCodes(page: Page): Promise<void> {
  await unfold('Make new codes')(page);
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Make new codes' }).click()]);
}

/** Opens what is folded away behind these words, the first time that they occur. */
export function unfold(words: string): (page: Page) => Promise<void> {
  return (page) => page.locator('summary', { hasText: words }).first().click();
}

/** A policy with an exception that means nothing. */
export async function wrongPolicy(page: Page): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Add an exception' }).click()]);
  await sendWith({ 'r0-cooldown': 'a week', 'r0-o0-package': 'Plug', 'r0-o0-requirement': 'newest', name: 'strict' })(
    page,
  );
}
