import { link, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DataSource } from 'typeorm';
import { type DeliveryData, type Wanted } from './delivery-data.js';

/**
 * Gives what {@link DeliveryData} only shows as files its packages and releases, so that it can be published to and built anew: every
 * package that has an index, every version that has a tarball, each with two requirements. The indexes are noise until they are built.
 */
export async function makePublishable(db: DataSource, organization: string): Promise<void> {
  const repository = `(select id from repositories where name = $1)`;
  await db.query(
    `insert into packages (repository_id, name, description, meta, revision, described_revision, latest_version, latest_stable_version, created_at, updated_at)
     select repository_id, substr(path, 10), 'A package', '{"description":"A package","licenses":["MIT"],"links":{},"maintainers":[],"extra":{}}',
            nextval('package_revisions'), currval('package_revisions'), '1.5.0', '1.5.0', now(), now()
     from registry_objects where repository_id = ${repository} and path like 'packages/%'`,
    [organization],
  );
  await db.query(
    `insert into releases (package_id, version, publisher_name, inner_checksum, outer_checksum, tarball_key, size, meta, created_at, updated_at)
     select p.id, l.version, 'bench', sha256((p.id || 'i' || l.version)::bytea), l.sha256, l.object_key, l.size,
            '{"app":"bench","buildTools":["mix"],"elixir":"~> 1.15","about":{"description":"A package","licenses":["MIT"],"links":{},"maintainers":[],"extra":{}}}',
            now(), now()
     from listed_tarballs l join packages p on p.repository_id = l.repository_id and p.name = l.package
     where l.repository_id = ${repository}`,
    [organization],
  );
  await db.query(
    `insert into requirements (release_id, repository, name, app, requirement, optional, current_of)
     select l.id, 'hexpm', q, q, '~> 1.0', false, case when l.version = '1.5.0' then p.id end
     from releases l join packages p on p.id = l.package_id, unnest(array['jason', 'telemetry']) q
     where p.repository_id = ${repository}`,
    [organization],
  );
  // Looked for already: noise is no tarball to look for one in.
  await db.query(
    `insert into readmes (release_id, outer_checksum, path, body)
     select l.id, l.outer_checksum, null, null from releases l join packages p on p.id = l.package_id where p.repository_id = ${repository}`,
    [organization],
  );
  await db.query('analyze');
}

/** The indexes as they have been built meanwhile, shown to the servers that know nothing but files. */
export async function showIndexes(db: DataSource, data: DeliveryData, dataDir: string, organization: string) {
  const rows = await db.query<{ path: string; object_key: string; sha256: Buffer }[]>(
    `select o.path, o.object_key, o.sha256 from registry_objects o join repositories r on r.id = o.repository_id
     where r.name = $1 and o.path like 'packages/%' order by o.path`,
    [organization],
  );
  const index: Wanted[] = [];
  for (const { path: name, object_key: key, sha256 } of rows) {
    const path = `/repo/repos/${organization}/${name}`;
    const file = join(data.root, path);
    await mkdir(dirname(file), { recursive: true });
    await rm(file, { force: true });
    await link(join(dataDir, 'store', 'objects', key), file);
    index.push({ path, etag: `"${sha256.toString('hex')}"` });
  }
  return { ...data, index };
}
