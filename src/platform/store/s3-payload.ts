import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ExactBody } from './exact-body.js';
import { ObjectStoreError, type ObjectSource } from './object-store.js';
import { type S3Payload } from './s3-connection.js';

const CHUNK = 256 * 1024;

/**
 * What a PUT sends and signs. The hash is taken here, in a first reading, and compared with the announced one: not every
 * server that speaks S3 checks it.
 */
export async function payloadOf(key: string, source: ObjectSource, announced?: Buffer): Promise<S3Payload> {
  const size = source instanceof Uint8Array ? source.byteLength : source.size;
  if (!(source instanceof Uint8Array)) await assertSize(key, source);
  const open = () => new ExactBody(streamOf(source), { key, length: size });
  const hash = createHash('sha256');
  for await (const chunk of open()) hash.update(chunk as Buffer);
  const sha256 = hash.digest();
  if (announced && !sha256.equals(announced)) {
    throw new ObjectStoreError('put', key, 'the bytes do not have the announced SHA-256');
  }
  return { size, sha256: sha256.toString('hex'), open };
}

async function assertSize(key: string, source: { path: string; size: number }): Promise<void> {
  const { size } = await stat(source.path);
  if (size !== source.size) throw new ObjectStoreError('put', key, `the file has ${size} bytes, not ${source.size}`);
}

function streamOf(source: ObjectSource): Readable {
  if (!(source instanceof Uint8Array)) return createReadStream(source.path, { highWaterMark: CHUNK });
  return Readable.from(chunksOf(source), { objectMode: false });
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK) yield bytes.subarray(start, start + CHUNK);
}
