import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Importing } from '../../src/advisories/importing.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { Registry } from '../../src/registry/registry.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, eventually, publish } from '../support/http.js';
import { api, keyOf, team, type Team, TESTS } from '../support/people.js';
import { clientHome, hasHexClient, run } from '../support/programs.js';

const app = useApp();
let acme: Team;
let shared: Awaited<ReturnType<typeof clientHome>>;
let admin: string;
let number = 0;

beforeAll(async () => {
  acme = await team(app);
  admin = await keyOf(app, acme.people.admin, api());
  shared = await clientHome();
  for (const version of ['1.0.0', '1.1.0'])
    expect((await publish(app.url, acme.name, acme.publishKey, { name: 'waxy', version })).status).toBe(201);
});
afterAll(() => shared.remove());

/** A client that knows the repository by its own name, in a project that depends on waxy. */
async function project() {
  const directory = join(shared.home, `policed${(number += 1)}`);
  await mkdir(directory, { recursive: true });
  await writeFile(
    join(directory, 'mix.exs'),
    `defmodule Policed.MixProject do
  use Mix.Project
  def project, do: [app: :policed, version: "0.1.0", deps: [{:waxy, "~> 1.0", repo: "${acme.name}"}]]
end
`,
  );
  const env = { ...shared.env, HEX_HOME: join(directory, 'hex') };
  const mix = (more: Record<string, string>, ...args: string[]) =>
    run('mix', args, { cwd: directory, env: { ...env, ...more }, seconds: 100 });
  const added = await mix(
    ...[{}, 'hex.repo', 'add', acme.name, `${app.url}/repo/repos/${acme.name}`, '--auth-key', acme.fetchKey],
    ...['--fetch-public-key', app.app.get(SigningKey).fingerprint],
  );
  expect(added.code).toBe(0);
  return mix;
}

const policy = async (name: string, rules: object, visibility = 'private') => {
  const json = { visibility, repositories: [{ repository: acme.name, ...rules }] };
  const url = `${app.url}/api/orgs/${acme.name}/policies/${name}`;
  expect((await ask(url, { method: 'PUT', key: admin, json })).status).toBeLessThan(300);
  return { HEX_POLICY: `${acme.name}/${name}` };
};

describe.skipIf(!(await hasHexClient('hex.policy')))('mix hex, with a policy', () => {
  test('shows it, tells why, leaves out what it denies', async () => {
    const mix = await project();
    const overrides = [
      { action: 'deny', package: 'waxy', requirement: '>= 1.1.0', comment: 'It drips' },
      { action: 'retirement', package: 'waxy', retirement_reason: 'deprecated' },
    ];
    const env = await policy('strict', { restriction: { retirement_reasons: ['security'], cooldown: '0' }, overrides });
    const shown = await mix(env, 'hex.policy', 'show');
    expect(shown).toMatchObject({ code: 0, output: expect.stringContaining(`${acme.name}/strict`) as string });
    for (const words of ['[private]', 'SECURITY', 'waxy >= 1.1.0  DENY  It drips', 'waxy  RETIREMENT deprecated'])
      expect(shown.output).toContain(words);
    expect(shown.output).not.toContain('invalid override');
    const why = await mix(env, 'hex.policy', 'why', `${acme.name}/waxy`);
    expect(why.output).toMatch(/1\.0\.0\s+ALLOWED/);
    expect(why.output).toMatch(/1\.1\.0\s+BLOCKED\s+override deny/);
    const got = await mix(env, 'deps.get');
    expect([got.code, got.output]).toEqual([0, expect.stringContaining('waxy 1.0.0')]);
    expect(got.output).toContain(`Active policy: ${acme.name}/strict`);
  });

  test('is refused everything that is too young, and follows the policy when it changes', async () => {
    const mix = await project();
    const env = await policy('patient', { restriction: { cooldown: '7d' } });
    const refused = await mix(env, 'deps.get');
    expect([refused.code === 0, refused.output]).toEqual([
      false,
      expect.stringContaining('active policy hides 2 versions'),
    ]);
    await policy('patient', { restriction: { cooldown: '7d' }, overrides: [{ action: 'allow', package: 'waxy' }] });
    const got = await mix(env, 'deps.get');
    expect([got.code, got.output]).toEqual([0, expect.stringContaining('waxy 1.1.0')]);
  });

  test('does not go on without one that it cannot get', async () => {
    const mix = await project();
    const { code, output } = await mix({ HEX_POLICY: `${acme.name}/never-made` }, 'deps.get');
    expect([code === 0, output]).toEqual([false, expect.stringContaining('Failed to fetch policy')]);
  });

  test('audits: prints the advisory of a locked version, and a policy leaves that version out', async () => {
    const mix = await project();
    const first = await policy('open', { overrides: [{ action: 'deny', package: 'waxy', requirement: '>= 1.1.0' }] });
    expect((await mix(first, 'deps.get')).output).toContain('waxy 1.0.0');
    expect((await mix({}, 'hex.audit')).output).toContain('No retired or security advisory packages found');

    const { app: rooms } = app;
    const own = (await rooms.get(Organizations).repository(acme.name))!;
    await rooms.get(Importing).import(TESTS, own, [{ name: 'acme.json', text: JSON.stringify(MELTS) }]);
    const listed = () => rooms.get(Registry).find(own.id, 'packages/waxy');
    const before = (await listed())!.objectKey;
    await eventually(listed, (found) => found?.objectKey !== before, 30_000);

    const audit = await mix({}, 'hex.audit');
    expect(audit.code).toBe(1);
    for (const words of ['waxy 1.0.0', 'Melts in the sun', 'ACME-2026-1', 'Found packages with security advisories'])
      expect(audit.output).toContain(words);
    const strict = await policy('no-advisories', { restriction: { advisory_min_severity: 'high' } });
    const why = await mix(strict, 'hex.policy', 'why', `${acme.name}/waxy`);
    expect(why.output).toMatch(/1\.0\.0\s+BLOCKED\s+advisory/);
    expect(why.output).toMatch(/1\.1\.0\s+ALLOWED/);
  });
});

const MELTS = {
  ...{ id: 'ACME-2026-1', modified: '2026-02-01T00:00:00Z', summary: 'Melts in the sun' },
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'Hex', name: 'waxy' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.1.0' }] }],
    },
  ],
};
