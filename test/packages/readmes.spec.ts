import { beforeAll, describe, expect, test } from 'vitest';
import { PackagesJobs } from '../../src/packages/packages.jobs.js';
import { useApp } from '../support/app.js';
import { ask, eventually, publish } from '../support/http.js';
import { team, type Team, unique } from '../support/people.js';
import { type PackageSpec } from '../support/tarballs.js';

const app = useApp();
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
});

const put = (spec: PackageSpec) => publish(app.url, acme.name, acme.publishKey, spec);
const readme = async (name: string, version = '1.0.0') => {
  const rows = await app.db.query<{ path: string | null; body: string | null }[]>(
    `select m.path, m.body from readmes m join releases l on l.id = m.release_id and l.outer_checksum = m.outer_checksum
     join packages p on p.id = l.package_id where p.name = $1 and l.version = $2`,
    [name, version],
  );
  return rows[0];
};
const withReadme = (name: string, text: string, more: Partial<PackageSpec> = {}): PackageSpec => ({
  ...{ name, files: { 'mix.exs': '# mix', 'README.md': text }, ...more },
});

describe('a publish keeps the readme', () => {
  test('beside the release, and that there is none', async () => {
    const [some, none] = [unique('wax'), unique('wax')];
    await put(withReadme(some, '# Wax\n\nFrom bees.'));
    await put({ name: none });
    expect(await readme(some)).toEqual({ path: 'README.md', body: '# Wax\n\nFrom bees.' });
    expect(await readme(none)).toEqual({ path: null, body: null });
  });

  test('of the bytes that are there: another one with a replaced release, none after a revert', async () => {
    const name = unique('wax');
    await put(withReadme(name, 'before'));
    await put(withReadme(name, 'after'));
    expect((await readme(name))?.body).toBe('after');
    await ask(`${app.url}/api/repos/${acme.name}/packages/${name}/releases/1.0.0`, {
      method: 'DELETE',
      key: acme.publishKey,
    });
    expect(await readme(name)).toBeUndefined();
  });
});

describe('what an older version of the code published', () => {
  const again = () => app.app.get(PackagesJobs).catchUp();

  test('gets its readme by and by, also where its bytes were replaced', async () => {
    const [old, replaced] = [unique('wax'), unique('wax')];
    await put(withReadme(old, 'old words'));
    await put(withReadme(replaced, 'new words'));
    await app.db.query(`delete from readmes`);
    await app.db.query(
      `insert into readmes (release_id, outer_checksum, path, body)
       select l.id, 'other bytes', 'README.md', 'words of other bytes' from releases l join packages p on p.id = l.package_id where p.name = $1`,
      [replaced],
    );
    await again();
    const both = () => Promise.all([readme(old), readme(replaced)]);
    const found = await eventually(both, (all) => all.every((one) => one !== undefined), 30_000);
    expect(found.map((one) => one?.body)).toEqual(['old words', 'new words']);
  });

  test('is described as if it had been published today', async () => {
    const [base, name] = [unique('base'), unique('wax')];
    await put({ name: base });
    for (const version of ['1.9.0', '1.10.0', '2.0.0-rc.1'])
      await put({
        name,
        version,
        description: `words of ${version}`,
        requirements: [{ name: base, repository: acme.name }],
      });
    const described = async () =>
      (
        await app.db.query<object[]>(
          `select latest_version, latest_stable_version, description, described_revision = revision as done,
                  (select array_agg(l.version) from requirements r join releases l on l.id = r.release_id
                   where r.current_of = p.id) as current
           from packages p where name = $1`,
          [name],
        )
      )[0];
    const expected = {
      ...{ latest_version: '2.0.0-rc.1', latest_stable_version: '1.10.0', description: 'words of 1.10.0', done: true },
      current: ['1.10.0'],
    };
    expect(await described()).toEqual(expected);
    await app.db.query(
      `update packages set latest_version = null, latest_stable_version = '0.0.1', description = 'x', described_revision = 0 where name = $1`,
      [name],
    );
    await app.db.query(`update requirements set current_of = null`);
    await again();
    expect(await described()).toEqual(expected);
  });
});
