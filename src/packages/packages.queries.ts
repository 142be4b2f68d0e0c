import { type EntityManager } from 'typeorm';
import { Package } from './package.entity.js';

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

export type PackageSort = 'name' | 'inserted_at' | 'updated_at';

export interface PackageSearch {
  readonly repositoryIds: readonly string[];
  readonly search?: string | undefined;
  readonly sort: PackageSort;
  readonly limit: number;
  readonly offset: number;
}

const ORDER = { name: 'p.name, p.id', inserted_at: 'p.created_at desc, p.id', updated_at: 'p.updated_at desc, p.id' };

/** Ids of packages in the repositories given, by part of the name or words of the description. */
export async function searchPackages(db: EntityManager, { repositoryIds, search, sort, limit, offset }: PackageSearch) {
  const rows = await db.query<{ id: string }[]>(
    `select p.id from packages p
     where p.repository_id = any ($1::bigint[])
       and ($2::text is null or p.name like '%' || $3 || '%'
            or to_tsvector('english', coalesce(p.description, '')) @@ plainto_tsquery('english', $2))
     order by ${ORDER[sort]} limit $4 offset $5`,
    [repositoryIds, search ?? null, escapeLike(search?.toLowerCase() ?? ''), limit, offset],
  );
  return rows.map((row) => row.id);
}

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (char) => `\\${char}`);
