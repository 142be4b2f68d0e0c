import { execFileSync, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask } from '../support/http.js';
import { PASSWORD, team, type Team } from '../support/people.js';
import { clientHome, type Ended, present, rebar3 } from '../support/programs.js';

// rebar3 with its plugin rebar3_hex, the other of the two clients that publish. REBAR3_HEX names a git checkout of the plugin;
// where there is no internet, its rebar.config must name hex_core and verl in places that are there. REBAR3: another rebar3 than
// the one on the path.

const checkout = process.env['REBAR3_HEX'] ?? '';
type Answer = readonly [question: string, answer: string];
const LOCAL: Answer = ['Local Password:', 'a local password'];
const LOGIN: readonly Answer[] = [
  ['Account Password:', PASSWORD],
  ['Account Password (confirm):', PASSWORD],
  LOCAL,
  ['Local Password (confirm):', LOCAL[1]],
];

describe.skipIf(!present('a checkout of rebar3_hex (REBAR3_HEX)', checkout !== ''))('rebar3_hex', () => {
  const app = useApp();
  let acme: Team;
  let ada: User;
  let client: Awaited<ReturnType<typeof clientHome>>;
  let project: string;

  beforeAll(async () => {
    acme = await team(app, 'acme');
    ada = acme.people.admin;
    client = await clientHome();
    project = join(client.home, 'bees_wax');
    await mkdir(join(project, 'src'), { recursive: true });
    const branch = execFileSync('git', ['-C', checkout, 'rev-parse', '--abbrev-ref', 'HEAD']).toString().trim();
    const api = `api_url => <<"${app.url}/api">>`;
    const own = `#{name => <<"own">>, repo_url => <<"${app.url}/repo">>, ${api}, repo_public_key => <<"${pem()}\n">>}`;
    const config = [
      `{plugins, [{rebar3_hex, {git, "file://${checkout}", {branch, "${branch}"}}}]}.`,
      // A search asks each parent, and "hexpm" is always one.
      `{hex, [{doc, #{provider => edoc}}, {repos, [#{name => <<"hexpm">>, ${api}}, ${own}, #{name => <<"own:acme">>}]}]}.`,
    ];
    await writeFile(join(project, 'rebar.config'), config.join('\n'));
    await write('0.1.0');
    await writeFile(
      join(project, 'src/bees_wax.erl'),
      '%% @doc Wax.\n-module(bees_wax).\n-export([melt/0]).\nmelt() -> ok.\n',
    );
  });
  afterAll(() => client.remove());

  const pem = () => app.app.get(SigningKey).publicPem.trim();
  const write = (version: string) =>
    writeFile(
      join(project, 'src/bees_wax.app.src'),
      `{application, bees_wax, [{description, "Wax, from bees"}, {vsn, "${version}"}, {registered, []}, {licenses, ["MIT"]},
        {links, [{"Site", "https://example.org"}]}, {applications, [kernel, stdlib]}]}.\n`,
    );

  /** `rebar3 hex …` at a terminal, as its questions need it: each is answered once it has been asked. */
  function hex(command: string, ...answers: Answer[]): Promise<Ended> {
    // With a cache directory of its own rebar3 would write keys to another file than it reads them from.
    const { REBAR_CACHE_DIR: _left, ...env }: Record<string, string> = { ...client.env, TERM: 'dumb' };
    return new Promise((resolve) => {
      const args = ['-qefc', `exec '${rebar3}' hex ${command}`, '/dev/null'];
      const child = spawn('script', args, { cwd: project, env, detached: true });
      let [output, from] = ['', 0];
      const collect = (chunk: Buffer) => {
        output += chunk.toString();
        // While a password is awaited its question is written again and again.
        const [question, answer] = answers[0] ?? [];
        if (question === undefined || !output.slice(from).includes(question)) return;
        answers.shift();
        from = output.length;
        child.stdin.write(`${answer}\r`);
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 120_000);
      child.on('close', (code) => {
        clearTimeout(late);
        resolve({ code, output: tidy(output) });
      });
    });
  }

  const works = async (command: string, ...answers: Answer[]): Promise<string> => {
    const { code, output } = await hex(command, ...answers);
    expect(code, `rebar3 hex ${command}: ${output.slice(-3000)}`).toBe(0);
    return output;
  };
  const api = async (path: string) => (await ask(`${app.url}/api/${path}`, { key: acme.publishKey })).body;

  test('user auth, whoami, key list', async () => {
    for (const repo of ['own', 'hexpm']) {
      const output = await works(`user auth --repo ${repo}`, ['Username', ada.name], ...LOGIN);
      expect(output).toContain('You are now ready to interact with your hex repositories');
    }
    expect(await works('user whoami --repo own')).toMatch(new RegExp(`own +${ada.name} +.*${ada.name}@example.org`));
    const keys = await works('user key list --repo own');
    expect(keys).toMatch(/-api-read/);
    expect(keys).toMatch(/-repositories/);
  }, 400_000);

  test('publish package and docs, retire, owner list, search', async () => {
    expect(await works('publish package --repo own:acme --yes', LOCAL)).toContain('Published bees_wax 0.1.0');
    expect(await works('publish docs --repo own:acme --yes', LOCAL)).toContain('Published docs for bees_wax 0.1.0');
    const path = 'repos/acme/packages/bees_wax/releases/0.1.0';
    expect(await api(path)).toMatchObject({ has_docs: true, meta: { build_tools: ['rebar3'] } });
    expect(await works('search wax')).toMatch(/bees_wax +0\.1\.0 +Wax, from bees/);
    const retire = 'retire bees_wax 0.1.0 deprecated --message "use honey" --repo own:acme';
    expect(await works(retire, LOCAL)).toContain('Successfully retired');
    expect((await api(path)).retirement).toEqual({ reason: 'deprecated', message: 'use honey' });
    expect(await works('owner list bees_wax --repo own:acme', LOCAL)).toContain(ada.name);
  }, 400_000);

  test('organization auth and keys', async () => {
    expect(await works('organization auth own:acme', LOCAL)).toContain('Successfully authenticated to own:acme');
    const generate = 'organization key own:acme generate --key-name ci --permission repository:acme';
    const secret = /prp_\w+/.exec(await works(generate, LOCAL))![0];
    expect((await ask(`${app.url}/repo/repos/acme/names`, { key: secret })).status).toBe(200);
    expect(await works('organization key own:acme list')).toMatch(/^ci /m);
  }, 400_000);

  test('revert of docs is told where they were looked for; that of a release takes both', async () => {
    const docs = await hex('publish docs --revert 0.1.0 --repo own:acme --yes', LOCAL);
    expect(docs.code).not.toBe(0);
    expect(docs.output).toContain('name an organization');
    expect((await api('repos/acme/packages/bees_wax/releases/0.1.0')).has_docs).toBe(true);
    expect(await works('publish --revert 0.1.0 --repo own:acme --yes', LOCAL)).toContain(
      'Successfully deleted package',
    );
    expect((await ask(`${app.url}/api/repos/acme/packages/bees_wax`, { key: acme.publishKey })).status).toBe(404);
  }, 400_000);
});

/** Without what hides a password while it is typed: clearing the line, and writing the question anew. */
const tidy = (output: string): string =>
  output
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll('\u001b[2K', '').trim())
    .filter((line, at, all) => line !== '' && line !== all[at - 1])
    .join('\n');
