import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Repository } from '../organizations/repository.entity.js';
import { Clock } from '../platform/clock.js';
import { FeedRefresh } from './feed-refresh.entity.js';

/**
 * How the schedule fares with the feed. A feed that stopped weeks ago looks like one in which nothing happens, so this is
 * kept in a row and shown by the metrics of every process, whichever of them tried.
 */
@Injectable()
export class FeedRecord {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
  ) {}

  async succeeded({ id: repositoryId }: Repository, problems: number): Promise<void> {
    const row = { repositoryId, succeededAt: this.clock.now(), failures: 0, problems };
    await this.database.manager.upsert(FeedRefresh, row, ['repositoryId']);
  }

  /** Answers with how many tries have failed since the last that did not. */
  async failed({ id }: Repository): Promise<number> {
    const rows = await this.database.query<{ failures: number }[]>(
      `insert into feed_refreshes (repository_id, failures, problems) values ($1, 1, 0)
       on conflict (repository_id) do update set failures = feed_refreshes.failures + 1 returning failures`,
      [id],
    );
    return rows[0]!.failures;
  }

  /** Null: it was never tried. There is one feed, that of the public repository. */
  async last(): Promise<FeedRefresh | null> {
    const [newest] = await this.database.manager.find(FeedRefresh, { take: 1 });
    return newest ?? null;
  }
}
