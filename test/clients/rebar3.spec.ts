import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../../src/accounts/keys.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, publish } from '../support/http.js';
import { keyOf, repository, team, type Team, TESTS } from '../support/people.js';
import { clientHome, hasRebar3, rebar3, run } from '../support/programs.js';

const app = useApp();
let acme: Team;
let client: Awaited<ReturnType<typeof clientHome>>;
let number = 0;

beforeAll(async () => {
  acme = await team(app);
  client = await clientHome();
  const files = {
    'rebar.config': '{erl_opts, []}.\n',
    'src/waxy.app.src':
      '{application, waxy, [{description, "w"}, {vsn, "1.0.0"}, {applications, [kernel, stdlib]}]}.\n',
    'src/waxy.erl': '-module(waxy).\n-export([melt/0]).\nmelt() -> at_63_degrees.\n',
  };
  expect((await publish(app.url, acme.name, acme.publishKey, { name: 'waxy', files })).status).toBe(201);
});
afterAll(() => client.remove());

/** A project that depends on waxy, with this repository configuration; `rebar3 compile` in it, with nothing cached. */
async function compile(repo: string): Promise<{ code: number | null; output: string; directory: string }> {
  const directory = join(client.home, `project${(number += 1)}`);
  await mkdir(join(directory, 'src'), { recursive: true });
  const config = `{hex, [{repos, [${repo}]}]}.\n{deps, [{waxy, "1.0.0"}]}.\n{erl_opts, [debug_info]}.\n`;
  await writeFile(join(directory, 'rebar.config'), config);
  const application =
    '{application, project, [{description, "p"}, {vsn, "0.1.0"}, {applications, [kernel, stdlib, waxy]}]}.\n';
  await writeFile(join(directory, 'src/project.app.src'), application);
  const env = { ...client.env, REBAR_CACHE_DIR: join(directory, 'cache') };
  return { ...(await run(rebar3, ['compile'], { cwd: directory, env })), directory };
}

const pem = () => app.app.get(SigningKey).publicPem.trim();
const custom = (key: string | undefined) =>
  `#{name => <<"${acme.name}">>, repo_url => <<"${app.url}/repo/repos/${acme.name}">>, repo_public_key => <<"${pem()}\n">>` +
  `${key === undefined ? '' : `, repo_key => <<"${key}">>`}}`;

describe.skipIf(!(await hasRebar3()))('rebar3', () => {
  test('fetches a private package with the organization’s key, compiles it, and can do so again', async () => {
    const { code, output, directory } = await compile(custom(acme.fetchKey));
    expect([code, output]).toEqual([0, expect.stringContaining('Fetching waxy v1.0.0')]);
    const paths = ['-noshell', '-pa', join(directory, '_build/default/lib/waxy/ebin')];
    const said = await run('erl', [...paths, '-eval', 'io:format("~p", [waxy:melt()]), halt().'], { env: client.env });
    expect(said.output).toBe('at_63_degrees');
    // A second look revalidates what is cached: 304 for what has not changed.
    const env = { ...client.env, REBAR_CACHE_DIR: join(directory, 'cache') };
    expect((await run(rebar3, ['update'], { cwd: directory, env })).code).toBe(0);
    expect((await run(rebar3, ['compile'], { cwd: directory, env })).code).toBe(0);
  });

  test('fetches with the organization as a part of a parent repository', async () => {
    const parent = `#{name => <<"hive">>, repo_url => <<"${app.url}/repo">>, repo_public_key => <<"${pem()}\n">>}`;
    const part = `#{name => <<"hive:${acme.name}">>, repo_key => <<"${acme.fetchKey}">>}`;
    const { code, output } = await compile(`${part}, ${parent}`);
    expect([code, output]).toEqual([0, expect.stringContaining('Fetching waxy v1.0.0')]);
  });

  test('is refused without a right, and says which package it could not get', async () => {
    const stranger = await team(app);
    const revoked = await keyOf(app, acme.organization, repository(acme.name));
    const keys = app.app.get(Keys);
    await keys.revoke(TESTS, { organizationId: acme.organization.id }, (await keys.bySecret(revoked))!.name);
    const refusals = [
      [undefined, 401],
      ['prp_wrong', 401],
      [revoked, 401],
      [stranger.fetchKey, 403],
    ] as const;
    await Promise.all(
      refusals.map(async ([key, status]) => {
        const { code, output } = await compile(custom(key));
        expect(code).not.toBe(0);
        expect(output).toMatch(/Package not found in any repo: waxy|Failed to update package waxy/);
        if (key !== undefined) expect(output).not.toContain(key);
        expect((await ask(`${app.url}/repo/repos/${acme.name}/packages/waxy`, { key })).status).toBe(status);
      }),
    );
  });

  test.each([
    ['late', `access_until = now() + interval '9 days', payment = 'past_due'`],
    ['so late that publishing has stopped', `access_until = now() - interval '1 hour', payment = 'past_due'`],
  ])('fetches while a payment is %s, and takes no harm', async (_what, columns) => {
    await stands(columns);
    const { code, output } = await compile(custom(acme.fetchKey));
    expect([code, output]).toEqual([0, expect.stringContaining('Fetching waxy v1.0.0')]);
  });

  test.each([
    ['at the end of the ladder', `access_until = now() - interval '90 days', payment = 'ended'`, 'no active billing'],
    ['where the operator has blocked it', `override = 'blocked'`, 'blocked by the operator'],
  ])('is refused %s', async (_what, columns, words) => {
    await stands(columns);
    const { code, output } = await compile(custom(acme.fetchKey));
    expect(code).not.toBe(0);
    expect(output).toMatch(/waxy/);
    const { status, bytes } = await ask(`${app.url}/repo/repos/${acme.name}/packages/waxy`, { key: acme.fetchKey });
    expect([status, bytes.toString()]).toEqual([403, expect.stringContaining(words)]);
  });
});

/** The organization's trial has ended, and these columns say the rest. */
const stands = (columns: string) =>
  app.db.query(
    `update organizations set trial_ends_at = now() - interval '400 days', ${columns} where name = '${acme.name}'`,
  );
