import { type FileHandle } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { type Logger } from '../log.js';
import { Turns } from '../turns.js';
import { CacheDisk, NotKept } from './cache-disk.js';
import { Filling, type Surroundings } from './filling.js';
import { KeptFiles } from './kept-files.js';
import {
  checksumIn,
  ObjectStoreError,
  readWhole,
  type ByteRange,
  type ObjectFile,
  type ObjectSource,
  type ObjectStore,
  type OpenObject,
  type PutOptions,
} from './object-store.js';
import { ReadingOn } from './reading-on.js';

export interface CacheSettings {
  /** Everything in it is the cache's. */
  readonly directory: string;
  /** Bytes on disk. */
  readonly bound: number;
  /** How long a reader waits for the beginning of an object: shorter than clients do. Default 8 s. */
  readonly patienceMs?: number;
  /** How long nothing is written to a disk that has failed. */
  readonly pauseMs?: number;
}

/** How many objects come from the store at a time; more wait, without a connection. */
const FILLING = 32;
/** How long it is remembered that an object did not come: those who wait for it ask again and again. */
const FAILED_MS = 1_000;

/**
 * A store far away with copies on a disk near by. Keys carry the SHA-256 of their bytes, so a copy is never out of date: it is right
 * or it is damaged, and that is seen before it is trusted. What is here is served whatever the store does. What is not is asked
 * for once, however many want it. The disk may fail as it likes: then the store is asked, as without it.
 *
 * Writing goes to the store alone: who publishes or builds indexes is often another process than who delivers.
 */
export class CachedStore implements ObjectStore {
  private readonly files: KeptFiles;
  private readonly disk: CacheDisk;
  private readonly around: Surroundings;
  private readonly fillings = new Map<string, Filling>();
  private readonly failed = new LRUCache<string, Error>({ max: 1_000, ttl: FAILED_MS });
  private readonly counts = { hits: 0, misses: 0, damaged: 0 };
  private readonly patienceMs: number;
  private storeFailures = 0;

  constructor(
    private readonly store: ObjectStore,
    { directory, bound, patienceMs = 8_000, pauseMs }: CacheSettings,
    logger: Logger,
  ) {
    this.patienceMs = patienceMs;
    this.files = new KeptFiles(directory, bound);
    this.disk = new CacheDisk(logger, pauseMs);
    this.around = { store, files: this.files, disk: this.disk, turns: new Turns(FILLING), counts: this.counts };
  }

  /** For metrics; of this process. */
  get state() {
    const { files, storeFailures, disk, counts } = this;
    return { bytes: files.bytes, files: files.count, ...counts, diskFailures: disk.troubles, storeFailures };
  }

  put(key: string, source: ObjectSource, options?: PutOptions): Promise<void> {
    return this.store.put(key, source, options);
  }

  /** Past the cache: an export of everything would push out what is fetched. */
  open(key: string, range?: ByteRange): Promise<OpenObject | null> {
    return this.store.open(key, range);
  }

  async openFile(key: string): Promise<ObjectFile | null | undefined> {
    return this.openOnce(key, ({ begun }) => begun);
  }

  async openWhole(key: string): Promise<ObjectFile | null | undefined> {
    return this.openOnce(key, async ({ begun, ended }) => {
      await ended;
      return begun;
    });
  }

  async get(key: string): Promise<Buffer | null> {
    const file = await this.openWhole(key);
    if (file === undefined || file === null) return file === null ? null : this.store.get(key);
    try {
      return await readWhole(file);
    } finally {
      await file.close();
    }
  }

  async delete(key: string): Promise<void> {
    await this.store.delete(key);
    const sha256 = checksumIn(key);
    if (sha256 !== undefined) await this.files.drop(sha256);
  }

  async used(keys: Iterable<string>): Promise<void> {
    for (const key of keys) {
      const sha256 = checksumIn(key);
      const kept = sha256 === undefined ? undefined : this.files.find(sha256);
      if (kept !== undefined) await this.files.touch(sha256!, kept);
    }
  }

  check(): Promise<void> {
    return this.store.check();
  }

  private async openOnce(key: string, ready: (filling: Filling) => Filling['begun']) {
    const found = await this.look(key);
    if (!(found instanceof Filling)) return found;
    try {
      const state = await this.patiently(key, ready(found));
      if (state === 'here') return new ReadingOn(arriving(key, found), this.store);
      found.leave();
      return state === 'missing' ? null : undefined;
    } catch (error) {
      found.leave();
      throw error;
    }
  }

  /** A file that is here; one on its way, held for the caller; undefined for what the cache has nothing to do with. */
  private async look(key: string): Promise<ObjectFile | Filling | undefined> {
    const sha256 = checksumIn(key);
    if (sha256 === undefined) return undefined;
    this.files.start();
    for (;;) {
      const running = this.fillings.get(sha256);
      if (running !== undefined) {
        this.counts.hits += 1;
        return joined(running);
      }
      const kept = this.files.find(sha256);
      if (kept === undefined) return joined(this.fill(key, sha256));
      const file = await this.files.open(sha256).catch((error: unknown) => void this.disk.failed(error));
      if (file === undefined) return undefined;
      if (file !== null) {
        this.counts.hits += 1;
        void this.files.touch(sha256, kept);
        return new ReadingOn(this.lying(key, sha256, file, kept.size), this.store);
      }
      // Another process has removed it; meanwhile it may be on its way again.
      this.files.forget(sha256, kept);
    }
  }

  private fill(key: string, sha256: string): Filling {
    const before = this.failed.get(sha256);
    if (before !== undefined) throw before;
    const filling = new Filling(key, sha256, this.around, () => {
      this.fillings.delete(sha256);
      const { problem } = filling;
      if (problem === undefined || problem instanceof NotKept) return;
      this.storeFailures += 1;
      this.failed.set(sha256, problem);
    });
    this.fillings.set(sha256, filling);
    return filling;
  }

  private lying(key: string, sha256: string, file: FileHandle, size: number) {
    const read = async (into: Uint8Array, length: number, position: number) => {
      const wanted = Math.min(length, size - position);
      const { bytesRead } = await this.disk.guard(file.read(into, 0, wanted, position));
      if (bytesRead > 0 || wanted <= 0) return bytesRead;
      this.counts.damaged += 1;
      await this.files.drop(sha256);
      throw new NotKept('shorter than it was');
    };
    return { key, size, read, close: () => file.close() };
  }

  /** It goes on coming when a reader has waited long enough. */
  private async patiently<T>(key: string, work: Promise<T>): Promise<T> {
    let late: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      late = setTimeout(
        () => reject(new ObjectStoreError('get', key, `not here within ${this.patienceMs} ms`)),
        this.patienceMs,
      );
    });
    return Promise.race([work, timeout]).finally(() => clearTimeout(late));
  }
}

function joined(filling: Filling): Filling {
  filling.join();
  return filling;
}

/** The caller's hold on it becomes the reader's. */
const arriving = (key: string, filling: Filling) => ({
  key,
  size: filling.size,
  read: (into: Uint8Array, length: number, position: number) => filling.read(into, length, position),
  close: async () => filling.leave(),
});
