import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DataSource } from 'typeorm';
import { newKeySecret } from '../../src/accounts/key-secret.js';
import { Secrets } from '../../src/platform/secrets.js';

/** What is fetched: one organization's repository as large as hex.pm's, and the keys of its many machines. */
export const AMOUNTS = {
  packages: Number(process.env['BENCH_PACKAGES'] ?? 10_000),
  versions: 6,
  keys: 3_000,
  tarballs: 400,
  large: 24,
};
const INDEX_BYTES = 2_000;
const TARBALL_BYTES = 50_000;
const LARGE_BYTES = 1_000_000;

export interface Wanted {
  readonly path: string;
  readonly etag: string;
}

export interface DeliveryData {
  /** The same files under the same paths, for servers that know nothing but files. */
  readonly root: string;
  readonly keys: readonly string[];
  readonly index: readonly Wanted[];
  readonly tarball: readonly Wanted[];
  readonly large: readonly Wanted[];
}

interface Stored {
  readonly key: string;
  readonly sha256: Buffer;
  readonly size: number;
}

/**
 * Fills a migrated database and a store with what a repository of 10,000 packages and 60,000 versions has: an index of 2 kB for each
 * package, a tarball for each version. The bytes are noise, as those of compressed files are. Many versions share one of 400
 * tarballs of 50 kB (and the first 24 packages one of 1 MB each), so that the disk holds 70 MB and not 3 GB; the paths, rows and keys are
 * all there.
 */
export async function makeDeliveryData(
  db: DataSource,
  dataDir: string,
  secretKey: string,
  organization: string,
): Promise<DeliveryData> {
  const root = join(dataDir, 'www');
  const store = join(dataDir, 'store', 'objects');
  const repositoryId = await repositoryOf(db, organization);
  const pool = await Promise.all(Array.from({ length: AMOUNTS.tarballs }, () => keep(store, 'tarball', TARBALL_BYTES)));
  const large = await Promise.all(Array.from({ length: AMOUNTS.large }, () => keep(store, 'large', LARGE_BYTES)));
  const data = { index: [] as Wanted[], tarball: [] as Wanted[], large: [] as Wanted[] };
  const rows = { objects: [...pool, ...large], indexes: [] as unknown[][], listed: [] as unknown[][] };
  for (let number = 0; number < AMOUNTS.packages; number += 1) {
    const name = `bench_package_${number}`;
    const index = await keep(store, 'index', INDEX_BYTES);
    rows.objects.push(index);
    rows.indexes.push([`packages/${name}`, index.key, index.sha256, index.size]);
    data.index.push(await show(root, store, `/repo/repos/${organization}/packages/${name}`, index));
    for (let version = 0; version < AMOUNTS.versions; version += 1) {
      const isLarge = version === 0 && number < large.length;
      const tarball = isLarge ? large[number]! : pool[(number * AMOUNTS.versions + version) % pool.length]!;
      rows.listed.push([name, `1.${version}.0`, tarball.key, tarball.sha256, tarball.size]);
      const path = `/repo/repos/${organization}/tarballs/${name}-1.${version}.0.tar`;
      data[isLarge ? 'large' : 'tarball'].push(await show(root, store, path, tarball));
    }
  }
  await insert(db, repositoryId, rows);
  return { root, keys: await makeKeys(db, secretKey, organization), ...data };
}

async function repositoryOf(db: DataSource, organization: string): Promise<string> {
  await db.query(
    `with o as (insert into organizations (name, trial_ends_at, created_at, updated_at)
       values ($1, now() + interval '30 days', now(), now()) returning id)
     insert into repositories (name, organization_id, created_at, updated_at) select $1, id, now(), now() from o`,
    [organization],
  );
  const rows = await db.query<{ id: string }[]>(`select id from repositories where name = $1`, [organization]);
  return rows[0]!.id;
}

async function keep(store: string, kind: string, size: number): Promise<Stored> {
  const bytes = randomBytes(size);
  const sha256 = createHash('sha256').update(bytes).digest();
  const hex = sha256.toString('hex');
  const key = `bench/${kind}/${hex.slice(0, 2)}/${hex}`;
  await mkdir(dirname(join(store, key)), { recursive: true });
  await writeFile(join(store, key), bytes);
  return { key, sha256, size };
}

async function show(root: string, store: string, path: string, { key, sha256 }: Stored): Promise<Wanted> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await link(join(store, key), join(root, path));
  return { path, etag: `"${sha256.toString('hex')}"` };
}

interface Rows {
  readonly objects: readonly Stored[];
  /** path, key, sha256, size */
  readonly indexes: readonly unknown[][];
  /** package, version, key, sha256, size */
  readonly listed: readonly unknown[][];
}

async function insert(db: DataSource, repositoryId: string, { objects, indexes, listed }: Rows): Promise<void> {
  const column = (rows: readonly unknown[][], at: number) => rows.map((row) => row[at]);
  await db.query(
    `insert into stored_objects (key, state, changed_at) select key, 'live', now() from unnest($1::text[]) key`,
    [objects.map(({ key }) => key)],
  );
  await db.query(
    `insert into registry_objects (repository_id, path, object_key, sha256, size, revision, open, built_at)
     select $1, path, key, sha, size, 1, false, now() from unnest($2::text[], $3::text[], $4::bytea[], $5::int[]) as f (path, key, sha, size)`,
    [repositoryId, ...[0, 1, 2, 3].map((at) => column(indexes, at))],
  );
  await db.query(
    `insert into listed_tarballs (repository_id, package, version, object_key, sha256, size)
     select $1, package, version, key, sha, size
     from unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::int[]) as f (package, version, key, sha, size)`,
    [repositoryId, ...[0, 1, 2, 3, 4].map((at) => column(listed, at))],
  );
}

async function makeKeys(db: DataSource, secretKey: string, organization: string): Promise<string[]> {
  const secrets = new Secrets(secretKey);
  const keys = Array.from({ length: AMOUNTS.keys }, () => newKeySecret());
  await db.query(
    `insert into keys (organization_id, name, secret_hash, permissions, created_at, updated_at)
     select o.id, 'machine ' || row_number() over (), hash, $3::jsonb, now(), now()
     from unnest($2::bytea[]) as hash, organizations o where o.name = $1`,
    [
      ...[organization, keys.map((key) => secrets.keyedHash('api-keys', key))],
      JSON.stringify([{ domain: 'repository', resource: organization }]),
    ],
  );
  return keys;
}
