import { beforeAll, describe, expect, test } from 'vitest';
import { Organizations } from '../../src/organizations/organizations.js';
import { Searching } from '../../src/packages/searching.js';
import { useApp } from '../support/app.js';
import { ask, eventually, publish } from '../support/http.js';
import { api, keyOf, person, team, type Team } from '../support/people.js';
import { type PackageSpec, tarball } from '../support/tarballs.js';

// `key:value` in searches, as hex.pm has it, by the API and on the site. The language itself: src/packages/search-filters.spec.ts.

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
let acme: Team;
let other: Team;
let ids: string[];

const text = (value: string) => `<<"${value}"/utf8>>`;
const extra = (terms: string) => `{${text('extra')},${terms}}.`;
const tools = (...names: string[]) => `{${text('build_tools')},[${names.map(text).join(',')}]}.`;

beforeAll(async () => {
  [acme, other] = [await team(app, 'acme'), await team(app, 'other')];
  const put = async (to: Team, spec: PackageSpec) =>
    expect((await publish(app.url, to.name, to.publishKey, spec)).status).toBe(201);
  const ada = await keyOf(app, await person(app), api());
  const bytes = await tarball({ name: 'jason', description: 'A blazing fast JSON parser' });
  expect((await ask(`${app.url}/api/publish`, { method: 'POST', key: ada, bytes })).status).toBe(201);
  await put(acme, {
    name: 'wax',
    description: 'Shines and smells',
    extra: extra(`[{${text('type')},${text('nerves')}}]`),
  });
  await put(acme, {
    name: 'waxworks',
    description: 'Figures of famous people',
    requirements: [{ name: 'wax', repository: 'acme' }],
  });
  await put(acme, { name: 'ax', requirements: [{ name: 'jason' }], extra: tools('rebar3') });
  await put(acme, {
    name: 'a_x',
    extra: extra(`[{${text('a')},[{${text('b')},[{${text('c')},7},{${text('d')},[${text('x')},${text('y')}]}]}]}]`),
  });
  await put(other, {
    name: 'wax',
    description: 'Shines in secret',
    requirements: [{ name: 'jason' }],
    extra: tools('gleam'),
  });
  const repositories = ['hexpm', 'acme'].map((name) => app.app.get(Organizations).repository(name));
  ids = (await Promise.all(repositories)).map((repository) => repository!.id);
  // What a package requires now is worked out by a job.
  await eventually(
    () => list('depends:wax'),
    (found) => found.length > 0,
    30_000,
  );
});

const asked = async (search: string, path = 'packages', more = '') =>
  ask(`${app.url}/api/${path}?search=${encodeURIComponent(search)}${more}`, { key: acme.publishKey });
const list = async (search: string, path?: string, more?: string): Promise<string[]> => {
  const { status, body } = await asked(search, path, more);
  expect([search, status]).toEqual([search, 200]);
  return (body as { repository: string; name: string }[]).map(({ repository, name }) => `${repository}/${name}`);
};
const onTheSite = async (search: string, sort: 'name' | 'relevance' = 'name') => {
  const { items, total } = await app.app
    .get(Searching)
    .find({ repositoryIds: ids, search, sort, limit: 30, offset: 0 });
  expect(total).toBe(items.length);
  return items.map(({ repositoryId, name }) => `${repositoryId === ids[0] ? 'hexpm' : 'acme'}/${name}`);
};

describe('by the API and on the site', () => {
  test.each<[string, string[]]>([
    ['name:wax', ['acme/wax', 'acme/waxworks']],
    ['name:WAX', ['acme/wax', 'acme/waxworks']],
    ['name:work', ['acme/waxworks']],
    ['name:wax*', ['acme/wax', 'acme/waxworks']],
    ['name:*ax', ['acme/ax', 'acme/wax']],
    ['name:w*s', ['acme/waxworks']],
    ['name:*', ['acme/a_x', 'acme/ax', 'acme/wax', 'acme/waxworks', 'hexpm/jason']],
    // Shorter than three letters: this very name.
    ['name:ax', ['acme/ax']],
    ['name:x', []],
    ['name:acme/wax', ['acme/wax', 'acme/waxworks']],
    ['name:acme/ax', ['acme/ax']],
    ['name:hexpm/*', ['hexpm/jason']],
    ['name:hexpm/wax', []],
    // Not a place to look into: as if there were no such repository.
    ['name:other/wax', []],
    ['name:other/*', []],
    ['name:a_x', ['acme/a_x']],
    ['name:%ax', []],
    ['name:__x', []],
    ['description:shines', ['acme/wax']],
    ['description:"famous figures"', ['acme/waxworks']],
    ['extra:type,nerves', ['acme/wax']],
    ['extra:type,other', []],
    ['extra:a,b,c,7', ['acme/a_x']],
    ['extra:a,b,d,[y]', ['acme/a_x']],
    ['extra:a,b,d,[x,z]', []],
    ['depends:jason', ['acme/ax']],
    ['depends:hexpm:jason', ['acme/ax']],
    ['depends:acme:jason', []],
    ['depends:wax', ['acme/waxworks']],
    ['depends:acme:wax', ['acme/waxworks']],
    ['depends:other:wax', []],
    ['build_tool:rebar3', ['acme/ax']],
    ['build_tool:gleam', []],
    ['unknown:value', ['acme/a_x', 'acme/ax', 'acme/wax', 'acme/waxworks', 'hexpm/jason']],
    ['updated_after:not-a-time name:wax', ['acme/wax', 'acme/waxworks']],
    ['updated_after:2999-01-01', []],
    ['name:wax depends:wax', ['acme/waxworks']],
    ['name:wax shines', ['acme/wax']],
    ['build_tool:rebar3 depends:wax', []],
    ["name:x' or '1'='1", []],
    ["depends:wax') or ('1'='1", []],
    ['extra:"a\'}\', b"', []],
    ["build_tool:x'--", []],
  ])('%s', async (search, expected) => {
    const found = await list(search);
    expect([...found].sort()).toEqual(expected);
    expect((await onTheSite(search)).sort()).toEqual(expected);
  });

  test('in one repository, by its own path', async () => {
    expect(await list('name:*', 'repos/acme/packages', '&sort=name')).toEqual([
      'acme/a_x',
      'acme/ax',
      'acme/wax',
      'acme/waxworks',
    ]);
    expect(await list('name:hexpm/*', 'repos/acme/packages')).toEqual([]);
    expect((await asked('name:*', 'repos/other/packages')).status).toBe(404);
  });

  test('"updated_after" orders by the change, the longest ago first, whatever else was asked for', async () => {
    const times = { waxworks: '2026-01-02T10:00:00Z', wax: '2026-01-03T10:00:00Z' };
    for (const [name, time] of Object.entries(times))
      await app.db.query('update packages set updated_at = $1 where name = $2 and repository_id = $3', [
        time,
        name,
        ids[1],
      ]);
    const since = 'updated_after:2026-01-02T10:00:00Z';
    expect((await list(since)).slice(0, 2)).toEqual(['acme/waxworks', 'acme/wax']);
    expect((await list(since, 'packages', '&sort=name')).slice(0, 2)).toEqual(['acme/waxworks', 'acme/wax']);
    expect((await onTheSite(since, 'relevance')).slice(0, 2)).toEqual(['acme/waxworks', 'acme/wax']);
    expect(await onTheSite(since)).toEqual(['acme/a_x', 'acme/ax', 'hexpm/jason', 'acme/wax', 'acme/waxworks']);
    expect((await list('updated_after:2026-01-02T12:00:01+02:00'))[0]).toBe('acme/wax');
  });

  test('the site offers nothing similar to those who filter', async () => {
    const found = await app.app
      .get(Searching)
      .find({ repositoryIds: ids, search: 'waxwerks build_tool:x', sort: 'relevance', limit: 30, offset: 0 });
    expect(found).toEqual({ items: [], total: 0, similar: false });
  });
});
