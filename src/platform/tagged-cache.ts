import { type ChangeFeed } from './change-feed.js';
import { type Clock } from './clock.js';
import { isDatabaseAway, isDatabaseOutage } from './outage.js';

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
  /** From then on it is asked for anew, and good only where nobody answers. */
  staleAt: number;
  /** From then on it is of no use at all. */
  readonly endsAt: number;
  /** Since when a change of it may have been missed. */
  doubtedAt?: number;
  isKept: boolean;
}

interface Limits {
  readonly maxEntries: number;
  readonly maxAgeMs: number;
  /** For how long after the last change was heard answers are still good, if the database does not answer. */
  readonly graceMs?: number;
}

interface Loading<V> {
  /** How many changes had been heard when it began. */
  readonly since: number;
  readonly result: Promise<Outcome<V>>;
}

interface Outcome<V> {
  readonly value: V | null;
  /** Nothing that the value was made of changed while it was loaded. Not known of an absence, which is made of nothing. */
  readonly isSound: boolean;
}

/** While changes cannot be heard, nothing is believed for longer than this. */
const DEAF_MS = 500;
/** How long an answer that is in doubt waits for a database that says nothing, before it is taken as it is. */
const PATIENCE_MS = 1000;
/** How many changed tags are remembered for the sake of what is being loaded; beyond that all of it counts as changed. */
const MOST_CHANGES = 10_000;

/**
 * Answers kept in memory until something they were made of changes, in this or any other process. A change of it that commits
 * while an answer is being loaded keeps that answer out of the cache: nobody can tell which side of the change it saw. Other
 * changes do not: while a registry is rebuilt there is one every few milliseconds, and nothing would ever be kept.
 * `maxAgeMs` bounds the error should a notification ever be lost. Absences are kept only by those who make a value of one.
 *
 * With `graceMs`: when the database cannot be asked, the last answer goes on being used for that long. Nothing can be changed in a database
 * that is down; one that only this process cannot reach is the price.
 */
export class TaggedCache<V> {
  private readonly entries = new Map<string, Entry<V>>();
  private readonly keysOf = new Map<string, Set<string>>();
  private readonly loading = new Map<string, Loading<V>>();
  /** How many run: those in {@link loading}, and those that something newer has taken the place of. */
  private loads = 0;
  /** So many changes have been heard. */
  private heard = 0;
  /** Which one a tag's last was, for as long as something is loading. */
  private readonly lastChange = new Map<string, number>();
  /** What began to load before this one may be wrong, whatever it is made of. */
  private allChanged = 0;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    private readonly limits: Limits,
  ) {
    feed.onChange((tag) => this.forget(tag));
    feed.onAllChanged(() => this.clear());
    feed.onDoubt(() => this.doubt());
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
    return this.fresh(key)?.value ?? this.answer(key, this.shared(key, load));
  }

  /** The same for what must be asked for each time, as long as the database answers. */
  async ask(key: string, load: () => Promise<Loaded<V> | null>): Promise<V | null> {
    const own = this.begin(key, load).then(({ value }) => value);
    return this.answer(key, own);
  }

  /** What was asked, or the last answer if there is nobody who could say. */
  private async answer(key: string, asked: Promise<V | null>): Promise<V | null> {
    try {
      return await (this.old(key) === undefined ? asked : this.soon(asked));
    } catch (error) {
      const old = isDatabaseAway(error) ? this.old(key) : undefined;
      if (old === undefined) throw error;
      return this.extend(old).value;
    }
  }

  private async shared(key: string, load: () => Promise<Loaded<V> | null>): Promise<V | null> {
    const running = this.loading.get(key);
    if (running === undefined || running.since < this.allChanged) return (await this.begin(key, load)).value;
    if (running.since === this.heard) return (await running.result).value;
    // Begun before a change of something that it may be made of: that shows in the end, and then it is not for who asks now.
    const { value, isSound } = await running.result.catch(() => ({ value: null, isSound: false }));
    return isSound ? value : (this.fresh(key)?.value ?? this.shared(key, load));
  }

  private get isFilling(): boolean {
    return this.entries.size > this.limits.maxEntries / 2;
  }

  private fresh(key: string): Entry<V> | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.staleAt <= this.clock.now().getTime()) {
      // Where the database is known to be away nobody is made to wait for that.
      if (!this.feed.isAway || this.old(key) === undefined) return undefined;
      this.extend(entry);
    }
    // Put back at the end: the map's order is the order of use, once it matters which of them goes first.
    if (this.isFilling) {
      this.entries.delete(key);
      this.entries.set(key, entry);
    }
    return entry;
  }

  /** The last answer, whether it still holds or not, if that is good enough where nobody can say. */
  private old(key: string): Entry<V> | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.clock.now().getTime();
    const { graceMs = 0 } = this.limits;
    const doubted = entry.doubtedAt === undefined ? this.feed.deafFor(now) : now - entry.doubtedAt;
    if (entry.endsAt > now && doubted < graceMs) return entry;
    this.drop(key);
    return undefined;
  }

  /** For a moment; then somebody looks again. */
  private extend(entry: Entry<V>): Entry<V> {
    this.feed.graces += 1;
    entry.staleAt = Math.min(this.clock.now().getTime() + DEAF_MS, entry.endsAt);
    return entry;
  }

  private begin(key: string, load: () => Promise<Loaded<V> | null>): Promise<Outcome<V>> {
    const since = this.heard;
    this.loads += 1;
    const result = this.load(key, since, load).finally(() => {
      if (this.loading.get(key)?.result === result) this.loading.delete(key);
      this.loads -= 1;
      if (this.loads === 0) this.lastChange.clear();
    });
    this.loading.set(key, { since, result });
    return result;
  }

  private async load(key: string, since: number, load: () => Promise<Loaded<V> | null>): Promise<Outcome<V>> {
    const loaded = await load().catch((error: unknown) => {
      // An answer too: whoever was let in before is not any more.
      if (!isDatabaseOutage(error)) this.drop(key);
      throw error;
    });
    this.feed.isThere();
    if (loaded === null) {
      this.drop(key);
      return { value: null, isSound: false };
    }
    const isSound = !this.hasChanged(loaded.tags, since);
    if (isSound) this.keep(key, loaded);
    return { value: loaded.value, isSound };
  }

  private hasChanged(tags: readonly string[], since: number): boolean {
    return since < this.allChanged || tags.some((tag) => (this.lastChange.get(tag) ?? 0) > since);
  }

  private keep(key: string, { value, tags, until }: Loaded<V>): void {
    const maxAge = this.feed.listening ? this.limits.maxAgeMs : Math.min(DEAF_MS, this.limits.maxAgeMs);
    // Not all of those that were first asked for at the same time are asked for again at the same time.
    const age = maxAge * (0.75 + Math.random() / 4);
    const endsAt = until?.getTime() ?? Infinity;
    const staleAt = Math.min(this.clock.now().getTime() + age, endsAt);
    this.drop(key);
    this.entries.set(key, { value, tags, staleAt, endsAt, isKept: true });
    for (const tag of tags) {
      const keys = this.keysOf.get(tag);
      if (keys === undefined) this.keysOf.set(tag, new Set([key]));
      else keys.add(key);
    }
    if (this.entries.size > this.limits.maxEntries) this.drop(this.entries.keys().next().value!);
  }

  private forget(tag: string): void {
    this.heard += 1;
    if (this.loads > 0) this.lastChange.set(tag, this.heard);
    if (this.lastChange.size > MOST_CHANGES) {
      this.lastChange.clear();
      this.allChanged = this.heard;
    }
    for (const key of this.keysOf.get(tag) ?? []) this.drop(key);
  }

  /** What is being loaded may have seen the time before, and what is remembered may be of then. */
  private doubt(): void {
    this.heard += 1;
    this.allChanged = this.heard;
    const now = this.clock.now().getTime();
    for (const entry of this.entries.values()) {
      entry.staleAt = 0;
      entry.doubtedAt ??= now;
    }
  }

  private clear(): void {
    this.heard += 1;
    this.allChanged = this.heard;
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

  /** Fails, as a database does, where nothing is heard from it and it does not answer in time. */
  private async soon<T>(asked: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const look = () => {
        // It may have fallen silent after the question.
        if (!this.feed.listening)
          reject(Object.assign(new Error('the database does not answer'), { code: 'ETIMEDOUT' }));
      };
      timer = setInterval(look, PATIENCE_MS);
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearInterval(timer);
      // What comes later is for the memory; a failure has been heard.
      asked.catch(() => undefined);
    }
  }
}
