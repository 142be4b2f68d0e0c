import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeEtf } from './etf-decode.js';
import { charlistText, type EtfValue } from './etf-values.js';
import { FormatError } from './format-error.js';

interface Row {
  term: string;
  hex: string;
  value?: unknown;
  refused?: true;
}

// What Erlang writes (test/golden/hex/make/etf.exs).
const rows = readFileSync(new URL('../../test/golden/hex/etf.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line, revive) as Row);
const accepted = rows.filter(({ refused }) => !refused);
const refused = rows.filter((row) => row.refused);

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { $bytes, $big } = value as { $bytes?: string; $big?: string };
  if ($big !== undefined) return BigInt($big);
  return $bytes === undefined ? value : Uint8Array.from(Buffer.from($bytes, 'hex'));
}

const bytes = (...parts: (number | string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part].flat()))));

/** The value, or the message of the FormatError; any other exception is let through. */
function attempt(input: Uint8Array): { value?: EtfValue; fault?: string } {
  try {
    return { value: decodeEtf(input) };
  } catch (error) {
    if (error instanceof FormatError && error.code === 'etf') return { fault: error.message };
    throw error;
  }
}

describe('terms, as Erlang writes them', () => {
  it(`reads ${accepted.length} of them`, () => {
    expect(accepted.length).toBeGreaterThan(700);
    for (const { term, hex, value } of accepted) {
      expect(decodeEtf(Buffer.from(hex, 'hex')), term).toEqual(value);
    }
  });

  it.each(refused.map(({ term, hex }) => [term, hex]))('refuses %s', (_term, hex) => {
    expect(() => decodeEtf(Buffer.from(hex, 'hex'))).toThrow(FormatError);
  });

  it('refuses each of them cut off anywhere, and with a byte too many', () => {
    for (const { hex } of accepted.filter((row) => row.hex.length < 200)) {
      const whole = Buffer.from(hex, 'hex');
      const cuts = Array.from(whole, (_, length) => attempt(whole.subarray(0, length)).fault);
      expect(cuts.every((fault) => fault !== undefined)).toBe(true);
      expect(attempt(bytes([...whole], 0)).fault).toBe('1 bytes after the end of the term');
    }
  });
});

describe('hostile terms', () => {
  it.each([
    ['nothing', bytes(), /cut off: 1 more bytes/],
    ['JSON', bytes('{"a":1}'), /first byte must be 131/],
    ['compressed terms', bytes(131, 80, 0, 0, 255, 255, 120, 156), 'compressed terms are not accepted'],
    ['a list of 2^32-1', bytes(131, 108, 255, 255, 255, 255, 97, 1, 106), /cut off: 4294967295 more/],
    ['a map of 2^32-1', bytes(131, 116, 255, 255, 255, 255, 97, 1, 106), /cut off: 8589934590 more/],
    ['a tuple of 2^32-1', bytes(131, 105, 255, 255, 255, 255, 97, 1, 106), /cut off: 4294967295 more/],
    ['a binary of 4 GiB', bytes(131, 109, 255, 255, 255, 255, 97), /cut off/],
    ['a bit string', bytes(131, 77, 0, 0, 0, 1, 8, 1), 'bit strings are not accepted'],
    ['a distribution header', bytes(131, 68, 0), 'distribution headers are not accepted'],
    ['a large integer', bytes(131, 111, 0, 0, 0, 1, 0, 1), 'integers of more than 255 bytes are not accepted'],
    ['an improper list', bytes(131, 108, 0, 0, 0, 1, 97, 1, 97, 2), 'improper lists are not accepted'],
    ['an unknown tag', bytes(131, 1), 'terms with the tag 1 are not accepted'],
    ['a second version byte', bytes(131, 131, 97, 1), 'terms with the tag 131 are not accepted'],
    ['infinity', bytes(131, 70, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0), 'a float must be finite'],
    ['not a number', bytes(131, 70, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0), 'a float must be finite'],
    ['an atom that is not UTF-8', bytes(131, 119, 1, 0xff), 'atoms and keys must be valid UTF-8'],
    ['a key that is not UTF-8', bytes(131, 116, 0, 0, 0, 1, 109, 0, 0, 0, 1, 0xff, 97, 1), /valid UTF-8/],
    ['a number as a key', bytes(131, 116, 0, 0, 0, 1, 97, 1, 97, 1), 'the keys of a map must be strings'],
    [
      'a key given twice',
      bytes(131, 116, 0, 0, 0, 2, 119, 1, 'a', 97, 1, 109, 0, 0, 0, 1, 'a', 97, 1),
      /"a" occurs twice/,
    ],
    ['a prototype', bytes(131, 116, 0, 0, 0, 1, 109, 0, 0, 0, 9, '__proto__', 116, 0, 0, 0, 0), /"__proto__"/],
  ])('refuses %s', (_name, input, message) => {
    expect(() => decodeEtf(input)).toThrow(message);
    expect(attempt(input).fault).toBeDefined();
  });

  it('refuses deep nesting without falling over', () => {
    const levels = 100_000;
    for (const opening of ['\x6c\0\0\0\x01', '\x68\x01', '\x74\0\0\0\x01\x77\x01a']) {
      const input = Buffer.from(`\x83${opening.repeat(levels)}${'\x6a'.repeat(levels + 1)}`, 'latin1');
      expect(() => decodeEtf(input, { maxBytes: 10_000_000 })).toThrow('terms may be nested 32 levels deep');
    }
  });

  it('keeps to its limits', () => {
    const numbers = bytes(131, 108, 0, 0, 0, 3, 97, 1, 97, 2, 97, 3, 106);
    const text = bytes(131, 107, 0, 4, 'abcd');
    const nested = bytes(131, 104, 1, 104, 1, 104, 0);
    expect(decodeEtf(numbers, { maxElements: 4, maxBytes: 13 })).toEqual([1, 2, 3]);
    expect(() => decodeEtf(numbers, { maxElements: 3 })).toThrow('at most 3 elements');
    expect(() => decodeEtf(text, { maxElements: 4 })).toThrow('at most 4 elements');
    expect(() => decodeEtf(numbers, { maxBytes: 12 })).toThrow('at most 12 bytes');
    expect(decodeEtf(nested, { maxDepth: 3 })).toEqual([[[]]]);
    expect(() => decodeEtf(nested, { maxDepth: 2 })).toThrow('nested 2 levels deep');
    for (const innermost of [bytes(107, 0, 1, 7), bytes(106)]) {
      const list = bytes(131, 104, 1, 104, 1, ...innermost);
      expect(() => decodeEtf(list, { maxDepth: 2 })).toThrow('nested 2 levels deep');
      expect(decodeEtf(list, { maxDepth: 3 })).toEqual([[innermost.length === 1 ? [] : [7]]]);
    }
    expect(() => decodeEtf(new Uint8Array(1024 * 1024 + 1))).toThrow('at most 1048576 bytes');
  });

  it('gives maps without a prototype', () => {
    const value = decodeEtf(bytes(131, 116, 0, 0, 0, 1, 119, 8, 'toString', 97, 1)) as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value)).toEqual(['toString']);
    expect(value['constructor']).toBeUndefined();
  });

  it('does not keep the input alive through bytes, nor depend on it', () => {
    const input = bytes(131, 109, 0, 0, 0, 1, 0xff);
    const value = decodeEtf(input) as Uint8Array;
    input[6] = 0;
    expect(value).toEqual(Uint8Array.of(0xff));
    expect(value.buffer.byteLength).toBe(1);
  });

  it('reads a view into a larger buffer', () => {
    const buffer = bytes(9, 9, 131, 97, 7, 9);
    expect(decodeEtf(new Uint8Array(buffer.buffer, buffer.byteOffset + 2, 3))).toBe(7);
  });
});

describe('charlists', () => {
  it('turns code points into text, and leaves the rest alone', () => {
    expect(charlistText('abc')).toBe('abc');
    expect(charlistText(decodeEtf(bytes(131, 107, 0, 2, 'ab')))).toBe('ab');
    expect(charlistText([0x1f600, 233])).toBe('😀é');
    expect(charlistText([])).toBe('');
    expect([[-1], [1.5], [0x110000], [0xd800], ['a'], 1, null, Uint8Array.of(97)].map(charlistText)).toEqual(
      Array(8).fill(undefined),
    );
  });
});
