import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG, type Config } from '../platform/config.js';
import { Objects } from '../platform/objects.js';
import { ObjectStoreError, readWhole } from '../platform/store/object-store.js';
import { Turns } from '../platform/turns.js';
import { type DeliveredFile } from './files.js';

/** Bytes of an object; those of a small one as a string of Latin-1, which Node sends together with the head in one write. */
export type Bytes = Buffer | string;

/** Larger objects are read in pieces for each reader. */
const MOST = 2 * 1024 * 1024;
/** Up to this size bytes and head fit into what Node writes without asking for memory. */
const AS_TEXT = 12 * 1024;
/** What an entry costs beside its bytes: its key and places in two tables. */
const ENTRY = 512;
/** How many objects are read from the store at a time; others wait for their turn, without memory. */
const FILLING = 16;
const TELLING_MS = 10 * 60_000;
/** Hashed at a time, so that others are served in between. */
const STRIDE = 256 * 1024;

/**
 * The bytes of the objects that are fetched most, bounded in bytes, the longest unused going first. An object is read once
 * however many ask for it at the same time, and must have its SHA-256 before anybody gets it from here: what lies in memory is
 * served for long.
 */
@Injectable()
export class HotObjects implements OnModuleDestroy {
  private readonly cache: LRUCache<string, Bytes> | undefined;
  private readonly filling = new Map<string, Promise<Bytes | null>>();
  private readonly turns = new Turns(FILLING);
  private readonly telling: NodeJS.Timeout | undefined;

  constructor(
    private readonly objects: Objects,
    @Inject(CONFIG) { deliveryMemory }: Config,
  ) {
    if (deliveryMemory === 0) return;
    const sizeCalculation = ({ length }: Bytes, key: string) => length + key.length + ENTRY;
    this.cache = new LRUCache({ maxSize: deliveryMemory, maxEntrySize: deliveryMemory, sizeCalculation });
    this.telling = setInterval(() => void this.tellUse(), TELLING_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.telling);
  }

  /** What is read from here looks unused on disk, and would be the first to go there; a restart would miss it most. */
  async tellUse(): Promise<void> {
    await this.objects.used([...(this.cache?.rkeys() ?? [])]);
  }

  /** How many bytes are held, with what it takes to hold them. */
  get size(): number {
    return this.cache?.calculatedSize ?? 0;
  }

  /** Is it an object for this memory at all? */
  takes({ size }: DeliveredFile): boolean {
    return size <= MOST && this.cache !== undefined && size + ENTRY * 2 <= this.cache.maxSize;
  }

  peek({ objectKey }: DeliveredFile): Bytes | undefined {
    return this.cache?.get(objectKey);
  }

  /** From the store, if it is not here; null where the store has no such object. */
  get(file: DeliveredFile): Promise<Bytes | null> {
    const { objectKey } = file;
    const held = this.cache?.get(objectKey);
    if (held !== undefined) return Promise.resolve(held);
    const running = this.filling.get(objectKey);
    if (running !== undefined) return running;
    const filling = this.fill(file).finally(() => this.filling.delete(objectKey));
    this.filling.set(objectKey, filling);
    return filling;
  }

  private async fill(file: DeliveredFile): Promise<Bytes | null> {
    // Not in turn: what has to come from far away, slowly perhaps, must not keep waiting what is here.
    const near = await this.objects.openWhole(file.objectKey);
    if (near === null) return null;
    await this.turns.take();
    try {
      const bytes = near === undefined ? await this.objects.read(file.objectKey) : await readWhole(near);
      if (bytes === null) return null;
      await check(bytes, file);
      const held = bytes.length <= AS_TEXT ? bytes.toString('latin1') : bytes;
      this.cache?.set(file.objectKey, held);
      return held;
    } finally {
      this.turns.give();
      await near?.close();
    }
  }
}

async function check(bytes: Buffer, { objectKey, etag }: DeliveredFile): Promise<void> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += STRIDE) {
    if (at > 0) await setImmediate();
    hash.update(bytes.subarray(at, at + STRIDE));
  }
  if (`"${hash.digest('hex')}"` !== etag)
    throw new ObjectStoreError('read', objectKey, 'the bytes do not have the SHA-256 under which they were stored');
}
