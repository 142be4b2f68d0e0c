import { FormatError } from './format-error.js';

const DIGITS = /[0-9]+/y;
const ATOM = /[a-z][A-Za-z0-9_@]*/y;
const FRACTION = /\.[0-9]/y;
const ESCAPE = /\\(?:([0-7]{3})|\^([^])|([^]))/gu;
const CONTROL: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  b: '\b',
  f: '\f',
  e: '\x1b',
  s: ' ',
  d: '\x7f',
};

/** A text of Erlang terms and a place in it. Every reader skips white space first and moves on by what it took. */
export class ErlangText {
  private position = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.skipSpace();
    return this.position === this.text.length;
  }

  /** `pattern` has to be sticky. */
  looksAt(pattern: RegExp): boolean {
    this.skipSpace();
    pattern.lastIndex = this.position;
    return pattern.test(this.text);
  }

  accept(sign: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(sign, this.position)) return false;
    this.position += sign.length;
    return true;
  }

  expect(sign: string): void {
    if (!this.accept(sign)) this.failHere(`"${sign}"`);
  }

  digits(): string {
    const digits = this.take(DIGITS) ?? this.failHere('a term');
    if (this.looksAt(FRACTION)) this.fail('floats are not supported');
    return digits;
  }

  atom(): string {
    if (this.looksAt(/'/y)) return this.quoted("'");
    return this.take(ATOM) ?? this.failHere('an atom');
  }

  /** The inside of a string or a quoted atom, escapes resolved. */
  quoted(quote: string): string {
    const start = this.position + 1;
    let end = start;
    while (end < this.text.length && this.text[end] !== quote) end += this.text[end] === '\\' ? 2 : 1;
    if (end >= this.text.length) this.fail(`${quote} is never closed`);
    // The clients' scanner takes the longest match, and to it "a\\" may go on: a backslash, then an escaped quote; "\^"
    // likewise. Such a package could be published but never fetched.
    const raw = this.text.slice(start, end);
    if (/\\\^?$/.test(raw)) this.fail('Hex clients cannot read a text that ends with \\ or \\^');
    this.position = end + 1;
    return unescape(raw);
  }

  fail(message: string): never {
    const line = this.text.slice(0, this.position).split('\n').length;
    throw new FormatError('erlang_terms', `line ${line}: ${message}`);
  }

  private failHere(wanted: string): never {
    this.skipSpace();
    const char = this.text.codePointAt(this.position);
    if (char === undefined) this.fail(`expected ${wanted}, the text ends`);
    if (char === 0x25) this.fail('comments are not supported');
    this.fail(`expected ${wanted}, found ${JSON.stringify(String.fromCodePoint(char))}`);
  }

  private take(pattern: RegExp): string | null {
    this.skipSpace();
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) return null;
    this.position += match[0].length;
    return match[0];
  }

  private skipSpace(): void {
    while (this.text.charCodeAt(this.position) <= 0x20) this.position++;
  }
}

/** As hex_core does it: `\x{e9}` is no escape there, and a backslash before white space vanishes together with it. */
function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_all, octal?: string, control?: string, char?: string) => {
    if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
    if (control !== undefined) return String.fromCodePoint((control.codePointAt(0) ?? 0) & 31);
    return char === undefined || char <= ' ' ? '' : (CONTROL[char] ?? char);
  });
}
