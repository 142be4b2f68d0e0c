import { expect, test } from 'vitest';
import { readSearch, type SearchFilter } from './search-filters.js';

const name = (repository: string | null, name: string): SearchFilter => ({ key: 'name', repository, name });
const extra = (contains: unknown): SearchFilter => ({ key: 'extra', contains });
const after = (time: string): SearchFilter => ({ key: 'updated_after', time: new Date(time) });
const depends = (repository: string | null, name: string): SearchFilter => ({ key: 'depends', repository, name });

test.each<[string, string, readonly SearchFilter[]]>([
  ['', '', []],
  ['  web   framework ', 'web framework', []],
  ['name:phoenix', '', [name(null, 'phoenix')]],
  ['name:Phoenix*', '', [name(null, 'phoenix*')]],
  ['name:acme/wax', '', [name('acme', 'wax')]],
  ['name:acme/*', '', [name('acme', '*')]],
  ['json name:jas parser', 'json parser', [name(null, 'jas')]],
  ['description:"web framework" live', 'live', [{ key: 'description', words: 'web framework' }]],
  ['build_tool:rebar3 build_tool:"mix"', '', ['rebar3', 'mix'].map((tool) => ({ key: 'build_tool', tool }) as const)],
  ['depends:jason', '', [depends(null, 'jason')]],
  ['depends:acme:jason', '', [depends('acme', 'jason')]],
  ['extra:type,nerves', '', [extra({ type: 'nerves' })]],
  ['extra:a,b,value', '', [extra({ a: { b: 'value' } })]],
  ['extra:a,7', '', [extra({ a: 7 })]],
  ['extra:a,-7', '', [extra({ a: -7 })]],
  ['extra:a,1.5', '', [extra({ a: '1.5' })]],
  ['extra:list,[a,2]', '', [extra({ list: ['a', 2] })]],
  ['extra:"list of,[a b]"', '', [extra({ 'list of': ['a b'] })]],
  ['extra:alone', '', [extra('alone')]],
  ['updated_after:2026-01-01T10:00:00Z', '', [after('2026-01-01T10:00:00Z')]],
  ['updated_after:2026-01-01T10:00:00+02:00', '', [after('2026-01-01T08:00:00Z')]],
  ['updated_after:2026-01-01T10:00:00.123456z', '', [after('2026-01-01T10:00:00.123Z')]],
  ['updated_after:2026-01-01T10:00', '', [after('2026-01-01T10:00:00Z')]],
  ['updated_after:2026-01-01', '', [after('2026-01-01T00:00:00Z')]],
  ['updated_after:yesterday updated_after:2026-99-99 x', 'x', []],
  ['unknown:thing constructor:x __proto__:x toString:x words', 'words', []],
  ['name: wax', 'name: wax', []],
  ['name:"" name:" "', '', []],
  [':wax a:: http://', ':wax', []],
  ['name:"open', 'name:"open', []],
  ['Name:wax', '', [name(null, 'wax')]],
  ['Ecto.Query:from', 'Ecto.Query:from', []],
])('%j', (search, text, filters) => {
  expect(readSearch(search)).toEqual({ text, filters });
});

test('"__proto__" in extra is a key like others', () => {
  const [filter] = readSearch('extra:__proto__,x').filters;
  expect(JSON.stringify(filter)).toBe('{"key":"extra","contains":{"__proto__":"x"}}');
});

test('whatever is typed, it ends soon', () => {
  for (const piece of ['a:', '"', 'extra:[', ',', '[,', 'a:"', 'name:*'])
    expect(() => readSearch(piece.repeat(50_000))).not.toThrow();
});
