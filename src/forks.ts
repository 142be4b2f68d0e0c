import cluster, { type Worker } from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger } from './platform/log.js';

/** One that lives shorter than this has a reason to end that forking it again will not mend: pauses grow. */
const SHORT_LIFE_MS = 10_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Keeps so many copies of this process at work on one port, shared by Node's cluster: connections are handed to them in turn, and
 * nothing else is shared. One that ends is replaced. They are replaced one by one, each only when the next one listens, so that
 * a new build or new settings take over without a failed request.
 */
export class Forks {
  private readonly living = new Set<Worker>();
  private stopping = false;
  private pauseMs = 0;
  private replacing: Promise<void> = Promise.resolve();

  constructor(
    private readonly count: number,
    private readonly logger: Logger,
  ) {}

  /** Once all of them listen. Throws where one of the first ends before it does. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.count }, () => this.fork()));
  }

  /** One by one; asked again meanwhile it begins again when it is done. */
  replace(): Promise<void> {
    this.replacing = this.replacing.then(async () => {
      for (const old of [...this.living]) {
        if (this.stopping) return;
        await this.fork();
        await this.end(old);
      }
      this.logger.info({ workers: this.count }, 'all workers have been replaced');
    });
    // The next one must not fail because this one has.
    const done = this.replacing;
    this.replacing = done.catch(() => undefined);
    return done;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.living].map((worker) => this.end(worker)));
  }

  private fork(): Promise<void> {
    const worker = cluster.fork();
    const born = Date.now();
    this.living.add(worker);
    return new Promise((resolve, reject) => {
      let listens = false;
      worker.once('listening', () => {
        listens = true;
        resolve();
      });
      worker.once('exit', (code, signal) => {
        this.living.delete(worker);
        if (!listens) return reject(new Error(`a worker ended before it listened (${signal ?? code})`));
        if (!worker.exitedAfterDisconnect && !this.stopping && !this.leaving.has(worker))
          void this.again(Date.now() - born, signal ?? code);
      });
    });
  }

  private readonly leaving = new WeakSet<Worker>();

  private end(worker: Worker): Promise<void> {
    this.leaving.add(worker);
    return new Promise((resolve) => {
      worker.once('exit', () => resolve());
      if (worker.isDead()) resolve();
      else worker.process.kill('SIGTERM');
    });
  }

  private async again(livedMs: number, how: string | number): Promise<void> {
    this.pauseMs = livedMs < SHORT_LIFE_MS ? Math.min(Math.max(this.pauseMs * 2, 500), LONGEST_PAUSE_MS) : 0;
    this.logger.error({ how, pause_ms: this.pauseMs }, 'a worker ended by itself, and is replaced');
    await delay(this.pauseMs);
    if (!this.stopping) await this.fork().catch((err: unknown) => this.again(0, String(err)));
  }
}
