import { Buffer, isUtf8 } from 'node:buffer';
import { FormatError } from './format-error.js';

/** Takes numbers and texts off the front of some bytes; throws FormatError('etf') when they run out. */
export class EtfReader {
  private readonly buffer: Buffer;
  private position = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.buffer.length - this.position;
  }

  /** Refuses to go on unless `length` more bytes are there; to be asked before anything is built from a count. */
  expect(length: number): void {
    if (length > this.remaining) {
      throw new FormatError('etf', `the term is cut off: ${length} more bytes expected, ${this.remaining} left`);
    }
  }

  take(length: number): Buffer {
    this.expect(length);
    const start = this.position;
    this.position += length;
    return this.buffer.subarray(start, this.position);
  }

  uint8(): number {
    return this.take(1).readUInt8();
  }

  uint16(): number {
    return this.take(2).readUInt16BE();
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  int32(): number {
    return this.take(4).readInt32BE();
  }

  /** The payload of NEW_FLOAT. Erlang has no NaN and no infinities, so neither comes from a client. */
  float(): number {
    const number = this.take(8).readDoubleBE();
    if (!Number.isFinite(number)) throw new FormatError('etf', 'a float must be finite');
    return number;
  }

  /** The payload of SMALL_BIG: a sign, then `length` bytes, least significant first. */
  big(length: number): number | bigint {
    const isNegative = this.uint8() !== 0;
    const digits = Buffer.from(this.take(length)).reverse().toString('hex');
    const magnitude = BigInt(`0x0${digits}`);
    const value = isNegative ? -magnitude : magnitude;
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  latin1(length: number): string {
    return this.take(length).toString('latin1');
  }

  utf8(length: number): string {
    const bytes = this.take(length);
    if (!isUtf8(bytes)) throw new FormatError('etf', 'atoms and keys must be valid UTF-8');
    return bytes.toString('utf8');
  }

  /** Bytes that are not text are copied, so that they do not keep the whole request alive. */
  textOrBytes(length: number): string | Uint8Array {
    const bytes = this.take(length);
    return isUtf8(bytes) ? bytes.toString('utf8') : Uint8Array.from(bytes);
  }
}
