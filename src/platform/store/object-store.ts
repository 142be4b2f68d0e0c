// The port to where bytes lie: files or S3. What is written under a key appears whole and durable or not at all, and
// what is read is whole or an error; a missing object is a value (`null`), a failing store throws.
import { Readable } from 'node:stream';

/** Injection token of {@link ObjectStore}. */
export const OBJECT_STORE = Symbol('object store');

/** Bytes in memory, or a file of exactly `size` bytes that nobody changes meanwhile. */
export type ObjectSource = Uint8Array | { path: string; size: number };

/** Offsets of the first and the last byte, as in HTTP: `{ start: 0, end: 0 }` is one byte. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface PutOptions {
  /** Told to S3; files do not keep it. */
  contentType?: string;
  /** What the bytes must hash to: with other bytes nothing is stored and `put` throws. */
  sha256?: Buffer;
}

export interface OpenObject {
  /** Bytes of the whole object. */
  size: number;
  /** Offset of the first byte of `body`. */
  start: number;
  /** Bytes that `body` gives: less than asked for at the end of the object, 0 for a range behind it (answer 416). */
  length: number;
  /**
   * Reads as fast as it is consumed, and fails rather than give fewer bytes than `length`. Consume it, or destroy it:
   * it holds a file or a connection.
   */
  body: Readable;
  /** Destroys `body`. For answers without one (HEAD) and when the client is gone; harmless at any time. */
  close(): void;
}

/** An object that is a file on this machine. Close it in the end. */
export interface ObjectFile {
  readonly key: string;
  readonly size: number;
  /** Fills the start of `into` with bytes from `position` on; returns how many, 0 at the end. */
  read(into: Uint8Array, length: number, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface ObjectStore {
  /** Returns when the object is durable. Overwriting is allowed: readers see the old or the new bytes, never a mix. */
  put(key: string, source: ObjectSource, options?: PutOptions): Promise<void>;
  open(key: string, range?: ByteRange): Promise<OpenObject | null>;
  /**
   * Only of stores whose objects can be files on this machine: cheaper than `open` for those who read much and often. undefined
   * where this one is none at the moment.
   */
  openFile?(key: string): Promise<ObjectFile | null | undefined>;
  /** The same, once all of its bytes are on this machine: reading them waits for nobody else. */
  openWhole?(key: string): Promise<ObjectFile | null | undefined>;
  /** These are read, though not from the store: it does well to have them near. The last one was used last. */
  used?(keys: Iterable<string>): Promise<void>;
  /** The whole object in memory: for small ones. */
  get(key: string): Promise<Buffer | null>;
  /** A missing object is deleted already. */
  delete(key: string): Promise<void>;
  /** Writes and reads a small object; throws when the store is of no use. */
  check(): Promise<void>;
}

/** A store that fails, as opposed to an object that is missing. The message carries no secrets. */
export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError';

  constructor(
    readonly operation: string,
    readonly key: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`object store: ${operation} ${key}: ${reason}`, options);
  }

  /** Words for what was thrown; an error of ours passes as it is. */
  static from(operation: string, key: string, cause: unknown): ObjectStoreError {
    if (cause instanceof ObjectStoreError) return cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    return new ObjectStoreError(operation, key, code ?? message ?? String(cause), { cause });
  }
}

const KEY = /^[a-z0-9_-][a-z0-9_.-]{0,199}(\/[a-z0-9_-][a-z0-9_.-]{0,199})*$/;

/** Keys are made by the program, never by a client: one that could leave its directory is a bug of ours. */
export function assertKey(key: string): void {
  if (key.length > 512 || !KEY.test(key))
    throw new TypeError(`not an object key: ${JSON.stringify(key.slice(0, 600))}`);
}

/** The part of an object of `size` bytes that a range means. */
export function clip(size: number, range?: ByteRange): { start: number; length: number } {
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (!Number.isSafeInteger(start) || start < 0 || (range && !(end >= start))) throw new RangeError('not a byte range');
  return { start, length: Math.max(0, Math.min(end, size - 1) - start + 1) };
}

/** The SHA-256 that a key ends with, hexadecimal; undefined for the few that name no content. */
export const checksumIn = (key: string): string | undefined => /\/([0-9a-f]{64})$/.exec(key)?.[1];

/** The check of both stores: they must give back what they were given. */
export async function probe(store: ObjectStore): Promise<void> {
  const [key, bytes] = ['health/probe', Buffer.from('propolis')];
  await store.put(key, bytes);
  if (!(await store.get(key))?.equals(bytes))
    throw new ObjectStoreError('check', key, 'reads other bytes than written');
}

/** The part of an object that a range behind its end means. */
export function nothing(size: number, start: number): OpenObject {
  const body = Readable.from([], { objectMode: false });
  return { size, start, length: 0, body, close: () => void body.destroy() };
}

/** All of a file in memory. */
export async function readWhole(file: ObjectFile): Promise<Buffer> {
  // Memory of its own: a part of a shared slab would keep the slab.
  const bytes = Buffer.allocUnsafeSlow(file.size);
  for (let seen = 0; seen < bytes.length;) {
    const more = await file.read(bytes.subarray(seen), bytes.length - seen, seen);
    if (more === 0) throw new ObjectStoreError('read', file.key, `ended after ${seen} of ${bytes.length} bytes`);
    seen += more;
  }
  return bytes;
}

/** All of a body in memory. */
export async function collect(object: OpenObject): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of object.body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks, object.length);
}
