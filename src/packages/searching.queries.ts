import { type EntityManager } from 'typeorm';
import { escapeLike } from '../platform/database.js';

export const listSorts = ['relevance', 'name', 'updated', 'downloads'] as const;
export type ListSort = (typeof listSorts)[number];

/** A package as lists show it. Only columns of its own row, so that no list reads releases. */
export interface ListedPackage {
  readonly id: string;
  readonly repositoryId: string;
  readonly name: string;
  readonly description: string | null;
  readonly latestVersion: string | null;
  readonly latestStableVersion: string | null;
  readonly updatedAt: Date;
  /** Of all time. */
  readonly downloads: number;
}

export interface ListQuery {
  /** Those the reader may see; nothing of any other is looked at. */
  readonly repositoryIds: readonly string[];
  readonly search: string;
  readonly sort: ListSort;
  readonly limit: number;
  readonly offset: number;
}

export const LISTED = `p.id, p.repository_id as "repositoryId", p.name, p.description, p.latest_version as "latestVersion",
  p.latest_stable_version as "latestStableVersion", p.updated_at as "updatedAt", coalesce(t.count, 0)::float8 as downloads`;
export const WITH_TOTALS = 'left join package_download_totals t on t.package_id = p.id';

// Names are ASCII; the rules of a language would cost most of the time of a long list.
const NAME = 'p.name collate "C"';

// Each alternative has an index of its own: trigrams of the name, words of the description.
const MATCH = `($2::text is not null and (p.name like '%' || $3 || '%' or p.words @@ websearch_to_tsquery('english', $4)))`;

/** The name itself, names that begin so, names that have it in them, then the words of the description; last who is liked. */
const RELEVANCE = `case when p.name = $2 then 0 when p.name like $3 || '%' then 1 when p.name like '%' || $3 || '%' then 2 else 3 end,
  case when p.name like '%' || $3 || '%' then 0 else -ts_rank(p.words, websearch_to_tsquery('english', $4), 1) end,
  coalesce(t.count, 0) desc, ${NAME}, p.id`;

const ORDER: Record<ListSort, string> = {
  relevance: RELEVANCE,
  name: `${NAME}, p.id`,
  updated: 'p.updated_at desc, p.id',
  downloads: `coalesce(t.count, 0) desc, ${NAME}, p.id`,
};

/** What people type for `phoenix_live_view`: `Phoenix live-view`. */
const asName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

function condition(search: string): { where: string; values: unknown[] } {
  if (search === '') return { where: 'true', values: [] };
  const name = asName(search);
  // Without a single letter of a name, only the description can match.
  const values = name === '' ? ['\u0001', '\u0001', search] : [name, escapeLike(name), search];
  return { where: MATCH, values };
}

export function listPackages(
  db: EntityManager,
  { repositoryIds, search, sort, limit, offset }: ListQuery,
): Promise<ListedPackage[]> {
  const { where, values } = condition(search);
  const order = ORDER[search === '' && sort === 'relevance' ? 'updated' : sort];
  return db.query(
    `select ${LISTED} from packages p ${WITH_TOTALS}
     where p.repository_id = any ($1::bigint[]) and ${where}
     order by ${order} limit ${limit} offset ${offset}`,
    [repositoryIds, ...values],
  );
}

/** How many there are, counted up to `most`. */
export async function countPackages(
  db: EntityManager,
  { repositoryIds, search }: Pick<ListQuery, 'repositoryIds' | 'search'>,
  most: number,
): Promise<number> {
  const { where, values } = condition(search);
  const rows = await db.query<{ count: string }[]>(
    `select count(*) from (
       select 1 from packages p where p.repository_id = any ($1::bigint[]) and ${where} limit ${most}) as found`,
    [repositoryIds, ...values],
  );
  return Number(rows[0]!.count);
}

/** Packages whose names look like `search`, the likest first: for those who mistyped, when nothing matches. */
export function similarPackages(
  db: EntityManager,
  { repositoryIds, search }: Pick<ListQuery, 'repositoryIds' | 'search'>,
  limit: number,
): Promise<ListedPackage[]> {
  return db.query(
    // `offset 0` keeps the planner from asking for the likeness twice; what lists show is looked up for the few that are left.
    `select ${LISTED} from (
       select id, likeness from (
         select id, name, similarity(name, $2) as likeness from packages where repository_id = any ($1::bigint[]) offset 0) p
       where likeness > ${LIKE_ENOUGH} order by likeness desc, ${NAME}, id limit ${limit}) s
     join packages p on p.id = s.id ${WITH_TOTALS} order by s.likeness desc, ${NAME}, p.id`,
    [repositoryIds, asName(search)],
  );
}

/** Two letters changed in a short name. */
const LIKE_ENOUGH = 0.2;

/** The public packages a person owns, by name. */
export function ownedPackages(
  db: EntityManager,
  userId: string,
  repositoryId: string,
  limit: number,
): Promise<ListedPackage[]> {
  return db.query(
    `select ${LISTED} from package_owners o join packages p on p.id = o.package_id ${WITH_TOTALS}
     where o.user_id = $1 and p.repository_id = $2 order by p.name limit ${limit}`,
    [userId, repositoryId],
  );
}
