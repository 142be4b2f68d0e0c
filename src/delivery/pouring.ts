import { type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type ObjectFile, ObjectStoreError } from '../platform/store/object-store.js';
import { type Slice } from './conditions.js';
import { whenGone } from './departures.js';

const LARGE = 256 * 1024;
const SMALL = 16 * 1024;
/** How many large buffers there are at most: 32 MB. */
const MOST = 128;

/**
 * Buffers that are used again and again. When all large ones are out, held by slow readers, the others make do with small ones:
 * nobody waits, and a reader holds no more than one.
 */
export class Buffers {
  private readonly idle: Buffer[] = [];
  private made = 0;

  take(): Buffer {
    const buffer = this.idle.pop();
    if (buffer !== undefined) return buffer;
    if (this.made === MOST) return Buffer.allocUnsafeSlow(SMALL);
    this.made += 1;
    return Buffer.allocUnsafeSlow(LARGE);
  }

  /** Only what nobody reads any more. */
  give(buffer: Buffer): void {
    if (buffer.length === LARGE) this.idle.push(buffer);
  }

  /** It may still be read from: another will be made in its place. */
  lose(buffer: Buffer): void {
    if (buffer.length === LARGE) this.made -= 1;
  }
}

/**
 * Writes a part of a file as the reader takes it: one buffer at a time, which is filled again once the kernel has all of it.
 * Resolves false when the reader went away. Throws when the file has fewer bytes than it should.
 */
export async function pour(
  file: ObjectFile,
  { start, end }: Slice,
  response: ServerResponse,
  buffers: Buffers,
): Promise<boolean> {
  const writing = new Writing(response);
  try {
    for (let at = start; at <= end && !writing.isOver;) at += await piece(file, { start: at, end }, writing, buffers);
    return await writing.end();
  } finally {
    writing.release();
  }
}

async function piece(file: ObjectFile, { start, end }: Slice, writing: Writing, buffers: Buffers): Promise<number> {
  const buffer = buffers.take();
  let isFree = true;
  try {
    const length = await file.read(buffer, Math.min(buffer.length, end - start + 1), start);
    if (length === 0) throw new ObjectStoreError('read', file.key, `ended before byte ${start}`);
    isFree = false;
    await writing.write(buffer.subarray(0, length));
    isFree = !writing.isOver;
    return length;
  } finally {
    if (isFree) buffers.give(buffer);
    else buffers.lose(buffer);
  }
}

/** A response that is written piece by piece, each when the one before has left. */
class Writing {
  private readonly socket: Socket;
  private wake: () => void = () => undefined;
  private readonly stay: () => void;

  constructor(private readonly response: ServerResponse) {
    // The connection's own end: an answer that waits behind others on it has no connection yet, and is not told.
    this.socket = response.req.socket;
    this.stay = whenGone(this.socket, () => this.wake());
  }

  /** The reader has gone. */
  get isOver(): boolean {
    return this.socket.destroyed;
  }

  write(piece: Buffer): Promise<void> {
    return this.wait((done) => this.response.write(piece, done));
  }

  /** True when every byte has left. */
  async end(): Promise<boolean> {
    await this.wait((done) => this.response.end(done));
    return !this.isOver && this.response.writableFinished;
  }

  /** Of no use any more; harmless at any time. */
  release(): void {
    this.stay();
  }

  private wait(begin: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      if (this.isOver) return resolve();
      this.wake = resolve;
      begin(() => resolve());
    });
  }
}
