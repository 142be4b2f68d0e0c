import { type EntityManager } from 'typeorm';
import { type Repository } from '../organizations/repository.entity.js';
import { Package } from './package.entity.js';
import { type Release } from './release.entity.js';
import { escapeLike } from '../platform/database.js';
import { readSearch } from './search-filters.js';
import { filterConditions, SHORTEST_PART, Values } from './search-filters.queries.js';

/**
 * The package's row, locked until the transaction ends: every write to a package or its releases goes through here first,
 * so writers of one package take turns and writers of different packages do not meet.
 */
export function lockPackage(tx: EntityManager, repositoryId: string, name: string): Promise<Package | null> {
  return tx.findOne(Package, { where: { repositoryId, name }, lock: { mode: 'pessimistic_write' } });
}

/** The next revision for a locked package. */
export async function nextRevision(tx: EntityManager): Promise<string> {
  const rows = await tx.query<{ revision: string }[]>(`select nextval('package_revisions')::text as revision`);
  return rows[0]!.revision;
}

/** Is any package of `repository` built on this one? */
export async function hasDependents(tx: EntityManager, pkg: Package, repository: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `select 1 from requirements r join releases l on l.id = r.release_id
     where r.repository = $1 and r.name = $2 and l.package_id <> $3 limit 1`,
    [repository, pkg.name, pkg.id],
  );
  return rows.length > 0;
}

/** Has the person an open account, and a place in the organization, if one is named? */
export async function isHere(db: EntityManager, userId: string, organizationId: string | null): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `select 1 from users u where u.id = $1 and u.deactivated_at is null
       and ($2::bigint is null or exists (select 1 from members m where m.organization_id = $2 and m.user_id = u.id))`,
    [userId, organizationId],
  );
  return rows.length > 0;
}

/** Id and version of each release of a package, in no order. */
export function versionsOf(tx: EntityManager, packageId: string): Promise<{ id: string; version: string }[]> {
  return tx.query('select id, version from releases where package_id = $1', [packageId]);
}

/** Marks what the package requires now: what its recommended release does. */
export async function markCurrentRequirements(tx: EntityManager, packageId: string, releaseId: string): Promise<void> {
  await tx.query(
    `update requirements r set current_of = case when r.release_id = $2 then $1::bigint end from releases l
     where l.id = r.release_id and l.package_id = $1
       and r.current_of is distinct from case when r.release_id = $2 then $1::bigint end`,
    [packageId, releaseId],
  );
}

/** Packages whose description is older than they are, after an upgrade or a write by an older process. */
export function undescribedPackages(
  db: EntityManager,
  limit: number,
): Promise<{ repository_id: string; name: string }[]> {
  return db.query(
    'select repository_id, name from packages where described_revision <> revision order by id limit $1',
    [limit],
  );
}

export interface UnreadRelease {
  readonly id: string;
  readonly tarball_key: string;
  readonly outer_checksum: Buffer;
}

/** Releases without a readme's row of their present tarball, the newest first. */
export function unreadReleases(db: EntityManager, before: string | null, limit: number): Promise<UnreadRelease[]> {
  return db.query(
    `select l.id, l.tarball_key, l.outer_checksum from releases l
     where ($1::bigint is null or l.id < $1)
       and not exists (select 1 from readmes m where m.release_id = l.id and m.outer_checksum = l.outer_checksum)
     order by l.id desc limit $2`,
    [before, limit],
  );
}

/** Verified primary addresses of those who are told of a release; see `release-mails`. */
export function releaseRecipients(
  tx: EntityManager,
  repository: Repository,
  pkg: Package,
  { publisherId }: Pick<Release, 'publisherId'>,
): Promise<{ address: string }[]> {
  const [answering, id] =
    repository.organizationId === null
      ? [
          `select user_id from package_owners where package_id = $1
           union select m.user_id from members m join packages p on p.owner_organization_id = m.organization_id
           where p.id = $1 and m.role = 'admin'`,
          pkg.id,
        ]
      : [`select user_id from members where organization_id = $1 and role = 'admin'`, repository.organizationId];
  return tx.query(
    `select e.address from users u join emails e on e.user_id = u.id and e.is_primary and e.verified_at is not null
     where u.id in (${answering}) and u.id is distinct from $2::bigint and u.deactivated_at is null and u.mail_releases
     order by u.id`,
    [id, publisherId],
  );
}

export type PackageSort = 'name' | 'inserted_at' | 'updated_at' | 'downloads';

export interface PackageSearch {
  readonly repositoryIds: readonly string[];
  readonly search?: string | undefined;
  readonly sort: PackageSort;
  readonly limit: number;
  readonly offset: number;
}

const ORDER = {
  name: 'p.name, p.id',
  inserted_at: 'p.created_at desc, p.id',
  updated_at: 'p.updated_at desc, p.id',
  downloads: '(select t.count from package_download_totals t where t.package_id = p.id) desc nulls last, p.name, p.id',
};

/** What has changed since then is asked for page after page by who follows the changes: the oldest first, in no other order. */
const FOLLOWING = 'p.updated_at, p.id';

/**
 * Ids of packages in the repositories given, by part of the name or words of the description, and by filters (`readSearch`). Names shorter than
 * three letters are meant whole, as at hex.pm.
 */
export async function searchPackages(db: EntityManager, { repositoryIds, search, sort, limit, offset }: PackageSearch) {
  const { text, filters } = readSearch(search ?? '');
  const values = new Values();
  const among = values.put(repositoryIds);
  const where = [`p.repository_id = any (${among}::bigint[])`, ...filterConditions(filters, among, values)];
  if (text !== '') {
    const name = escapeLike(text.toLowerCase());
    const like = values.put(text.length < SHORTEST_PART ? name : `%${name}%`);
    where.push(`(p.name like ${like} or p.words @@ plainto_tsquery('english', ${values.put(text)}))`);
  }
  const order = filters.some(({ key }) => key === 'updated_after') ? FOLLOWING : ORDER[sort];
  const rows = await db.query<{ id: string }[]>(
    `select p.id from packages p where ${where.join(' and ')}
     order by ${order} limit ${values.put(limit)} offset ${values.put(offset)}`,
    values.all,
  );
  return rows.map((row) => row.id);
}

/** Where the documentation of a release lies, and what identifies it. */
export interface StoredDocs {
  readonly objectKey: string;
  readonly sha256: Buffer;
  readonly size: number;
}

export async function findDocs(
  db: EntityManager,
  repositoryId: string,
  name: string,
  version: string,
): Promise<StoredDocs | null> {
  const rows = await db.query<StoredDocs[]>(
    `select l.docs_key as "objectKey", l.docs_checksum as sha256, l.docs_size as size
     from releases l join packages p on p.id = l.package_id
     where p.repository_id = $1 and p.name = $2 and l.version = $3 and l.docs_key is not null`,
    [repositoryId, name, version],
  );
  return rows[0] ?? null;
}
