import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { type Logger, LOGGER } from '../platform/log.js';
import {
  addDownloads,
  type DownloadCount,
  downloadDays,
  downloadSummaries,
  releaseDownloads,
  releaseDownloadsBy,
  type Span,
} from './downloads.queries.js';

const FLUSH_MS = 15_000;
/** Different releases and days, a few hundred bytes each. */
const MAX_COUNTERS = 50_000;
/** Where there are more, the next writing forgets those that have nothing to write. */
const MAX_KEPT = MAX_COUNTERS / 2;
/** In a statement: thousands would keep the event loop from fetches. */
const TOGETHER = 500;
const DAY_MS = 24 * 60 * 60 * 1000;

/** How often a package was fetched; days are days of UTC, today's as far as it has come. */
export interface DownloadSummary {
  readonly all: number;
  /** In 90 days. */
  readonly recent: number;
  readonly week: number;
  readonly day: number;
}

export const NO_DOWNLOADS: DownloadSummary = { all: 0, recent: 0, week: 0, day: 0 };

type Counted = Pick<DownloadCount, 'repositoryId' | 'name' | 'version'>;

/** Of a release on a day, since it was last written. */
interface Counter extends Counted {
  readonly day: string;
  count: number;
  /** What it was noted with last, under which it is found without its name being put together. */
  by: Counted | undefined;
}

const keyOf = ({ repositoryId, name, version }: Counted, day: string): string =>
  `${repositoryId}/${name}/${version}/${day}`;
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/**
 * Counts how often tarballs are fetched, without a write on the way of a fetch: kept in memory and added up in the database
 * every quarter of a minute and at a clean stop. A crash loses what this process has counted since. When the database is
 * away the counts wait for it; when its answer to a commit is lost, they are counted twice: they are statistics.
 */
@Injectable()
export class Downloads implements OnModuleInit, BeforeApplicationShutdown {
  /**
   * Those with nothing to write stay for the next fetch: made anew after each writing they would become old beside fetches, which
   * only a collection of all memory takes away (decision 28).
   */
  private readonly counters = new Map<string, Counter>();
  /** Those of the same that have been noted, each by what it was noted with last. */
  private readonly known = new Map<Counted, Counter>();
  private hasUnused = false;
  private writtenOn: string | undefined;
  private day = { number: -1, name: '' };
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One whole tarball has been delivered. Quickest for those who bring the same object each time. */
  note(release: Counted): void {
    const day = this.today();
    const known = this.known.get(release);
    if (known?.day === day) {
      known.count += 1;
      return;
    }
    const counter = this.counterOf(release, day);
    if (counter === undefined) return;
    counter.count += 1;
    if (counter.by !== undefined) this.known.delete(counter.by);
    counter.by = release;
    this.known.set(release, counter);
  }

  onModuleInit(): void {
    const failed = (err: unknown) => this.logger.warn({ err }, 'downloads could not be counted, will try again');
    this.timer = setInterval(() => void this.flush().catch(failed), FLUSH_MS);
    this.timer.unref();
  }

  /** Writes what waits, after what is being written. */
  flush(): Promise<void> {
    const next = this.writing.then(() => this.write());
    this.writing = next.catch(() => undefined);
    return next;
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** For each id given, in one statement. */
  async summaries(packageIds: readonly string[]): Promise<ReadonlyMap<string, DownloadSummary>> {
    const rows = await downloadSummaries(this.database.manager, packageIds, dayOf(this.clock.now()));
    return new Map(
      rows.map(({ id, total, recent, week, today }) => [
        id,
        { all: Number(total), recent: Number(recent), week: Number(week), day: Number(today) },
      ]),
    );
  }

  /** The last `days` days of a package, the oldest first and today last; days without a download are 0. */
  async daily(packageId: string, days: number): Promise<{ day: string; count: number }[]> {
    const today = this.clock.now().getTime();
    const wanted = Array.from({ length: days }, (_, index) => dayOf(new Date(today - (days - 1 - index) * DAY_MS)));
    const rows = await downloadDays(this.database.manager, packageId, wanted[0]!);
    const counts = new Map(rows.map(({ day, count }) => [day, Number(count)]));
    return wanted.map((day) => ({ day, count: counts.get(day) ?? 0 }));
  }

  /** All downloads of each of these releases; those without any are missing. */
  async ofReleases(releaseIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await releaseDownloads(this.database.manager, releaseIds);
    return new Map(rows.map(({ id, count }) => [id, Number(count)]));
  }

  /** Of one release within a span: their number, or for `day` and `month` each with its own, where there are any. */
  async ofRelease(releaseId: string, by: 'day' | 'month' | 'all', span: Span): Promise<number | [string, number][]> {
    const rows = await releaseDownloadsBy(this.database.manager, releaseId, by, span);
    const counts = rows.map(({ period, count }): [string, number] => [period, Number(count)]);
    return by === 'all' ? (counts[0]?.[1] ?? 0) : counts;
  }

  private async write(): Promise<void> {
    const day = this.today();
    if (day !== this.writtenOn || this.counters.size > MAX_KEPT) this.forgetUnused();
    this.writtenOn = day;
    const counters = [...this.counters.values()].filter(({ count }) => count > 0);
    for (let at = 0; at < counters.length; at += TOGETHER) {
      const batch = counters.slice(at, at + TOGETHER);
      const counts = batch.map(countOf);
      await this.database.transaction((tx) => addDownloads(tx, counts));
      // Not before: what could not be written is still there, and what is fetched meanwhile comes next time.
      batch.forEach((counter, index) => (counter.count -= counts[index]!.count));
      this.hasUnused = true;
    }
  }

  /** What has not been fetched since it was written. */
  private forgetUnused(): void {
    for (const [key, counter] of this.counters) {
      if (counter.count > 0) continue;
      this.counters.delete(key);
      // On a new day another counter has its place.
      if (counter.by !== undefined && this.known.get(counter.by) === counter) this.known.delete(counter.by);
    }
    this.hasUnused = false;
  }

  /** Its name is made once a day and not with each fetch. */
  private today(): string {
    const now = this.clock.now();
    const number = Math.floor(now.getTime() / DAY_MS);
    if (number !== this.day.number) this.day = { number, name: dayOf(now) };
    return this.day.name;
  }

  /** Undefined where there is no place for another: only while the database has been away for long. */
  private counterOf({ repositoryId, name, version }: Counted, day: string): Counter | undefined {
    const key = keyOf({ repositoryId, name, version }, day);
    const before = this.counters.get(key);
    if (before !== undefined) return before;
    if (this.counters.size >= MAX_COUNTERS && this.hasUnused) this.forgetUnused();
    if (this.counters.size >= MAX_COUNTERS) return undefined;
    const counter: Counter = { repositoryId, name, version, day, count: 0, by: undefined };
    this.counters.set(key, counter);
    return counter;
  }
}

function countOf({ repositoryId, name, version, day, count }: Counter): DownloadCount {
  return { repositoryId, name, version, day, count };
}
