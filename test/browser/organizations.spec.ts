import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { hasChromium, useBrowser } from '../support/browser.js';
import { ask, publish } from '../support/http.js';
import { clientHome, hasRebar3, run } from '../support/programs.js';
import { newPerson, type Person } from './person.js';

const rebar3 = await hasRebar3();

describe.skipIf(!hasChromium())('people and their organization', () => {
  const app = useApp();
  const browsers = useBrowser();

  async function found(person: Person, name: string): Promise<void> {
    await person.open('/orgs');
    await person.page.getByRole('link', { name: 'New organization' }).first().click();
    await person.fill('Name', name);
    await person.press('Create organization');
    await person.sees(/trial/i);
    expect(person.path()).toBe(`/orgs/${name}`);
  }

  async function invite(person: Person, organization: string, guest: Person, role: string): Promise<void> {
    await person.open(`/orgs/${organization}/members`);
    await person.fill('E-mail address', guest.email);
    await person.page.getByRole('radio', { name: new RegExp(`^${role}`, 'i') }).check();
    await person.press('Send invitation');
    await person.sees(guest.email);
  }

  test('one founds it and invites another, who makes an account from the mail; roles change; one is removed', async () => {
    const [fay, guy] = [await newPerson(app, browsers, 'fay'), await newPerson(app, browsers, 'guy')];
    await fay.hasAccount();
    await found(fay, 'combs');
    await invite(fay, 'combs', guy, 'read');

    await guy.openMail(/combs/);
    await guy.seesTitle('Join combs');
    await guy.follow('Create an account');
    await guy.chooseNameAndPassword('Create account and join');
    await guy.isLoggedIn();
    await guy.open('/orgs/combs');
    await guy.page.getByRole('link', { name: 'Overview' }).waitFor();
    await guy.open('/orgs/combs/keys');
    await guy.seesTitle('Not for this account');

    await fay.open('/orgs/combs/members');
    await fay.page.getByLabel(`Role of ${guy.name}`, { exact: true }).selectOption('write');
    await fay.press(`Change the role of ${guy.name}`);
    await fay.page.locator('.notice-good').waitFor();
    await guy.open('/orgs/combs/keys');
    await guy.seesTitle('API keys');

    await fay.page.getByLabel(`Role of ${fay.name}`, { exact: true }).selectOption('read');
    await fay.press(`Change the role of ${fay.name}`);
    await fay.sees(/last admin/i);

    await fay.page
      .getByRole('row', { name: new RegExp(guy.name) })
      .locator('summary')
      .click();
    await fay.press(`Remove ${guy.name}`);
    await fay.page.locator('.notice-good').waitFor();
    await guy.open('/orgs/combs');
    await guy.seesTitle('There is nothing here');
  });

  test('an invitation is accepted by an account that exists, once', async () => {
    const [ivy, joe] = [await newPerson(app, browsers, 'ivy'), await newPerson(app, browsers, 'joe')];
    await ivy.hasAccount();
    await joe.hasAccount();
    await found(ivy, 'stores');
    await invite(ivy, 'stores', joe, 'billing');
    await joe.openMail(/stores/);
    const link = joe.page.url();
    await joe.press('Accept invitation');
    await joe.sees(/Welcome to stores/);
    await joe.open('/packages/stores/anything');
    await joe.seesTitle('Not for this account');
    await joe.open(link);
    await joe.seesTitle('This invitation does not work');
  });

  test(
    'a key made on the page works at once in a real client, and not after it is revoked',
    { timeout: 90_000 },
    async () => {
      const kay = await newPerson(app, browsers, 'kay');
      await kay.hasAccount();
      await found(kay, 'jars');
      await kay.open('/account/keys');
      await kay.fill('Name', 'publishing');
      await kay.page.getByRole('checkbox', { name: /^Publish and manage/ }).check();
      await kay.press('Create key');
      await kay.seesTitle('Your new key');
      const publishKey = (await kay.page.locator('.copy-block code').first().textContent())!;
      const files = {
        'src/jam.app.src': JAM_APP,
        'src/jam.erl': '-module(jam).\n-export([taste/0]).\ntaste() -> sweet.\n',
      };
      expect((await publish(app.url, 'jars', publishKey, { name: 'jam', files })).status).toBe(201);

      await kay.open('/orgs/jars/keys');
      await kay.fill('Name', 'ci');
      await kay.press('Create key');
      await kay.seesTitle('Your new key');
      const [fetchKey, , rebarLines] = await kay.page.locator('.copy-block code').allTextContents();
      const index = () => ask(`${app.url}/repo/repos/jars/packages/jam`, { key: fetchKey! });
      expect((await index()).status).toBe(200);
      if (rebar3)
        expect(await compile(rebarLines!)).toMatchObject({ code: 0, output: expect.stringContaining('Fetching jam') });

      await kay.follow('Done, I have it');
      await kay.sees(/just now|never/);
      await kay.page.getByRole('row', { name: /^ci/ }).locator('summary').click();
      await kay.press('Revoke ci');
      await kay.sees('has been revoked');
      expect((await index()).status).toBe(401);
      if (rebar3) expect((await compile(rebarLines!)).code).not.toBe(0);
    },
  );
});

const JAM_APP = '{application, jam, [{description, "j"}, {vsn, "1.0.0"}, {applications, [kernel, stdlib]}]}.\n';
const APP = '{application, toast, [{description, "t"}, {vsn, "0.1.0"}, {applications, [kernel, stdlib, jam]}]}.\n';

/** A project with the lines that the page of the key gives for rebar.config, compiled with nothing cached. */
async function compile(lines: string): Promise<{ code: number | null; output: string }> {
  const { home, env, remove } = await clientHome();
  try {
    await mkdir(join(home, 'src'));
    await writeFile(join(home, 'rebar.config'), `${lines}\n{deps, [{jam, "1.0.0"}]}.\n`);
    await writeFile(join(home, 'src/toast.app.src'), APP);
    return await run('rebar3', ['compile'], { cwd: home, env });
  } finally {
    await remove();
  }
}
