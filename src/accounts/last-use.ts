import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Origin } from '../audit/actor.js';
import { Clock } from '../platform/clock.js';
import { type Logger, LOGGER } from '../platform/log.js';

const FLUSH_MS = 15_000;
/** A key used all day is written once in this time. */
const WORTH_WRITING_MS = 60_000;

interface Use {
  readonly at: Date;
  readonly origin: Origin;
}

/** The tables whose rows say when they were last used. */
type Used = 'keys' | 'grants';

/**
 * When, from where and by what a key or grant was last used, without a write on the way of a request: kept in memory and written
 * together now and then, and at a clean stop. A crash loses at most the last quarter of a minute of it.
 */
@Injectable()
export class LastUse implements OnModuleInit, BeforeApplicationShutdown {
  private readonly waiting = { keys: new Map<string, Use>(), grants: new Map<string, Use>() };
  private readonly written = { keys: new Map<string, number>(), grants: new Map<string, number>() };
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  note(table: Used, id: string, origin: Origin): void {
    const at = this.clock.now();
    if (at.getTime() - (this.written[table].get(id) ?? 0) >= WORTH_WRITING_MS)
      this.waiting[table].set(id, { at, origin });
  }

  onModuleInit(): void {
    const failed = (err: unknown) => this.logger.warn({ err }, 'last use could not be written');
    this.timer = setInterval(() => void this.flush().catch(failed), FLUSH_MS);
    this.timer.unref();
  }

  async flush(): Promise<void> {
    await this.write('keys');
    await this.write('grants');
  }

  private async write(table: Used): Promise<void> {
    const [waiting, written] = [this.waiting[table], this.written[table]];
    // In the order in which others lock the rows too.
    const batch = [...waiting].sort(([a], [b]) => Number(a) - Number(b));
    if (batch.length === 0) return;
    waiting.clear();
    if (written.size > 100_000) written.clear();
    for (const [id, { at }] of batch) written.set(id, at.getTime());
    await this.database.query(
      `update ${table} as row set last_used_at = used.at, last_used_ip = used.ip, last_used_agent = used.agent
       from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[]) as used (id, at, ip, agent)
       where row.id = used.id and (row.last_used_at is null or row.last_used_at < used.at)`,
      [
        batch.map(([id]) => id),
        batch.map(([, use]) => use.at),
        batch.map(([, use]) => use.origin.ip ?? null),
        batch.map(([, use]) => use.origin.userAgent?.slice(0, 255) ?? null),
      ],
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }
}
