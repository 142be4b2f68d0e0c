import { type EntityManager } from 'typeorm';
import { LISTED, type ListedPackage, WITH_TOTALS } from './searching.queries.js';

/** A package that requires another one, and how. */
export interface Dependent extends ListedPackage {
  readonly requirement: string;
  readonly optional: boolean;
}

export interface DependentsQuery {
  /** Those the reader may see. */
  readonly repositoryIds: readonly string[];
  /** The required package, as requirements name it. */
  readonly repository: string;
  readonly name: string;
  readonly limit: number;
  readonly offset: number;
}

// `current_of` stands on the requirements of recommended releases alone: one row for each dependent, by an index of its own.
const FROM = `requirements r join packages p on p.id = r.current_of`;
const WHERE = `r.repository = $1 and r.name = $2 and p.repository_id = any ($3::bigint[])`;

export function listDependents(
  db: EntityManager,
  { repositoryIds, repository, name, limit, offset }: DependentsQuery,
): Promise<Dependent[]> {
  return db.query(
    `select ${LISTED}, r.requirement, r.optional from ${FROM} ${WITH_TOTALS}
     where ${WHERE} order by coalesce(t.count, 0) desc, p.name, p.id limit ${limit} offset ${offset}`,
    [repository, name, repositoryIds],
  );
}

export async function countDependents(
  db: EntityManager,
  { repositoryIds, repository, name }: Pick<DependentsQuery, 'repositoryIds' | 'repository' | 'name'>,
  most: number,
): Promise<number> {
  const rows = await db.query<{ count: string }[]>(
    `select count(*) from (select 1 from ${FROM} where ${WHERE} limit ${most}) as found`,
    [repository, name, repositoryIds],
  );
  return Number(rows[0]!.count);
}
