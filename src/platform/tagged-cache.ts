import { type ChangeFeed } from './change-feed.js';
import { type Clock } from './clock.js';

export interface Loaded<V> {
  readonly value: V;
  /** What the value was made of, in the change feed's words. */
  readonly tags: readonly string[];
  /** When it becomes wrong by itself. */
  readonly until?: Date | null;
}

/** An answer in memory, for those who keep a way to it that is shorter than its key. */
export interface Held<V> {
  readonly value: V;
  readonly staleAt: number;
  /** Not dropped so far. */
  readonly isKept: boolean;
}

interface Entry<V> extends Loaded<V> {
  readonly staleAt: number;
  isKept: boolean;
}

/** While changes cannot be heard, nothing is believed for longer than this. */
const DEAF_MS = 500;

/**
 * Answers kept in memory until something they were made of changes, in this or any other process. A change that commits
 * while an answer is being loaded keeps that answer out of the cache: nobody can tell which side of the change it saw.
 * `maxAgeMs` bounds the error should a notification ever be lost. Absences are kept only by those who make a value of one.
 */
export class TaggedCache<V> {
  private readonly entries = new Map<string, Entry<V>>();
  private readonly keysOf = new Map<string, Set<string>>();
  private readonly loading = new Map<string, { epoch: number; result: Promise<V | null> }>();
  private epoch = 0;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    private readonly limits: { readonly maxEntries: number; readonly maxAgeMs: number },
  ) {
    feed.onChange((tag) => this.forget(tag));
    feed.onGap(() => this.clear());
  }

  /** What is remembered under `key` now, without waiting for anything. */
  peek(key: string): Held<V> | undefined {
    return this.fresh(key);
  }

  /**
   * Would {@link peek} find the same? For those who have it in their hand. False also where the order of use matters, which
   * only looking it up can keep.
   */
  holds({ isKept, staleAt }: Held<V>, now: number): boolean {
    return isKept && staleAt > now && !this.isFilling;
  }

  async get(key: string, load: () => Promise<Loaded<V> | null>): Promise<V | null> {
    const entry = this.fresh(key);
    if (entry !== undefined) return entry.value;
    const running = this.loading.get(key);
    if (running?.epoch === this.epoch) return running.result;
    const epoch = this.epoch;
    const result = this.load(key, epoch, load).finally(() => {
      if (this.loading.get(key)?.result === result) this.loading.delete(key);
    });
    this.loading.set(key, { epoch, result });
    return result;
  }

  private get isFilling(): boolean {
    return this.entries.size > this.limits.maxEntries / 2;
  }

  private fresh(key: string): Entry<V> | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.staleAt <= this.clock.now().getTime()) {
      this.drop(key);
      return undefined;
    }
    // Put back at the end: the map's order is the order of use, once it matters which of them goes first.
    if (this.isFilling) {
      this.entries.delete(key);
      this.entries.set(key, entry);
    }
    return entry;
  }

  private async load(key: string, epoch: number, load: () => Promise<Loaded<V> | null>): Promise<V | null> {
    const loaded = await load();
    if (loaded === null) return null;
    if (epoch === this.epoch) this.keep(key, loaded);
    return loaded.value;
  }

  private keep(key: string, { value, tags, until }: Loaded<V>): void {
    const maxAge = this.feed.listening ? this.limits.maxAgeMs : Math.min(DEAF_MS, this.limits.maxAgeMs);
    // Not all of those that were first asked for at the same time are asked for again at the same time.
    const age = maxAge * (0.75 + Math.random() / 4);
    const staleAt = Math.min(this.clock.now().getTime() + age, until?.getTime() ?? Infinity);
    this.drop(key);
    this.entries.set(key, { value, tags, staleAt, isKept: true });
    for (const tag of tags) {
      const keys = this.keysOf.get(tag);
      if (keys === undefined) this.keysOf.set(tag, new Set([key]));
      else keys.add(key);
    }
    if (this.entries.size > this.limits.maxEntries) this.drop(this.entries.keys().next().value!);
  }

  private forget(tag: string): void {
    this.epoch += 1;
    for (const key of this.keysOf.get(tag) ?? []) this.drop(key);
  }

  private clear(): void {
    this.epoch += 1;
    for (const entry of this.entries.values()) entry.isKept = false;
    this.entries.clear();
    this.keysOf.clear();
  }

  private drop(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.isKept = false;
    this.entries.delete(key);
    this.untag(key, entry);
  }

  private untag(key: string, entry: Entry<V>): void {
    for (const tag of entry.tags) {
      const keys = this.keysOf.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.keysOf.delete(tag);
    }
  }
}
