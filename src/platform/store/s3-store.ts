// Objects in a bucket of S3 or of anything that speaks it, path-style. One PUT per object (up to 64 MiB here, 5 GiB for
// S3), signed with the hash of its payload, so the store refuses bytes that were changed on their way.
//
// Every call is safe to repeat, so what failed by network, 429 or 5xx is tried again, three times in all. The account
// needs s3:ListBucket besides Get, Put and DeleteObject: without it S3 answers 403 for a missing object.
import { type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExactBody } from './exact-body.js';
import {
  assertKey,
  clip,
  collect,
  nothing,
  ObjectStoreError,
  probe,
  type ByteRange,
  type ObjectSource,
  type ObjectStore,
  type OpenObject,
  type PutOptions,
} from './object-store.js';
import { readToEnd, S3Connection, S3Refusal, S3Unreachable, type S3Settings } from './s3-connection.js';
import { payloadOf } from './s3-payload.js';

const TRIES = 3;
/** Reading is not begun again after this: somebody waits, and clients give up after fifteen seconds. */
const READING_MS = 5_000;

export class S3Store implements ObjectStore {
  private readonly s3: S3Connection;

  constructor(settings: S3Settings) {
    this.s3 = new S3Connection(settings);
  }

  async put(key: string, source: ObjectSource, options: PutOptions = {}): Promise<void> {
    assertKey(key);
    const headers = { 'content-type': options.contentType ?? 'application/octet-stream' };
    await this.retried('put', key, async () => {
      const payload = await payloadOf(key, source, options.sha256);
      await this.finished(await this.s3.request('PUT', key, headers, payload));
    });
  }

  async open(key: string, range?: ByteRange): Promise<OpenObject | null> {
    assertKey(key);
    clip(0, range);
    return this.retried('open', key, () => this.tryOpen(key, range), READING_MS);
  }

  async get(key: string): Promise<Buffer | null> {
    assertKey(key);
    // As a whole, so that a body that was cut is asked for again.
    const whole = async () => {
      const object = await this.tryOpen(key);
      return object && collect(object).catch(asUnreachable);
    };
    return this.retried('get', key, whole, READING_MS);
  }

  async delete(key: string): Promise<void> {
    assertKey(key);
    await this.retried('delete', key, () =>
      missingAsNull(async () => this.finished(await this.s3.request('DELETE', key))),
    );
  }

  check(): Promise<void> {
    return probe(this);
  }

  /** Ends idle connections. They do not keep the process alive. */
  close(): void {
    this.s3.close();
  }

  private tryOpen(key: string, range?: ByteRange): Promise<OpenObject | null> {
    return missingAsNull(async () => {
      const response = await this.s3.request('GET', key, range && { range: `bytes=${range.start}-${range.end}` });
      if (response.statusCode === 416 && range) {
        response.destroy();
        return nothing(await this.sizeOf(key), range.start);
      }
      await refuse(response, this.s3.quietMs);
      return asOpenObject(response, key, this.s3.quietMs, range);
    });
  }

  private async finished(response: IncomingMessage): Promise<void> {
    await refuse(response, this.s3.quietMs);
    await readToEnd(response, this.s3.quietMs);
  }

  private async sizeOf(key: string): Promise<number> {
    const response = await this.s3.request('HEAD', key);
    await this.finished(response);
    return Number(response.headers['content-length']);
  }

  private async retried<T>(operation: string, key: string, work: () => Promise<T>, forMs = Infinity): Promise<T> {
    const until = Date.now() + forMs;
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        const transient = error instanceof S3Unreachable || (error instanceof S3Refusal && error.isTransient);
        if (transient && tries < TRIES && Date.now() < until) await sleep(50 * 4 ** (tries - 1) * (1 + Math.random()));
        else if (error instanceof S3Refusal || error instanceof S3Unreachable) {
          throw new ObjectStoreError(operation, key, error.message, { cause: error });
        } else throw ObjectStoreError.from(operation, key, error);
      }
    }
  }
}

function asOpenObject(response: IncomingMessage, key: string, quietMs: number, range?: ByteRange): OpenObject {
  const { size, start, length } = extent(response);
  const wanted = clip(size, range);
  if (start !== wanted.start || length !== wanted.length || Number.isNaN(length)) {
    response.destroy();
    throw new ObjectStoreError(
      'open',
      key,
      `asked for ${JSON.stringify(range ?? 'all')}, offered ${length} from ${start}`,
    );
  }
  const body = new ExactBody(response, { key, length, quietMs });
  return { size, start, length, body, close: () => void body.destroy() };
}

// What the answer says about itself. Without a length there is no telling whether a body is whole.
function extent({ statusCode, headers }: IncomingMessage): { size: number; start: number; length: number } {
  const length = Number.parseInt(headers['content-length'] ?? '', 10);
  if (statusCode !== 206) return { size: length, start: 0, length };
  const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  return { size: Number(size), start: Number(start), length: Number(end) - Number(start) + 1 };
}

async function refuse(response: IncomingMessage, quietMs: number): Promise<void> {
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw await S3Refusal.of(response, quietMs);
}

async function missingAsNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof S3Refusal && error.isMissing) return null;
    throw error;
  }
}

function asUnreachable(cause: unknown): never {
  throw new S3Unreachable((cause as Error).message, { cause });
}
