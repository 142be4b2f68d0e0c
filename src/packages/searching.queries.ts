import { type EntityManager } from 'typeorm';
import { escapeLike } from '../platform/database.js';
import { type AskedSearch } from './search-filters.js';
import { filterConditions, type Numbered, Values } from './search-filters.queries.js';

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
  readonly search: AskedSearch;
  readonly sort: ListSort;
  readonly limit: number;
  readonly offset: number;
}

export const LISTED = `p.id, p.repository_id as "repositoryId", p.name, p.description, p.latest_version as "latestVersion",
  p.latest_stable_version as "latestStableVersion", p.updated_at as "updatedAt", coalesce(t.count, 0)::float8 as downloads`;
export const WITH_TOTALS = 'left join package_download_totals t on t.package_id = p.id';

// Names are ASCII; the rules of a language would cost most of the time of a long list.
const NAME = 'p.name collate "C"';

/** What free words come to: the name they spell, by itself and to be found in others, and the words. */
interface Words {
  readonly name: string;
  readonly like: Numbered;
  readonly words: Numbered;
}

// Each alternative has an index of its own: trigrams of the name, words of the description.
const matches = ({ like, words }: Words): string =>
  `(p.name like '%' || ${like} || '%' or p.words @@ websearch_to_tsquery('english', ${words}))`;

/** The name itself, names that begin so, names that have it in them, then the words of the description; last who is liked. */
const relevance = (
  { like, words }: Words,
  name: Numbered,
): string => `case when p.name = ${name} then 0 when p.name like ${like} || '%' then 1
    when p.name like '%' || ${like} || '%' then 2 else 3 end,
  case when p.name like '%' || ${like} || '%' then 0 else -ts_rank(p.words, websearch_to_tsquery('english', ${words}), 1) end,
  coalesce(t.count, 0) desc, ${NAME}, p.id`;

const ORDER: Record<Exclude<ListSort, 'relevance'>, string> = {
  name: `${NAME}, p.id`,
  updated: 'p.updated_at desc, p.id',
  downloads: `coalesce(t.count, 0) desc, ${NAME}, p.id`,
};

/** Best matches where there are words to match; what is asked for since a time comes as it was changed. */
function orderOf(sort: ListSort, { filters }: AskedSearch, words: Words | null, values: Values): string {
  if (sort !== 'relevance') return ORDER[sort];
  if (words !== null) return relevance(words, values.put(words.name));
  return filters.some(({ key }) => key === 'updated_after') ? 'p.updated_at, p.id' : ORDER.updated;
}

/** What people type for `phoenix_live_view`: `Phoenix live-view`. */
const asName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

type Where = Pick<ListQuery, 'repositoryIds' | 'search'>;

function conditions({ repositoryIds, search }: Where, values: Values): { where: string; words: Words | null } {
  const among = values.put(repositoryIds);
  const where = [`p.repository_id = any (${among}::bigint[])`, ...filterConditions(search.filters, among, values)];
  const words = search.text === '' ? null : wordsOf(search.text, values);
  return { where: [...where, ...(words === null ? [] : [matches(words)])].join(' and '), words };
}

function wordsOf(text: string, values: Values): Words {
  // Without a single letter of a name, only the description can match.
  const name = asName(text) || '\u0001';
  return { name, like: values.put(escapeLike(name)), words: values.put(text) };
}

export function listPackages(db: EntityManager, query: ListQuery): Promise<ListedPackage[]> {
  const values = new Values();
  const { where, words } = conditions(query, values);
  return db.query(
    `select ${LISTED} from packages p ${WITH_TOTALS} where ${where}
     order by ${orderOf(query.sort, query.search, words, values)} limit ${query.limit} offset ${query.offset}`,
    values.all,
  );
}

/** How many there are, counted up to `most`. */
export async function countPackages(db: EntityManager, query: Where, most: number): Promise<number> {
  const values = new Values();
  const { where } = conditions(query, values);
  const rows = await db.query<{ count: string }[]>(
    `select count(*) from (select 1 from packages p where ${where} limit ${most}) as found`,
    values.all,
  );
  return Number(rows[0]!.count);
}

/** Packages whose names look like `search`, the likest first: for those who mistyped, when nothing matches. */
export function similarPackages(
  db: EntityManager,
  { repositoryIds, search }: Where,
  limit: number,
): Promise<ListedPackage[]> {
  return db.query(
    // `offset 0` keeps the planner from asking for the likeness twice; what lists show is looked up for the few that are left.
    `select ${LISTED} from (
       select id, likeness from (
         select id, name, similarity(name, $2) as likeness from packages where repository_id = any ($1::bigint[]) offset 0) p
       where likeness > ${LIKE_ENOUGH} order by likeness desc, ${NAME}, id limit ${limit}) s
     join packages p on p.id = s.id ${WITH_TOTALS} order by s.likeness desc, ${NAME}, p.id`,
    [repositoryIds, asName(search.text)],
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
