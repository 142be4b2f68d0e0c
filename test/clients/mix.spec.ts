import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../../src/accounts/keys.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { publish } from '../support/http.js';
import { keyOf, repository, team, type Team, TESTS } from '../support/people.js';
import { clientHome, hasHexClient, run } from '../support/programs.js';

const app = useApp();
let acme: Team;
let shared: Awaited<ReturnType<typeof clientHome>>;
let number = 0;

beforeAll(async () => {
  acme = await team(app);
  shared = await clientHome();
  const files = {
    'mix.exs': `defmodule Waxy.MixProject do
  use Mix.Project
  def project, do: [app: :waxy, version: "1.0.0", deps: []]
end
`,
    'lib/waxy.ex': 'defmodule Waxy do\n  def melt, do: "at 63 degrees"\nend\n',
  };
  expect((await publish(app.url, acme.name, acme.publishKey, { name: 'waxy', files })).status).toBe(201);
});
afterAll(() => shared.remove());

/** A client with nothing stored: `mix(…)` in a project that depends on waxy with these options. */
async function project(dependency: string, extra: Record<string, string> = {}) {
  const directory = join(shared.home, `project${(number += 1)}`);
  await mkdir(join(directory, 'lib'), { recursive: true });
  await writeFile(
    join(directory, 'mix.exs'),
    `defmodule Project${number}.MixProject do
  use Mix.Project
  def project do
    [app: :project${number}, version: "0.1.0", description: "Of the tests", package: [licenses: ["MIT"], links: %{}],
     deps: [${dependency}], aliases: [docs: [&docs/1]]]
  end
  defp docs(_) do
    File.mkdir_p!("doc")
    File.write!("doc/index.html", "The docs of project${number}")
  end
end
`,
  );
  await writeFile(join(directory, 'lib/project.ex'), `defmodule Project${number} do\nend\n`);
  const env = { ...shared.env, HEX_HOME: join(directory, 'hex'), HEX_API_URL: `${app.url}/api`, ...extra };
  return {
    name: `project${number}`,
    directory,
    mix: (...args: string[]) => run('mix', args, { cwd: directory, env, seconds: 100 }),
  };
}

type Project = Awaited<ReturnType<typeof project>>;

const custom = () => `{:waxy, "~> 1.0", repo: "${acme.name}"}`;
const organization = () => `{:waxy, "~> 1.0", organization: "${acme.name}"}`;

const addRepository = (client: Project, key: string | undefined) =>
  client.mix(
    ...['hex.repo', 'add', acme.name, `${app.url}/repo/repos/${acme.name}`],
    ...['--fetch-public-key', app.app.get(SigningKey).fingerprint, ...(key === undefined ? [] : ['--auth-key', key])],
  );

async function repointHexpm(client: Project): Promise<void> {
  const pem = join(shared.home, 'public.pem');
  await writeFile(pem, app.app.get(SigningKey).publicPem);
  expect((await client.mix('hex.repo', 'set', 'hexpm', '--url', `${app.url}/repo`, '--public-key', pem)).code).toBe(0);
}

describe.skipIf(!(await hasHexClient()))('mix hex', () => {
  test('fetches through a repository of its own name with --auth-key, and compiles', async () => {
    const client = await project(custom());
    expect(await addRepository(client, acme.fetchKey)).toMatchObject({ code: 0 });
    expect(await client.mix('deps.get')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Getting waxy') as string,
    });
    const said = await client.mix('run', '-e', 'IO.puts(Waxy.melt())');
    expect(said).toMatchObject({ code: 0, output: expect.stringContaining('at 63 degrees') as string });
  });

  test('fetches through organization:, its key exchanged for a token', async () => {
    const client = await project(organization());
    await repointHexpm(client);
    expect(await client.mix('hex.organization', 'auth', acme.name, '--key', acme.fetchKey)).toMatchObject({ code: 0 });
    const before = app.log().length;
    expect(await client.mix('deps.get')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Getting waxy') as string,
    });
    expect(app.log().slice(before)).toContain('/api/oauth/token');
  });

  test('fetches with HEX_REPOS_KEY', async () => {
    const client = await project(organization(), { HEX_REPOS_KEY: acme.fetchKey });
    await repointHexpm(client);
    expect(await client.mix('deps.get')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Getting waxy') as string,
    });
  });

  test('publishes to the organization, is told when a version exists, retires, reverts', async () => {
    const client = await project('', { HEX_API_KEY: acme.publishKey });
    const first = await client.mix('hex.publish', 'package', '--organization', acme.name, '--yes');
    expect(first).toMatchObject({
      code: 0,
      output: expect.stringContaining(`Package published to ${app.url}/packages/${acme.name}/`) as string,
    });
    const { name } = client;
    const retired = await client.mix(
      'hex.retire',
      name,
      '0.1.0',
      'security',
      '--message',
      'it leaks wax',
      '--organization',
      acme.name,
    );
    expect(retired).toMatchObject({ code: 0 });
    const reverted = await client.mix(
      'hex.publish',
      'package',
      '--organization',
      acme.name,
      '--yes',
      '--revert',
      '0.1.0',
    );
    expect(reverted).toMatchObject({ code: 0 });
    expect((await client.mix('hex.user', 'whoami')).output).toContain(acme.people.write.name);
    const owners = (await client.mix('hex.owner', 'list', 'waxy', '--organization', acme.name)).output;
    expect(owners).toMatch(new RegExp(`${acme.people.admin.name} +full\\s+${acme.people.write.name} +maintainer`));
  });

  test('publishes documentation, fetches it, takes it back', async () => {
    const client = await project('', { HEX_API_KEY: acme.publishKey });
    const { name } = client;
    const publishDocs = () => client.mix('hex.publish', 'docs', '--organization', acme.name, '--yes');
    const early = await publishDocs();
    expect(early.output).toContain('Publishing docs failed due to the package not being published yet');
    expect(await client.mix('hex.publish', 'package', '--organization', acme.name, '--yes')).toMatchObject({ code: 0 });
    const published = await publishDocs();
    const address = `${app.url}/repo/repos/${acme.name}/docs/${name}-0.1.0.tar.gz`;
    expect(published).toMatchObject({
      code: 0,
      output: expect.stringContaining(`Docs will soon be available at ${address}`) as string,
    });
    await repointHexpm(client);
    expect(await client.mix('hex.organization', 'auth', acme.name, '--key', acme.fetchKey)).toMatchObject({ code: 0 });
    const fetched = await client.mix('hex.docs', 'fetch', name, '0.1.0', '--organization', acme.name);
    const [, where = ''] = /Docs fetched: (.+)/.exec(fetched.output)!;
    expect(await readFile(join(where, 'index.html'), 'utf8')).toBe(`The docs of ${name}`);
    const revert = () => client.mix('hex.publish', 'docs', '--organization', acme.name, '--yes', '--revert', '0.1.0');
    expect((await revert()).output).toContain(`Reverted docs for ${name} 0.1.0`);
    expect((await revert()).output).toContain('Docs do not exist');
  });

  test('publishing without a right ends with the server’s words', async () => {
    const reader = await keyOf(app, acme.people.read, { domain: 'api', resource: 'write' });
    const cases = [
      [acme.fetchKey, 'key not authorized for this action'],
      ['prp_wrong', 'invalid API key'],
      [reader, 'account not authorized for this action'],
    ] as const;
    for (const [key, words] of cases) {
      const client = await project('', { HEX_API_KEY: key });
      const { code, output } = await client.mix('hex.publish', 'package', '--organization', acme.name, '--yes');
      expect([code === 0, output]).toEqual([false, expect.stringContaining(words)]);
    }
  });

  test('fetching without a right is told in words, with either style of configuration', async () => {
    const stranger = await team(app);
    const revoked = await keyOf(app, acme.organization, repository(acme.name));
    const keys = app.app.get(Keys);
    await keys.revoke(TESTS, { organizationId: acme.organization.id }, (await keys.bySecret(revoked))!.name);
    for (const key of [undefined, 'prp_wrong', revoked, stranger.fetchKey]) {
      const client = await project(custom());
      await addRepository(client, key);
      const { code, output } = await client.mix('deps.get');
      expect(code).not.toBe(0);
      expect(output).toMatch(/you don't have permissions|No package with name waxy/);
    }
    const client = await project(organization());
    await repointHexpm(client);
    const refused = await client.mix('hex.organization', 'auth', acme.name, '--key', revoked);
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('API key revoked') as string });
  });

  describe('down the ladder', () => {
    afterAll(() => stands('access_until = null, payment = null', 30));

    const fetching = async () => {
      const client = await project(custom());
      expect(await addRepository(client, acme.fetchKey)).toMatchObject({ code: 0 });
      return client.mix('deps.get');
    };
    const publishing = async () => {
      const client = await project('', { HEX_API_KEY: acme.publishKey });
      return client.mix('hex.publish', 'package', '--organization', acme.name, '--yes');
    };

    test('while a payment is late it warns, and goes on', async () => {
      await stands(`access_until = now() + interval '9 days', payment = 'past_due'`);
      const warning = `API warning: organization ${acme.name}: the last payment failed, everything works until `;
      const got = await fetching();
      expect([got.code, got.output]).toEqual([0, expect.stringContaining('Getting waxy')]);
      expect(got.output).toContain(warning);
      expect(got.output).toContain(`pay the open invoice at ${app.url}/orgs/${acme.name}/billing`);
      const published = await publishing();
      expect([published.code, published.output]).toEqual([0, expect.stringContaining('Package published to')]);
      expect(published.output).toContain(warning);
    });

    test('where publishing has stopped it fetches, and is told why it cannot publish', async () => {
      await stands(`access_until = now() - interval '1 hour', payment = 'past_due'`);
      const got = await fetching();
      expect([got.code, got.output]).toEqual([0, expect.stringContaining('Getting waxy')]);
      expect(got.output).toContain(`API warning: organization ${acme.name}: publishing has stopped because`);
      const { code, output } = await publishing();
      expect([code === 0, output]).toEqual([
        false,
        expect.stringContaining('publishing has stopped because the last payment failed'),
      ]);
    });

    test('at its end it is refused with words, and new keys with them', async () => {
      await stands(`access_until = now() - interval '90 days', payment = 'ended'`);
      const words =
        'packages can be neither fetched nor published because the subscription has ended; subscribe again at';
      const got = await fetching();
      expect([got.code === 0, got.output]).toEqual([false, expect.stringContaining(`API error: ${REFUSED}: ${words}`)]);
      const published = await publishing();
      expect([published.code === 0, published.output]).toEqual([false, expect.stringContaining(words)]);
      const client = await project(organization());
      await repointHexpm(client);
      const refused = await client.mix('hex.organization', 'auth', acme.name, '--key', acme.fetchKey);
      expect([refused.code === 0, refused.output]).toEqual([false, expect.stringContaining(words)]);
    });

    test('blocked by the operator it is told so', async () => {
      await stands(`override = 'blocked'`);
      const words = 'organization has been blocked by the operator of this server';
      for (const { code, output } of [await fetching(), await publishing()])
        expect([code === 0, output]).toEqual([false, expect.stringContaining(words)]);
    });
  });
});

const REFUSED = 'organization has no active billing subscription';

/** The organization's trial has ended, or ends in so many days, and these columns say the rest. */
async function stands(columns: string, trialDays = -400): Promise<void> {
  const all = `override = null, trial_ends_at = now() + $2 * interval '1 day'`;
  await app.db.query(`update organizations set ${all} where name = $1`, [acme.name, trialDays]);
  await app.db.query(`update organizations set ${columns} where name = $1`, [acme.name]);
}
