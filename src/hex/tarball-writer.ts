import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { packTar } from 'modern-tar';

export interface TarballContents {
  /** metadata.config, in the text form of Erlang terms. */
  metadata: string;
  /** In the order they are to have; `path` is relative and uses `/`. */
  files: { path: string; bytes: Uint8Array }[];
}

const VERSION = '3';
const MTIME = new Date(Date.UTC(2000, 0, 1));

/**
 * Builds a package tarball as `mix hex.build` does: same order, times and owners, so equal input gives equal bytes (on
 * one version of Node, whose zlib decides how well it compresses). For packages we make ourselves; an uploaded tarball
 * is always kept as it came.
 */
export async function createTarball({ metadata, files }: TarballContents): Promise<Uint8Array> {
  const contents = await promisify(gzip)(await pack(files));
  const checksum = createHash('sha256').update(VERSION).update(metadata).update(contents).digest('hex');
  return pack([
    { path: 'VERSION', bytes: Buffer.from(VERSION) },
    { path: 'CHECKSUM', bytes: Buffer.from(checksum.toUpperCase()) },
    { path: 'metadata.config', bytes: Buffer.from(metadata) },
    { path: 'contents.tar.gz', bytes: contents },
  ]);
}

const pack = (files: TarballContents['files']) =>
  packTar(
    files.map(({ path, bytes }) => ({
      header: { name: path, size: bytes.length, type: 'file' as const, mode: 0o644, mtime: MTIME, uid: 0, gid: 0 },
      body: bytes,
    })),
  );
