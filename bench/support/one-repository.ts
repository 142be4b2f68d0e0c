import { type DataSource } from 'typeorm';

const RELEASES = 6;

/** Fills one repository by SQL up to so many packages of six releases each; what is there already stays. */
export async function fillRepository(db: DataSource, repository: string, packages: number): Promise<void> {
  const given = [repository, packages];
  await db.query(
    `insert into packages (repository_id, name, description, meta, revision, described_revision, latest_version, latest_stable_version, created_at, updated_at)
     select r.id, 'bench_' || n, 'A package', '{"description":"A package","licenses":["MIT"],"links":{},"maintainers":[],"extra":{}}',
            nextval('package_revisions'), currval('package_revisions'), '1.5.0', '1.5.0', now(), now()
     from repositories r, generate_series(1, $2::int) n where r.name = $1 on conflict do nothing`,
    given,
  );
  await db.query(
    `insert into stored_objects (key, state, changed_at)
     select 'bench/' || p.id || '/' || v, 'live', now()
     from packages p join repositories r on r.id = p.repository_id and r.name = $1, generate_series(1, ${RELEASES}) v
     where p.name like 'bench%' and $2::int > 0 on conflict do nothing`,
    given,
  );
  await db.query(
    `insert into releases (package_id, version, publisher_name, inner_checksum, outer_checksum, tarball_key, size, meta, created_at, updated_at)
     select p.id, '1.' || (v - 1) || '.0', 'bench', sha256((p.id || 'i' || v)::bytea), sha256((p.id || 'o' || v)::bytea),
            'bench/' || p.id || '/' || v, 12345, '{"app":"bench","buildTools":["mix"],"elixir":"~> 1.15","about":{"description":"A package","licenses":["MIT"],"links":{},"maintainers":[],"extra":{}}}',
            now(), now()
     from packages p join repositories r on r.id = p.repository_id and r.name = $1, generate_series(1, ${RELEASES}) v
     where p.name like 'bench%' and $2::int > 0 on conflict do nothing`,
    given,
  );
  await db.query(
    `insert into requirements (release_id, repository, name, app, requirement, optional, current_of)
     select l.id, 'hexpm', q, q, '~> 1.0', false, case when l.version = '1.${RELEASES - 1}.0' then p.id end
     from releases l join packages p on p.id = l.package_id join repositories r on r.id = p.repository_id and r.name = $1,
          unnest(array['jason', 'telemetry']) q
     where l.tarball_key like 'bench/%' and $2::int > 0 on conflict do nothing`,
    given,
  );
  for (const table of ['packages', 'releases', 'requirements', 'stored_objects', 'registry_objects', 'listed_packages'])
    await db.query(`analyze ${table}`);
}
