import { Injectable } from '@nestjs/common';
import { type Tx } from './database.js';
import { Jobs } from './jobs.js';

/** A fact in the past tense, declared in the room where it happens. `T` is plain data: ids rather than rows. */
export interface EventKind<T extends object> {
  readonly name: string;
  /** Never set; carries the payload's type. */
  readonly payload?: T;
}

export const eventKind = <T extends object>(name: string): EventKind<T> => ({ name });

/**
 * How a lower room tells higher ones. `emit` stores one job per subscriber in the emitter's transaction: nothing is heard
 * of a change that was rolled back, nothing that committed goes unheard, and one subscriber's failure does not touch the
 * others. Subscribers may hear the same event twice.
 */
@Injectable()
export class Events {
  private readonly subscribers = new Map<string, string[]>();

  constructor(private readonly jobs: Jobs) {}

  /** Called at start. `who` names the subscribing room and must stay stable: waiting jobs refer to it. */
  subscribe<T extends object>(kind: EventKind<T>, who: string, hear: (payload: T) => Promise<void>): void {
    const job = `${who} hears ${kind.name}`;
    this.jobs.define(job, hear);
    this.subscribers.set(kind.name, [...(this.subscribers.get(kind.name) ?? []), job]);
  }

  async emit<T extends object>(tx: Tx, kind: EventKind<T>, payload: T): Promise<void> {
    for (const job of this.subscribers.get(kind.name) ?? []) await this.jobs.enqueue(tx, job, payload);
  }
}
