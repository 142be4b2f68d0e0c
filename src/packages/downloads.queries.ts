import { type EntityManager } from 'typeorm';
import { type Tx } from '../platform/database.js';

/** So many full downloads of a tarball on a day (UTC, `2026-11-22`). */
export interface DownloadCount {
  readonly repositoryId: string;
  readonly name: string;
  readonly version: string;
  readonly day: string;
  readonly count: number;
}

interface CountedRelease {
  readonly release_id: string;
  readonly package_id: string;
  readonly day: string;
  readonly count: string;
}

/**
 * Adds to what is there. Releases that are gone are left out. Package and release are locked first, against removal and in
 * the order of their ids, since a revert holds the package and then deletes the very rows that are written here.
 */
export async function addDownloads(tx: Tx, counts: readonly DownloadCount[]): Promise<void> {
  const rows = await tx.query<CountedRelease[]>(
    `select l.id as release_id, l.package_id, f.day::text, f.count
     from unnest($1::bigint[], $2::text[], $3::text[], $4::date[], $5::bigint[]) as f (repository_id, name, version, day, count)
     join packages p on p.repository_id = f.repository_id and p.name = f.name
     join releases l on l.package_id = p.id and l.version = f.version
     order by p.id, l.id, f.day for key share of p, l`,
    [
      counts.map(({ repositoryId }) => repositoryId),
      counts.map(({ name }) => name),
      counts.map(({ version }) => version),
      counts.map(({ day }) => day),
      counts.map(({ count }) => count),
    ],
  );
  await tx.query(
    `with fetched as (select * from unnest($1::bigint[], $2::bigint[], $3::date[], $4::bigint[]) as f (release_id, package_id, day, count)),
     by_release as (
       insert into downloads select release_id, day, count from fetched order by 1, 2
       on conflict (release_id, day) do update set count = downloads.count + excluded.count),
     by_package as (
       insert into package_downloads select package_id, day, sum(count) from fetched group by 1, 2 order by 1, 2
       on conflict (package_id, day) do update set count = package_downloads.count + excluded.count)
     insert into package_download_totals select package_id, sum(count) from fetched group by 1 order by 1
     on conflict (package_id) do update set count = package_download_totals.count + excluded.count`,
    [
      rows.map((row) => row.release_id),
      rows.map((row) => row.package_id),
      rows.map((row) => row.day),
      rows.map((row) => row.count),
    ],
  );
}

interface SummaryRow {
  readonly id: string;
  readonly total: string;
  readonly recent: string;
  readonly week: string;
  readonly today: string;
}

/** Of each package: all its downloads, and those of the last 90 days, 7 days and of `today`. */
export function downloadSummaries(
  db: EntityManager,
  packageIds: readonly string[],
  today: string,
): Promise<SummaryRow[]> {
  return db.query(
    `select p.id, coalesce(t.count, 0) as total, coalesce(d.recent, 0) as recent, coalesce(d.week, 0) as week,
            coalesce(d.today, 0) as today
     from unnest($1::bigint[]) as p (id)
     left join package_download_totals t on t.package_id = p.id
     left join lateral (
       select sum(count) as recent, sum(count) filter (where day > $2::date - 7) as week,
              sum(count) filter (where day = $2::date) as today
       from package_downloads where package_id = p.id and day > $2::date - 90) d on true`,
    [packageIds, today],
  );
}

/** A package's days from `since` on that have any. */
export function downloadDays(
  db: EntityManager,
  packageId: string,
  since: string,
): Promise<{ day: string; count: string }[]> {
  return db.query(
    `select day::text, count from package_downloads where package_id = $1 and day >= $2::date order by day`,
    [packageId, since],
  );
}

/** All downloads of each release that has any. */
export function releaseDownloads(
  db: EntityManager,
  releaseIds: readonly string[],
): Promise<{ id: string; count: string }[]> {
  return db.query(
    `select release_id as id, sum(count) as count from downloads where release_id = any ($1::bigint[]) group by 1`,
    [releaseIds],
  );
}

export interface Span {
  /** Days (`2026-11-22`), both included; null: no limit. */
  readonly after: string | null;
  readonly before: string | null;
}

/** A release's downloads within a span, by day or month (`2026-11`) where there are any, the oldest first; by `all` one row, if any. */
export function releaseDownloadsBy(
  db: EntityManager,
  releaseId: string,
  by: 'day' | 'month' | 'all',
  { after, before }: Span,
): Promise<{ period: string; count: string }[]> {
  const period = { day: `to_char(day, 'YYYY-MM-DD')`, month: `to_char(day, 'YYYY-MM')`, all: `''` }[by];
  return db.query(
    `select ${period} as period, sum(count) as count from downloads
     where release_id = $1 and ($2::date is null or day >= $2::date) and ($3::date is null or day <= $3::date)
     group by 1 order by 1`,
    [releaseId, after, before],
  );
}
