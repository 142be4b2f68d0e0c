import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, rm as remove, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Grants } from '../../src/accounts/grants.js';
import { type User } from '../../src/accounts/user.entity.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { browse } from '../support/browsing.js';
import { eventually, publish } from '../support/http.js';
import { secondFactor } from '../support/oauth.js';
import { team, type Team } from '../support/people.js';
import { type AuthenticatorApp } from '../support/totp.js';
import { clientHome, type Ended, hasHexClient, run } from '../support/programs.js';

const app = useApp();
let acme: Team;
let ada: User;
let phone: AuthenticatorApp;
let shared: Awaited<ReturnType<typeof clientHome>>;
let number = 0;

beforeAll(async () => {
  acme = await team(app);
  ada = acme.people.write;
  phone = await secondFactor(app, ada);
  shared = await clientHome();
  // Instead of a window on the machine of whoever runs the tests.
  await writeFile(join(shared.home, 'xdg-open'), '#!/bin/sh\nexit 0\n');
  await chmod(join(shared.home, 'xdg-open'), 0o755);
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

/** A machine with nothing stored, whose hexpm is this server, and a project that depends on waxy of the organization. */
async function machine() {
  const directory = join(shared.home, `machine${(number += 1)}`);
  await mkdir(join(directory, 'lib'), { recursive: true });
  await writeFile(
    join(directory, 'mix.exs'),
    `defmodule Machine${number}.MixProject do
  use Mix.Project
  def project do
    [app: :machine${number}, version: "0.1.0", description: "Of the tests", package: [licenses: ["MIT"], links: %{}],
     deps: [{:waxy, "~> 1.0", organization: "${acme.name}"}]]
  end
end
`,
  );
  await writeFile(join(directory, 'lib/machine.ex'), `defmodule Machine${number} do\nend\n`);
  const env = {
    ...{ ...shared.env, PATH: `${shared.home}:${shared.env['PATH']}` },
    ...{ HEX_HOME: join(directory, 'hex'), HEX_API_URL: `${app.url}/api` },
  };
  const mixWith = (more: Record<string, string>, ...args: string[]) =>
    run('mix', args, { cwd: directory, env: { ...env, ...more }, seconds: 100 });
  const mix = (...args: string[]) => mixWith({}, ...args);
  const pem = join(shared.home, 'public.pem');
  await writeFile(pem, app.app.get(SigningKey).publicPem);
  expect(await mix('hex.repo', 'set', 'hexpm', '--url', `${app.url}/repo`, '--public-key', pem)).toMatchObject({
    code: 0,
  });
  return { directory, env, mix, mixWith };
}

type Machine = Awaited<ReturnType<typeof machine>>;

/** What is waited for, and what is typed then. */
type Prompt = readonly [asked: RegExp, answer: () => string];

/** A run at which somebody sits. */
function typing({ directory, env }: Machine, args: readonly string[], prompts: readonly Prompt[]): Promise<Ended> {
  const child = spawn('mix', args, { cwd: directory, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const left = [...prompts];
  let output = '';
  let from = 0;
  const hear = (chunk: Buffer) => {
    output += chunk.toString();
    const found = left[0]?.[0].exec(output.slice(from));
    if (!found) return;
    from += found.index + found[0].length;
    child.stdin.write(`${left.shift()![1]()}\n`);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.stdin.on('error', () => undefined);
  const late = setTimeout(() => child.kill('SIGKILL'), 100_000);
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearTimeout(late);
      resolve({ code, output: left.length === 0 ? output : `${output}\nnever asked: ${String(left[0]![0])}` });
    }),
  );
}

/** `mix hex.user auth`, up to the code it prints; `ended` is how it goes on. */
async function login({ directory, env }: Machine): Promise<{ code: string; ended: Promise<Ended> }> {
  const child = spawn('mix', ['hex.user', 'auth'], { cwd: directory, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.on('error', () => undefined);
  // Whatever it asks before it opens a browser.
  child.stdin.write('y\n');
  const late = setTimeout(() => child.kill('SIGKILL'), 100_000);
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => {
      clearTimeout(late);
      resolve({ code, output });
    }),
  );
  const shown = await eventually(
    () => Promise.resolve(/\b([BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4})\b/.exec(output)),
    (found) => found !== null || child.exitCode !== null,
    60_000,
  );
  if (shown === null) throw new Error(`no code was shown:\n${output}`);
  return { code: shown[1]!, ended };
}

const answer = async (user_code: string, how: 'approve' | 'deny', ...scope: string[]) => {
  const browser = await browse(app, ada);
  expect((await browser.post('/oauth/device', { user_code })).status).toBe(200);
  expect((await browser.post(`/oauth/device/${how}`, { user_code, scope })).status).toBe(303);
};

const grants = () => app.app.get(Grants).list(ada.id);

describe.skipIf(!(await hasHexClient()))('mix hex.user auth', () => {
  test('approved on the page: knows who it is, fetches, publishes; logged out there, none of it', async () => {
    const client = await machine();
    const { code, ended } = await login(client);
    await answer(code, 'approve', 'api:read', 'api:write', 'repositories');
    expect(await ended).toMatchObject({ code: 0, output: expect.stringContaining('You are authenticated!') as string });
    expect(await client.mix('hex.user', 'whoami')).toMatchObject({
      code: 0,
      output: expect.stringContaining(ada.name),
    });
    const fetched = await client.mix('deps.get');
    expect(fetched).toMatchObject({ code: 0, output: expect.stringContaining('Getting waxy') as string });
    const publish = ['hex.publish', 'package', '--organization', acme.name, '--yes'];
    // Codes are for changes only: up to here none was asked for.
    const published = await typing(client, publish, [[/Enter OTP code:/, () => phone.code()]]);
    expect(published).toMatchObject({ code: 0, output: expect.stringContaining('Package published') as string });
    const [grant] = await grants();
    expect(grant!.permissions).toHaveLength(3);
    const browser = await browse(app, ada);
    expect((await browser.post(`/account/sessions/grants/${grant!.id}/revoke`)).status).toBe(303);
    await rm(client, 'deps', 'hex/packages', 'mix.lock');
    const refused = await client.mix('deps.get');
    expect(refused.code).not.toBe(0);
    expect((await client.mix('hex.user', 'whoami')).output).not.toContain(ada.name);
  }, 300_000);

  test('publishing and retiring take a code: by the prompt, tried again when wrong, or by HEX_OTP for a whole run', async () => {
    const client = await machine();
    const { code, ended } = await login(client);
    await answer(code, 'approve', 'api:read', 'api:write', 'repositories');
    expect((await ended).code).toBe(0);
    const name = `machine${number}`;
    expect((await client.mix('deps.get')).code).toBe(0);
    // Package and documentation are two requests, and the code of the run comes with both.
    await mkdir(join(client.directory, 'doc'));
    await writeFile(join(client.directory, 'doc/index.html'), '<h1>Machine</h1>');
    const docs = join(client.directory, 'lib/docs.ex');
    await writeFile(docs, 'defmodule Mix.Tasks.Docs do\n  use Mix.Task\n  def run(_), do: :ok\nend\n');
    const env = { HEX_OTP: phone.next() };
    const published = await client.mixWith(env, 'hex.publish', '--organization', acme.name, '--yes');
    expect(published).toMatchObject({
      code: 0,
      output: expect.stringContaining('Docs will soon be available') as string,
    });
    expect(published.output).not.toContain('OTP');
    const retire = ['hex.retire', name, '0.1.0', 'deprecated', '--message', 'of wax', '--organization', acme.name];
    const right = () => phone.next();
    const retired = await typing(client, retire, [
      [/Enter OTP code:/, () => '000000'],
      [/Invalid OTP code\. Please try again:/, right],
    ]);
    expect(retired).toMatchObject({ code: 0, output: expect.stringContaining('has been retired') as string });
    const three: Prompt[] = [/Enter OTP code:/, /Invalid OTP/, /Invalid OTP/].map((asked) => [asked, () => '111111']);
    const unretire = ['hex.retire', name, '0.1.0', '--unretire', '--organization', acme.name];
    const { output } = await typing(client, unretire, three);
    expect(output).toContain('otp_max_retries');
    expect(output).not.toMatch(/never asked|has been unretired/);
  }, 300_000);

  test('refreshes by itself when its token has run out', async () => {
    const client = await machine();
    const { code, ended } = await login(client);
    await answer(code, 'approve', 'api:read', 'repositories');
    expect((await ended).code).toBe(0);
    const [grant] = await grants();
    // The client goes by the clock of its own machine; so its file is made older instead.
    const file = join(client.directory, 'hex/hex.config');
    const config = await readFile(file, 'utf8');
    const aged = config.replace(
      /(expires_at"?>*,?\s*(?:=>)?\s*)(\d{10})/,
      (_all, before: string) => `${before}1700000000`,
    );
    expect(aged).not.toBe(config);
    await writeFile(file, aged);
    expect(await client.mix('hex.user', 'whoami')).toMatchObject({
      code: 0,
      output: expect.stringContaining(ada.name),
    });
    expect((await app.app.get(Grants).byId(grant!.id))!.generation).toBe(2);
  }, 300_000);

  test('denied on the page, it says so', async () => {
    const { code, ended } = await login(await machine());
    await answer(code, 'deny');
    expect((await ended).output).toContain('Authentication was denied.');
  }, 200_000);

  test('deauth gives back what was granted', async () => {
    const client = await machine();
    const { code, ended } = await login(client);
    await answer(code, 'approve', 'api:read');
    expect((await ended).code).toBe(0);
    const [grant] = await grants();
    expect(await client.mix('hex.user', 'deauth')).toMatchObject({ code: 0 });
    expect((await app.app.get(Grants).byId(grant!.id))!.revokedAt).not.toBeNull();
  }, 200_000);
});

async function rm({ directory }: Machine, ...names: string[]): Promise<void> {
  for (const name of names) await remove(join(directory, name), { recursive: true, force: true });
}
