import { Controller, Get, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChangeFeed } from '../platform/change-feed.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import { OBJECT_STORE, type ObjectStore } from '../platform/store/object-store.js';

const REMEMBERED_MS = 3_000;

/** For load balancers and orchestrators. `/health/live`: the process answers. `/health/ready`: what it needs answers too. */
@Controller('health')
export class HealthController {
  private leaving = false;
  private askedAt = 0;
  private hasStore = false;
  private answer: Promise<string> = Promise.resolve('');

  constructor(
    private readonly database: DataSource,
    private readonly changes: ChangeFeed,
    private readonly clock: Clock,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** From now on it is not ready: it takes what comes, and wants no more. */
  leave(): void {
    this.leaving = true;
  }

  @Get('live')
  live(): string {
    return 'ok\n';
  }

  /** Asked by anybody, and it writes to the store: so its answer, good or bad, holds for some seconds. */
  @Get('ready')
  ready(): Promise<string> {
    if (this.leaving) throw new DomainError('unavailable', 'leaving', 'this process is stopping');
    if (Date.now() - this.askedAt > REMEMBERED_MS) {
      this.askedAt = Date.now();
      this.answer = this.ask();
    }
    return this.answer;
  }

  private isInGrace(): boolean {
    return this.changes.isAway && this.changes.deafFor(this.clock.now().getTime()) < this.config.databaseGraceMs;
  }

  private async ask(): Promise<string> {
    const unready = (what: string) => () =>
      Promise.reject(new DomainError('unavailable', 'not_ready', `${what} does not answer`));
    // For a while known keys fetch without it, from here as well as from anywhere else.
    const isForgiven = this.config.role === 'delivery' && this.isInGrace();
    if (!isForgiven) await this.database.query('select 1').catch(unready('the database'));
    // A process that only delivers has copies: while the store is away it is still better than none.
    if (!this.hasStore || this.config.role !== 'delivery') await this.store.check().catch(unready('the object store'));
    this.hasStore = true;
    if (!isForgiven && !this.changes.listening) await unready('the change feed')();
    return 'ok\n';
  }
}
