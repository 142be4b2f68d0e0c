import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from './clock.js';
import { CONFIG, type Config } from './config.js';
import { DedicatedConnection } from './dedicated-connection.js';
import { type Logger, LOGGER } from './log.js';

export const CHANGE_CHANNEL = 'propolis_change';
/** Sent where so much has changed that nothing remembered is worth keeping. */
export const ALL_CHANGED = '*';

/**
 * What committed in any process, heard by every process: `key:12`, `user:3`, `organization:7`, `registry:5/packages/x`.
 * Triggers on the tables send it (migrations), so no writer can forget it, the operator's SQL console included.
 *
 * Those who keep answers in memory drop them on `changed`, drop everything on `allChanged`, and on `doubt` (the connection was lost
 * or is new, so changes may have been missed) believe nothing before they have asked again. While `listening` is false
 * they ask each time, as long as there is somebody to ask (`isAway`).
 */
@Injectable()
export class ChangeFeed implements OnModuleInit, BeforeApplicationShutdown {
  private readonly changed = new Set<(tag: string) => void>();
  private readonly upheavals = new Set<() => void>();
  private readonly doubts = new Set<() => void>();
  private lastHeard = 0;
  /** How often something remembered was used on because there was nobody to ask. */
  graces = 0;
  private readonly connection: DedicatedConnection;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) logger: Logger,
    private readonly clock: Clock,
  ) {
    const doubt = () => {
      this.lastHeard = this.clock.now().getTime();
      this.doubts.forEach((heard) => heard());
    };
    const handlers = {
      opened: async (client: { query(sql: string): Promise<unknown> }) => {
        await client.query(`listen ${CHANGE_CHANNEL}`);
        doubt();
      },
      lost: doubt,
      notified: (tag: string) =>
        tag === ALL_CHANGED ? this.upheavals.forEach((heard) => heard()) : this.changed.forEach((heard) => heard(tag)),
    };
    // A connection that has gone silent must be noticed before the second is over in which a revocation bites.
    const heart = { every: 300, within: 600, opening: 2_000 };
    this.connection = new DedicatedConnection(config.databaseUrl, 'change feed', handlers, logger, heart);
  }

  get listening(): boolean {
    return this.connection.up;
  }

  /** Postgres cannot be reached at all, as far as this process can tell. */
  get isAway(): boolean {
    return this.connection.isAway;
  }

  /** Somebody has had an answer from Postgres. */
  isThere(): void {
    this.connection.isThere();
  }

  /** For how long nothing has been heard, in milliseconds; 0 while listening. */
  deafFor(now: number): number {
    return this.listening ? 0 : now - this.lastHeard;
  }

  onChange(heard: (tag: string) => void): void {
    this.changed.add(heard);
  }

  onAllChanged(heard: () => void): void {
    this.upheavals.add(heard);
  }

  onDoubt(heard: () => void): void {
    this.doubts.add(heard);
  }

  /** Resolves true once `holds` answers true, asked now and after each change of `tag`; false after `timeoutMs`. */
  async until(tag: string, holds: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
    let wake: () => void = () => undefined;
    const heard = (changed: string) => changed === tag && wake();
    this.changed.add(heard);
    try {
      for (const end = Date.now() + timeoutMs; Date.now() < end;) {
        // Armed before the question, so that a change between the answer and the wait is not slept through. The pause is
        // the backstop for a notification lost with its connection.
        const woken = new Promise<void>((resolve) => (wake = resolve));
        if (await holds()) return true;
        await Promise.race([woken, new Promise((resolve) => setTimeout(resolve, 500).unref())]);
      }
      return holds();
    } finally {
      this.changed.delete(heard);
    }
  }

  async onModuleInit(): Promise<void> {
    await this.connection.open();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }
}
