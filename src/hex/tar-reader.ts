import { ByteReader } from './byte-reader.js';
import { invalidTar, tooManyFiles, truncated } from './tar-faults.js';
import { BLOCK, decodeText, parseHeader, type TarHeader } from './tar-header.js';
import { parsePax } from './tar-pax.js';

export interface TarEntry {
  type: 'file' | 'directory' | 'symlink';
  /** As written in the archive: valid UTF-8 without NUL, but not yet checked for where it leads. */
  path: string;
  /** Of a symlink; empty otherwise. */
  linkTarget: string;
  size: number;
  /** Where the body begins, counted from the start of the archive. */
  offset: number;
  /** The bytes of a file. May be read once, before the next entry is asked for; what is left unread is skipped. */
  body: () => AsyncIterable<Uint8Array>;
}

/** What the archive is called in messages, and how many entries it may have. */
export interface TarRules {
  archive: string;
  entries: number;
}

/** More than any path needs; an erl_tar pax header is a few hundred bytes. */
const MAX_EXTRA_HEADER = 64 * 1024;

/**
 * Walks through an uncompressed tar archive as a stream.
 *
 * Our own reader, because modern-tar 0.8.6 hides what has to be refused here: it shows sparse files and unknown types as
 * regular files, replaces invalid UTF-8, skips malformed pax records, lets a pax size override the header's without
 * showing either, and applies global headers that Hex clients ignore. Anything two readers could understand differently
 * is an error (after the crates.io rules), and the archive must end with two zero blocks and nothing but zeros.
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>, rules: TarRules): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(bytes);
  try {
    let count = 0;
    for (let entry = await nextEntry(reader, rules); entry; entry = await nextEntry(reader, rules)) {
      if (++count > rules.entries) throw tooManyFiles(rules.archive, rules.entries);
      yield entry;
      await skipBody(reader, entry, rules);
    }
    await checkEnd(reader, rules.archive);
  } finally {
    await reader.close();
  }
}

async function nextEntry(reader: ByteReader, { archive }: TarRules): Promise<TarEntry | undefined> {
  const extra: ExtraHeaders = {};
  for (;;) {
    const block = await readExactly(reader, BLOCK, archive);
    if (isZero(block)) {
      if (Object.keys(extra).length > 0) throw invalidTar(archive, 'an extended header is not followed by a file');
      return undefined;
    }
    const header = parseHeader(block, archive);
    if (isEntry(header)) return toEntry(reader, merge(header, extra, archive), archive);
    await readExtra(reader, header, extra, archive);
  }
}

type EntryHeader = TarHeader & { type: TarEntry['type'] };

const isEntry = (header: TarHeader): header is EntryHeader =>
  header.type === 'file' || header.type === 'directory' || header.type === 'symlink';

interface ExtraHeaders {
  pax?: Map<string, string>;
  'long-name'?: string;
  'long-link'?: string;
}

async function readExtra(reader: ByteReader, header: TarHeader, extra: ExtraHeaders, archive: string): Promise<void> {
  if (header.size > MAX_EXTRA_HEADER) throw invalidTar(archive, 'an extended header is too big');
  if (header.type in extra) throw invalidTar(archive, 'a file has two extended headers of one kind');
  const padded = await readExactly(reader, roundUp(header.size), archive);
  const body = padded.subarray(0, header.size);
  if (header.type === 'pax') extra.pax = parsePax(body, archive);
  else extra[header.type as 'long-name' | 'long-link'] = longText(body, archive);
}

/** A GNU long name ends with a NUL; text after one would be seen by some readers only. */
function longText(body: Uint8Array, archive: string): string {
  const text = decodeText(body, archive);
  const end = body.indexOf(0);
  if (text === '' || (end !== -1 && !isZero(body.subarray(end)))) throw invalidTar(archive, 'a long name is malformed');
  return text;
}

function merge(header: EntryHeader, extra: ExtraHeaders, archive: string): EntryHeader {
  const size = extra.pax?.get('size');
  if (size !== undefined && size !== String(header.size)) {
    throw invalidTar(archive, 'a pax header disagrees with the size of its file');
  }
  const path = oneOf(extra['long-name'], extra.pax?.get('path'), archive) ?? header.path;
  const linkTarget = oneOf(extra['long-link'], extra.pax?.get('linkpath'), archive) ?? header.linkTarget;
  return { ...header, path, linkTarget: header.type === 'symlink' ? linkTarget : '' };
}

function oneOf(gnu: string | undefined, pax: string | undefined, archive: string): string | undefined {
  if (gnu !== undefined && pax !== undefined) throw invalidTar(archive, 'a file has two long names');
  return gnu ?? pax;
}

function toEntry(reader: ByteReader, header: EntryHeader, archive: string): TarEntry {
  const offset = reader.position;
  return {
    ...header,
    offset,
    async *body() {
      yield* reader.stream(offset + header.size - reader.position);
      if (reader.position < offset + header.size) throw truncated(archive);
    },
  };
}

async function skipBody(reader: ByteReader, { offset, size }: TarEntry, { archive }: TarRules): Promise<void> {
  const end = offset + roundUp(size);
  for await (const _ of reader.stream(end - reader.position));
  if (reader.position < end) throw truncated(archive);
}

/** Called behind the first zero block. */
async function checkEnd(reader: ByteReader, archive: string): Promise<void> {
  if (!isZero(await readExactly(reader, BLOCK, archive))) throw invalidTar(archive, 'its end is malformed');
  for await (const piece of reader.stream(Infinity)) {
    if (!isZero(piece)) throw invalidTar(archive, 'there is data behind its end');
  }
  if (reader.position % BLOCK !== 0) throw truncated(archive);
}

async function readExactly(reader: ByteReader, size: number, archive: string): Promise<Uint8Array> {
  const bytes = await reader.read(size);
  if (bytes.length < size) throw truncated(archive);
  return bytes;
}

const roundUp = (size: number) => Math.ceil(size / BLOCK) * BLOCK;

const ZEROS = Buffer.alloc(64 * 1024);

/** By memcmp, since an archive may legally end with a hundred mebibytes of them. */
function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const piece = bytes.subarray(at, at + ZEROS.length);
    if (ZEROS.compare(piece, 0, piece.length, 0, piece.length) !== 0) return false;
  }
  return true;
}
