import { createHash, type Hash } from 'node:crypto';
import { type ByteSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import { duplicateFile, invalidTar, unsafePath, unsupportedType } from './tar-faults.js';
import { readTar, type TarEntry } from './tar-reader.js';
import { type TarballLimits } from './tarball-limits.js';

/** The four files of a tarball: three small ones in memory, and where the fourth lies. */
export interface TarballParts {
  version: Buffer;
  checksum: Buffer;
  metadata: Buffer;
  contents: { offset: number; size: number };
  outerChecksum: Buffer;
}

const NAMES = ['VERSION', 'CHECKSUM', 'metadata.config', 'contents.tar.gz'] as const;

type PartName = (typeof NAMES)[number];

interface Part {
  /** Empty for contents.tar.gz, which is read where it lies. */
  body: Buffer;
  offset: number;
  size: number;
}

type Found = Partial<Record<PartName, Part>>;

/**
 * Reads the outer archive in one go, in whatever order its files stand. Files of other names are tolerated, as clients
 * do, but only plain ones: hex_core unpacks them to disk, where `./VERSION` or `version` would replace VERSION.
 */
export async function readParts(source: ByteSource, limits: TarballLimits): Promise<TarballParts> {
  if (source.size > limits.tarball) throw tooBig(source.size, limits.tarball);
  const hash = createHash('sha256');
  const found = await findParts(hashed(source, hash), limits);
  const { VERSION: version, CHECKSUM: checksum, 'metadata.config': metadata, 'contents.tar.gz': contents } = found;
  if (!version || !checksum || !metadata || !contents) throw missingFiles(found);
  const outerChecksum = hash.digest();
  return { version: version.body, checksum: checksum.body, metadata: metadata.body, contents, outerChecksum };
}

async function findParts(bytes: AsyncIterable<Uint8Array>, limits: TarballLimits): Promise<Found> {
  const found: Found = {};
  const seen = new Set<string>();
  for await (const entry of readTar(bytes, { archive: 'tarball', entries: NAMES.length + limits.extraFiles })) {
    checkEntry(entry, seen);
    const name = NAMES.find((known) => known === entry.path);
    if (name) found[name] = await readPart(name, entry, limits);
  }
  return found;
}

function checkEntry({ type, path }: TarEntry, seen: Set<string>): void {
  if (type !== 'file') throw unsupportedType('tarball', path, type);
  if (!/^(?!\.\.?$)[\w.-]+$/.test(path)) throw unsafePath('tarball', path, 'only plain file names are allowed');
  if (seen.has(path.toLowerCase())) throw duplicateFile('tarball', path);
  seen.add(path.toLowerCase());
}

async function readPart(name: PartName, entry: TarEntry, limits: TarballLimits): Promise<Part> {
  const { offset, size } = entry;
  if (name === 'contents.tar.gz') return { body: Buffer.alloc(0), offset, size };
  const limit = { VERSION: limits.version, CHECKSUM: limits.checksum, 'metadata.config': limits.metadata }[name];
  if (size > limit) throw fileTooBig(name, size, limit);
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.body()) chunks.push(chunk);
  return { body: Buffer.concat(chunks), offset, size };
}

/** Passes the whole file through, counting: a source may turn out longer or shorter than it said. */
async function* hashed(source: ByteSource, hash: Hash): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source.open()) {
    if (size === 0) refuseGzip(chunk);
    size += chunk.length;
    if (size > source.size) break;
    hash.update(chunk);
    yield chunk;
  }
  if (size !== source.size) throw wrongSize(size, source.size);
}

function refuseGzip(start: Uint8Array): void {
  if (start[0] !== 0x1f || start[1] !== 0x8b) return;
  throw invalidTar('tarball', 'it is gzip-compressed, a plain tar is expected');
}

const tooBig = (size: number, limit: number) =>
  new FormatError('tarball_too_big', `too big: the tarball has ${size} bytes, at most ${limit} are allowed`);

const fileTooBig = (name: string, size: number, limit: number) =>
  new FormatError('file_too_big', `file too big: ${name} has ${size} bytes, at most ${limit} are allowed`);

const wrongSize = (size: number, announced: number) =>
  new FormatError('truncated', `invalid tarball: it has ${size} bytes instead of the announced ${announced}`);

const missingFiles = (found: Found) =>
  new FormatError('missing_files', `missing files: ${NAMES.filter((name) => !found[name]).join(', ')}`);
