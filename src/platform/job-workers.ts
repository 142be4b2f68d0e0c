import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger as WorkerLogger, runTaskList, type TaskList, type WorkerPool } from 'graphile-worker';
import pg from 'pg';
import { type Config } from './config.js';
import { DedicatedConnection } from './dedicated-connection.js';
import { type Logger } from './log.js';

/** Locks younger than this may belong to a worker that has not yet shown its sign of life. */
const GRACE_SECONDS = 3;
const RECOVERY_MS = 3_000;
const RESTART_MS = 1_000;
const FAILURES_BORNE = 20;
/** For jobs that run when the service stops; running requests have had SHUTDOWN_SECONDS before. */
const FINISH_MS = 10_000;

/**
 * The workers of this process, over graphile-worker, whatever becomes of Postgres meanwhile.
 *
 * The library frees the jobs of a killed worker only after four hours. Here each process holds a session lock named after
 * its pool of workers; whoever finds a locked job whose pool's lock is free knows that its process is gone, and frees it.
 * And it gives a pool up when Postgres fails it for too long or at the wrong moment; then a new one is started.
 */
export class JobWorkers {
  private readonly pgPool: pg.Pool;
  private pool: WorkerPool | undefined;
  private life: DedicatedConnection | undefined;
  private recovery: NodeJS.Timeout | undefined;
  private stopping = false;
  /** Of asking for a job, in a row. */
  private failures = 0;

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
    private readonly tasks: TaskList,
  ) {
    const max = config.jobsConcurrency + 2;
    this.pgPool = new pg.Pool({ connectionString: config.databaseUrl, max, application_name: 'propolis jobs' });
    // A pool without these listeners ends the process when an idle connection breaks.
    this.pgPool.on('error', (err) => logger.warn({ err }, 'idle job connection failed'));
    this.pgPool.on('connect', (client) => client.on('error', () => undefined));
  }

  async start(): Promise<void> {
    await this.startPool();
    await this.freeAbandoned();
    const failed = (err: unknown) => this.logger.warn({ err }, 'job workers could not be checked');
    this.recovery = setInterval(() => void this.checkHealth().catch(failed), RECOVERY_MS);
    this.recovery.unref();
  }

  /** Lets running jobs finish, but not for ever: what is cut here is freed and done again by others. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.recovery);
    const finished = Promise.resolve(this.pool?.gracefulShutdown('service stops')).catch(() => undefined);
    await Promise.race([finished, sleep(FINISH_MS, undefined, { ref: false })]);
    await this.life?.close();
    await this.pgPool.end();
  }

  private async startPool(): Promise<void> {
    const pool = runTaskList(
      {
        concurrency: this.config.jobsConcurrency,
        pollInterval: 1_000,
        noHandleSignals: true,
        logger: this.workerLog(),
        events: this.events(),
        // In batches, even of one, the outcome of a job is reported again when that fails; else nobody handles the error.
        preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      },
      this.tasks,
      this.pgPool,
    );
    this.pool = pool;
    const opened = async (client: pg.Client) => {
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [pool.id]);
    };
    this.life = new DedicatedConnection(this.config.databaseUrl, 'job workers', { opened }, this.logger);
    const ended = (err?: unknown) => void this.replacePool(err);
    Promise.resolve(pool.promise).then(() => ended(), ended);
    await this.life.open();
  }

  private async replacePool(reason: unknown): Promise<void> {
    if (this.stopping) return;
    this.logger.error({ err: reason }, 'job workers gave up, starting new ones');
    await this.life?.close();
    while (!this.stopping) {
      await sleep(RESTART_MS, undefined, { ref: false });
      // Not before Postgres answers: a pool that starts without it keeps failing for ever, and quietly.
      const up = await this.pgPool.query('select 1').then(
        () => true,
        () => false,
      );
      if (up && !this.stopping) return this.startPool().catch((err: unknown) => this.discardPool(err));
    }
  }

  /** A pool without its sign of life must not take jobs; its end leads to the next try. */
  private async discardPool(err: unknown): Promise<void> {
    this.logger.warn({ err }, 'job workers could not start');
    await Promise.resolve(this.pool?.gracefulShutdown('could not start')).catch(() => undefined);
  }

  /** Do the workers get what they ask for? Where they fail again and again although Postgres answers, they are replaced. */
  private async checkHealth(): Promise<void> {
    await this.freeAbandoned();
    if (this.failures < FAILURES_BORNE) return;
    this.failures = 0;
    await this.discardPool(new Error('workers kept failing while Postgres answered'));
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

  private events(): EventEmitter {
    const events = new EventEmitter();
    const fine = () => (this.failures = 0);
    return events
      .on('worker:getJob:empty', fine)
      .on('job:start', fine)
      .on('worker:getJob:error', () => (this.failures += 1));
  }

  private workerLog(): WorkerLogger {
    // Failures are logged where jobs run; the library's own lines are only for debugging it.
    return new WorkerLogger(() => (level, message) => {
      if (String(level) === 'warning') this.logger.warn(message);
      else this.logger.trace(message);
    });
  }
}
