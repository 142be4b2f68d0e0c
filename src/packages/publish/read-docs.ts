import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { type ByteSource } from '../../hex/byte-source.js';
import { checkDocs, docsLimits } from '../../hex/docs-tarball.js';
import { FormatError } from '../../hex/format-error.js';
import { type DomainError, invalidFields } from '../../platform/errors.js';
import { fileSource, receive } from './receive-body.js';

/** A documentation tarball that has arrived whole and is well formed, waiting in a temporary file. */
export interface DocsUpload {
  readonly path: string;
  readonly size: number;
  /** SHA-256. */
  readonly checksum: Buffer;
  /** Removes the file; whoever opened the upload calls it in the end. */
  discard(): Promise<void>;
}

export const MAX_DOCS_BYTES = docsLimits.tarball;

/** Receives a body into the file `path` and checks it from there; the file is gone again when anything is wrong. */
export async function readDocs(body: Readable, path: string, idleMs: number): Promise<DocsUpload> {
  const discard = () => rm(path, { force: true });
  try {
    const size = await receive(body, path, { maxBytes: MAX_DOCS_BYTES, idleMs, tooBig: docsTooBig });
    const source = fileSource(path, size);
    await checkDocs(source);
    return { path, size, checksum: await checksumOf(source), discard };
  } catch (error) {
    await discard();
    if (!(error instanceof FormatError)) throw error;
    throw invalidFields({ tar: error.code === 'contents_too_big' ? 'too big (uncompressed)' : error.message });
  }
}

/** hex.pm refuses it so, not by 413. */
export const docsTooBig = (): DomainError => invalidFields({ tar: 'too big' });

async function checksumOf(source: ByteSource): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of source.open()) hash.update(chunk);
  return hash.digest();
}
