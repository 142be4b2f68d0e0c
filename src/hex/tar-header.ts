import { invalidTar, unsupportedType } from './tar-faults.js';

/** One 512-byte header block. `pax`, `long-name` and `long-link` carry fields of the entry that follows them. */
export interface TarHeader {
  type: 'file' | 'directory' | 'symlink' | 'pax' | 'long-name' | 'long-link';
  path: string;
  linkTarget: string;
  size: number;
}

export const BLOCK = 512;

const TYPES: Record<string, TarHeader['type']> = {
  '0': 'file',
  '\0': 'file',
  '2': 'symlink',
  '5': 'directory',
  x: 'pax',
  L: 'long-name',
  K: 'long-link',
};

const REFUSED: Record<string, string> = {
  '1': 'hard link',
  '3': 'character device',
  '4': 'block device',
  '6': 'fifo',
  '7': 'contiguous file',
  S: 'sparse file',
  g: 'global header',
};

/** Mode, owner, group and time. */
const UNUSED_NUMBERS = [
  [100, 8],
  [108, 8],
  [116, 8],
  [136, 12],
] as const;

/** Names of owner and group. */
const UNUSED_NAMES = [265, 297];

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a ustar or GNU header. Everything erl_tar interprets must be well-formed, also what we do not need (owner, mode),
 * because a client that cannot read the package is worse than a refused publish. What tar readers are known to read
 * differently (signed checksums, the star prefix, old headers without a magic) is refused.
 */
export function parseHeader(block: Uint8Array, archive: string): TarHeader {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
  const prefix = checkFormat(bytes, archive);
  const name = field(bytes, 0, 100, archive);
  const path = prefix && name ? `${prefix}/${name}` : prefix || name;
  for (const [offset, length] of UNUSED_NUMBERS) checkNumber(bytes, offset, length, archive);
  for (const offset of UNUSED_NAMES) field(bytes, offset, 32, archive);
  const size = octal(bytes.toString('latin1', 124, 136), archive);
  const type = typeOf(bytes, path, archive);
  if (size > 0 && (type === 'directory' || type === 'symlink')) throw invalidTar(archive, `a ${type} has a body`);
  return { type, path, linkTarget: field(bytes, 157, 100, archive), size };
}

/** Text up to the first NUL. */
export function decodeText(bytes: Uint8Array, archive: string): string {
  const end = bytes.indexOf(0);
  try {
    return utf8.decode(end === -1 ? bytes : bytes.subarray(0, end));
  } catch {
    throw invalidTar(archive, 'a name is not valid UTF-8');
  }
}

const field = (block: Buffer, offset: number, length: number, archive: string) =>
  decodeText(block.subarray(offset, offset + length), archive);

/** Returns the path prefix, which only ustar has. */
function checkFormat(block: Buffer, archive: string): string {
  const magic = block.toString('latin1', 257, 265);
  const isUstar = magic === 'ustar\x0000';
  if (!isUstar && magic !== 'ustar  \0') throw invalidTar(archive, 'it is not a ustar archive');
  if (octal(block.toString('latin1', 148, 156), archive) !== checksum(block)) {
    throw invalidTar(archive, 'a header checksum is wrong');
  }
  // Bytes here make erl_tar take the block for "star", whose prefix is 24 bytes shorter.
  if (isUstar && block.subarray(500).some((byte) => byte !== 0)) throw invalidTar(archive, 'a header is malformed');
  return isUstar ? field(block, 345, 155, archive) : '';
}

/** The sum of all bytes, those of the checksum itself counted as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum;
}

function typeOf(block: Buffer, path: string, archive: string): TarHeader['type'] {
  const flag = block.toString('latin1', 156, 157);
  const type = TYPES[flag];
  if (!type) throw unsupportedType(archive, path, REFUSED[flag] ?? `type ${JSON.stringify(flag)}`);
  return type;
}

/** Octal, or base 256 where octal is too short: a byte 0x80, then the number, of which seven bytes are plenty. */
function checkNumber(block: Buffer, offset: number, length: number, archive: string): void {
  const field = block.subarray(offset, offset + length);
  const isBase256 = field[0] === 0x80 && field.subarray(1, length - 7).every((byte) => byte === 0);
  if (!isBase256) octal(field.toString('latin1'), archive);
}

function octal(text: string, archive: string): number {
  const digits = /^ *([0-7]*)[ \0]*$/.exec(text)?.[1];
  if (digits === undefined) throw invalidTar(archive, 'a number in a header is malformed');
  return digits === '' ? 0 : parseInt(digits, 8);
}
