import { rm } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { FormatError } from '../../hex/format-error.js';
import { MetadataError } from '../../hex/metadata-errors.js';
import { readMetadata, type PackageMetadata } from '../../hex/metadata.js';
import { readTarball, type Tarball } from '../../hex/tarball.js';
import { tarballLimits } from '../../hex/tarball-limits.js';
import { DomainError, invalidFields } from '../../platform/errors.js';
import { fileSource, receive } from './receive-body.js';

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
    const size = await receive(body, path, { ...limits, tooBig: () => tooBig(limits.maxBytes) });
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
