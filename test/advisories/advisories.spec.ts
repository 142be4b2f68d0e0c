import { createPublicKey } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Importing } from '../../src/advisories/importing.js';
import { Refreshing } from '../../src/advisories/refreshing.js';
import { readSource } from '../../src/advisories/sources.js';
import { decodePackage } from '../../src/hex/registry/package.js';
import { openSigned } from '../../src/hex/registry/signed.js';
import { decodeVersions } from '../../src/hex/registry/versions.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { type Repository } from '../../src/organizations/repository.entity.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { browse } from '../support/browsing.js';
import { ask, eventually, publish } from '../support/http.js';
import { api, keyOf, team, type Team, TESTS, unique } from '../support/people.js';
import { tarball } from '../support/tarballs.js';

const folder = await mkdtemp(join(tmpdir(), 'propolis-advisories-'));
const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm', ADVISORIES: folder } });
let acme: Team;
let open: Repository;
let own: Repository;

beforeAll(async () => {
  acme = await team(app);
  const organizations = app.app.get(Organizations);
  open = (await organizations.publicRepository())!;
  own = (await organizations.repository(acme.name))!;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Was the feed taken in within the hour; how many tries have failed since; files passed over. */
async function feedMetrics(): Promise<[boolean, number, number]> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^propolis_advisories_${name} (\\S+)$`, 'm').exec(text)?.[1]);
  const age = Date.now() / 1000 - value('refresh_timestamp_seconds');
  return [age < 3600, value('refresh_failures'), value('passed_over')];
}

const CRITICAL = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const osv = (id: string, name: string, more: object = {}) => ({
  ...{ id, modified: '2026-02-01T00:00:00Z', published: '2026-01-01T00:00:00Z', aliases: ['CVE-2026-1'] },
  ...{ summary: `${name} melts`, severity: [{ type: 'CVSS_V3', score: CRITICAL }] },
  affected: [
    {
      package: { ecosystem: 'Hex', name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.1.0' }] }],
    },
  ],
  ...more,
});
const take = (repository: Repository, ...files: object[]) =>
  app.app.get(Importing).import(
    TESTS,
    repository,
    files.map((file, index) => ({ name: `${index}.json`, text: JSON.stringify(file) })),
  );

/** A public package with two versions, the first of which is affected. */
async function publicPackage(): Promise<string> {
  const name = unique('honey');
  const key = await keyOf(app, acme.people.write, api());
  for (const version of ['1.0.0', '1.1.0']) {
    const bytes = await tarball({ name, version });
    expect((await ask(`${app.url}/api/publish`, { method: 'POST', key, bytes })).status).toBe(201);
  }
  return name;
}

const repoPath = (scope?: string) => (scope === undefined ? '' : `/repos/${scope}`);
async function index(name: string, scope?: string) {
  const { bytes } = await ask(`${app.url}/repo${repoPath(scope)}/packages/${name}`, { key: acme.fetchKey });
  return decodePackage(await openSigned(bytes, createPublicKey(app.app.get(SigningKey).publicPem)));
}
const advisedIn = async (name: string, scope?: string) =>
  Object.fromEntries((await index(name, scope)).releases.map((one) => [one.version, one.advisories ?? []]));

test('reaches index, versions, API and pages; taken back it leaves them', async () => {
  const name = await publicPackage();
  const id = unique('GHSA-');
  expect(await take(open, osv(id, name))).toMatchObject({ created: 1, problems: [] });
  const advised = { '1.0.0': [id], '1.1.0': [] };
  expect(
    await eventually(
      () => advisedIn(name),
      (found) => found['1.0.0']!.length > 0,
      30_000,
    ),
  ).toEqual(advised);
  expect((await index(name)).advisories).toEqual([
    {
      ...{ id, summary: `${name} melts`, severity: 'critical', aliases: ['CVE-2026-1'] },
      cvssScore: expect.closeTo(9.8, 5) as number,
      ...{ htmlUrl: `https://osv.dev/vulnerability/${id}`, apiUrl: `${app.url}/api/advisories/${id}` },
    },
  ]);
  const versions = async () => {
    const { status, bytes } = await ask(`${app.url}/repo/versions`);
    if (status === 404) return undefined;
    const { packages } = decodeVersions(await openSigned(bytes, createPublicKey(app.app.get(SigningKey).publicPem)));
    return packages.find((one) => one.name === name)?.versions.map((one) => one.advised ?? false);
  };
  expect(await eventually(versions, (found) => found?.includes(true) === true, 30_000)).toEqual([true, false]);

  const shape = {
    ...{ id, summary: `${name} melts`, aliases: ['CVE-2026-1'], withdrawn_at: null, cvss_rating: 'critical' },
    ...{ cvss_vector: CRITICAL, cvss_score: 9.8, affected: ['< 1.1.0'], published_at: '2026-01-01T00:00:00Z' },
  };
  for (const erlang of [false, true]) {
    const at = (path: string) => ask(`${app.url}/api/packages/${name}${path}`, { erlang });
    expect((await at('')).body.security_advisories).toMatchObject([shape]);
    expect((await at('/releases/1.0.0')).body.security_advisories).toMatchObject([shape]);
    expect((await at('/releases/1.1.0')).body.security_advisories).toEqual([]);
  }
  expect((await ask(`${app.url}/api/advisories/${id}`)).body).toMatchObject({ id, packages: { [name]: ['< 1.1.0'] } });
  const visitor = await browse(app, undefined);
  expect((await visitor.get(`/packages/${name}/1.0.0`)).text).toContain('1.0.0 has a known security problem');
  expect((await visitor.get(`/packages/${name}`)).text).not.toContain('known security problem');
  expect((await visitor.get(`/packages/${name}?tab=versions`)).text).toContain('security advisory');

  const withdrawn = { modified: '2026-03-01T00:00:00Z', withdrawn: '2026-03-01T00:00:00Z' };
  expect(await take(open, osv(id, name, withdrawn))).toMatchObject({ updated: 1 });
  const none = { '1.0.0': [], '1.1.0': [] };
  expect(
    await eventually(
      () => advisedIn(name),
      (found) => found['1.0.0']!.length === 0,
      30_000,
    ),
  ).toEqual(none);
  expect((await ask(`${app.url}/api/advisories/${id}`)).body.withdrawn_at).toBe('2026-03-01T00:00:00Z');
});

describe('taking files in', () => {
  test('twice changes nothing, an older one undoes nothing, a changed one counts', async () => {
    const [id, name] = [unique('GHSA-'), unique('nowhere')];
    expect(await take(open, osv(id, name))).toMatchObject({ created: 1 });
    expect(await take(open, osv(id, name))).toMatchObject({ created: 0, updated: 0, unchanged: 1 });
    expect(await take(open, osv(id, name, { modified: '2025-01-01T00:00:00Z' }))).toMatchObject({ older: 1 });
    expect(await take(open, osv(id, name, { summary: 'It drips' }))).toMatchObject({ updated: 1 });
  });

  test('all that is wrong is told, and nothing comes in', async () => {
    const id = unique('GHSA-');
    const bad = osv('x y', 'Plug', { modified: 'yesterday' });
    const { problems, created } = await take(open, osv(id, 'plug'), bad);
    expect(created).toBe(0);
    for (const words of ['id', 'modified', 'package.name'])
      expect(problems).toContainEqual(expect.stringMatching(new RegExp(`^1\\.json: .*${words}`)));
    expect((await ask(`${app.url}/api/advisories/${id}`)).status).toBe(404);
  });

  test('other ecosystems are passed over, whatever their packages are called', async () => {
    const affected = [{ package: { ecosystem: 'npm', name: '@scope/Plug' } }];
    expect(await take(open, osv(unique('GHSA-'), 'x', { affected }))).toMatchObject({ foreign: 1, problems: [] });
  });

  test('from files, folders and archives', async () => {
    const [id, name] = [unique('GHSA-'), unique('nowhere')];
    const text = JSON.stringify(osv(id, name));
    const zip = join(tmpdir(), `${id}.zip`);
    await writeFile(zip, zipSync({ 'a/one.json': strToU8(text), 'README.md': strToU8('no') }));
    expect((await readSource(zip)).map((file) => file.text)).toEqual([text]);
    await rm(zip);
    await writeFile(join(folder, 'one.json'), text);
    expect((await readSource(folder)).map((file) => file.text)).toEqual([text]);
    await expect(readSource(join(folder, 'absent'))).rejects.toThrow('no such file or folder');
    await expect(readSource('http://127.0.0.1:9/')).rejects.toThrow('cannot be fetched');
  });

  test('from an address, and not more than is allowed', async () => {
    const text = JSON.stringify(osv(unique('GHSA-'), 'plug'));
    const server = createServer((request, response) => {
      if (request.url === '/all.zip') return void response.end(zipSync({ 'one.json': strToU8(text) }));
      response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await readSource(`${url}/all.zip`)).map((file) => file.text)).toEqual([text]);
    await expect(readSource(`${url}/absent`)).rejects.toThrow('answered 503');
    server.close();
  });

  test('the schedule takes in what is in order, and fails at nothing', async () => {
    const [id, name] = [unique('GHSA-'), unique('nowhere')];
    await writeFile(join(folder, 'good.json'), JSON.stringify(osv(id, name)));
    await writeFile(join(folder, 'bad.json'), '{');
    expect(await feedMetrics()).toEqual([false, 0, 0]);
    await app.app.get(Refreshing).refresh();
    expect((await ask(`${app.url}/api/advisories/${id}`)).status).toBe(200);
    expect(app.log()).toContain('bad.json: is not JSON');
    expect(await feedMetrics()).toEqual([true, 0, 1]);
    await rm(folder, { recursive: true });
    for (const failures of [1, 2]) {
      await app.app.get(Refreshing).refresh();
      expect(await feedMetrics()).toEqual([true, failures, 1]);
      const told = app
        .log()
        .split('\n')
        .filter((line) => line.includes('advisories could not be refreshed'));
      expect(told.at(-1)).toContain(`"failures":${failures}`);
    }
    await mkdir(folder);
    await app.app.get(Refreshing).refresh();
    expect(await feedMetrics()).toEqual([true, 0, 0]);
  });
});

describe('of an organization', () => {
  test('what is known of public packages is not known of private ones of the same name, nor the other way', async () => {
    const name = await publicPackage();
    expect((await publish(app.url, acme.name, acme.publishKey, { name, version: '1.0.0' })).status).toBe(201);
    const [theirs, ours] = [unique('GHSA-'), unique('ACME-')];
    await take(open, osv(theirs, name));
    await take(own, osv(ours, name, { references: [{ type: 'WEB', url: 'https://acme.example.org/1' }] }));
    const own1 = () => advisedIn(name, acme.name);
    expect(await eventually(own1, (found) => found['1.0.0']!.length > 0, 30_000)).toEqual({ '1.0.0': [ours] });
    expect(
      await eventually(
        () => advisedIn(name),
        (found) => found['1.0.0']!.length > 0,
        30_000,
      ),
    ).toMatchObject({
      '1.0.0': [theirs],
    });
    const url = `${app.url}/api/repos/${acme.name}/advisories/${ours}`;
    expect((await index(name, acme.name)).advisories).toMatchObject([
      { apiUrl: url, htmlUrl: 'https://acme.example.org/1' },
    ]);
    expect((await ask(url, { key: acme.publishKey })).status).toBe(200);
    expect((await ask(url)).status).toBe(404);
    expect((await ask(`${app.url}/api/advisories/${ours}`)).status).toBe(404);
  });

  test('a release that comes later is judged at once', async () => {
    const name = unique('wax');
    await take(own, osv(unique('ACME-'), name));
    expect((await publish(app.url, acme.name, acme.publishKey, { name, version: '1.0.9' })).status).toBe(201);
    expect((await advisedIn(name, acme.name))['1.0.9']).toHaveLength(1);
  });
});
