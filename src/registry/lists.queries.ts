import { type Tx } from '../platform/database.js';

/** How many packages are made up at once: a page of a big repository. */
const PAGE = 200;

/**
 * Packages whose index is built and whose entry is missing or older: an earlier version of this program has built them. In the
 * order of their names, a page of those behind `after`.
 */
export async function unlisted(tx: Tx, repositoryId: string, after: string): Promise<string[]> {
  const rows = await tx.query<{ name: string }[]>(
    `select substr(o.path, 10) as name from registry_objects o
     left join listed_packages f on f.repository_id = o.repository_id and f.name = substr(o.path, 10)
     where o.repository_id = $1 and o.path like 'packages/%' and (f.revision is null or f.revision < o.revision)
       and substr(o.path, 10) collate "C" > $2
     order by substr(o.path, 10) collate "C" limit ${PAGE}`,
    [repositoryId, after],
  );
  return rows.map(({ name }) => name);
}

/** What has no index any more is not listed either. */
export async function unlistGone(tx: Tx, repositoryId: string): Promise<void> {
  await tx.query(
    `delete from listed_packages f where repository_id = $1
       and not exists (select 1 from registry_objects o where o.repository_id = $1 and o.path = 'packages/' || f.name)`,
    [repositoryId],
  );
}

/** So many entries come as one: few enough that reading a row keeps the event loop for a millisecond or two. */
const TOGETHER = 500;

/** All entries of a list, one behind the other in the order of names: the database puts them together, in some large pieces. */
export async function entriesOf(tx: Tx, repositoryId: string, list: 'names' | 'versions'): Promise<Buffer[]> {
  const rows = await tx.query<{ entries: Buffer }[]>(
    `select string_agg(entry, ''::bytea order by name) as entries
     from (select name, ${list}_entry as entry, (row_number() over (order by name) - 1) / ${TOGETHER} as piece
           from listed_packages where repository_id = $1) as numbered
     group by piece order by piece`,
    [repositoryId],
  );
  return rows.map(({ entries }) => entries);
}

/** Never over a newer one: whoever makes up an old entry may be slower than a publish. */
export async function list(
  tx: Tx,
  entry: { repositoryId: string; name: string; revision: string; namesEntry: Uint8Array; versionsEntry: Uint8Array },
): Promise<void> {
  await tx.query(
    `insert into listed_packages (repository_id, name, revision, names_entry, versions_entry) values ($1, $2, $3, $4, $5)
     on conflict (repository_id, name) do update
       set revision = excluded.revision, names_entry = excluded.names_entry, versions_entry = excluded.versions_entry
       where listed_packages.revision <= excluded.revision`,
    [entry.repositoryId, entry.name, entry.revision, Buffer.from(entry.namesEntry), Buffer.from(entry.versionsEntry)],
  );
}
