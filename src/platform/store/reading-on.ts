import { NotKept } from './cache-disk.js';
import { ObjectStoreError, type ObjectFile, type ObjectStore, type OpenObject } from './object-store.js';

const TRIES = 3;

/** A copy on this machine, which may fail as disks do. */
export interface Copy {
  readonly key: string;
  readonly size: number;
  /** Throws {@link NotKept} where it is the disk that fails. */
  read(into: Uint8Array, length: number, position: number): Promise<number>;
  close(): Promise<void>;
}

/** A copy that is read on in the store itself from where the disk has failed: its reader does not hear of it. */
export class ReadingOn implements ObjectFile {
  readonly key: string;
  readonly size: number;
  private hasFailed = false;
  private object: OpenObject | null = null;
  private chunks: AsyncIterator<Buffer> | undefined;
  private left: Buffer = Buffer.alloc(0);
  private at = -1;

  constructor(
    private readonly copy: Copy,
    private readonly store: ObjectStore,
  ) {
    this.key = copy.key;
    this.size = copy.size;
  }

  async read(into: Uint8Array, length: number, position: number): Promise<number> {
    if (!this.hasFailed) {
      try {
        return await this.copy.read(into, length, position);
      } catch (error) {
        if (!(error instanceof NotKept)) throw error;
        this.hasFailed = true;
      }
    }
    if (position >= this.size) return 0;
    // An answer that breaks off or falls silent is asked for again from where it ended.
    for (let tries = 1; ; tries += 1)
      try {
        return await this.readOn(into, length, position);
      } catch (error) {
        if (tries === TRIES) throw error;
        this.at = -1;
      }
  }

  async close(): Promise<void> {
    this.object?.close();
    await this.copy.close();
  }

  private async readOn(into: Uint8Array, length: number, position: number): Promise<number> {
    if (position !== this.at) await this.begin(position);
    if (this.left.length === 0) {
      const next = await this.chunks!.next();
      if (next.done === true) return 0;
      this.left = next.value;
    }
    const count = Math.min(length, this.left.length);
    into.set(this.left.subarray(0, count));
    this.left = this.left.subarray(count);
    this.at += count;
    return count;
  }

  private async begin(position: number): Promise<void> {
    this.object?.close();
    this.object = await this.store.open(this.key, { start: position, end: this.size - 1 });
    if (this.object?.size !== this.size) throw new ObjectStoreError('read', this.key, 'is not what it was');
    this.chunks = this.object.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    [this.left, this.at] = [Buffer.alloc(0), position];
  }
}
