// Builds tar archives and package tarballs byte by byte, so that specs can make what no honest tool would.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

export interface RawEntry {
  name?: string | Buffer;
  /** The type flag; '0' is a file. */
  type?: string;
  body?: string | Buffer;
  /** The size the header claims, if it is to lie. */
  size?: number;
  link?: string | Buffer;
  prefix?: string;
  /** Eight bytes: magic and version. */
  magic?: string;
  /** Changes the header before its checksum is made. */
  patch?: (header: Buffer) => void;
  /** The checksum the header claims, if it is to lie. */
  checksum?: number;
}

export const USTAR = 'ustar\x0000';
export const GNU = 'ustar  \0';

/** Archive bytes: the entries one after the other, then the end (two zero blocks unless told). */
export function tar(entries: RawEntry[], end: Buffer = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...entries.flatMap((entry) => [header(entry), padded(entry.body ?? '')]), end]);
}

export function header(entry: RawEntry): Buffer {
  const block = Buffer.alloc(512);
  put(block, 0, entry.name ?? 'file');
  put(block, 100, '0000644\0');
  put(block, 108, '0000000\0');
  put(block, 116, '0000000\0');
  put(block, 124, octal(entry.size ?? Buffer.byteLength(entry.body ?? ''), 11));
  put(block, 136, octal(946684800, 11));
  put(block, 156, entry.type ?? '0');
  put(block, 157, entry.link ?? '');
  put(block, 257, entry.magic ?? USTAR);
  put(block, 345, entry.prefix ?? '');
  entry.patch?.(block);
  return withChecksum(block, entry.checksum);
}

/** Writes the sum a header must carry into it. */
export function withChecksum(block: Buffer, checksum?: number): Buffer {
  block.fill(' ', 148, 156);
  put(block, 148, octal(checksum ?? block.reduce((sum, byte) => sum + byte, 0), 7));
  return block;
}

/** A pax header for the entry behind it, of records that need not be well-formed. */
export const pax = (...records: (string | Buffer)[]): RawEntry => ({
  name: 'PaxHeaders.0/x',
  type: 'x',
  body: Buffer.concat(records.map((record) => Buffer.from(record as string))),
});

/** One well-formed pax record. */
export function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

export const longName = (name: string): RawEntry => ({
  name: '././@LongLink',
  type: 'L',
  magic: GNU,
  body: `${name}\0`,
});
export const longLink = (name: string): RawEntry => ({
  name: '././@LongLink',
  type: 'K',
  magic: GNU,
  body: `${name}\0`,
});
export const symlink = (name: string, link: string): RawEntry => ({ name, type: '2', link });
export const directory = (name: string): RawEntry => ({ name, type: '5' });

export const METADATA = '{<<"name">>,<<"comb">>}.\n{<<"version">>,<<"1.0.0">>}.\n';

export interface Parts {
  VERSION?: string;
  CHECKSUM?: string;
  'metadata.config'?: string | Buffer;
  'contents.tar.gz'?: Buffer;
}

/** The four entries of a package tarball; CHECKSUM fits the others unless it is given. */
export function parts(given: Parts = {}): Record<keyof Parts, RawEntry> {
  const version = given.VERSION ?? '3';
  const metadata = Buffer.from((given['metadata.config'] ?? METADATA) as string);
  const contents = given['contents.tar.gz'] ?? gzipSync(tar([{ name: 'mix.exs', body: 'mix' }]));
  const checksum = createHash('sha256').update(version).update(metadata).update(contents).digest('hex').toUpperCase();
  return {
    VERSION: { name: 'VERSION', body: version },
    CHECKSUM: { name: 'CHECKSUM', body: given.CHECKSUM ?? checksum },
    'metadata.config': { name: 'metadata.config', body: metadata },
    'contents.tar.gz': { name: 'contents.tar.gz', body: contents },
  };
}

export const tarball = (given: Parts = {}): Buffer => tar(Object.values(parts(given)));

/** A package tarball whose contents are these entries. */
export const tarballOf = (...entries: RawEntry[]): Buffer => tarball({ 'contents.tar.gz': gzipSync(tar(entries)) });

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;

function put(block: Buffer, offset: number, text: string | Buffer): void {
  Buffer.from(text as string).copy(block, offset);
}

function padded(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)]);
}
