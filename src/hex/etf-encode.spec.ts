import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeEtf } from './etf-decode.js';
import { encodeEtf } from './etf-encode.js';

const golden = '../../test/golden/hex';

// Name, value, and the term it must be to Erlang, as Elixir shows it.
const samples: [string, unknown, string][] = [
  ['zero', 0, '0'],
  ['minus-zero', -0, '0'],
  ['byte', 255, '255'],
  ['above-byte', 256, '256'],
  ['minus-one', -1, '-1'],
  ['int32-max', 2147483647, '2147483647'],
  ['int32-min', -2147483648, '-2147483648'],
  ['above-int32', 2147483648, '2147483648'],
  ['below-int32', -2147483649, '-2147483649'],
  ['safe-max', Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ['safe-min', Number.MIN_SAFE_INTEGER, '-9007199254740991'],
  ['small-bigint', 7n, '7'],
  ['bigint', 2n ** 64n, '18446744073709551616'],
  ['negative-bigint', -(2n ** 100n), '-1267650600228229401496703205376'],
  ['longest-bigint', 2n ** 2040n - 1n, String(2n ** 2040n - 1n)],
  ['float', 1.5, '1.5'],
  ['negative-float', -0.1, '-0.1'],
  ['large-float', 1e300, '1.0e300'],
  ['tiny-float', 5e-324, '5.0e-324'],
  ['true', true, 'true'],
  ['false', false, 'false'],
  ['null', null, 'nil'],
  ['undefined', undefined, 'nil'],
  ['empty-text', '', '""'],
  ['text', 'abc', '"abc"'],
  ['accents', 'é “quoted” 日本 😀', '"é “quoted” 日本 😀"'],
  ['lone-surrogate', '\ud800', '"\ufffd"'],
  ['bytes', Uint8Array.of(255, 0), '"\\xFF\\0"'],
  ['buffer', Buffer.from('abc'), '"abc"'],
  ['date', new Date(Date.UTC(2026, 10, 22, 8, 9, 10, 11)), '"2026-11-22T08:09:10.011Z"'],
  ['empty-list', [], '[]'],
  ['bytes-in-a-list', [1, 2, 3], '[1, 2, 3]'],
  ['mixed-list', [1, 'a', null, [true, []]], '[1, "a", nil, [true, []]]'],
  ['empty-map', {}, '%{}'],
  ['map', { b: 1, a: { c: null } }, '%{"a" => %{"c" => nil}, "b" => 1}'],
  ['no-prototype', Object.assign(Object.create(null) as object, { a: 1 }), '%{"a" => 1}'],
  ['odd-keys', { '': 0, é: 1, 'a b': 2, 3: 3 }, '%{"" => 0, "3" => 3, "a b" => 2, "é" => 1}'],
  [
    'errors',
    { status: 422, message: 'Validation error(s)', errors: { requirements: { ecto: 'invalid requirement: "x"' } } },
    '%{"errors" => %{"requirements" => %{"ecto" => "invalid requirement: \\"x\\""}}, "message" => "Validation error(s)", "status" => 422}',
  ],
];

describe('terms for Erlang', () => {
  it('writes these bytes', async () => {
    const lines = samples.map(([name, value]) => `${name} ${encodeEtf(value).toString('hex')}\n`);
    await expect(lines.join('')).toMatchFileSnapshot(`${golden}/etf-encoded.txt`);
  });

  it('is understood by Erlang, which made the second file out of the first', () => {
    const terms = readFileSync(new URL(`${golden}/etf-encoded.terms.txt`, import.meta.url), 'utf8');
    expect(terms).toBe(samples.map(([name, , term]) => `${name} ${term}\n`).join(''));
  });

  it.each(samples)('reads back %s', (_name, value) => {
    const expected = value instanceof Date ? value.toISOString() : value;
    const isText = value === undefined || value === '\ud800' || Buffer.isBuffer(value) || typeof value === 'bigint';
    if (!isText) expect(decodeEtf(encodeEtf(value))).toEqual(Object.is(expected, -0) ? 0 : expected);
  });

  it('writes atoms with the tag every release reads, and no atom but three', () => {
    expect(encodeEtf(null).toString('latin1')).toBe('\x83\x77\x03nil');
    expect(encodeEtf({ ok: 'ok' }).includes(Buffer.from([119]))).toBe(false);
  });

  it('writes long lists and texts', () => {
    const list = Array.from({ length: 70_000 }, (_, index) => index);
    expect(decodeEtf(encodeEtf(list))).toEqual(list);
    expect(decodeEtf(encodeEtf('é'.repeat(100_000)))).toBe('é'.repeat(100_000));
  });

  it.each([
    ['NaN', NaN],
    ['Infinity', -Infinity],
    ['a function', { a: () => 1 }],
    ['a symbol', Symbol('a')],
    ['a Map', new Map()],
    ['an instance', new (class Release {})()],
    ['too large an integer', 2n ** 2040n],
  ])('refuses %s as our mistake', (_name, value) => {
    expect(() => encodeEtf(value)).toThrow(TypeError);
  });

  it('refuses a cycle', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => encodeEtf(cycle)).toThrow('nested 64 levels deep');
  });
});
