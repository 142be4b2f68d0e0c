import { createHash } from 'node:crypto';
import { type ByteSource, sliceSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import { type ReadmeFile, readmeRank, readReadme } from './readme.js';
import { printable } from './tar-faults.js';
import { readContents } from './tarball-contents.js';
import { type TarballLimits, tarballLimits } from './tarball-limits.js';
import { readParts, type TarballParts } from './tarball-parts.js';

export interface Tarball {
  /** metadata.config as it was uploaded. */
  metadata: Uint8Array;
  /** SHA-256 over VERSION, metadata.config and contents.tar.gz, in this order wherever they stand in the file. */
  innerChecksum: Buffer;
  /** SHA-256 over the whole file; what clients and lock files know a release by. */
  outerChecksum: Buffer;
  size: number;
  contents: {
    /** Regular files. */
    files: number;
    /** Sum of their sizes in bytes. */
    uncompressedSize: number;
    /** Names of the regular files that are in no directory; build tools are told by them. */
    rootFiles: string[];
  };
  /** What the package introduces itself with, where it does. */
  readme: ReadmeFile | undefined;
}

/**
 * Checks a package tarball of version 3 from its first to its last byte and tells what is in it. Nothing is unpacked and
 * no more than metadata.config and a readme is held in memory. Every fault is a FormatError.
 *
 * The source is read three times: the outer archive, the inner checksum (which may need bytes from the end first), the
 * contents. So a damaged upload is reported as a wrong checksum and not as whatever the damage happens to look like.
 */
export async function readTarball(source: ByteSource, limits: TarballLimits = tarballLimits): Promise<Tarball> {
  const parts = await readParts(source, limits);
  checkVersion(parts.version);
  const contents = sliceSource(source, parts.contents.offset, parts.contents.size);
  const innerChecksum = await checkInnerChecksum(parts, contents);
  return {
    metadata: parts.metadata,
    innerChecksum,
    outerChecksum: parts.outerChecksum,
    size: source.size,
    ...(await survey(contents, limits)),
  };
}

function checkVersion(bytes: Buffer): void {
  const version = bytes.toString('latin1');
  if (version !== '3') throw new FormatError('unsupported_version', `unsupported version: "${printable(version)}"`);
}

async function checkInnerChecksum(parts: TarballParts, contents: ByteSource): Promise<Buffer> {
  const expected = parts.checksum.toString('latin1');
  if (!/^[0-9a-f]{64}$/i.test(expected)) {
    throw new FormatError('invalid_checksum', 'invalid checksum: CHECKSUM is not 64 hexadecimal digits');
  }
  const hash = createHash('sha256').update(parts.version).update(parts.metadata);
  for await (const chunk of contents.open()) hash.update(chunk);
  const actual = hash.digest();
  if (actual.toString('hex') !== expected.toLowerCase()) {
    throw new FormatError('invalid_checksum', 'invalid checksum: CHECKSUM does not match the files of the tarball');
  }
  return actual;
}

async function survey(source: ByteSource, limits: TarballLimits): Promise<Pick<Tarball, 'contents' | 'readme'>> {
  const contents: Tarball['contents'] = { files: 0, uncompressedSize: 0, rootFiles: [] };
  let best: { rank: number; readme: ReadmeFile } | undefined;
  for await (const entry of readContents(source, limits)) {
    if (entry.type !== 'file') continue;
    contents.files += 1;
    contents.uncompressedSize += entry.size;
    if (!entry.path.includes('/')) contents.rootFiles.push(entry.path);
    const rank = readmeRank(entry.path);
    if (rank === null || rank >= (best?.rank ?? Infinity)) continue;
    const readme = await readReadme(entry);
    if (readme !== undefined) best = { rank, readme };
  }
  return { contents, readme: best?.readme };
}
