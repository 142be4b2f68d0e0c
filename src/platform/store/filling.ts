import { createHash } from 'node:crypto';
import { type FileHandle } from 'node:fs/promises';
import { type Turns } from '../turns.js';
import { type CacheDisk, NotKept } from './cache-disk.js';
import { type KeptFiles } from './kept-files.js';
import { ObjectStoreError, type ObjectStore } from './object-store.js';

/** What a filling needs, and the cache shares among all of them. */
export interface Surroundings {
  readonly store: ObjectStore;
  readonly files: KeptFiles;
  readonly disk: CacheDisk;
  readonly turns: Turns;
  readonly counts: { hits: number; misses: number; damaged: number };
}

/** Nobody gets these last bytes before the whole has been checked: less than all is never taken for all. */
const HELD_BACK = 64 * 1024;
const CHUNK = 256 * 1024;
/** How often a body that breaks off is gone on with. */
const TRIES = 3;

/**
 * One object on its way to being a checked file here: found in the directory, or copied from the store. One for however many want
 * it; they may read while it comes, and it goes on when they leave. It fails as a whole with the store or with wrong bytes, and
 * then leaves nothing behind.
 */
export class Filling {
  /** Known once it has begun. */
  size = 0;
  /** `here`: can be read. `missing`: the store has no such object. `nowhere`: the disk does not take it. Rejects as the store does. */
  readonly begun: Promise<'here' | 'missing' | 'nowhere'>;
  readonly ended: Promise<void>;
  /** Why it failed. */
  problem: Error | undefined;
  private begin!: (state: 'here' | 'missing' | 'nowhere') => void;
  private refuse!: (problem: Error) => void;
  private file: FileHandle | undefined;
  private draft: string | undefined;
  private written = 0;
  private isChecked = false;
  private holders = 1;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly key: string,
    private readonly sha256: string,
    private readonly around: Surroundings,
    onEnd: () => void,
  ) {
    this.begun = new Promise((resolve, reject) => ([this.begin, this.refuse] = [resolve, reject]));
    this.begun.catch(() => undefined);
    this.ended = this.run().finally(() => {
      onEnd();
      this.leave();
    });
  }

  /** Somebody wants it, until they {@link leave}: so long its file stays open. */
  join(): void {
    this.holders += 1;
  }

  leave(): void {
    this.holders -= 1;
    if (this.holders === 0) void this.file?.close().catch(() => undefined);
  }

  async read(into: Uint8Array, length: number, position: number): Promise<number> {
    const ready = await this.ready(position);
    if (ready === 0) return 0;
    const { bytesRead } = await this.around.disk.guard(this.file!.read(into, 0, Math.min(length, ready), position));
    return bytesRead;
  }

  /** How many bytes can be read from there; waits for the first. */
  private async ready(position: number): Promise<number> {
    for (;;) {
      if (this.problem !== undefined) throw this.problem;
      if (this.isChecked) return Math.max(0, this.size - position);
      const ready = Math.min(this.written, this.size - HELD_BACK) - position;
      if (ready > 0) return ready;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private async run(): Promise<void> {
    const { disk, turns } = this.around;
    try {
      if (await this.adopt()) return;
      if (!disk.mayWrite) throw new NotKept('nothing is written for a while');
      await turns.take();
      try {
        // Whoever waited has given up: it is not worth a question any more.
        if (this.holders === 1) throw new NotKept('nobody waits for it any more');
        this.around.counts.misses += 1;
        if (!(await this.copy())) return this.begin('missing');
      } finally {
        turns.give();
      }
      await this.keep();
    } catch (error) {
      this.fail(error as Error);
    } finally {
      if (this.draft !== undefined) await this.around.files.discard(this.draft);
    }
  }

  /** What lies there is trusted once its bytes have been seen to be right. */
  private async adopt(): Promise<boolean> {
    const { files, disk, counts } = this.around;
    const file = await files.open(this.sha256).catch((error: unknown) => void disk.failed(error));
    if (file === null || file === undefined) return false;
    try {
      const { size } = await file.stat();
      if (await isRight(file, this.sha256)) {
        counts.hits += 1;
        files.keep(this.sha256, size);
        [this.file, this.size] = [file, size];
        this.done();
        return true;
      }
      counts.damaged += 1;
      await files.drop(this.sha256);
    } catch (error) {
      disk.failed(error);
    }
    await file.close();
    return false;
  }

  private async copy(): Promise<boolean> {
    const hash = createHash('sha256');
    for (let tries = 1; ; tries += 1) {
      try {
        if (!(await this.part((chunk) => hash.update(chunk)))) return false;
        break;
      } catch (error) {
        const isCut = this.file !== undefined && !(error instanceof NotKept);
        if (!isCut || tries === TRIES) throw error;
      }
    }
    if (hash.digest('hex') !== this.sha256)
      throw new ObjectStoreError('get', this.key, 'the bytes do not have the SHA-256 under which they were stored');
    return true;
  }

  /** From where the part before broke off. */
  private async part(see: (chunk: Buffer) => void): Promise<boolean> {
    const { store, files, disk } = this.around;
    if (this.file !== undefined && this.written === this.size) return true;
    const rest = this.file === undefined ? undefined : { start: this.written, end: this.size - 1 };
    const object = await store.open(this.key, rest);
    if (object === null && rest !== undefined) throw new ObjectStoreError('get', this.key, 'is gone');
    if (object === null) return false;
    try {
      if (this.file === undefined) {
        this.size = object.size;
        if (!files.takes(object.size)) throw new NotKept('larger than all the cache');
        files.reserve(this.sha256, object.size);
        const { file, path } = await disk.guard(files.draft());
        [this.file, this.draft] = [file, path];
        this.begin('here');
      } else if (object.size !== this.size) throw new ObjectStoreError('get', this.key, 'has another size than before');
      for await (const chunk of object.body) {
        see(chunk as Buffer);
        await disk.guard(writeAll(this.file, chunk as Buffer, this.written));
        this.written += (chunk as Buffer).length;
        this.wake();
      }
      return true;
    } finally {
      object.close();
    }
  }

  private async keep(): Promise<void> {
    const { files, disk } = this.around;
    this.done();
    try {
      await files.publish(this.draft!, this.sha256);
      files.keep(this.sha256, this.size);
      disk.works();
    } catch (error) {
      // Readers have all of it; others will have to ask again.
      files.forget(this.sha256);
      disk.failed(error);
    }
  }

  private done(): void {
    this.isChecked = true;
    this.begin('here');
    this.wake();
  }

  private fail(error: Error): void {
    this.problem = error;
    this.around.files.forget(this.sha256);
    if (error instanceof NotKept) this.begin('nowhere');
    else this.refuse(error);
    this.wake();
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const go of waiting) go();
  }
}

/** In pieces, so that others are served in between. */
async function isRight(file: FileHandle, sha256: string): Promise<boolean> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK, at);
    if (bytesRead === 0) return hash.digest('hex') === sha256;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** A disk that is nearly full takes a part, and then nothing. */
async function writeAll(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length;)
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
}
