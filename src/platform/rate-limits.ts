import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from './config.js';
import { Jobs } from './jobs.js';

/** Where a counter stands after this request. */
export interface LimitState {
  readonly limit: number;
  readonly remaining: number;
  /** Unix seconds at which the window ends. */
  readonly resetsAt: number;
  readonly exceeded: boolean;
}

/** A counter in Postgres, so that all processes count together. Fixed windows, as hex.pm has them. */
export class RateLimit {
  constructor(
    private readonly limiter: RateLimiterPostgres,
    readonly limit: number,
    private readonly enforced = true,
  ) {}

  /** Counts one and says where the counter stands. */
  async count(who: string): Promise<LimitState> {
    const result = await this.limiter.consume(who).catch((refused: unknown) => {
      // The library rejects with its result when the limit is exceeded, and with an Error when something broke.
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    return this.state(result);
  }

  /** Takes back one that was counted: it turned out to be no guess. */
  async forgive(who: string): Promise<void> {
    await this.limiter.reward(who, 1);
  }

  private state(result: RateLimiterRes): LimitState {
    const resetsAt = Math.ceil((Date.now() + result.msBeforeNext) / 1000);
    const exceeded = this.enforced && result.consumedPoints > this.limit;
    return { limit: this.limit, remaining: Math.max(0, this.limit - result.consumedPoints), resetsAt, exceeded };
  }
}

const SWEEP_EVERY_MS = 60 * 60 * 1000;

@Injectable()
export class RateLimits implements OnModuleInit {
  constructor(
    private readonly database: DataSource,
    private readonly jobs: Jobs,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.jobs.every('rate-limits.sweep', SWEEP_EVERY_MS, () => this.sweep());
  }

  /** `name` keeps the counters of different limits apart. */
  limit(name: string, points: number, windowSeconds: number): RateLimit {
    const limiter = new RateLimiterPostgres({
      ...{ storeClient: this.database, storeType: 'typeorm', tableName: 'rate_limits', tableCreated: true },
      ...{ keyPrefix: name, points, duration: windowSeconds, clearExpiredByTimeout: false },
    });
    // The Hex client's tests make hundreds of people within a minute, from this machine.
    return new RateLimit(limiter, points, !this.config.clientTestMode);
  }

  /** Removes counters whose window is over. */
  private async sweep(): Promise<void> {
    await this.database.query(`delete from rate_limits where expire < $1`, [Date.now() - 60_000]);
  }
}
