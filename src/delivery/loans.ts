import { whenGone } from './departures.js';
import { type DeliveredFile } from './files.js';
import { type Exchange } from './exchange.js';

/** How many bytes slow readers may hold besides those in the memory of hot objects. */
const MOST = 32 * 1024 * 1024;

/**
 * What readers hold who do not take an answer from memory at once. Such bytes stay while they read, also when the memory has
 * given them up; so there is a bound, and beyond it everybody reads in pieces.
 */
export class Loans {
  private readonly readers = new Map<string, number>();
  private bytes = 0;

  get isFull(): boolean {
    return this.bytes >= MOST;
  }

  /** Resolves true when the reader has taken the whole answer, false when they have gone. */
  lend({ objectKey, size }: DeliveredFile, { request, response }: Exchange): Promise<boolean> {
    this.count(objectKey, size, 1);
    return new Promise((resolve) => {
      const end = (isTaken: boolean) => {
        response.off('finish', taken);
        stay();
        this.count(objectKey, size, -1);
        resolve(isTaken);
      };
      const taken = () => end(true);
      response.on('finish', taken);
      const stay = whenGone(request.socket, () => end(false));
    });
  }

  private count(objectKey: string, size: number, change: 1 | -1): void {
    const before = this.readers.get(objectKey) ?? 0;
    const now = before + change;
    if (now === 0) this.readers.delete(objectKey);
    else this.readers.set(objectKey, now);
    // However many read it, it is there once.
    if (before === 0) this.bytes += size;
    else if (now === 0) this.bytes -= size;
  }
}
