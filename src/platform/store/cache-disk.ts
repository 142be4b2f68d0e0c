import { type Logger } from '../log.js';

/** How long nothing is written after a failure; reading goes on meanwhile. */
const PAUSE_MS = 30_000;

/** There is no copy here, and there will be none: no reason for any fetch to fail. */
export class NotKept extends Error {}

/**
 * Whether the disk of a cache takes anything: full, read-only and broken ones do not, and a cache can be done without. Said once
 * when it begins and once when it is over, not for each object.
 */
export class CacheDisk {
  troubles = 0;
  private isBroken = false;
  private tryAgainAt = 0;

  constructor(
    private readonly logger: Logger,
    private readonly pauseMs = PAUSE_MS,
  ) {}

  get mayWrite(): boolean {
    return Date.now() >= this.tryAgainAt;
  }

  /** What it throws is {@link NotKept}. */
  async guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.failed(error);
    }
  }

  failed(err: unknown): NotKept {
    if (err instanceof NotKept) return err;
    this.troubles += 1;
    this.tryAgainAt = Date.now() + this.pauseMs;
    if (!this.isBroken)
      this.logger.warn({ err }, 'the object cache takes nothing more; what it lacks comes from the store');
    this.isBroken = true;
    return new NotKept((err as Error).message, { cause: err });
  }

  /** An object has just been written whole. */
  works(): void {
    if (this.isBroken) this.logger.info('the object cache takes objects again');
    this.isBroken = false;
  }
}
