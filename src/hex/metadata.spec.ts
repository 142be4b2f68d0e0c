import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from './format-error.js';
import { MetadataError, type FieldErrors } from './metadata-errors.js';
import { readMetadata, type PackageMetadata } from './metadata.js';

// Written by mix, by hex_core and in old spellings (test/golden/hex/make/metadata.exs).
const golden = (name: string): PackageMetadata =>
  readMetadata(readFileSync(new URL(`../../test/golden/hex/metadata/${name}.config`, import.meta.url)));

const mixFiles = ['lib', 'lib/a.ex', 'mix.exs', 'README.md'];
const empty: Omit<PackageMetadata, 'name' | 'app' | 'version'> = {
  description: null,
  files: ['mix.exs'],
  licenses: [],
  links: {},
  requirements: [],
  buildTools: ['mix'],
  elixir: null,
  maintainers: [],
  extra: {},
};

/** A good metadata.config with some keys replaced; null leaves the key out. */
function config(changes: Record<string, string | null> = {}): Buffer {
  const values: Record<string, string | null> = {
    name: '<<"bee">>',
    version: '<<"1.0.0">>',
    app: '<<"bee">>',
    files: '[<<"mix.exs">>]',
    ...changes,
  };
  const pairs = Object.entries(values).filter(([, value]) => value !== null);
  return Buffer.from(pairs.map(([key, value]) => `{<<"${key}">>,${value}}.\n`).join(''));
}

function errorsOf(bytes: Uint8Array): FieldErrors | null {
  try {
    readMetadata(bytes);
    return null;
  } catch (error) {
    if (error instanceof MetadataError) return error.fields;
    throw error;
  }
}

const requirement = (properties: string): string => `[{<<"dep">>,[${properties}]}]`;

describe('metadata from real tools', () => {
  it('reads a plain mix package', () => {
    expect(golden('mix-plain')).toEqual({
      ...empty,
      name: 'bee_plain',
      app: 'bee_plain',
      version: '0.1.0',
      description: 'A plain package',
      elixir: '~> 1.14',
      files: mixFiles,
      licenses: ['MIT'],
      links: { GitHub: 'https://example.com/bee_plain' },
    });
  });

  it('reads everything mix can write', () => {
    const dependency = (name: string, requirement: string, more = {}): object => {
      return { name, app: name, requirement, optional: false, repository: 'hexpm', ...more };
    };
    expect(golden('mix-rich')).toEqual({
      name: 'bee_rich_pkg',
      app: 'bee_rich',
      version: '1.2.3-rc.1',
      description: 'Café, naïve: “typographic quotes” \\ and a "plain" one\nsecond line…',
      elixir: '>= 1.12.0 and < 2.0.0',
      files: mixFiles,
      licenses: ['Apache-2.0', 'MIT'],
      links: { Änderungen: 'https://example.com/änderungen', GitHub: 'https://example.com/a?b=c&d' },
      buildTools: ['mix'],
      maintainers: [],
      extra: { c_app: { depth: 2, tags: ['é', 'b'], on: true, none: 'nil' }, list: [] },
      requirements: [
        dependency('dep_a', '~> 1.0'),
        dependency('dep_b', '>= 0.1.0 and < 2.0.0 or == 3.0.0', { optional: true }),
        dependency('dep_c_pkg', '~> 0.3.1', { app: 'dep_c' }),
        dependency('dep_d', '~> 2.0', { repository: 'acme' }),
        dependency('dep_f', '~> 1.0-rc'),
      ],
    });
  });

  it('reads accents in every spelling', () => {
    expect(golden('mix-latin1').description).toBe('Crème brûlée');
    expect(golden('core-rebar3').description).toBe('Řeřicha “quoted”');
    expect(golden('core-bare').description).toBe('Élan');
    expect(golden('old-byte-pairs').description).toBe('café');
    expect(golden('old-latin1').description).toBe('café');
  });

  it('reads requirements as rebar3 writes them', () => {
    expect(golden('core-rebar3').requirements).toEqual([
      { name: 'cowboy', app: 'cowboy', requirement: '~> 2.9', optional: false, repository: 'hexpm' },
      { name: 'jsx_pkg', app: 'jsx', requirement: '3.1.0', optional: true, repository: 'acme' },
    ]);
    expect(golden('core-rebar3').buildTools).toEqual(['rebar3']);
  });

  it('derives build tools from files at the root', () => {
    expect(golden('core-bare').buildTools).toEqual(['make', 'rebar3']);
    expect(golden('mix-latin1').buildTools).toEqual(['mix', 'make']);
    expect(readMetadata(config({ files: '[<<"rebar">>,<<"lib/mix.exs">>]' })).buildTools).toEqual(['rebar3']);
    expect(readMetadata(config({ build_tools: '[<<"gleam">>]' })).buildTools).toEqual(['gleam']);
  });

  it('takes nil, in its spellings, for nothing, and lets unknown keys pass', () => {
    expect(golden('old-nil')).toEqual({ ...empty, name: 'bee_nil', app: 'bee_nil', version: '1.0.0' });
  });
});

describe('metadata', () => {
  it('takes the least there can be', () => {
    expect(readMetadata(config())).toEqual({ ...empty, name: 'bee', app: 'bee', version: '1.0.0' });
  });

  it.each<[string, Record<string, string | null>, FieldErrors]>([
    ['no name', { name: null }, { name: "can't be blank" }],
    ['an empty name', { name: '<<"">>' }, { name: "can't be blank" }],
    ['a name that is no text', { name: '"bee"' }, { name: 'expected type string' }],
    ['a reserved name', { name: '<<"elixir">>' }, { name: 'is reserved' }],
    ['a name with a dash', { name: '<<"a-b">>' }, { name: expect.stringContaining('lower-case') as string }],
    ['a path as a name', { name: '<<"../bee">>' }, { name: expect.stringContaining('lower-case') as string }],
    ['no version', { version: null }, { version: "can't be blank" }],
    ['a short version', { version: '<<"1.0">>' }, { version: 'is invalid SemVer' }],
    ['a version nil', { version: '<<"nil">>' }, { version: 'is invalid SemVer' }],
    ['a build number', { version: '<<"1.0.0+b">>' }, { version: 'build number not allowed' }],
    ['no app', { app: 'nil' }, { meta: { app: "can't be blank" } }],
    ['a path as an app', { app: '<<"../bee">>' }, { meta: { app: 'is not the name of an OTP application' } }],
    ['a description of numbers', { description: '"abc"' }, { meta: { description: 'expected type string' } }],
    ['a null byte', { description: '<<"a\\000b">>' }, { meta: { description: 'must not contain null bytes' } }],
    ['no files', { files: '[]' }, { meta: { files: "package can't be empty", build_tools: "can't be blank" } }],
    ['files nil', { files: null, build_tools: '[<<"mix">>]' }, { meta: { files: "can't be blank" } }],
    [
      'files that are no list',
      { files: '<<"mix.exs">>' },
      { meta: { files: 'expected type list(string)', build_tools: "can't be blank" } },
    ],
    [
      'a file that is no text',
      { files: '[<<"mix.exs">>,{a}]', build_tools: '[<<"mix">>]' },
      { meta: { files: 'expected type list(string)' } },
    ],
    ['no build tool', { build_tools: '[]' }, { meta: { build_tools: "can't be blank" } }],
    ['none to derive', { files: '[<<"lib/mix.exs">>,<<"constructor">>]' }, { meta: { build_tools: "can't be blank" } }],
    ['licenses as a text', { licenses: '<<"MIT">>' }, { meta: { licenses: 'expected type list(string)' } }],
    ['maintainers as atoms', { maintainers: '[me]' }, { meta: { maintainers: 'expected type list(string)' } }],
    ['an impossible Elixir', { elixir: '<<"~> 1">>' }, { meta: { elixir: 'invalid requirement: "~> 1"' } }],
    [
      'a script as a link',
      { links: '[{<<"x">>,<<"javascript:alert(1)">>}]' },
      { meta: { links: 'invalid link "javascript:alert(1)"' } },
    ],
    ['half a link', { links: '[{<<"x">>,<<"https://">>}]' }, { meta: { links: 'invalid link "https://"' } }],
    [
      'a link without slashes',
      { links: '[{<<"x">>,<<"https:example.com">>}]' },
      { meta: { links: 'invalid link "https:example.com"' } },
    ],
    ['a link that is no text', { links: '[{<<"x">>,1}]' }, { meta: { links: 'expected type string' } }],
    ['links as a text', { links: '<<"x">>' }, { meta: { links: 'expected type map' } }],
    [
      'links as triples',
      { links: '[{<<"a">>,<<"b">>,<<"c">>}]' },
      { meta: { links: 'links: expected pairs {<<"key">>, Value}' } },
    ],
    [
      'a link twice',
      { links: '[{<<"a">>,<<"http://a">>},{<<"a">>,<<"http://b">>}]' },
      { meta: { links: 'links: the key "a" is given twice' } },
    ],
    [
      'a prototype',
      { links: '[{<<"__proto__">>,<<"http://a">>}]' },
      { meta: { links: 'links: the key "__proto__" is not allowed' } },
    ],
    [
      'a nested prototype',
      { extra: '[{<<"a">>,[{<<"__proto__">>,[]}]}]' },
      { meta: { extra: 'map: the key "__proto__" is not allowed' } },
    ],
    ['extra as a text', { extra: '<<"x">>' }, { meta: { extra: 'expected type map' } }],
  ])('refuses %s', (_name, changes, errors) => {
    expect(errorsOf(config(changes))).toEqual(errors);
  });

  it.each<[string, string, FieldErrors | string]>([
    ['nonsense', '<<"x">>', 'expected type list'],
    ['a list of texts', '[<<"x">>]', 'expected type map'],
    ['a triple', '[{<<"a">>,<<"b">>,<<"c">>}]', 'expected pairs {<<"name">>, Properties}'],
    ['no name', '[[{<<"app">>,<<"a">>}]]', 'a requirement has no name'],
    ['a wrong requirement', requirement('{<<"requirement">>,<<"X">>}'), { dep: 'invalid requirement: "X"' }],
    ['a missing requirement', requirement(''), { dep: 'invalid requirement: nil, use ">= 0.0.0" instead' }],
    ['nil', requirement('{<<"requirement">>,<<"nil">>}'), { dep: 'invalid requirement: nil, use ">= 0.0.0" instead' }],
    [
      '!=',
      requirement('{<<"requirement">>,<<"!= 1.0.0">>}'),
      { dep: 'invalid requirement: "!= 1.0.0", != is not allowed in requirements' },
    ],
    ['a number', requirement('{<<"requirement">>,1}'), { dep: 'requirement: expected type string' }],
    [
      'a maybe',
      requirement('{<<"requirement">>,<<"1.0.0">>},{<<"optional">>,maybe}'),
      { dep: 'optional: expected type boolean' },
    ],
    [
      'a property twice',
      requirement('{<<"app">>,<<"a">>},{<<"app">>,<<"b">>}'),
      { dep: 'requirement: the key "app" is given twice' },
    ],
    ['a text as properties', '[{<<"dep">>,<<"~> 1.0">>}]', { dep: 'expected type map' }],
    ['a name with a slash', '[{<<"../a">>,[]}]', { '../a': 'is not the name of a package' }],
    [
      'itself as a prototype',
      '[{<<"__proto__">>,[]}]',
      Object.fromEntries([['__proto__', 'is not the name of a package']]),
    ],
    [
      'the same twice',
      '[[{<<"name">>,<<"dep">>},{<<"requirement">>,<<"1.0.0">>}],[{<<"name">>,<<"dep">>},{<<"requirement">>,<<"2.0.0">>}]]',
      { dep: 'is required twice' },
    ],
  ])('refuses requirements with %s', (_name, requirements, errors) => {
    expect(JSON.stringify(errorsOf(config({ requirements })))).toBe(JSON.stringify({ requirements: errors }));
  });

  it('takes requirements as a map, with nothing but what they need', () => {
    const requirements = '#{<<"dep">> => #{<<"requirement">> => <<"~> 1.0">>, <<"repository">> => nil}}';
    expect(readMetadata(config({ requirements })).requirements).toEqual([
      { name: 'dep', app: 'dep', requirement: '~> 1.0', optional: false, repository: 'hexpm' },
    ]);
  });

  it('tells everything that is wrong at once', () => {
    const bytes = config({ name: '<<"A">>', version: '<<"1">>', files: '[]', requirements: requirement('') });
    expect(() => readMetadata(bytes)).toThrow(MetadataError);
    expect(() => readMetadata(bytes)).toThrow(
      "invalid metadata: meta.files package can't be empty; meta.build_tools can't be blank; name should be at least 2 characters",
    );
    expect(Object.keys(errorsOf(bytes) ?? {})).toEqual(['meta', 'name', 'version', 'requirements']);
  });

  it('takes a thousand requirements and no more, and keeps its message short', () => {
    const some = (count: number): string =>
      `[${Array.from({ length: count }, (_, n) => `{<<"d${n}">>,[]}`).join(',')}]`;
    expect(errorsOf(config({ requirements: some(1001) }))).toEqual({
      requirements: 'a package may have at most 1000 requirements',
    });
    expect(() => readMetadata(config({ requirements: some(1000) }))).toThrow(/^.{100,1000}$/);
  });

  it('keeps odd values of extra', () => {
    const extra =
      '[{<<"a">>,nil},{<<"b">>,{1,two}},{<<"c">>,99999999999999999999},{<<"d">>,#{<<"e">> => "f"}},{<<"g">>,<<233>>}]';
    expect(readMetadata(config({ extra })).extra).toEqual({
      a: null,
      b: [1, 'two'],
      c: '99999999999999999999',
      d: { e: [102] },
      g: 'é',
    });
  });

  it.each([
    ['nothing', '', /can't be blank/],
    ['no pairs', 'a.', 'metadata: expected pairs {<<"key">>, Value}'],
    ['an atom as a key', '{name,<<"a">>}.', 'metadata: expected pairs {<<"key">>, Value}'],
    ['a key twice', '{<<"name">>,<<"a">>}.{<<"name">>,<<"b">>}.', 'metadata: the key "name" is given twice'],
    ['bad syntax', '{<<"name">>,\n', 'line 2: expected a term, the text ends'],
  ])('refuses %s', (_name, text, message) => {
    expect(() => readMetadata(Buffer.from(text))).toThrow(message);
    expect(() => readMetadata(Buffer.from(text))).toThrow(FormatError);
  });

  it('takes the last of a key given twice, as clients do', () => {
    const twice = Buffer.concat([config(), Buffer.from('{<<"app">>,<<"wasp">>}.\n{<<"app">>,<<"hornet">>}.\n')]);
    expect(readMetadata(twice)).toMatchObject({ name: 'bee', app: 'hornet' });
  });

  it('throws nothing but FormatError, whatever the terms', () => {
    const random = seeded(20261122);
    const keys = [
      'name',
      'version',
      'app',
      'files',
      'links',
      'requirements',
      'extra',
      'build_tools',
      'elixir',
      'licenses',
    ];
    const leaves = [
      'nil',
      '<<"nil">>',
      '1',
      '-1',
      '<<"a">>',
      '<<"1.0.0">>',
      '<<255>>',
      '"a"',
      '[]',
      '{}',
      '#{}',
      '<<"__proto__">>',
      'true',
    ];
    const leaf = (): string => leaves[random(leaves.length)] ?? '';
    const term = (depth: number): string => {
      const many = (): string => Array.from({ length: random(3) }, () => term(depth - 1)).join(',');
      const shapes = [
        leaf,
        () => `[${many()}]`,
        () => `{${leaf()},${term(depth - 1)}}`,
        () => `#{${leaf()} => ${leaf()}}`,
      ];
      return depth === 0 ? leaf() : (shapes[random(shapes.length)] ?? leaf)();
    };
    for (let round = 0; round < 2_000; round++) {
      const changes = Object.fromEntries(keys.filter(() => random(3) === 0).map((key) => [key, term(4)]));
      try {
        readMetadata(config(changes));
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
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
