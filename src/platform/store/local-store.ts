// Objects as files of one directory. A new object is written and synced under another name and then renamed, and the
// directories that name it are synced too: a crash leaves the old object or the new one.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExactBody } from './exact-body.js';
import {
  assertKey,
  clip,
  nothing,
  ObjectStoreError,
  probe,
  readWhole,
  type ByteRange,
  type ObjectFile,
  type ObjectSource,
  type ObjectStore,
  type OpenObject,
  type PutOptions,
} from './object-store.js';

const CHUNK = 256 * 1024;
const ABANDONED_MS = 24 * 60 * 60 * 1000;

export class LocalStore implements ObjectStore {
  private readonly objects: string;
  private readonly incoming: string;
  private prepared: Promise<void> | undefined;

  /** `directory` is made when first written to; everything in it is this store's. */
  constructor(readonly directory: string) {
    this.objects = join(directory, 'objects');
    this.incoming = join(directory, 'incoming');
  }

  async put(key: string, source: ObjectSource, options: PutOptions = {}): Promise<void> {
    const path = this.pathOf(key);
    const draft = join(this.incoming, randomUUID());
    try {
      await (this.prepared ??= this.prepare());
      await writeSynced(draft, source, options.sha256);
      await makeDirectory(dirname(path));
      await rename(draft, path);
      await syncDirectory(dirname(path));
    } catch (error) {
      this.prepared = undefined;
      await rm(draft, { force: true }).catch(() => {});
      throw ObjectStoreError.from('put', key, error);
    }
  }

  async open(key: string, range?: ByteRange): Promise<OpenObject | null> {
    const file = await openExisting(this.pathOf(key), key);
    if (!file) return null;
    try {
      const info = await file.stat();
      if (info.isFile()) return await openObject(file, key, info.size, range);
      await file.close();
      return null;
    } catch (error) {
      await file.close();
      if (error instanceof RangeError) throw error;
      throw ObjectStoreError.from('open', key, error);
    }
  }

  async openFile(key: string): Promise<ObjectFile | null> {
    const file = await openExisting(this.pathOf(key), key);
    if (!file) return null;
    try {
      const info = await file.stat();
      if (info.isFile()) return asObject(file, key, info.size);
    } catch (error) {
      await file.close();
      throw ObjectStoreError.from('open', key, error);
    }
    await file.close();
    return null;
  }

  async get(key: string): Promise<Buffer | null> {
    const file = await this.openFile(key);
    if (!file) return null;
    try {
      return await readWhole(file);
    } finally {
      await file.close();
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.pathOf(key);
    try {
      await rm(path);
      await syncDirectory(dirname(path));
    } catch (error) {
      if (!isMissing(error)) throw ObjectStoreError.from('delete', key, error);
    }
  }

  check(): Promise<void> {
    return probe(this);
  }

  private pathOf(key: string): string {
    assertKey(key);
    return join(this.objects, key);
  }

  // Also removes what was being written when a process was killed.
  private async prepare(): Promise<void> {
    await makeDirectory(this.incoming);
    for (const name of await readdir(this.incoming)) {
      const draft = join(this.incoming, name);
      const info = await stat(draft).catch(() => null);
      if (info && Date.now() - info.mtimeMs > ABANDONED_MS) await rm(draft, { force: true });
    }
  }
}

async function openExisting(path: string, key: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw ObjectStoreError.from('open', key, error);
  }
}

async function openObject(file: FileHandle, key: string, size: number, range?: ByteRange): Promise<OpenObject> {
  const { start, length } = clip(size, range);
  if (length === 0) {
    await file.close();
    return nothing(size, start);
  }
  const source = file.createReadStream({ start, end: start + length - 1, highWaterMark: CHUNK });
  const body = new ExactBody(source, { key, length });
  return { size, start, length, body, close: () => void body.destroy() };
}

function asObject(file: FileHandle, key: string, size: number): ObjectFile {
  const failed = (error: unknown) => {
    throw ObjectStoreError.from('read', key, error);
  };
  const read = async (into: Uint8Array, length: number, position: number) =>
    (await file.read(into, 0, length, position).catch(failed)).bytesRead;
  return { key, size, read, close: () => file.close() };
}

async function writeSynced(path: string, source: ObjectSource, sha256?: Buffer): Promise<void> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  try {
    if (source instanceof Uint8Array) {
      hash.update(source);
      await file.writeFile(source);
    } else {
      await copyInto(file, source, hash.update.bind(hash));
    }
    if (sha256 && !hash.digest().equals(sha256)) throw new Error('the bytes do not have the announced SHA-256');
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copyInto(
  to: FileHandle,
  source: { path: string; size: number },
  see: (chunk: Buffer) => unknown,
): Promise<void> {
  const from = await open(source.path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    let copied = 0;
    for (;;) {
      const { bytesRead } = await from.read(buffer, 0, CHUNK, copied);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      see(chunk);
      await to.writeFile(chunk);
      copied += bytesRead;
    }
    if (copied !== source.size) throw new Error(`the file has ${copied} bytes, not ${source.size}`);
  } finally {
    await from.close();
  }
}

// A directory is durable when the one that names it is synced.
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (!first) return;
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    await syncDirectory(directory);
    if (directory.length < first.length) return;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

// A key below another object's key (`a/b` where `a` is a file) is missing too.
function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
