import { Buffer } from 'node:buffer';
import { ETF_VERSION, Tag } from './etf-tags.js';

const MAX_DEPTH = 64;
const NIL = Buffer.from([Tag.NIL]);

/**
 * Writes a plain value as a term that every Hex client reads: they decode with `safe`, so a single atom beyond true,
 * false and nil would make them drop the whole response.
 *
 * | here                  | Erlang                                                          |
 * | --------------------- | --------------------------------------------------------------- |
 * | object                | map with binary keys, in the order of the keys                  |
 * | string                | binary, UTF-8                                                   |
 * | number, bigint        | integer if it is a safe integer or a bigint, else float         |
 * | true, false           | true, false                                                     |
 * | null, undefined       | nil                                                             |
 * | array                 | list, never a STRING                                            |
 * | Date                  | binary, ISO 8601 in UTC with milliseconds                       |
 * | Uint8Array            | binary                                                          |
 *
 * Anything else (functions, symbols, NaN, class instances, cycles) is our own mistake: TypeError.
 */
export function encodeEtf(value: unknown): Buffer {
  const chunks: Buffer[] = [Buffer.from([ETF_VERSION])];
  write(value, chunks, 0);
  return Buffer.concat(chunks);
}

function write(value: unknown, out: Buffer[], depth: number): void {
  if (depth > MAX_DEPTH) throw new TypeError(`a value may be nested ${MAX_DEPTH} levels deep`);
  switch (typeof value) {
    case 'string':
      return binary(Buffer.from(value, 'utf8'), out);
    case 'number':
      return number(value, out);
    case 'bigint':
      return integer(value, out);
    case 'boolean':
      return atom(String(value), out);
    case 'undefined':
      return atom('nil', out);
    case 'object':
      return object(value, out, depth);
    default:
      throw new TypeError(`a ${typeof value} has no Erlang term`);
  }
}

function object(value: object | null, out: Buffer[], depth: number): void {
  if (value === null) return atom('nil', out);
  if (Array.isArray(value)) return list(value, out, depth);
  if (value instanceof Date) return binary(Buffer.from(value.toISOString()), out);
  if (value instanceof Uint8Array) return binary(value, out);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new TypeError(`a ${value.constructor.name} has no Erlang term`);
  }
  map(Object.entries(value), out, depth);
}

function map(entries: [string, unknown][], out: Buffer[], depth: number): void {
  out.push(head(Tag.MAP, entries.length));
  for (const [key, value] of entries) {
    binary(Buffer.from(key, 'utf8'), out);
    write(value, out, depth + 1);
  }
}

function list(values: unknown[], out: Buffer[], depth: number): void {
  if (values.length > 0) out.push(head(Tag.LIST, values.length));
  for (const value of values) write(value, out, depth + 1);
  out.push(NIL);
}

function binary(bytes: Uint8Array, out: Buffer[]): void {
  out.push(head(Tag.BINARY, bytes.length), Buffer.from(bytes));
}

/** With the one tag that OTP 17 to 28 all read without a grudge. */
function atom(name: string, out: Buffer[]): void {
  out.push(Buffer.from([Tag.SMALL_ATOM_UTF8, name.length]), Buffer.from(name));
}

function number(value: number, out: Buffer[]): void {
  if (Number.isSafeInteger(value)) return integer(BigInt(value), out);
  if (!Number.isFinite(value)) throw new TypeError(`${value} has no Erlang term`);
  const float = Buffer.alloc(9, Tag.NEW_FLOAT);
  float.writeDoubleBE(value, 1);
  out.push(float);
}

function integer(value: bigint, out: Buffer[]): void {
  if (value >= 0n && value <= 0xffn) {
    out.push(Buffer.from([Tag.SMALL_INTEGER, Number(value)]));
  } else if (value >= -0x80000000n && value <= 0x7fffffffn) {
    out.push(head(Tag.INTEGER, Number(value) >>> 0));
  } else {
    big(value, out);
  }
}

function big(value: bigint, out: Buffer[]): void {
  const hex = (value < 0n ? -value : value).toString(16);
  const magnitude = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').reverse();
  if (magnitude.length > 0xff) throw new TypeError('an integer may have at most 255 bytes');
  out.push(Buffer.from([Tag.SMALL_BIG, magnitude.length, value < 0n ? 1 : 0]), magnitude);
}

/** A tag and four bytes of length (or of number: INTEGER looks alike). */
function head(tag: number, length: number): Buffer {
  const bytes = Buffer.alloc(5, tag);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
