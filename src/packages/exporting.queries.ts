import { type EntityManager } from 'typeorm';

const BATCH = 100;

/** An organization's packages with all of their releases, by id, a batch at a time. */
export async function* exportedPackages(db: EntityManager, organizationId: string): AsyncGenerator<object> {
  for (let after = '0'; ;) {
    const rows = await db.query<{ id: string; package: object }[]>(
      `select p.id, json_build_object(
         'name', p.name, 'description', p.description, 'meta', p.meta, 'created_at', p.created_at, 'updated_at', p.updated_at,
         'releases', (select coalesce(json_agg(json_build_object(
            'version', l.version, 'published_by', l.publisher_name, 'published_at', l.created_at, 'updated_at', l.updated_at,
            'inner_checksum', encode(l.inner_checksum, 'hex'), 'outer_checksum', encode(l.outer_checksum, 'hex'),
            'size', l.size, 'docs_checksum', encode(l.docs_checksum, 'hex'), 'meta', l.meta, 'retirement_reason', l.retirement_reason, 'retirement_message', l.retirement_message,
            'requirements', (select coalesce(json_agg(json_build_object('repository', r.repository, 'name', r.name, 'app', r.app,
               'requirement', r.requirement, 'optional', r.optional) order by r.name), '[]')
               from requirements r where r.release_id = l.id)) order by l.id), '[]')
            from releases l where l.package_id = p.id)) as package
       from packages p join repositories o on o.id = p.repository_id
       where o.organization_id = $1 and p.id > $2 order by p.id limit $3`,
      [organizationId, after, BATCH],
    );
    yield* rows.map((row) => row.package);
    if (rows.length < BATCH) return;
    after = rows.at(-1)!.id;
  }
}

/** The files of an organization, tarballs and documentation: what they are called, and where the bytes are. */
export async function* exportedFiles(
  db: EntityManager,
  organizationId: string,
): AsyncGenerator<{ file: string; key: string }> {
  for (let after = '0'; ;) {
    const rows = await db.query<{ id: string; release: string; tarball_key: string; docs_key: string | null }[]>(
      `select l.id, p.name || '-' || l.version as release, l.tarball_key, l.docs_key
       from releases l join packages p on p.id = l.package_id join repositories o on o.id = p.repository_id
       where o.organization_id = $1 and l.id > $2 order by l.id limit $3`,
      [organizationId, after, BATCH],
    );
    for (const { release, tarball_key, docs_key } of rows) {
      yield { file: `tarballs/${release}.tar`, key: tarball_key };
      if (docs_key !== null) yield { file: `docs/${release}.tar.gz`, key: docs_key };
    }
    if (rows.length < BATCH) return;
    after = rows.at(-1)!.id;
  }
}
