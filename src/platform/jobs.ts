import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Logger as WorkerLogger, runTaskList, type JobHelpers, type TaskList, type WorkerPool } from 'graphile-worker';
import pg from 'pg';
import { CONFIG, type Config } from './config.js';
import { DedicatedConnection } from './dedicated-connection.js';
import { type Logger, LOGGER } from './log.js';

export interface JobOptions {
  /** Jobs under one key that have not started are one job. */
  key?: string;
  /** With `key`: a job that waits keeps its time, so a burst of calls leads to one run a window instead of none. */
  keepTime?: boolean;
  runAt?: Date;
  maxAttempts?: number;
  /** Lower runs first; 0 is usual. */
  priority?: number;
}

/** A transaction, or a pool where the job stands alone. */
type Queries = { query(sql: string, values: unknown[]): Promise<unknown> };

type Handler = (payload: never) => Promise<void>;

/** Locks younger than this may belong to a worker that has not yet shown its sign of life. */
const GRACE_SECONDS = 3;
const RECOVERY_MS = 3_000;

/**
 * Work that is done later and surely: a job is a row, written in the transaction that causes it, so it exists if and only
 * if that transaction committed. Handlers may run twice and must not mind. Failed jobs are tried again with growing pauses
 * (25 attempts, about three days).
 *
 * graphile-worker frees the jobs of a killed worker only after four hours. Here each process holds a session lock named
 * after its worker pool; whoever finds a locked job whose pool's lock is free knows that its process is gone, and frees it.
 */
@Injectable()
export class Jobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tasks: TaskList = {};
  private readonly recurring: (() => Promise<void>)[] = [];
  private readonly pgPool: pg.Pool;
  private workers: WorkerPool | undefined;
  private life: DedicatedConnection | undefined;
  private recovery: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.pgPool = new pg.Pool({
      connectionString: config.databaseUrl,
      max: config.jobsConcurrency + 2,
      application_name: 'propolis jobs',
    });
    // A pool without these listeners ends the process when an idle connection breaks.
    this.pgPool.on('error', (err) => logger.warn({ err }, 'idle job connection failed'));
    this.pgPool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Says what a job does. Called by rooms at start, before any job runs. */
  define<T extends object>(name: string, run: (payload: T) => Promise<void>): void {
    if (this.tasks[name] !== undefined) throw new Error(`job ${name} is defined twice`);
    this.tasks[name] = (payload: unknown, { job }: JobHelpers) => this.run(name, run, payload as never, job.attempts);
  }

  /** Says what is done again and again: some `ms` after the last time ended, in one process of all. */
  every(name: string, ms: number, run: () => Promise<void>): void {
    const again = () =>
      this.enqueue(this.pgPool, name, {}, { key: name, keepTime: true, runAt: new Date(Date.now() + ms) });
    this.recurring.push(again);
    this.define(name, async () => {
      await run();
      await again();
    });
  }

  /** Adds a job; it runs after `tx` has committed, in whichever process is free. */
  async enqueue(tx: Queries, name: string, payload: object, options: JobOptions = {}): Promise<void> {
    const { key = null, keepTime = false, runAt = null, maxAttempts = 25, priority = 0 } = options;
    await tx.query(
      `select graphile_worker.add_job($1, payload := $2::json, job_key := $3, job_key_mode := $4, run_at := $5,
                                      max_attempts := $6, priority := $7)`,
      [name, JSON.stringify(payload), key, keepTime ? 'preserve_run_at' : 'replace', runAt, maxAttempts, priority],
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.jobsConcurrency === 0) return;
    this.workers = runTaskList(
      {
        concurrency: this.config.jobsConcurrency,
        pollInterval: 1_000,
        noHandleSignals: true,
        logger: this.workerLog(),
      },
      this.tasks,
      this.pgPool,
    );
    // The pool's end is awaited in beforeApplicationShutdown; until then a failure must not count as unhandled.
    Promise.resolve(this.workers.promise).catch((err: unknown) => this.logger.error({ err }, 'job workers stopped'));
    const opened = async (client: pg.Client) => {
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [this.workers!.id]);
    };
    this.life = new DedicatedConnection(this.config.databaseUrl, 'job workers', { opened }, this.logger);
    await this.life.open();
    await this.freeAbandoned();
    for (const again of this.recurring) await again();
    this.recovery = setInterval(
      () => void this.freeAbandoned().catch((err: unknown) => this.logger.warn({ err }, 'job recovery failed')),
      RECOVERY_MS,
    );
    this.recovery.unref();
  }

  /** Lets running jobs finish, then lets go of the database. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.recovery);
    await Promise.resolve(this.workers?.gracefulShutdown('service stops')).catch(() => undefined);
    await this.life?.close();
    await this.pgPool.end();
  }

  /** Frees jobs whose worker's process is gone; returns how many pools were found dead. */
  async freeAbandoned(): Promise<number> {
    const { rows } = await this.pgPool.query<{ locked_by: string }>(
      `select distinct locked_by from graphile_worker.jobs
       where locked_at < now() - make_interval(secs => $1) and locked_by is not null`,
      [GRACE_SECONDS],
    );
    const dead: string[] = [];
    for (const { locked_by } of rows) if (await this.isGone(locked_by)) dead.push(locked_by);
    if (dead.length > 0) await this.pgPool.query('select graphile_worker.force_unlock_workers($1::text[])', [dead]);
    if (dead.length > 0) this.logger.warn({ pools: dead }, 'freed the jobs of workers that are gone');
    return dead.length;
  }

  private async isGone(pool: string): Promise<boolean> {
    // A transaction-level lock, so that finding out leaves nothing behind on the pooled connection.
    const { rows } = await this.pgPool.query<{ free: boolean }>(
      'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as free',
      [pool],
    );
    return rows[0]?.free === true;
  }

  private async run(name: string, handler: Handler, payload: never, attempt: number): Promise<void> {
    const started = performance.now();
    try {
      await handler(payload);
      this.logger.debug({ job: name, ms: Math.round(performance.now() - started) }, 'job done');
    } catch (err) {
      this.logger.error({ job: name, attempt, err }, 'job failed');
      throw err;
    }
  }

  private workerLog(): WorkerLogger {
    // Failures are logged by run(); the library's own lines are only for debugging it.
    return new WorkerLogger(() => (level, message) => {
      if (String(level) === 'warning') this.logger.warn(message);
      else this.logger.trace(message);
    });
  }
}
