import { EtfReader } from './etf-reader.js';
import { ETF_VERSION, REFUSED, Tag } from './etf-tags.js';
import { type EtfObject, type EtfValue } from './etf-values.js';
import { FormatError } from './format-error.js';

export interface EtfLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Terms in all, keys of maps and bytes of STRING included. */
  readonly maxElements: number;
}

const LIMITS: EtfLimits = { maxBytes: 1024 * 1024, maxDepth: 32, maxElements: 100_000 };

/**
 * Reads one term in Erlang's external format, as Hex clients send it (term_to_binary of OTP 17 and later).
 *
 * | Erlang                       | here                                                                     |
 * | ---------------------------- | ------------------------------------------------------------------------ |
 * | map                          | object without prototype; keys are binaries or atoms, unique, not `__proto__` |
 * | binary                       | string if it is UTF-8, else Uint8Array                                   |
 * | integer                      | number while exact, else bigint (up to 255 bytes)                        |
 * | float                        | number                                                                   |
 * | true, false; nil, undefined  | true, false; null                                                        |
 * | other atom                   | string; atoms that are keys keep their name, `nil` too                   |
 * | list, tuple                  | array                                                                    |
 * | string "abc" (a list of bytes) | array of numbers: nobody can tell it from a list; see `charlistText`   |
 *
 * Throws FormatError('etf') for everything else: compressed terms, funs, pids, references, ports, bit strings, improper
 * lists, truncated input, bytes after the term, more than `limits` (a STRING is a level of nesting as the list is that it
 * stands for). A count is believed only as far as bytes back it.
 */
export function decodeEtf(bytes: Uint8Array, limits: Partial<EtfLimits> = {}): EtfValue {
  const decoder = new Decoder(bytes, { ...LIMITS, ...limits });
  return decoder.document();
}

class Decoder {
  private readonly reader: EtfReader;
  private elements = 0;
  private depth = 0;

  constructor(
    bytes: Uint8Array,
    private readonly limits: EtfLimits,
  ) {
    if (bytes.length > limits.maxBytes) throw fault(`a term may have at most ${limits.maxBytes} bytes`);
    this.reader = new EtfReader(bytes);
  }

  document(): EtfValue {
    if (this.reader.uint8() !== ETF_VERSION) throw fault('not an Erlang term: the first byte must be 131');
    const value = this.term();
    if (this.reader.remaining > 0) throw fault(`${this.reader.remaining} bytes after the end of the term`);
    return value;
  }

  private term(): EtfValue {
    this.count(1);
    const tag = this.reader.uint8();
    switch (tag) {
      case Tag.SMALL_INTEGER:
        return this.reader.uint8();
      case Tag.INTEGER:
        return this.reader.int32();
      case Tag.SMALL_BIG:
        return this.reader.big(this.reader.uint8());
      case Tag.NEW_FLOAT:
        return this.reader.float();
      case Tag.BINARY:
        return this.reader.textOrBytes(this.reader.uint32());
      case Tag.NIL:
        return this.nested(() => []);
      case Tag.STRING:
        return this.bytesOfString();
      case Tag.LIST:
        return this.list();
      case Tag.SMALL_TUPLE:
        return this.several(this.reader.uint8());
      case Tag.LARGE_TUPLE:
        return this.several(this.reader.uint32());
      case Tag.MAP:
        return this.map();
      default:
        return atomValue(this.atom(tag));
    }
  }

  private atom(tag: number): string {
    switch (tag) {
      case Tag.ATOM:
        return this.reader.latin1(this.reader.uint16());
      case Tag.SMALL_ATOM:
        return this.reader.latin1(this.reader.uint8());
      case Tag.ATOM_UTF8:
        return this.reader.utf8(this.reader.uint16());
      case Tag.SMALL_ATOM_UTF8:
        return this.reader.utf8(this.reader.uint8());
      default:
        throw fault(`${REFUSED.get(tag) ?? `terms with the tag ${tag}`} are not accepted`);
    }
  }

  private bytesOfString(): number[] {
    const bytes = this.reader.take(this.reader.uint16());
    this.count(bytes.length);
    return this.nested(() => Array.from(bytes));
  }

  private list(): EtfValue[] {
    const values = this.several(this.reader.uint32());
    if (this.reader.uint8() !== Tag.NIL) throw fault('improper lists are not accepted');
    return values;
  }

  private several(length: number): EtfValue[] {
    this.reader.expect(length);
    return this.nested(() => {
      const values: EtfValue[] = [];
      for (let index = 0; index < length; index++) values.push(this.term());
      return values;
    });
  }

  private map(): EtfObject {
    const size = this.reader.uint32();
    this.reader.expect(size * 2);
    return this.nested(() => {
      const object = Object.create(null) as EtfObject;
      for (let index = 0; index < size; index++) {
        const key = this.key();
        if (key in object) throw fault(`the key ${JSON.stringify(key.slice(0, 100))} occurs twice in a map`);
        object[key] = this.term();
      }
      return object;
    });
  }

  private key(): string {
    this.count(1);
    const tag = this.reader.uint8();
    if (tag !== Tag.BINARY && !isAtomTag(tag)) throw fault('the keys of a map must be strings');
    const key = tag === Tag.BINARY ? this.reader.utf8(this.reader.uint32()) : this.atom(tag);
    if (key === '__proto__') throw fault('"__proto__" is not accepted as a key');
    return key;
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > this.limits.maxDepth) throw fault(`terms may be nested ${this.limits.maxDepth} levels deep`);
    const value = read();
    this.depth--;
    return value;
  }

  private count(more: number): void {
    this.elements += more;
    if (this.elements > this.limits.maxElements) {
      throw fault(`a term may have at most ${this.limits.maxElements} elements`);
    }
  }
}

function isAtomTag(tag: number): boolean {
  return tag === Tag.ATOM || tag === Tag.SMALL_ATOM || tag === Tag.ATOM_UTF8 || tag === Tag.SMALL_ATOM_UTF8;
}

function atomValue(name: string): string | boolean | null {
  if (name === 'true') return true;
  if (name === 'false') return false;
  return name === 'nil' || name === 'undefined' ? null : name;
}

function fault(message: string): FormatError {
  return new FormatError('etf', message);
}
