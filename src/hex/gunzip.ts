import { Readable, pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type ByteSource, readAt, sliceSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import { contentsTooBig } from './tar-faults.js';

/** What the file is called in messages, and how many bytes may come out of it. */
export interface GunzipRules {
  archive: string;
  /** Bytes after decompression. */
  limit: number;
}

const HEADER_WINDOW = 4096;
const TRAILER = 8;

/**
 * Decompresses a gzip file that is exactly one member and nothing else.
 *
 * Hex clients read only the first member when they unpack in memory and all of them when they unpack to disk, so a
 * second one would hide files from some; Node's own gunzip reads on and ignores what follows. Hence the raw inflater,
 * with header and trailer read here. It stops at `limit` whatever the input claims, one chunk at a time.
 */
export async function* gunzip(source: ByteSource, rules: GunzipRules): AsyncGenerator<Uint8Array> {
  const start = headerSize(await readAt(source, 0, HEADER_WINDOW), rules.archive);
  const deflated = sliceSource(source, start, source.size - start - TRAILER);
  const trailer = await readAt(source, source.size - TRAILER, TRAILER);
  let crc = 0;
  let size = 0;
  for await (const chunk of inflate(deflated, rules.archive)) {
    size += chunk.length;
    if (size > rules.limit) throw contentsTooBig(rules.archive, rules.limit);
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (crc !== trailer.readUInt32LE(0) || size !== trailer.readUInt32LE(4)) {
    throw invalidGzip(rules.archive, 'its gzip checksum is wrong');
  }
}

async function* inflate(source: ByteSource, archive: string): AsyncGenerator<Uint8Array> {
  const inflater = createInflateRaw({ chunkSize: 64 * 1024 });
  // An error of the input reaches the loop below as an error of the inflater.
  pipeline(Readable.from(source.open()), inflater, () => undefined);
  try {
    yield* inflater as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (isZlibError(error)) throw invalidGzip(archive, 'its compressed data is damaged or cut off');
    throw error;
  } finally {
    inflater.destroy();
  }
  if (inflater.bytesWritten < source.size) throw invalidGzip(archive, 'there is data behind its end');
}

/** The length of the gzip header: ten bytes, then optional extra fields, file name, comment and checksum. */
function headerSize(bytes: Buffer, archive: string): number {
  if (bytes.length < 10 + TRAILER || bytes.readUInt16BE(0) !== 0x1f8b) {
    throw invalidGzip(archive, 'it is not gzip-compressed');
  }
  const flags = bytes.readUInt8(3);
  if (bytes.readUInt8(2) !== 8 || flags > 0x1f) throw malformed(archive);
  let size = 10;
  if (flags & 0x04) size += 2 + (bytes.length >= 12 ? bytes.readUInt16LE(10) : 0);
  if (flags & 0x08) size = afterText(bytes, size, archive);
  if (flags & 0x10) size = afterText(bytes, size, archive);
  if (flags & 0x02) size += 2;
  if (size + TRAILER > bytes.length) throw malformed(archive);
  return size;
}

function afterText(bytes: Buffer, start: number, archive: string): number {
  const end = bytes.indexOf(0, start);
  if (end === -1) throw malformed(archive);
  return end + 1;
}

const isZlibError = (error: unknown) => String((error as NodeJS.ErrnoException)?.code).startsWith('Z_');

const invalidGzip = (archive: string, why: string) => new FormatError('invalid_gzip', `invalid ${archive}: ${why}`);

const malformed = (archive: string) => invalidGzip(archive, 'its gzip header is malformed');
