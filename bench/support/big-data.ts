import { type DataSource } from 'typeorm';

/** How much there is of everything. */
export interface Amounts {
  readonly organizations: number;
  /** Half of them public, a tenth in `acme`, the rest spread over the other organizations. */
  readonly packages: number;
  readonly releasesEach: number;
  readonly people: number;
  readonly keys: number;
  readonly auditEntries: number;
  /** Days on which every package was fetched. */
  readonly days: number;
}

export const small: Amounts = {
  ...{ organizations: 4, packages: 40, releasesEach: 6, people: 10, keys: 20, auditEntries: 100, days: 5 },
};
export const big: Amounts = {
  ...{
    organizations: 200,
    packages: 10_000,
    releasesEach: 6,
    people: 1000,
    keys: 2000,
    auditEntries: 200_000,
    days: 90,
  },
};

const README = `# A package

Words about it, with \`code\` and a [link](https://example.org).

\`\`\`elixir
def deps, do: [{:package, "~> 1.0"}]
\`\`\`

| option | default |
| ------ | ------- |
| one    | 1       |
`;

const WORDS = `(array['fast','small','parser','client','server','queue','cache','json','http','date','mail','graph'])`;

/**
 * Fills a database by SQL, up to these amounts; what is there already stays. `acme` has the person `bench_1` as its admin, and
 * almost everything in a repository requires its first package.
 */
export async function fill(db: DataSource, amounts: Amounts): Promise<void> {
  for (const sql of statements(amounts)) await db.query(sql);
  for (const table of TABLES) await db.query(`analyze ${table}`);
}

const TABLES = [
  ...['users', 'organizations', 'members', 'repositories', 'keys', 'packages', 'releases', 'requirements', 'readmes'],
  ...['downloads', 'package_downloads', 'package_download_totals', 'audit_entries', 'emails', 'stored_objects'],
];

function statements({ organizations, packages, releasesEach, people, keys, auditEntries, days }: Amounts): string[] {
  const org = (expression: string) => `(select id from organizations where name = ${expression})`;
  return [
    `insert into users (name, full_name, created_at, updated_at)
     select 'bench_' || n, 'Person ' || n, now(), now() from generate_series(1, ${people}) n on conflict do nothing`,
    `insert into emails (user_id, address, is_primary, is_public, verified_at, created_at)
     select id, name || '@example.org', true, false, now(), now() from users u where name like 'bench%'
       and not exists (select 1 from emails e where e.user_id = u.id)`,
    `insert into organizations (name, trial_ends_at, created_at, updated_at)
     select case n when 1 then 'acme' else 'org_' || n end, now() + interval '30 days', now(), now()
     from generate_series(1, ${organizations}) n on conflict do nothing`,
    `insert into repositories (name, organization_id, created_at, updated_at)
     select name, id, now(), now() from organizations on conflict do nothing`,
    // Everybody of the first fifty in acme, and each organization with five people.
    `insert into members (organization_id, user_id, role, created_at, updated_at)
     select ${org(`'acme'`)}, u.id, case u.name when 'bench_1' then 'admin' else 'read' end, now(), now()
     from users u where u.name like 'bench%' order by u.id limit 50 on conflict do nothing`,
    `insert into members (organization_id, user_id, role, created_at, updated_at)
     select o.id, u.id, 'read', now(), now() from organizations o
     join users u on u.name like 'bench%' and (u.id + o.id) % ${Math.max(1, Math.floor(people / 5))} = 0 on conflict do nothing`,
    `insert into members (organization_id, user_id, role, created_at, updated_at)
     select o.id, u.id, 'write', now(), now() from organizations o, users u
     where u.name = 'bench_1' and o.name in ('org_2', 'org_3', 'org_4') on conflict do nothing`,
    `insert into keys (user_id, name, secret_hash, permissions, created_at, updated_at)
     select u.id, 'bench key ' || n, decode(md5('u' || n) || md5('v' || n), 'hex'), '[{"domain":"api","resource":null}]', now(), now()
     from generate_series(1, ${keys}) n join users u on u.name = 'bench_' || (1 + n % ${people}) on conflict do nothing`,
    `insert into keys (organization_id, name, secret_hash, permissions, last_used_at, created_at, updated_at)
     select ${org(`'acme'`)}, 'bench ci ' || n, decode(md5('o' || n) || md5('p' || n), 'hex'), '[{"domain":"repository","resource":"acme"}]', now(), now(), now()
     from generate_series(1, ${Math.min(keys, 100)}) n on conflict do nothing`,
    packagesSql(packages, organizations),
    `insert into stored_objects (key, state, changed_at)
     select 'bench/' || p.id || '/' || v, 'live', now() from packages p, generate_series(1, ${releasesEach}) v
     where p.name like 'bench%' on conflict do nothing`,
    releasesSql(releasesEach),
    requirementsSql(releasesEach),
    `insert into readmes (release_id, outer_checksum, path, body)
     select id, outer_checksum, 'README.md', replace($words$${README}$words$, 'A package', 'Package of release ' || id)
     from releases where tarball_key like 'bench/%' on conflict do nothing`,
    `insert into downloads (release_id, day, count)
     select l.id, current_date - d, 1 + (l.id + d) % 9 from releases l, generate_series(0, 9) d
     where tarball_key like 'bench/%' on conflict do nothing`,
    `insert into package_downloads (package_id, day, count)
     select p.id, current_date - d, 1 + (p.id + d) % 50 from packages p, generate_series(0, ${days - 1}) d
     where p.name like 'bench%' on conflict do nothing`,
    `insert into package_download_totals (package_id, count)
     select package_id, sum(count) from package_downloads group by 1 on conflict do nothing`,
    `insert into package_owners (package_id, user_id, level, created_at)
     select p.id, u.id, 'full', now() from packages p join repositories r on r.id = p.repository_id and r.organization_id is null
     join users u on u.name = 'bench_' || (1 + p.id % ${people}) on conflict do nothing`,
    auditSql(auditEntries),
  ];
}

const packagesSql = (packages: number, organizations: number): string => `
  insert into packages (repository_id, name, description, meta, revision, described_revision, latest_version, latest_stable_version, created_at, updated_at)
  select r.id, 'bench_' || ${WORDS}[1 + n % 12] || '_' || n,
         'A ' || ${WORDS}[1 + n % 12] || ' for the ' || ${WORDS}[1 + (n / 12) % 12] || ' of number ' || n,
         '{"description":"A package","licenses":["MIT"],"links":{"GitHub":"https://github.com/example/example"},"maintainers":[],"extra":{}}',
         1, 1, '1.5.0', '1.5.0', now() - interval '1 year', now() - n * interval '1 minute'
  from generate_series(1, ${packages}) n
  join repositories r on case
    when n % 2 = 0 then r.organization_id is null
    when n % 10 = 1 then r.name = 'acme'
    else r.name = 'org_' || (2 + (n / 2) % ${organizations - 1}) end
  on conflict do nothing`;

const releasesSql = (each: number): string => `
  insert into releases (package_id, version, publisher_id, publisher_name, inner_checksum, outer_checksum, tarball_key, size, meta, created_at, updated_at)
  select p.id, '1.' || (v - 1) || '.0', (select id from users where name = 'bench_1'), 'bench_1',
         decode(md5(p.id || '/' || v) || md5('i'), 'hex'), decode(md5(p.id || '/' || v) || md5('o'), 'hex'),
         'bench/' || p.id || '/' || v, 12345,
         '{"app":"bench","buildTools":["mix"],"elixir":"~> 1.15","about":{"description":"A package","licenses":["MIT"],"links":{"GitHub":"https://github.com/example/example"},"maintainers":[],"extra":{}}}',
         now() - (${each} - v) * interval '1 month', now()
  from packages p, generate_series(1, ${each}) v where p.name like 'bench%' on conflict do nothing`;

/** Everything of a repository requires its first package and two of hex.pm's. */
const requirementsSql = (each: number): string => `
  insert into requirements (release_id, repository, name, app, requirement, optional, current_of)
  select l.id, q.repository, q.name, q.name, '~> 1.0', false, case when l.version = '1.${each - 1}.0' then p.id end
  from releases l join packages p on p.id = l.package_id join repositories r on r.id = p.repository_id
  cross join lateral (
    select r.name as repository, (select name from packages where repository_id = r.id order by id limit 1) as name
    union all select 'hexpm', 'jason' union all select 'hexpm', 'telemetry') q
  where l.tarball_key like 'bench/%' and q.name <> p.name on conflict do nothing`;

const auditSql = (entries: number): string => `
  insert into audit_entries (action, actor_kind, actor_name, user_id, subject_organization_id, subject_user_id, params, ip, at)
  select (array['release.publish','key.create','member.add','session.start'])[1 + n % 4], 'user', 'bench_1', u.id,
         o.id, case when n % 4 = 3 then u.id end, '{"package":"bench"}', '203.0.113.7', now() - n * interval '1 minute'
  from generate_series((select count(*) + 1 from audit_entries)::int, ${entries}) n
  join users u on u.name = 'bench_1' join organizations o on o.name = 'acme'`;
