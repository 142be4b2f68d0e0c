import { beforeAll, describe, expect, test } from 'vitest';
import { Downloads } from '../../src/packages/downloads.js';
import { startApp, useApp } from '../support/app.js';
import { ask, publish } from '../support/http.js';
import { team, type Team, unique } from '../support/people.js';

const app = useApp();
const DAY = 24 * 60 * 60 * 1000;
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
});

const file = (name: string, version = '1.0.0') => `${app.url}/repo/repos/${acme.name}/tarballs/${name}-${version}.tar`;
const fetchIt = (name: string, more: Parameters<typeof ask>[1] = {}) =>
  ask(file(name), { key: acme.fetchKey, ...more });
const downloads = () => app.app.get(Downloads);
/** A client may have all bytes a moment before the server has noted that they went out. */
const flush = async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  await downloads().flush();
};
const sum = (counts: { count: string }[]) => counts.reduce((total, { count }) => total + Number(count), 0);
const repositoryIdOf = async (name: string) =>
  (await app.db.query<{ id: string }[]>('select id from repositories where name = $1', [name]))[0]!.id;
const shown = async (name: string) =>
  (await ask(`${app.url}/api/repos/${acme.name}/packages/${name}`, { key: acme.publishKey })).body.downloads as object;

async function published(...versions: string[]): Promise<string> {
  const name = unique('wax');
  for (const version of versions) await publish(app.url, acme.name, acme.publishKey, { name, version });
  return name;
}

const rows = (name: string) =>
  app.db.query<{ day: string; count: string }[]>(
    `select d.day::text, d.count from downloads d join releases l on l.id = d.release_id
     join packages p on p.id = l.package_id where p.name = $1 order by d.day, l.version`,
    [name],
  );

describe('counted is', () => {
  test('a whole tarball that went out, and nothing else', async () => {
    const name = await published('1.0.0');
    const first = await fetchIt(name);
    expect(first.status).toBe(200);
    const etag = first.headers.get('etag')!;
    const others = [
      await fetchIt(name, { method: 'HEAD' }),
      await fetchIt(name, { headers: { 'if-none-match': etag } }),
      await fetchIt(name, { headers: { range: 'bytes=0-9' } }),
      await fetchIt(name, { headers: { range: 'bytes=10-' } }),
      await ask(file(name)),
      await ask(`${app.url}/repo/repos/${acme.name}/packages/${name}`, { key: acme.fetchKey }),
    ];
    expect(others.map(({ status }) => status)).toEqual([200, 304, 206, 206, 401, 200]);
    await flush();
    expect(await rows(name)).toEqual([{ day: expect.any(String) as string, count: '1' }]);
  });

  test('every fetch of many at once, by release', async () => {
    const name = await published('1.0.0', '1.1.0');
    await Promise.all([
      ...Array.from({ length: 20 }, () => fetchIt(name)),
      ...Array.from({ length: 5 }, () => ask(file(name, '1.1.0'), { key: acme.fetchKey })),
    ]);
    await flush();
    expect((await rows(name)).map(({ count }) => count)).toEqual(['20', '5']);
    expect(await shown(name)).toEqual({ all: 25, recent: 25, week: 25, day: 25 });
    const release = `${app.url}/api/repos/${acme.name}/packages/${name}/releases/1.1.0`;
    expect((await ask(release, { key: acme.publishKey })).body.downloads).toBe(5);
  });
});

describe('written is', () => {
  test('by day, and added to what is there', async () => {
    const name = await published('1.0.0');
    const repositoryId = await repositoryIdOf(acme.name);
    const release = { repositoryId, name, version: '1.0.0' };
    downloads().note(release);
    await flush();
    downloads().note(release);
    await flush();
    app.clock.advance(8 * DAY);
    for (let at = 0; at < 3; at += 1) downloads().note(release);
    await flush();
    await flush();
    expect((await rows(name)).map(({ count }) => count)).toEqual(['2', '3']);
    expect(await shown(name)).toEqual({ all: 5, recent: 5, week: 3, day: 3 });
    const id = (await app.db.query<{ id: string }[]>('select id from packages where name = $1', [name]))[0]!.id;
    const days = await downloads().daily(id, 30);
    expect(days).toHaveLength(30);
    expect([days.at(-1)!.count, days.at(-9)!.count, days.at(-2)!.count]).toEqual([3, 2, 0]);
  });

  test('nothing for a release that is gone, and that holds up no other', async () => {
    const [gone, stays] = [await published('1.0.0'), await published('1.0.0')];
    await fetchIt(gone);
    await fetchIt(stays);
    await ask(`${app.url}/api/repos/${acme.name}/packages/${gone}/releases/1.0.0`, {
      method: 'DELETE',
      key: acme.publishKey,
    });
    await flush();
    expect([(await rows(gone)).length, (await rows(stays)).length]).toEqual([0, 1]);
  });

  test('what waited while the database could not take it', async () => {
    const name = await published('1.0.0');
    await fetchIt(name);
    await app.db.query('alter table downloads rename to downloads_away');
    await expect(flush()).rejects.toThrow(/downloads/);
    await app.db.query('alter table downloads_away rename to downloads');
    await fetchIt(name);
    await flush();
    expect((await rows(name)).map(({ count }) => count)).toEqual(['2']);
  });

  test('what is noted with other objects of the same release, before and after', async () => {
    const name = await published('1.0.0');
    const repositoryId = await repositoryIdOf(acme.name);
    const [one, other] = [0, 1].map(() => ({ repositoryId, name, version: '1.0.0' }));
    for (const release of [one!, other!, one!]) downloads().note(release);
    await flush();
    downloads().note(other!);
    downloads().note(one!);
    await flush();
    await flush();
    downloads().note(one!);
    await flush();
    expect((await rows(name)).map(({ count }) => count)).toEqual(['6']);
  });

  test('what comes while all places are held by what has been written already', async () => {
    const name = await published('1.0.0');
    const repositoryId = await repositoryIdOf(acme.name);
    const release = { repositoryId, name, version: '1.0.0' };
    downloads().note(release);
    downloads().note({ ...release });
    await flush();
    for (let other = 0; other < 50_000; other += 1)
      downloads().note({ repositoryId, name: `gone_${other}`, version: '1.0.0' });
    // No place is left, and none that has nothing to write.
    downloads().note(release);
    await flush();
    expect((await rows(name)).map(({ count }) => count)).toEqual(['2']);
    for (let time = 0; time < 2; time += 1) downloads().note(release);
    await flush();
    expect((await rows(name)).map(({ count }) => count)).toEqual(['4']);
  });

  test('by two processes at once without a loss or a deadlock, while a release is taken back', async () => {
    const names = await Promise.all(Array.from({ length: 6 }, () => published('1.0.0', '2.0.0')));
    const other = await startApp({ databaseUrl: app.config.databaseUrl, env: { JOBS_CONCURRENCY: '0' } });
    try {
      const repositoryId = await repositoryIdOf(acme.name);
      const both = [app.app.get(Downloads), other.app.get(Downloads)];
      const count = async (process: Downloads, round: number) => {
        for (const name of round % 2 === 0 ? names : names.toReversed())
          process.note({ repositoryId, name, version: '1.0.0' });
        await process.flush();
      };
      const revert = (name: string) =>
        ask(`${app.url}/api/repos/${acme.name}/packages/${name}/releases/2.0.0`, {
          method: 'DELETE',
          key: acme.publishKey,
        });
      const rounds = Array.from({ length: 20 }, (_, round) => both.map((process) => count(process, round)));
      const answers = await Promise.all([...names.map(revert), ...rounds.flat()]);
      expect(answers.slice(0, names.length).map((answer) => answer?.status)).toEqual(names.map(() => 204));
      for (const name of names) expect([name, sum(await rows(name))]).toEqual([name, 40]);
    } finally {
      await other.stop();
    }
  });

  test('at a clean stop', async () => {
    const name = await published('1.0.0');
    const other = await startApp({ databaseUrl: app.config.databaseUrl, env: { JOBS_CONCURRENCY: '0' } });
    const repositoryId = await repositoryIdOf(acme.name);
    other.app.get(Downloads).note({ repositoryId, name, version: '1.0.0' });
    expect(await rows(name)).toEqual([]);
    await other.stop();
    expect((await rows(name)).map(({ count }) => count)).toEqual(['1']);
  });
});

test('of one release: all, or by day and month, within a span', async () => {
  const name = await published('1.0.0', '1.1.0');
  const [{ id }] = await app.db.query<[{ id: string }]>(
    `select l.id from releases l join packages p on p.id = l.package_id where p.name = $1 and l.version = '1.0.0'`,
    [name],
  );
  await app.db.query(
    `insert into downloads (release_id, day, count)
     values ($1, '2026-01-30', 2), ($1, '2026-01-31', 3), ($1, '2026-02-01', 5), ($1, '2026-03-01', 7)`,
    [id],
  );
  const counted = async (query: string, version = '1.0.0', erlang = false) => {
    const path = `${app.url}/api/repos/${acme.name}/packages/${name}/releases/${version}?${query}`;
    const { status, body } = await ask(path, { key: acme.publishKey, erlang });
    return status === 200 ? (body.downloads as unknown) : [status, { ...(body.errors as object) }];
  };
  expect(await counted('')).toBe(17);
  expect(await counted('downloads=all&downloads_after=2026-01-31')).toBe(15);
  expect(await counted('downloads=all&downloads_after=2026-01-31&downloads_before=2026-02-01')).toBe(8);
  expect(await counted('downloads=all&downloads_before=2026-01-29')).toBe(0);
  for (const erlang of [false, true])
    expect(await counted('downloads=day&downloads_after=2026-01-31', '1.0.0', erlang)).toEqual([
      ...[
        ['2026-01-31', 3],
        ['2026-02-01', 5],
        ['2026-03-01', 7],
      ],
    ]);
  expect(await counted('downloads=month')).toEqual([
    ['2026-01', 5],
    ['2026-02', 5],
    ['2026-03', 7],
  ]);
  expect(await counted('downloads=week')).toBe(17);
  expect(await counted('downloads=day', '1.1.0')).toEqual([]);
  for (const date of ['yesterday', '2026-02-30', "2026-01-01' or '1'='1"])
    expect(await counted(`downloads_after=${encodeURIComponent(date)}`)).toEqual([
      422,
      { downloads_after: 'must be an ISO 8601 date' },
    ]);
});
