import { Readable } from 'node:stream';
import { ObjectStoreError } from './object-store.js';

interface Expected {
  key: string;
  length: number;
  /** How long to wait for the next bytes while somebody wants them; unlimited if absent. */
  quietMs?: number;
}

/**
 * The bytes of a source, exactly as many as announced: a source that ends early, goes on, fails or falls silent makes
 * this stream fail. Destroying it destroys the source, so an aborted answer gives its file or connection back. The
 * silence is counted only while bytes are wanted: a slow reader is not the source's fault.
 */
export class ExactBody extends Readable {
  private seen = 0;
  private over = false;
  private patience: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: Readable,
    private readonly expected: Expected,
  ) {
    super({ highWaterMark: 64 * 1024 });
    source.pause();
    source.on('data', (chunk: Buffer) => this.accept(chunk));
    source.on('end', () => this.finish());
    source.on('error', (error) => this.destroy(ObjectStoreError.from('read', expected.key, error)));
    source.on('close', () => this.finish());
  }

  override _read(): void {
    this.source.resume();
    if (!this.expected.quietMs) return;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.fail('timed out'), this.expected.quietMs);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.patience);
    this.source.destroy();
    callback(error);
  }

  private accept(chunk: Buffer): void {
    clearTimeout(this.patience);
    this.seen += chunk.length;
    if (this.seen > this.expected.length) this.fail('gives more bytes than announced');
    else if (this.push(chunk)) this._read();
    else this.source.pause();
  }

  private finish(): void {
    clearTimeout(this.patience);
    if (this.destroyed || this.over) return;
    this.over = true;
    if (this.seen === this.expected.length) this.push(null);
    else this.fail(`ended after ${this.seen} of ${this.expected.length} bytes`);
  }

  private fail(reason: string): void {
    this.destroy(new ObjectStoreError('read', this.expected.key, reason));
  }
}
