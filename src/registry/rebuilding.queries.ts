import { type Tx } from '../platform/database.js';

const PAGE = 200;

/** Every name that has, or may have, an index. */
const NAMES = `
  select name from packages where repository_id = $1
  union select substr(path, 10) from registry_objects where repository_id = $1 and path like 'packages/%'`;

export interface Rebuild {
  /** As the database writes it: to the microsecond, which a Date would lose. */
  readonly startedAt: string;
  /** Up to this name all is built. */
  readonly reached: string;
  readonly done: number;
  readonly of: number;
}

/** Goes on with the one that was begun, if there is one and `again` does not say otherwise. */
export async function beginRebuild(db: Tx, repositoryId: string, now: Date, again: boolean): Promise<Rebuild> {
  const rows = await db.query<{ started_at: string; reached: string }[]>(
    `insert into registry_rebuilds (repository_id, started_at, reached) values ($1, $2, '')
     on conflict (repository_id) do update set
       started_at = case when $3 then excluded.started_at else registry_rebuilds.started_at end,
       reached = case when $3 then '' else registry_rebuilds.reached end
     returning started_at::text, reached`,
    [repositoryId, now, again],
  );
  const { started_at: startedAt, reached } = rows[0]!;
  const counts = await db.query<{ done: string; of: string }[]>(
    `select count(*) filter (where name collate "C" <= $2) as done, count(*) as of from (${NAMES}) n`,
    [repositoryId, reached],
  );
  return { startedAt, reached, done: Number(counts[0]!.done), of: Number(counts[0]!.of) };
}

/** A page of the names behind `after`. */
export async function namesToRebuild(db: Tx, repositoryId: string, after: string): Promise<string[]> {
  const rows = await db.query<{ name: string }[]>(
    `select name from (${NAMES}) n where name collate "C" > $2 order by name collate "C" limit ${PAGE}`,
    [repositoryId, after],
  );
  return rows.map(({ name }) => name);
}

/** Only of the same run: one that began later starts from nothing, and must not be told that it has come further. */
export async function moveRebuild(db: Tx, repositoryId: string, startedAt: string, reached: string): Promise<void> {
  await db.query(`update registry_rebuilds set reached = $3 where repository_id = $1 and started_at = $2`, [
    ...[repositoryId, startedAt, reached],
  ]);
}

export async function endRebuild(db: Tx, repositoryId: string, startedAt: string): Promise<void> {
  await db.query(`delete from registry_rebuilds where repository_id = $1 and started_at = $2`, [
    repositoryId,
    startedAt,
  ]);
}
