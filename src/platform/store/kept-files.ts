import { mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { isAbandoned, temporaryName } from '../temporary-files.js';

/** A file that is there, or on its way. */
interface Kept {
  readonly size: number;
  /** Whole and right, as this process has seen itself. */
  readonly isChecked: boolean;
  /** When its time of use was last written down. */
  touchedAt: number;
  /** Not there (yet, or any more): nothing is to be removed. */
  isAbsent?: boolean;
}

/** A file of which nothing is known but that it is there. */
interface Found {
  readonly sha256: string;
  readonly size: number;
  readonly usedAt: number;
}

/** What a file takes on most disks. */
const BLOCK = 4096;
/** What is known of each file is in memory: some 200 bytes. */
const MOST_FILES = 250_000;
/** How exact the order of use is that a restart finds. */
const TOUCH_MS = 60_000;
/** How often a process that writes looks what others have written. */
const LOOK_MS = 60_000;
const CHECKSUM = /^[0-9a-f]{64}$/;

/**
 * The files of a cache, named by the SHA-256 of their bytes, bounded in bytes: the longest unused goes first. Their time of change is
 * the time of their last use. Several processes may share the directory: a file appears by renaming, whole; one that another
 * process has removed is a miss; what others write is looked for now and then, so that the bound is one for all.
 */
export class KeptFiles {
  private readonly index: LRUCache<string, Kept>;
  private readonly objects: string;
  private readonly incoming: string;
  /** Of this process: what it is writing now. */
  private readonly drafts = new Set<string>();
  private looking: Promise<void> | undefined;
  private lookedAt = -Infinity;

  constructor(
    directory: string,
    private readonly bound: number,
  ) {
    this.objects = join(directory, 'objects');
    this.incoming = join(directory, 'incoming');
    this.index = new LRUCache<string, Kept>({
      ...{ max: MOST_FILES, maxSize: bound, sizeCalculation: ({ size }) => costOf(size) },
      dispose: ({ isAbsent = false }, sha256, reason) => {
        if (reason !== 'set' && !isAbsent) void this.remove(sha256);
      },
    });
  }

  get bytes(): number {
    return this.index.calculatedSize;
  }

  get count(): number {
    return this.index.size;
  }

  /** Could it be kept at all? */
  takes(size: number): boolean {
    return costOf(size) <= this.bound;
  }

  /** Only of those that this process has checked. */
  find(sha256: string): Kept | undefined {
    const kept = this.index.get(sha256);
    return kept?.isChecked === true ? kept : undefined;
  }

  /** The file itself, whatever is known of it; null where there is none. */
  async open(sha256: string): Promise<FileHandle | null> {
    try {
      return await open(this.pathOf(sha256), 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** It has just been used. */
  async touch(sha256: string, kept: Kept): Promise<void> {
    const now = Date.now();
    if (now - kept.touchedAt < TOUCH_MS) return;
    kept.touchedAt = now;
    // A disk that cannot be written to loses the order of use, and no more.
    await utimes(this.pathOf(sha256), now / 1000, now / 1000).catch(() => undefined);
  }

  /** Makes room, before the first byte is written. */
  reserve(sha256: string, size: number): void {
    this.index.set(sha256, { size, isChecked: false, isAbsent: true, touchedAt: 0 });
  }

  /** It is there, and its bytes are right. */
  keep(sha256: string, size: number): void {
    const kept = { size, isChecked: true, touchedAt: Date.now() };
    this.index.set(sha256, kept);
  }

  /** It is gone already, or never came. Only that of which `kept` was told: it may be there again. */
  forget(sha256: string, kept = this.index.peek(sha256)): void {
    if (kept === undefined || this.index.peek(sha256) !== kept) return;
    kept.isAbsent = true;
    this.index.delete(sha256);
  }

  /** File and all. A reader who has it open reads on. */
  async drop(sha256: string): Promise<void> {
    this.forget(sha256);
    await this.remove(sha256);
  }

  /** A new file to write to, of which nobody knows. */
  async draft(): Promise<{ file: FileHandle; path: string }> {
    await mkdir(this.incoming, { recursive: true, mode: 0o700 });
    const name = temporaryName();
    const path = join(this.incoming, name);
    const file = await open(path, 'wx+', 0o600);
    this.drafts.add(name);
    return { file, path };
  }

  async publish(draft: string, sha256: string): Promise<void> {
    await mkdir(join(this.objects, sha256.slice(0, 2)), { recursive: true, mode: 0o700 });
    await rename(draft, this.pathOf(sha256));
    this.lookAround();
  }

  async discard(draft: string): Promise<void> {
    await rm(draft, { force: true }).catch(() => undefined);
    this.drafts.delete(draft.slice(this.incoming.length + 1));
  }

  /** Before the first question; nobody waits for it. */
  start(): void {
    if (this.lookedAt === -Infinity) this.lookAround();
  }

  /** What lies there from before, or from other processes; in the background, and not more often than makes sense. */
  lookAround(): void {
    if (this.looking !== undefined || Date.now() - this.lookedAt < LOOK_MS) return;
    // A directory that cannot be read is told about when something is read or written there.
    this.looking = this.look()
      .catch(() => undefined)
      .finally(() => (this.looking = undefined));
  }

  private async look(): Promise<void> {
    const isFirst = this.lookedAt === -Infinity;
    this.lookedAt = Date.now();
    if (isFirst) await this.removeAbandoned();
    const missing = new Map([...this.index.entries()].filter(([, { isAbsent }]) => isAbsent !== true));
    const found: Found[] = [];
    for (const shelf of await readdir(this.objects)) {
      const names = (await readdir(join(this.objects, shelf))).filter((name) => CHECKSUM.test(name));
      const unknown = names.filter((name) => !missing.delete(name) && !this.index.has(name));
      await Promise.all(
        unknown.map(async (sha256) => {
          const info = await stat(this.pathOf(sha256)).catch(() => null);
          if (info !== null) found.push({ sha256, size: info.size, usedAt: info.mtimeMs });
        }),
      );
    }
    for (const [sha256, kept] of missing) this.forget(sha256, kept);
    const news = found.filter(({ sha256 }) => !this.index.has(sha256)).toSorted((a, b) => a.usedAt - b.usedAt);
    if (isFirst) this.takePast(news);
    else for (const one of news) this.take(one);
  }

  /** What has been used since the start is newer than all of it, and is not pushed out by it. */
  private takePast(news: Found[]): void {
    const used = [...this.index.rkeys()];
    let room = this.bound - this.bytes;
    const first = news.findLastIndex(({ size }) => (room -= costOf(size)) < 0) + 1;
    for (const { sha256 } of news.slice(0, first)) void this.remove(sha256);
    for (const one of news.slice(first)) this.take(one);
    for (const sha256 of used) this.index.get(sha256);
  }

  private take({ sha256, size, usedAt }: Found): void {
    if (this.takes(size)) this.index.set(sha256, { size, isChecked: false, touchedAt: usedAt });
    else void this.remove(sha256);
  }

  private async removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.incoming).catch(() => [])) {
      const path = join(this.incoming, name);
      if (!this.drafts.has(name) && (await isAbandoned(name, path))) await rm(path, { force: true });
    }
  }

  private async remove(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256), { force: true }).catch(() => undefined);
  }

  private pathOf(sha256: string): string {
    return join(this.objects, sha256.slice(0, 2), sha256);
  }
}

const costOf = (size: number): number => Math.max(1, Math.ceil(size / BLOCK)) * BLOCK;
