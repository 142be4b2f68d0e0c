import { Buffer, isUtf8 } from 'node:buffer';
import { ErlangText } from './erlang-text.js';
import { FormatError } from './format-error.js';

/**
 * A term read from text. A binary is a string if its bytes are UTF-8, else a Uint8Array; an integer is a number while
 * exact, else a bigint; a list is an array; a string "abc" is what it is in Erlang, a list of code points.
 */
export type ErlangTerm = string | Uint8Array | number | bigint | ErlangAtom | ErlangTuple | ErlangMap | ErlangTerm[];

export class ErlangAtom {
  constructor(readonly name: string) {}
}

export class ErlangTuple {
  constructor(readonly elements: readonly ErlangTerm[]) {}
}

/** Pairs in the order of the text; a key may occur more than once. */
export class ErlangMap {
  constructor(readonly entries: readonly (readonly [ErlangTerm, ErlangTerm])[]) {}
}

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 100_000;
const MAX_DIGITS = 1000;

/**
 * Reads the terms of a text like metadata.config, each ended by a dot. The grammar is the one Hex clients read (hex_core's
 * scanner), so what passes here can be unpacked there: no comments, no floats, no `$a`, no `16#FF`, no variables. Where
 * they cut bytes off in silence (`<<300>>`, `<<"Ć">>`) this refuses. At most 1 MiB, 64 levels and 100,000 elements; bytes
 * that are not UTF-8 are taken as Latin-1. Throws FormatError('erlang_terms') with the line.
 */
export function parseErlangTerms(bytes: Uint8Array): ErlangTerm[] {
  if (bytes.length > MAX_BYTES) throw new FormatError('erlang_terms', `must be at most ${MAX_BYTES} bytes`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parser = new Parser(new ErlangText(buffer.toString(isUtf8(buffer) ? 'utf8' : 'latin1')));
  return parser.terms();
}

class Parser {
  private depth = 0;
  private elements = 0;

  constructor(private readonly text: ErlangText) {}

  terms(): ErlangTerm[] {
    const terms: ErlangTerm[] = [];
    while (!this.text.atEnd()) {
      terms.push(this.term());
      this.text.expect('.');
    }
    return terms;
  }

  private term(): ErlangTerm {
    if (++this.elements > MAX_ELEMENTS) this.text.fail(`more than ${MAX_ELEMENTS} elements`);
    if (this.text.accept('<<')) return this.binary();
    if (this.text.accept('[')) return this.nested(']', () => this.term());
    if (this.text.accept('{')) return new ErlangTuple(this.nested('}', () => this.term()));
    if (this.text.accept('#')) return this.map();
    if (this.text.looksAt(/["]/y)) return Array.from(this.strings(), (char) => char.codePointAt(0) ?? 0);
    if (this.text.looksAt(/['a-z]/y)) return new ErlangAtom(this.text.atom());
    return this.integer();
  }

  private map(): ErlangMap {
    this.text.expect('{');
    const entry = (): readonly [ErlangTerm, ErlangTerm] => {
      const key = this.term();
      this.text.expect('=>');
      return [key, this.term()];
    };
    return new ErlangMap(this.nested('}', entry));
  }

  private nested<T>(closing: string, element: () => T): T[] {
    if (++this.depth > MAX_DEPTH) this.text.fail(`nested more than ${MAX_DEPTH} levels deep`);
    const elements: T[] = [];
    if (!this.text.accept(closing)) {
      do elements.push(element());
      while (this.text.accept(','));
      this.text.expect(closing);
    }
    this.depth--;
    return elements;
  }

  private binary(): string | Uint8Array {
    const segments: Buffer[] = [];
    if (!this.text.accept('>>')) {
      do segments.push(this.segment());
      while (this.text.accept(','));
      this.text.expect('>>');
    }
    const bytes = segments.length === 1 && segments[0] ? segments[0] : Buffer.concat(segments);
    return isUtf8(bytes) ? bytes.toString('utf8') : Uint8Array.from(bytes);
  }

  /** `"text"` or a number, each a sequence of bytes, or of code points if `/utf8` follows. */
  private segment(): Buffer {
    const isString = this.text.looksAt(/["]/y);
    const value = isString ? this.strings() : this.codePoint();
    if (this.text.accept('/')) {
      if (this.text.atom() !== 'utf8') this.text.fail('the only type a binary may have is utf8');
      return Buffer.from(value, 'utf8');
    }
    if (/[\u0100-\uffff]/.test(value)) this.text.fail('a binary holds a number above 255: write it with /utf8');
    return Buffer.from(value, 'latin1');
  }

  private codePoint(): string {
    const number = this.integer();
    const isValid = number >= 0 && number <= 0x10ffff && !(number >= 0xd800 && number <= 0xdfff);
    if (!isValid) this.text.fail(`${number} cannot be part of a binary`);
    return String.fromCodePoint(Number(number));
  }

  /** One string, or several side by side, which are one. */
  private strings(): string {
    let value = '';
    while (this.text.looksAt(/["]/y)) value += this.text.quoted('"');
    return value;
  }

  private integer(): number | bigint {
    const isNegative = this.text.accept('-');
    if (!isNegative) this.text.accept('+');
    const digits = this.text.digits();
    if (digits.length > MAX_DIGITS) this.text.fail(`an integer has more than ${MAX_DIGITS} digits`);
    const number = Number(digits);
    if (Number.isSafeInteger(number)) return isNegative ? 0 - number : number;
    return isNegative ? -BigInt(digits) : BigInt(digits);
  }
}
