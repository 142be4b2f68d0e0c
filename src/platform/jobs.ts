import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type JobHelpers, type TaskList } from 'graphile-worker';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from './config.js';
import { JobWorkers } from './job-workers.js';
import { type Logger, LOGGER } from './log.js';

export interface JobOptions {
  /** Jobs under one key that have not started are one job. */
  key?: string;
  /** With `key`: a job that waits keeps its time, so a burst of calls leads to one run a window instead of none. */
  keepTime?: boolean;
  runAt?: Date;
  /** Lower runs first; 0 is usual. */
  priority?: number;
  /** Of the jobs in one queue one runs at a time, in all processes together: for work that may be slow in waiting for others. */
  queue?: string;
}

/** A transaction, or the database where the job stands alone. */
type Queries = { query(sql: string, values: unknown[]): Promise<unknown> };

const MAX_ATTEMPTS = 25;

type Handler = (payload: never) => Promise<void>;

/**
 * Work that is done later and surely: a job is a row, written in the transaction that causes it, so it exists if and only
 * if that transaction committed. Handlers may run twice and must not mind. Failed jobs are tried again with growing pauses
 * (25 attempts, about three days).
 */
@Injectable()
export class Jobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tasks: TaskList = {};
  private readonly recurring: (() => Promise<void>)[] = [];
  private workers: JobWorkers | undefined;

  constructor(
    private readonly database: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Says what a job does. Called by rooms at start, before any job runs. */
  define<T extends object>(name: string, run: (payload: T) => Promise<void>): void {
    if (this.tasks[name] !== undefined) throw new Error(`job ${name} is defined twice`);
    this.tasks[name] = (payload: unknown, { job }: JobHelpers) => this.run(name, run, payload as never, job.attempts);
  }

  /** Says what is done again and again: some `ms` after the last time ended, in one process of all. */
  every(name: string, ms: number, run: () => Promise<void>): void {
    const again = () =>
      this.enqueue(this.database, name, {}, { key: name, keepTime: true, runAt: new Date(Date.now() + ms) });
    this.recurring.push(again);
    this.define(name, async () => {
      await run();
      await again();
    });
  }

  /** Adds a job; it runs after `tx` has committed, in whichever process is free. */
  async enqueue(tx: Queries, name: string, payload: object, options: JobOptions = {}): Promise<void> {
    const { key = null, keepTime = false, runAt = null, priority = 0, queue = null } = options;
    await tx.query(
      `select graphile_worker.add_job($1, payload := $2::json, job_key := $3, job_key_mode := $4, run_at := $5,
                                      max_attempts := $6, priority := $7, queue_name := $8)`,
      [
        name,
        JSON.stringify(payload),
        key,
        keepTime ? 'preserve_run_at' : 'replace',
        runAt,
        MAX_ATTEMPTS,
        priority,
        queue,
      ],
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.jobsConcurrency === 0) return;
    this.workers = new JobWorkers(this.config, this.logger, this.tasks);
    await this.workers.start();
    for (const again of this.recurring) await again();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.workers?.stop();
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
}
