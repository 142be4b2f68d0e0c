import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { Clock } from './clock.js';
import { isPostgresError, FOREIGN_KEY_VIOLATION, type Tx } from './database.js';
import { DomainError } from './errors.js';
import { Jobs } from './jobs.js';
import {
  OBJECT_STORE,
  type ObjectFile,
  type ObjectSource,
  type ObjectStore,
  type OpenObject,
} from './store/object-store.js';

/** What we know to lie in the store, or to have tried to put there. */
@Entity('stored_objects')
export class StoredObject {
  @PrimaryColumn({ type: 'text' }) key: string;
  @Column({ type: 'text' }) state: 'pending' | 'live' | 'dropped';
  @Column({ type: 'timestamptz' }) changedAt: Date;
}

/** How long bytes nobody names stay: slow readers finish, and an uncommitted publish has its time. */
export const WASTE_KEPT_MS = 24 * 60 * 60 * 1000;
const SWEEP_EVERY_MS = 60 * 60 * 1000;

/**
 * Bytes and rows together. The promise: a row that names an object finds its bytes, whatever is killed and when; bytes that
 * no row names are removed within a day or so.
 *
 *   keep   (before the transaction)  ledger row `pending`, committed; then the bytes, durable
 *   adopt  (in the transaction)      row `live`, next to the row that names the key
 *   drop   (in the transaction)      row `dropped`, where a name is given up
 *   sweep  (a job)                   rows pending or dropped for a day: row and bytes go together
 *
 * Keys carry the checksum of the bytes, so keeping twice is harmless. The foreign keys that refer to the ledger forbid the
 * sweep to remove what is named, even if a caller forgot to adopt.
 */
@Injectable()
export class Objects implements OnModuleInit {
  constructor(
    private readonly database: DataSource,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.every('objects.sweep', SWEEP_EVERY_MS, async () => void (await this.sweep()));
  }

  async keep(key: string, source: ObjectSource, sha256: Buffer): Promise<void> {
    // Committed first: if we die while putting, the sweep knows what to look for. The write also waits for a sweep that is
    // just removing the same key, so that our bytes come after its deletion.
    await this.database.query(
      `insert into stored_objects (key, state, changed_at) values ($1, 'pending', $2)
       on conflict (key) do update set changed_at = excluded.changed_at,
         state = case stored_objects.state when 'live' then 'live' else 'pending' end`,
      [key, this.clock.now()],
    );
    await this.store.put(key, source, { sha256 });
  }

  async adopt(tx: Tx, key: string): Promise<void> {
    const { affected } = await tx.update(StoredObject, { key }, { state: 'live', changedAt: this.clock.now() });
    if (affected !== 1)
      throw new DomainError('unavailable', 'object_swept', 'the upload took too long, please try again');
  }

  async drop(tx: Tx, key: string): Promise<void> {
    await tx.update(StoredObject, { key }, { state: 'dropped', changedAt: this.clock.now() });
  }

  open(key: string, range?: { start: number; end: number }): Promise<OpenObject | null> {
    return this.store.open(key, range);
  }

  /** For positional reads; undefined where objects are not files on this machine. */
  async openFile(key: string): Promise<ObjectFile | null | undefined> {
    return this.store.openFile?.(key);
  }

  /** Once all of it is on this machine, where the store sees to that; else undefined. */
  async openWhole(key: string): Promise<ObjectFile | null | undefined> {
    return this.store.openWhole?.(key);
  }

  /** These are read from elsewhere, the last one last: their copies are not the ones to give up. */
  async used(keys: Iterable<string>): Promise<void> {
    await this.store.used?.(keys);
  }

  /** The whole of a small object. */
  read(key: string): Promise<Buffer | null> {
    return this.store.get(key);
  }

  /** Removes what has been waste for longer than {@link WASTE_KEPT_MS}; returns how many objects went. */
  async sweep(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - WASTE_KEPT_MS);
    const waste = await this.database.query<{ key: string }[]>(
      `select key from stored_objects where state <> 'live' and changed_at < $1 order by changed_at limit 10000`,
      [before],
    );
    let removed = 0;
    for (const { key } of waste) if (await this.remove(key, before)) removed += 1;
    return removed;
  }

  private async remove(key: string, before: Date): Promise<boolean> {
    try {
      return await this.database.transaction(async (tx) => {
        const [, count] = await tx.query<[unknown, number]>(
          `delete from stored_objects where key = $1 and state <> 'live' and changed_at < $2`,
          [key, before],
        );
        // The store inside a transaction, on purpose: under the row's lock a publish of the same bytes waits until they are
        // gone, and then puts them again.
        if (count > 0) await this.store.delete(key);
        return count > 0;
      });
    } catch (error) {
      if (isPostgresError(error, FOREIGN_KEY_VIOLATION)) return false;
      throw error;
    }
  }
}
