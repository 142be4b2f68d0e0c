import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';

/** How many customers one process talks to Stripe about at a time. */
const AT_A_TIME = 6;
/** Longer than the longest conversation with Stripe that another may be having. */
const PATIENCE_MS = 60_000;

/**
 * The lock of a customer: whoever changes something at Stripe, or writes down what Stripe says, holds it from before the first
 * call until the rows are written, so that nothing older ever overwrites something younger and no two changes cross. It is
 * Postgres' session lock on connections of its own: held without a transaction, over calls that take seconds, and let go by
 * Postgres itself when the process dies. The order: this one first, then the organization's row (`seats`).
 */
@Injectable()
export class CustomerLocks implements BeforeApplicationShutdown {
  private readonly pool: pg.Pool;

  constructor(@Inject(CONFIG) config: Config) {
    this.pool = new pg.Pool({
      connectionString: config.databaseUrl,
      application_name: 'propolis billing',
      max: AT_A_TIME,
      idleTimeoutMillis: 10_000,
      connectionTimeoutMillis: PATIENCE_MS,
      options: `-c lock_timeout=${PATIENCE_MS}`,
    });
    this.pool.on('error', () => undefined);
  }

  async hold<T>(organizationId: string, work: () => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch(() => {
      throw tooLong();
    });
    // Without a listener a lost connection would end the process; the next statement tells of it.
    client.on('error', ignore);
    try {
      await client
        .query(`select pg_advisory_lock(hashtextextended($1, 3))`, [organizationId])
        .catch((error: unknown) => {
          throw isTimeout(error) ? tooLong() : error;
        });
      return await work();
    } finally {
      client.off('error', ignore);
      await this.letGo(client, organizationId);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  /** A connection that may still hold the lock is thrown away. */
  private async letGo(client: pg.PoolClient, organizationId: string): Promise<void> {
    const unlocked = await client
      .query<{ ok: boolean }>(`select pg_advisory_unlock(hashtextextended($1, 3)) as ok`, [organizationId])
      .catch(() => undefined);
    client.release(unlocked?.rows[0]?.ok !== true);
  }
}

const ignore = (): void => undefined;
const LOCK_NOT_AVAILABLE = '55P03';
const isTimeout = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;
const tooLong = (): DomainError =>
  new DomainError(
    'unavailable',
    'billing_busy',
    'Another change to the payments is still being made. Please try again in a minute.',
  );
