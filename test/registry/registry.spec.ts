import { createPublicKey } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeNames } from '../../src/hex/registry/names.js';
import { decodePackage } from '../../src/hex/registry/package.js';
import { openSigned } from '../../src/hex/registry/signed.js';
import { decodeVersions } from '../../src/hex/registry/versions.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { type Repository } from '../../src/organizations/repository.entity.js';
import { Releases } from '../../src/packages/releases.js';
import { ChangeFeed } from '../../src/platform/change-feed.js';
import { Objects } from '../../src/platform/objects.js';
import { list } from '../../src/registry/lists.queries.js';
import { Rebuilding } from '../../src/registry/rebuilding.js';
import { Registry } from '../../src/registry/registry.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, eventually, publish } from '../support/http.js';
import { team, type Team, TESTS, unique } from '../support/people.js';

const app = useApp();
let acme: Team;
let repository: Repository;

beforeAll(async () => {
  acme = await team(app);
  repository = (await app.app.get(Organizations).repository(acme.name))!;
});

async function index<T>(path: string, decode: (payload: Uint8Array) => T): Promise<T | null> {
  const answer = await ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key: acme.fetchKey });
  if (answer.status === 404) return null;
  expect(answer.status).toBe(200);
  return decode(await openSigned(answer.bytes, createPublicKey(app.app.get(SigningKey).publicPem)));
}

const versionsOf = async (name: string) =>
  (await index(`packages/${name}`, decodePackage))?.releases.map((release) => release.version);
const put = async (name: string, version: string) =>
  expect((await publish(app.url, acme.name, acme.publishKey, { name, version })).status).toBe(201);

test('a publish that returned is listed: the package at once, names and versions soon', async () => {
  const name = unique('pkg');
  await put(name, '1.0.0');
  expect(await versionsOf(name)).toEqual(['1.0.0']);
  await put(name, '1.10.0');
  await put(name, '1.9.0');
  expect(await versionsOf(name)).toEqual(['1.0.0', '1.9.0', '1.10.0']);
  const list = () => index('versions', decodeVersions);
  const found = await eventually(
    list,
    (all) => all?.packages.find((one) => one.name === name)?.versions.length === 3,
    30_000,
  );
  expect(found!.packages.find((one) => one.name === name)!.versions.map(({ version }) => version)).toEqual([
    '1.0.0',
    '1.9.0',
    '1.10.0',
  ]);
  expect((await index('names', decodeNames))!.packages.map((one) => one.name)).toContain(name);
});

test('an organization without packages has empty lists', async () => {
  const empty = await team(app);
  for (const path of ['names', 'versions']) {
    const url = `${app.url}/repo/repos/${empty.name}/${path}`;
    const found = await eventually(
      () => ask(url, { key: empty.fetchKey }),
      ({ status }) => status === 200,
      30_000,
    );
    const payload = await openSigned(found.bytes, createPublicKey(app.app.get(SigningKey).publicPem));
    expect(path === 'names' ? decodeNames(payload) : decodeVersions(payload)).toEqual({
      repository: empty.name,
      packages: [],
    });
  }
});

test('twenty publishes at once all get into the index, and it never goes back', async () => {
  const name = unique('pkg');
  let most = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const now = (await versionsOf(name))?.length ?? 0;
      expect(now).toBeGreaterThanOrEqual(most);
      most = now;
    }
  })();
  await Promise.all(Array.from({ length: 20 }, (_, minor) => put(name, `1.${minor}.0`)));
  over = true;
  await watching;
  expect((await versionsOf(name))!.length).toBe(20);
});

test('racing builds of one package end with its newest state', async () => {
  const name = unique('pkg');
  await put(name, '1.0.0');
  const registry = app.app.get(Registry);
  await Promise.all([
    ...Array.from({ length: 6 }, () => registry.buildPackage(repository.id, name, true)),
    put(name, '2.0.0'),
    ...Array.from({ length: 6 }, () => registry.buildPackage(repository.id, name, true)),
  ]);
  expect(await versionsOf(name)).toEqual(['1.0.0', '2.0.0']);
});

describe('retirement and revert', () => {
  test('show at once, and the last release takes the package along', async () => {
    const name = unique('pkg');
    await put(name, '1.0.0');
    await put(name, '1.1.0');
    const base = `${app.url}/api/repos/${acme.name}/packages/${name}/releases`;
    const json = { reason: 'security', message: 'do not use' };
    expect((await ask(`${base}/1.0.0/retire`, { method: 'POST', key: acme.publishKey, json })).status).toBe(204);
    const found = await index(`packages/${name}`, decodePackage);
    expect(found!.releases.map((release) => release.retired)).toEqual([
      { reason: 'security', message: 'do not use' },
      undefined,
    ]);
    expect((await ask(`${base}/1.1.0`, { method: 'DELETE', key: acme.publishKey })).status).toBe(204);
    expect(await versionsOf(name)).toEqual(['1.0.0']);
    expect((await ask(`${base}/1.0.0`, { method: 'DELETE', key: acme.publishKey })).status).toBe(204);
    expect(await versionsOf(name)).toBeUndefined();
    const tarball = `${app.url}/repo/repos/${acme.name}/tarballs/${name}-1.0.0.tar`;
    expect((await ask(tarball, { key: acme.fetchKey })).status).toBe(404);
    await put(name, '1.0.0');
    expect(await versionsOf(name)).toEqual(['1.0.0']);
  });
});

test('a full rebuild mends what was lost and leaves out what is gone', async () => {
  const name = unique('pkg');
  await put(name, '1.0.0');
  await app.db.query(`delete from registry_objects where path = $1`, [`packages/${name}`]);
  expect(await versionsOf(name)).toBeUndefined();
  const progress: number[] = [];
  const rebuilding = app.app.get(Rebuilding);
  const built = await rebuilding.all(repository.id, { progress: (done) => progress.push(done) });
  expect(await versionsOf(name)).toEqual(['1.0.0']);
  expect(progress).toEqual(Array.from({ length: built + 1 }, (_, at) => at));
});

describe('a rebuild that was interrupted', () => {
  test('goes on where it was, and only from the start if that is asked for', async () => {
    const names = ['aa', 'bb', 'cc'].map((start) => unique(`${start}_`));
    for (const name of names) await put(name, '1.0.0');
    const rebuilding = app.app.get(Rebuilding);
    // An index that shows too little, so that building it is seen.
    const setBack = () =>
      app.db.query(`update registry_objects set revision = 0 where path = any($1)`, [
        names.map((name) => `packages/${name}`),
      ]);
    const areBuilt = () =>
      Promise.all(
        names.map(
          async (name) => (await app.app.get(Registry).find(repository.id, `packages/${name}`))!.revision !== '0',
        ),
      );
    await app.db.query(
      `insert into registry_rebuilds (repository_id, started_at, reached) values ($1, now() - interval '1 hour', $2)`,
      [repository.id, names[1]],
    );
    await setBack();
    const calls: number[] = [];
    await rebuilding.all(repository.id, { progress: (done) => calls.push(done) });
    expect(calls[0]).toBeGreaterThan(1);
    expect(await areBuilt()).toEqual([false, false, true]);
    expect(await app.db.query('select 1 from registry_rebuilds')).toEqual([]);

    await setBack();
    await app.db.query(`insert into registry_rebuilds (repository_id, started_at, reached) values ($1, now(), 'zz')`, [
      repository.id,
    ]);
    await rebuilding.all(repository.id, { again: true });
    expect(await areBuilt()).toEqual([true, true, true]);
  });

  test('of what is as it should be announces nothing', async () => {
    const name = unique('pkg');
    await put(name, '1.0.0');
    const rebuilding = app.app.get(Rebuilding);
    await rebuilding.all(repository.id);
    const heard: string[] = [];
    app.app.get(ChangeFeed).onChange((tag) => heard.push(tag));
    // Announcements come in the order of their transactions: behind this one are all of those before it.
    const mark = async (tag: string) => {
      await app.db.query(`select pg_notify('propolis_change', $1)`, [tag]);
      await eventually(
        () => Promise.resolve(heard),
        (tags) => tags.includes(tag),
        30_000,
      );
    };
    // What the publish and the first rebuild announced may still be on its way.
    await mark('registry:it begins');
    heard.length = 0;
    await rebuilding.all(repository.id, { again: true });
    await mark('registry:all said');
    expect(heard.filter((tag) => tag.startsWith('registry:'))).toEqual(['registry:all said']);
  });
});

describe('names and versions', () => {
  const lists = async () => ({
    names: (await index('names', decodeNames))!.packages,
    versions: (await index('versions', decodeVersions))!.packages,
  });

  test('are what they would be if they were made anew, also of what an earlier program has built and removed', async () => {
    const [kept, old] = [unique('kept'), unique('old')];
    for (const name of [kept, old]) for (const version of ['1.0.0', '1.1.0-rc.1']) await put(name, version);
    const registry = app.app.get(Registry);
    await registry.buildLists(repository.id);
    const before = await lists();
    expect(before.names.map(({ name }) => name)).toEqual(before.names.map(({ name }) => name).toSorted());
    expect(before.versions.find(({ name }) => name === old)!.versions.map(({ version }) => version)).toEqual([
      '1.0.0',
      '1.1.0-rc.1',
    ]);
    // The earlier program knows nothing of the entries: it leaves none, an older one, and one of what is gone.
    await app.db.query(`delete from listed_packages where name = $1`, [old]);
    await app.db.query(`update listed_packages set revision = revision - 1, versions_entry = '' where name = $1`, [
      kept,
    ]);
    await app.db.query(
      `insert into listed_packages select repository_id, 'gone', 1, names_entry, versions_entry from listed_packages where name = $1`,
      [kept],
    );
    await registry.buildLists(repository.id);
    expect(await lists()).toEqual(before);
  });

  test('an older entry never takes the place of a newer one', async () => {
    const name = unique('pkg');
    await put(name, '1.0.0');
    const entry = {
      repositoryId: repository.id,
      name,
      revision: '0',
      namesEntry: Buffer.alloc(0),
      versionsEntry: Buffer.alloc(0),
    };
    await list(app.db.manager, entry);
    const rows = await app.db.query<{ length: number }[]>(
      `select length(versions_entry) as length from listed_packages where name = $1`,
      [name],
    );
    expect(rows[0]!.length).toBeGreaterThan(0);
  });
});

describe('bytes that nobody names any more', () => {
  /** Keys that a release or an index names at this moment. */
  const named = async (): Promise<string[]> => {
    const rows = await app.db.query<{ key: string }[]>(
      `select tarball_key as key from releases union select object_key from registry_objects
       union select object_key from listed_tarballs`,
    );
    return rows.map((row) => row.key);
  };
  const quiet = () =>
    eventually(
      () => app.db.query<unknown[]>(`select 1 from graphile_worker.jobs where run_at < now() + interval '1 minute'`),
      (waiting) => waiting.length === 0,
      30_000,
    );

  test('stay for a day, then go; what is named stays for ever', async () => {
    const name = unique('pkg');
    await put(name, '1.0.0');
    const { objectKey: tarballKey } = (await app.app.get(Registry).tarball(repository.id, name, '1.0.0'))!;
    await app.app.get(Releases).revert(TESTS, repository, name, '1.0.0');
    await quiet();
    const objects = app.app.get(Objects);
    await objects.sweep();
    expect((await objects.open(tarballKey))?.size).toBeGreaterThan(0);
    app.clock.advance(25 * 60 * 60 * 1000);
    expect(await objects.sweep()).toBeGreaterThan(0);
    expect(await objects.open(tarballKey)).toBeNull();
    for (const key of await named()) expect(await objects.open(key)).not.toBeNull();
    const kept = await app.db.query<{ key: string }[]>(`select key from stored_objects`);
    expect(kept.map((row) => row.key).toSorted()).toEqual((await named()).toSorted());
  });

  test('are never removed while a row names them, even if nobody adopted them', async () => {
    const name = unique('pkg');
    await put(name, '1.0.0');
    await quiet();
    await app.db.query(`update stored_objects set state = 'dropped', changed_at = now() - interval '10 days'`);
    await app.app.get(Objects).sweep();
    const keys = await named();
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(await app.app.get(Objects).open(key)).not.toBeNull();
    expect(await versionsOf(name)).toEqual(['1.0.0']);
  });
});
