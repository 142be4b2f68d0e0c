import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
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
 * Those who keep answers in memory drop them on `changed`, drop everything on `gap` (the connection was lost, so changes
 * may have been missed) or everything has changed, and keep nothing while `listening` is false.
 */
@Injectable()
export class ChangeFeed implements OnModuleInit, BeforeApplicationShutdown {
  private readonly changed = new Set<(tag: string) => void>();
  private readonly gaps = new Set<() => void>();
  private readonly connection: DedicatedConnection;

  constructor(@Inject(CONFIG) config: Config, @Inject(LOGGER) logger: Logger) {
    const handlers = {
      opened: async (client: { query(sql: string): Promise<unknown> }) => {
        await client.query(`listen ${CHANGE_CHANNEL}`);
        this.gaps.forEach((heard) => heard());
      },
      lost: () => this.gaps.forEach((heard) => heard()),
      notified: (tag: string) =>
        tag === ALL_CHANGED ? this.gaps.forEach((heard) => heard()) : this.changed.forEach((heard) => heard(tag)),
    };
    // A connection that has gone silent must be noticed before the second is over in which a revocation bites.
    const heart = { every: 300, within: 600 };
    this.connection = new DedicatedConnection(config.databaseUrl, 'change feed', handlers, logger, heart);
  }

  get listening(): boolean {
    return this.connection.up;
  }

  onChange(heard: (tag: string) => void): void {
    this.changed.add(heard);
  }

  onGap(heard: () => void): void {
    this.gaps.add(heard);
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
