import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ErlangAtom, ErlangMap, ErlangTuple, parseErlangTerms, type ErlangTerm } from './erlang-terms.js';
import { FormatError } from './format-error.js';

interface Row {
  text?: string;
  latin1?: string;
  ok: boolean;
  value?: unknown;
}

// What the Hex client reads (test/golden/hex/make/erlang-terms.exs).
const rows = readFileSync(new URL('../../test/golden/hex/erlang-terms.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

// Where the client cuts numbers off in silence or knows an encoding no tool writes, we refuse.
const stricter = [
  '{<<"a">>,<<"ć">>}.',
  '{<<"a">>,<<300>>}.',
  '{<<"a">>,<<-1>>}.',
  '{<<"a">>,<<"\\400\\777">>}.',
  '{<<"a">>,<<"x"/integer>>}.',
  '{<<"a">>,<<"x"/utf16>>}.',
  '{<<"a">>,<<"x"/utf8-little>>}.',
];
// The client only knows atoms that its machine knows; an empty file is a matter of metadata.ts, a second key `1` in a map
// is kept for the caller to judge.
const laxer = ["{<<\"a\">>,'it\\'s'}.", '{<<"a">>,\'zzz_unknown_zzz\'}.', ''];
const duplicates = '{<<"a">>, #{1=>2,1=>3}}.';

const bytesOf = ({ text, latin1 }: Row): Buffer => (latin1 ? Buffer.from(latin1, 'latin1') : Buffer.from(text ?? ''));
const parse = (text: string): ErlangTerm[] => parseErlangTerms(Buffer.from(text));

/** A term in the JSON of the golden file. */
function plain(term: ErlangTerm): unknown {
  if (term instanceof Uint8Array) return { $bytes: Buffer.from(term).toString('hex') };
  if (term instanceof ErlangAtom) return { $atom: term.name };
  if (term instanceof ErlangTuple) return { $tuple: term.elements.map(plain) };
  if (term instanceof ErlangMap) return { $map: term.entries.map((pair) => pair.map(plain)) };
  if (typeof term === 'bigint') return { $big: String(term) };
  return Array.isArray(term) ? term.map(plain) : term;
}

/** Maps have no order; pairs are put in one so that they compare. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const { $map, ...rest } = value as { $map?: unknown[] };
  if ($map) return { $map: $map.map((pair) => JSON.stringify(sorted(pair))).sort() };
  return Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, sorted(each)]));
}

describe('terms, against the Hex client', () => {
  it(`reads what it reads, ${rows.length} texts`, () => {
    expect(rows.length).toBeGreaterThan(600);
    for (const row of rows.filter(({ ok, text = '' }) => ok && !stricter.includes(text) && text !== duplicates)) {
      const [pair] = parseErlangTerms(bytesOf(row));
      const value = pair instanceof ErlangTuple ? (pair.elements[1] ?? null) : null;
      expect(value === null ? null : sorted(plain(value)), row.text).toEqual(sorted(row.value));
    }
  });

  it('refuses what it refuses, and a little more', () => {
    const refused = rows.filter(({ ok, text = '' }) => (!ok && !laxer.includes(text)) || stricter.includes(text));
    expect(refused.length).toBeGreaterThan(50);
    for (const row of refused) expect(() => parseErlangTerms(bytesOf(row)), row.text).toThrow(FormatError);
  });

  it('reads atoms the client may not know, and keeps both of two equal keys', () => {
    expect(laxer.map((text) => parse(text).length)).toEqual([1, 1, 0]);
    expect(plain(parse(duplicates)[0] ?? 0)).toEqual({ $tuple: ['a', { $map: [[1, 2], [1, 3]] }] }); // prettier-ignore
  });
});

describe('terms', () => {
  it.each([
    ['a.\nb', 'line 2: expected ".", the text ends'],
    ['{<<"a">>,\n<<"b">>\n', 'line 3: expected "}", the text ends'],
    ['[1,\n\n2', 'line 3: expected "]", the text ends'],
    ['[1,]', 'line 1: expected a term, found "]"'],
    ['a.\n% no', 'line 2: comments are not supported'],
    ['a % no\n.', 'line 1: comments are not supported'],
    ['{a, 1.5}.', 'line 1: floats are not supported'],
    ['{a, Variable}.', 'line 1: expected a term, found "V"'],
    ['"abc', 'line 1: " is never closed'],
    ['"abc\\"', 'line 1: " is never closed'],
    ["'abc", "line 1: ' is never closed"],
    ['<<"a\\\\">>.', 'line 1: Hex clients cannot read a text that ends with \\ or \\^'],
    ['<<"ć">>.', 'line 1: a binary holds a number above 255: write it with /utf8'],
    ['<<256>>.', 'line 1: a binary holds a number above 255: write it with /utf8'],
    ['<<-1>>.', 'line 1: -1 cannot be part of a binary'],
    ['<<99999999999999999999/utf8>>.', 'line 1: 99999999999999999999 cannot be part of a binary'],
    ['<<"a"/utf16>>.', 'line 1: the only type a binary may have is utf8'],
    ['<<"a"/>>.', 'line 1: expected an atom, found ">"'],
    ['#{a}.', 'line 1: expected "=>", found "}"'],
    ['#[a].', 'line 1: expected "{", found "["'],
    ['- a.', 'line 1: expected a term, found "a"'],
    ['\u{1f600}.', 'line 1: expected a term, found "😀"'],
    ['\ufeffa.', 'line 1: expected a term, found "\ufeff"'],
  ])('says where %j is wrong', (text, message) => {
    expect(() => parse(text)).toThrow(new FormatError('erlang_terms', message));
  });

  it('reads a view into a larger buffer', () => {
    const buffer = Buffer.from('xx<<"é"/utf8>>.xx');
    expect(parseErlangTerms(new Uint8Array(buffer.buffer, buffer.byteOffset + 2, buffer.length - 4))).toEqual(['é']);
  });
});

describe('hostile terms', () => {
  it.each(['[', '{', '#{', '#{a=>', '[[],', '{{},', '[{', '- ', '<<', '"', "'"])(
    'refuses 100,000 times %j',
    (opening) => {
      expect(() => parse(opening.repeat(100_000))).toThrow(FormatError);
    },
  );

  it('stops at 64 levels', () => {
    expect(parse(`${'['.repeat(64)}${']'.repeat(64)}.`)).toHaveLength(1);
    expect(() => parse(`${'['.repeat(65)}${']'.repeat(65)}.`)).toThrow('line 1: nested more than 64 levels deep');
  });

  it('stops at 100,000 elements, at 1 MiB and at 1,000 digits', () => {
    expect(parse(`[${'1,'.repeat(99_998)}1].`)).toHaveLength(1);
    expect(() => parse(`[${'1,'.repeat(99_999)}1].`)).toThrow('more than 100000 elements');
    expect(() => parse('a.'.repeat(100_001))).toThrow('more than 100000 elements');
    expect(() => parse(' '.repeat(1024 * 1024 + 1))).toThrow('must be at most 1048576 bytes');
    expect(parse(' '.repeat(1024 * 1024))).toEqual([]);
    expect(() => parse(`${'9'.repeat(1_000_000)}.`)).toThrow('an integer has more than 1000 digits');
  });

  it('reads long binaries and strings of every spelling', () => {
    expect(parse(`<<${'97,'.repeat(300_000)}97>>.`)).toEqual(['a'.repeat(300_001)]);
    expect(parse(`<<"${'\\n'.repeat(500_000)}">>.`)).toEqual(['\n'.repeat(500_000)]);
    expect(parse(`<<${'"a"'.repeat(300_000)}>>.`)).toEqual(['a'.repeat(300_000)]);
    expect(parse(`"${'a'.repeat(1_000_000)}".`)[0]).toHaveLength(1_000_000);
  });

  it('throws nothing but FormatError, whatever the text', () => {
    const random = seeded(20261122);
    const pieces = [...'{ } [ ] << >> " \' , . # => /utf8 a 1 - \\ ^ % é \xff'.split(' '), ' ', '\n'];
    for (let round = 0; round < 2_000; round++) {
      const made = Array.from({ length: random(20) }, () => pieces[random(pieces.length)]).join('');
      const source = bytesOf(rows[random(rows.length)] ?? { ok: true });
      if (source.length > 0) source[random(source.length)] = random(256);
      for (const bytes of [Buffer.from(made), Buffer.from(made, 'latin1'), source]) {
        try {
          parseErlangTerms(bytes);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }
    }
  });
});

/** A small linear congruential generator: `random(n)` is 0 … n-1 and the same on every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
