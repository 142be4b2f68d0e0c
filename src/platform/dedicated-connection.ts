import pg from 'pg';
import { type Logger } from './log.js';
import { isDatabaseAway } from './outage.js';

export interface ConnectionHandlers {
  /** Runs on each new connection before it counts as up: LISTEN, session locks. */
  opened(client: pg.Client): Promise<void>;
  /** The connection is gone; a new one is being tried. */
  lost?(): void;
  notified?(payload: string): void;
}

const RETRY_MS = 250;

/** How often a connection is asked whether it still lives, and how long the answer may take, in milliseconds. */
export interface Heartbeat {
  readonly every: number;
  readonly within: number;
  /** How long a new connection may take until it counts as up, where nobody may be made to wait for it. */
  readonly opening?: number;
}

const CALM: Heartbeat = { every: 5_000, within: 5_000 };

/**
 * One Postgres connection that is kept for what belongs to a session (LISTEN, session-level advisory locks) and made anew
 * whenever it breaks. A heartbeat finds the half-open kind that TCP does not report.
 */
export class DedicatedConnection {
  private client: pg.Client | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;
  private refused = false;

  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly handlers: ConnectionHandlers,
    private readonly logger: Logger,
    private readonly heart: Heartbeat = CALM,
  ) {}

  get up(): boolean {
    return this.client !== undefined;
  }

  /** Lost, and the last try to make a new one met nobody. */
  get isAway(): boolean {
    return this.refused;
  }

  /** Somebody has had an answer by another connection. */
  isThere(): void {
    this.refused = false;
  }

  /** Connects; throws when the first attempt fails, later losses are mended in the background. */
  async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: `propolis ${this.name}`,
      connectionTimeoutMillis: this.heart.opening ?? 5_000,
      keepAlive: true,
    });
    client.on('error', () => this.drop(client));
    client.on('end', () => this.drop(client));
    client.on('notification', (message) => this.handlers.notified?.(message.payload ?? ''));
    try {
      await client.connect();
      await this.soon(this.handlers.opened(client));
    } catch (error) {
      // Not waited for: who does not answer does not say goodbye either.
      client.end().catch(() => undefined);
      throw error;
    }
    if (this.closed) return client.end();
    this.refused = false;
    this.client = client;
    this.heartbeat = setInterval(() => this.beat(client), this.heart.every);
    this.heartbeat.unref();
  }

  private async soon(opened: Promise<void>): Promise<void> {
    if (this.heart.opening === undefined) return opened;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('timeout expired')), this.heart.opening);
    });
    await Promise.race([opened, late]).finally(() => clearTimeout(timer));
    opened.catch(() => undefined);
  }

  private beat(client: pg.Client): void {
    let isAnswered = false;
    // The answer may have come while this process was kept from looking: it looks once more before it believes in silence.
    const look = () => setImmediate(() => isAnswered || this.drop(client));
    const silent = setTimeout(look, this.heart.within);
    client
      .query('select 1')
      .then(() => {
        isAnswered = true;
        clearTimeout(silent);
      })
      .catch(() => this.drop(client));
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.heartbeat);
    clearTimeout(this.retry);
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private drop(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    clearInterval(this.heartbeat);
    client.end().catch(() => undefined);
    this.handlers.lost?.();
    this.logger.warn({ connection: this.name }, 'lost a Postgres connection, making a new one');
    this.reopen();
  }

  private reopen(): void {
    if (this.closed) return;
    const failed = (error: unknown) => {
      this.refused = isDatabaseAway(error);
      this.reopen();
    };
    this.retry = setTimeout(() => void this.open().catch(failed), RETRY_MS);
    this.retry.unref();
  }
}
