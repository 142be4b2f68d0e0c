import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { finished, PassThrough, type Readable } from 'node:stream';
import { type ByteSource } from '../../hex/byte-source.js';
import { FormatError } from '../../hex/format-error.js';
import { MetadataError } from '../../hex/metadata-errors.js';
import { readMetadata, type PackageMetadata } from '../../hex/metadata.js';
import { readTarball, type Tarball } from '../../hex/tarball.js';
import { tarballLimits } from '../../hex/tarball-limits.js';
import { DomainError, invalidFields } from '../../platform/errors.js';

/** A tarball that has arrived whole and is well formed, waiting in a temporary file. */
export interface Upload {
  readonly path: string;
  readonly tarball: Tarball;
  readonly metadata: PackageMetadata;
  /** Removes the file; whoever opened the upload calls it in the end. */
  discard(): Promise<void>;
}

export interface UploadLimits {
  readonly maxBytes: number;
  /** A body that stands still for so long is given up. */
  readonly idleMs: number;
}

/**
 * Streams a body into the file `path` and checks it from there, since a tarball's parts may come in any order. Memory stays
 * bounded whatever is sent; the file is gone again when anything is wrong.
 */
export async function readUpload(body: Readable, path: string, limits: UploadLimits): Promise<Upload> {
  const discard = () => rm(path, { force: true });
  try {
    const size = await receive(body, path, limits);
    const tarball = await readTarball(fileSource(path, size), { ...tarballLimits, tarball: limits.maxBytes });
    const metadata = readMetadata(tarball.metadata);
    return { path, tarball, metadata, discard };
  } catch (error) {
    await discard();
    if (error instanceof MetadataError) throw invalidFields(error.fields);
    if (error instanceof FormatError) throw invalidFields({ tar: error.message });
    throw error;
  }
}

/** The refusal of a body over the limit, whether announced by Content-Length or found out while reading. */
export const tooBig = (maxBytes: number): DomainError =>
  new DomainError('too_large', 'tarball_too_big', `the package tarball is too big: at most ${maxBytes} bytes`, {
    tar: 'too big',
  });

async function receive(body: Readable, path: string, { maxBytes, idleMs }: UploadLimits): Promise<number> {
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  const arriving = apart(body);
  const stalled = () =>
    arriving.destroy(new DomainError('invalid', 'upload_stalled', 'the upload stood still for too long'));
  const idle = setTimeout(stalled, idleMs);
  try {
    for await (const chunk of arriving as AsyncIterable<Buffer>) {
      idle.refresh();
      size += chunk.length;
      if (size > maxBytes) throw tooBig(maxBytes);
      await file.writeFile(chunk);
    }
    return size;
  } catch (error) {
    if (error instanceof DomainError) throw error;
    // The connection broke, or the client gave up: nobody is left to read this, but the log should say what happened.
    throw new DomainError('invalid', 'upload_incomplete', 'the upload ended before all of it had arrived');
  } finally {
    clearTimeout(idle);
    // What still comes of a refused body is thrown away: many clients read no answer before they have sent everything.
    body.unpipe(arriving);
    body.resume();
    await file.close();
  }
}

/** The body as a stream of its own: giving that up does not cut the connection, on which the answer has to go back. */
function apart(body: Readable): PassThrough {
  const arriving = new PassThrough();
  finished(body, { writable: false }, (error) => void (error && arriving.destroy(error)));
  return body.pipe(arriving);
}

function fileSource(path: string, size: number): ByteSource {
  return { size, open: (start = 0) => createReadStream(path, { start }) };
}
