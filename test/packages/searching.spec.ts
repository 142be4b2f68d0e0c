import { beforeAll, describe, expect, test } from 'vitest';
import { Organizations } from '../../src/organizations/organizations.js';
import { Downloads } from '../../src/packages/downloads.js';
import { Searching } from '../../src/packages/searching.js';
import { type ListSort } from '../../src/packages/searching.queries.js';
import { useApp } from '../support/app.js';
import { publish } from '../support/http.js';
import { team, type Team } from '../support/people.js';
import { type PackageSpec } from '../support/tarballs.js';

const app = useApp();
let [acme, other]: Team[] = [];
let [own, foreign]: string[] = [];

const repositoryOf = async ({ name }: Team) => (await app.app.get(Organizations).repository(name))!.id;

beforeAll(async () => {
  [acme, other] = [await team(app), await team(app)];
  [own, foreign] = [await repositoryOf(acme), await repositoryOf(other)];
  const put = (spec: PackageSpec) => publish(app.url, acme!.name, acme!.publishKey, spec);
  await put({ name: 'phoenix', description: 'Productive web framework' });
  await put({ name: 'phoenix_live_view', description: 'Rich, real-time user experiences with server-rendered HTML' });
  await put({ name: 'live_toast', description: 'Notifications for phoenix' });
  await put({ name: 'bandit', description: 'A pure Elixir HTTP server for phoenix applications' });
  await put({ name: 'jason', description: 'A blazing fast JSON parser and generator' });
  await put({ name: 'uses_jason', requirements: [{ name: 'jason', repository: acme.name, requirement: '~> 1.0' }] });
  await put({ name: 'used_jason', version: '1.0.0', requirements: [{ name: 'jason', repository: acme.name }] });
  await put({ name: 'used_jason', version: '2.0.0' });
  const put2 = (spec: PackageSpec) => publish(app.url, other!.name, other!.publishKey, spec);
  await put2({ name: 'phoenix_secret', description: 'The secret phoenix framework with JSON' });
  await put2({ name: 'jason' });
  await put2({ name: 'spy', requirements: [{ name: 'jason', repository: other.name }] });
});

const searching = () => app.app.get(Searching);
const find = async (search: string, sort: ListSort = 'relevance', repositoryIds = [own!]) => {
  const { items, total } = await searching().find({ repositoryIds, search, sort, limit: 30, offset: 0 });
  expect(total).toBe(items.length);
  return items.map(({ name }) => name);
};

describe('finds', () => {
  test.each([
    ['phoenix', ['phoenix', 'phoenix_live_view', 'bandit', 'live_toast']],
    ['Phoenix', ['phoenix', 'phoenix_live_view', 'bandit', 'live_toast']],
    ['pheonix', ['phoenix']],
    ['phx', ['phoenix']],
    ['phoenx', ['phoenix', 'phoenix_live_view']],
    ['live view', ['phoenix_live_view']],
    ['live-view', ['phoenix_live_view']],
    ['framework', ['phoenix']],
    ['frameworks', ['phoenix']],
    ['json parser', ['jason']],
    ['ja', ['jason', 'uses_jason', 'used_jason']],
    ['蜂', []],
    ['%', []],
    ['_', []],
    ["'; drop table packages; --", []],
    ['" unbalanced', []],
    ['& | ! ( ) : * <->', []],
  ])('%j', async (search, expected) => {
    const found = await find(search);
    expect([...found].sort()).toEqual([...expected].sort());
    if (expected.length > 0) expect(found[0]).toBe(expected[0]);
  });

  test('the exact name first, then names that begin so', async () => {
    expect((await find('phoenix')).slice(0, 2)).toEqual(['phoenix', 'phoenix_live_view']);
  });

  test('in the order asked for', async () => {
    const jason = { repositoryId: own!, name: 'jason', version: '1.0.0' };
    const downloads = app.app.get(Downloads);
    for (let at = 0; at < 3; at += 1) downloads.note(jason);
    downloads.note({ ...jason, name: 'bandit' });
    await downloads.flush();
    expect((await find('', 'name'))[0]).toBe('bandit');
    expect((await find('', 'downloads')).slice(0, 2)).toEqual(['jason', 'bandit']);
    expect((await find('', 'updated'))[0]).toBe('used_jason');
    expect((await find('', 'relevance'))[0]).toBe('used_jason');
  });

  test('page after page, each once', async () => {
    const page = async (offset: number) =>
      (await searching().find({ repositoryIds: [own!], search: '', sort: 'name', limit: 3, offset })).items.map(
        ({ name }) => name,
      );
    const all = [...(await page(0)), ...(await page(3)), ...(await page(6))];
    expect(all).toEqual((await find('', 'name')).slice(0, 9));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('never shows', () => {
  test('packages of repositories that were not named', async () => {
    for (const search of ['', 'phoenix', 'secret', 'phoenix_secret', 'json'])
      expect(await find(search)).not.toContain('phoenix_secret');
    expect(await find('phoenix_secret', 'name', [foreign!])).toContain('phoenix_secret');
    expect(await find('phoenix', 'name', [])).toEqual([]);
  });

  test('them to those who mistype', async () => {
    expect(await find('phonix_sekret')).toEqual(['phoenix']);
    expect(await find('phonix_sekret', 'relevance', [foreign!])).toEqual(['phoenix_secret']);
  });

  test('them among dependents, nor in their number', async () => {
    const of = { repository: acme!.name, name: 'jason', limit: 30, offset: 0 };
    const { items, total } = await searching().dependents({ ...of, repositoryIds: [own!, foreign!] });
    expect([items.map(({ name, requirement }) => [name, requirement]), total]).toEqual([[['uses_jason', '~> 1.0']], 1]);
    expect((await searching().dependents({ ...of, repositoryIds: [foreign!] })).total).toBe(0);
    expect((await searching().dependents({ ...of, repositoryIds: [] })).total).toBe(0);
  });
});
