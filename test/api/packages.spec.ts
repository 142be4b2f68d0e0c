import { beforeAll, describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { ask, publish } from '../support/http.js';
import { api, keyOf, onlyPackage, team, type Team, unique } from '../support/people.js';
import { type PackageSpec } from '../support/tarballs.js';

const app = useApp();
let acme: Team;
let key: string;

beforeAll(async () => {
  acme = await team(app);
  key = acme.publishKey;
});

const url = (path: string) => `${app.url}/api/repos/${acme.name}/${path}`;
const put = (spec: PackageSpec) => publish(app.url, acme.name, key, spec);
const get = async (path: string, erlang = false) => {
  const answer = await ask(path.startsWith('http') ? path : url(path), { key, erlang });
  return { ...answer, body: JSON.parse(JSON.stringify(answer.body)) };
};
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;
const audits = (name: string) =>
  app.db.query<{ action: string; params: object }[]>(
    `select action, params from audit_entries where params ->> 'package' = $1 order by id`,
    [name],
  );

describe('a package', () => {
  test('has all that clients read, in both formats', async () => {
    const name = unique('shown');
    const links = `{<<"extra">>,[{<<"a">>,<<"b">>}]}.`;
    for (const version of ['0.1.2', '0.2.0', '0.3.0-rc.1'])
      await put({ name, version, description: 'Holds honey — “well”', extra: links });
    await ask(url(`packages/${name}/releases/0.1.2/retire`), { method: 'POST', key, json: { reason: 'security' } });
    for (const erlang of [false, true]) {
      const { status, body } = await get(`packages/${name}`, erlang);
      expect([status, body]).toEqual([
        200,
        {
          repository: acme.name,
          name,
          url: url(`packages/${name}`),
          html_url: `${app.url}/packages/${acme.name}/${name}`,
          docs_html_url: null,
          latest_version: '0.3.0-rc.1',
          latest_stable_version: '0.2.0',
          configs: {
            'mix.exs': `{:${name}, "~> 0.2.0", organization: "${acme.name}"}`,
            'rebar.config': `{${name}, "0.2.0"}`,
            'erlang.mk': `dep_${name} = hex 0.2.0`,
          },
          meta: { description: 'Holds honey — “well”', licenses: ['MIT'], links: {}, maintainers: [] },
          releases: ['0.3.0-rc.1', '0.2.0', '0.1.2'].map((version) => ({
            version,
            url: url(`packages/${name}/releases/${version}`),
            has_docs: false,
            inserted_at: TIME,
          })),
          security_advisories: [],
          retirements: { '0.1.2': { reason: 'security', message: null } },
          downloads: { all: 0, recent: 0, week: 0, day: 0 },
          owners: [
            {
              username: acme.people.admin.name,
              url: expect.any(String) as string,
              email: acme.people.admin.name,
              level: 'full',
            },
            {
              username: acme.people.write.name,
              url: expect.any(String) as string,
              email: acme.people.write.name,
              level: 'maintainer',
            },
          ],
          inserted_at: TIME,
          updated_at: TIME,
        },
      ]);
    }
  });

  test('without a description has an empty one: rebar3_hex crashes on none', async () => {
    const name = unique('mute');
    await put({ name, description: '' });
    expect((await get(`packages/${name}`)).body.meta.description).toBe('');
    expect((await get(`packages?search=${name}`)).body[0].meta.description).toBe('');
  });

  test('that is not there: 404', async () => {
    for (const name of ['absent', 'ABSENT', 'a-b', '%C3%BC', 'x'.repeat(400)])
      expect((await get(`packages/${name}`)).status).toBe(404);
  });
});

describe('a release', () => {
  test('has all that clients read, in both formats; `retirement` is there even when null', async () => {
    const name = unique('release');
    const requirements = [
      { name: 'jason', requirement: '~> 1.0', optional: true },
      { name: 'plug', app: 'plug_app' },
    ];
    const { body: created } = await put({ name, version: '1.2.3', requirements });
    for (const erlang of [false, true]) {
      const { status, body } = await get(`packages/${name}/releases/1.2.3`, erlang);
      expect([status, body]).toEqual([
        200,
        {
          version: '1.2.3',
          checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          has_docs: false,
          inserted_at: TIME,
          updated_at: TIME,
          retirement: null,
          security_advisories: [],
          package_url: url(`packages/${name}`),
          url: url(`packages/${name}/releases/1.2.3`),
          html_url: `${app.url}/packages/${acme.name}/${name}/1.2.3`,
          docs_html_url: null,
          requirements: {
            jason: { requirement: '~> 1.0', app: 'jason', optional: true },
            plug: { requirement: '>= 0.0.0', app: 'plug_app', optional: false },
          },
          configs: expect.objectContaining({
            'mix.exs': `{:${name}, "~> 1.2", organization: "${acme.name}"}`,
          }) as object,
          meta: { app: name, build_tools: ['mix'], elixir: null },
          downloads: 0,
          publisher: { username: acme.people.write.name, url: `${app.url}/api/users/${acme.people.write.name}` },
        },
      ]);
      expect(body).toEqual(created);
    }
  });

  test.each([
    ['9.9.9', 404, /not found/],
    ['1.0', 400, /^invalid version: 1\.0$/],
    ['latest', 400, /^invalid version: latest$/],
    ['1.0.0%20', 400, /^invalid version/],
    ['..%2f1.0.0', 400, /^invalid version/],
  ])('version %s: %i', async (version, status, message) => {
    await put({ name: 'versions' });
    for (const erlang of [false, true]) {
      const answer = await get(`packages/versions/releases/${version}`, erlang);
      expect([answer.status, answer.body.status]).toEqual([status, status]);
      expect(answer.body.message).toMatch(message);
    }
  });

  test('a pre-release and a dash in the path', async () => {
    await put({ name: 'dashes', version: '1.0.0-rc.1-x' });
    expect((await get('packages/dashes/releases/1.0.0-rc.1-x')).body.version).toBe('1.0.0-rc.1-x');
  });
});

describe('the list', () => {
  let hive: Team;
  const list = async (query: string, of = hive.name) =>
    (
      (await ask(`${app.url}/api/repos/${of}/packages?${query}`, { key: hive.publishKey })).body as { name: string }[]
    ).map(({ name }) => name);

  beforeAll(async () => {
    hive = await team(app);
    await publish(app.url, hive.name, hive.publishKey, { name: 'drone', description: 'Flies around and buzzes' });
    await publish(app.url, hive.name, hive.publishKey, { name: 'queen_bee', description: 'Lays 100% of the eggs' });
    await publish(app.url, hive.name, hive.publishKey, { name: 'queenxbee', description: 'Nothing' });
  });

  test.each([
    ['', ['drone', 'queen_bee', 'queenxbee']],
    ['search=', ['drone', 'queen_bee', 'queenxbee']],
    ['search=queen', ['queen_bee', 'queenxbee']],
    ['search=QUEEN', ['queen_bee', 'queenxbee']],
    ['search=queen_', ['queen_bee']],
    ['search=%25', []],
    ['search=_', []],
    ['search=%5C', []],
    ['search=buzzing', ['drone']],
    ['search=eggs+lays', ['queen_bee']],
    ["search='%3B+drop+table+packages%3B--", []],
    ['search=%26%7C!()', []],
    ['search=%ED%A0%80', []],
    [`search=${'x'.repeat(500)}`, []],
    ['sort=name', ['drone', 'queen_bee', 'queenxbee']],
    ['sort=inserted_at', ['queenxbee', 'queen_bee', 'drone']],
    ['sort=updated_at', ['queenxbee', 'queen_bee', 'drone']],
    ['sort=downloads', ['drone', 'queen_bee', 'queenxbee']],
    ['sort=name%3Bdrop', ['drone', 'queen_bee', 'queenxbee']],
    ['sort=constructor', ['drone', 'queen_bee', 'queenxbee']],
    ['page=1', ['drone', 'queen_bee', 'queenxbee']],
    ['page=2', []],
    ['page=0', ['drone', 'queen_bee', 'queenxbee']],
    ['page=x', ['drone', 'queen_bee', 'queenxbee']],
    ['page=99999999999999999999', []],
  ])('%s', async (query, names) => {
    expect(await list(query)).toEqual(names);
  });

  test('a question without end: 422', async () => {
    const answer = await ask(`${app.url}/api/packages?search=${'x'.repeat(501)}`, { key });
    expect([answer.status, Object.keys(answer.body.errors as object)]).toEqual([422, ['search']]);
  });

  test('has what rebar3_hex and mix read of each', async () => {
    const { body } = await ask(`${app.url}/api/repos/${hive.name}/packages?search=drone`, {
      key: hive.publishKey,
      erlang: true,
    });
    expect(JSON.parse(JSON.stringify(body))).toEqual([
      expect.objectContaining({
        repository: hive.name,
        name: 'drone',
        html_url: expect.any(String) as string,
        downloads: { all: 0, recent: 0, week: 0, day: 0 },
        meta: expect.objectContaining({ description: 'Flies around and buzzes' }) as object,
        releases: [expect.objectContaining({ version: '1.0.0' })],
      }),
    ]);
  });

  test('comes in pages of a hundred, each package once', async () => {
    await app.db.query(
      `with made as (
         insert into packages (repository_id, name, meta, created_at, updated_at)
         select repository_id, 'many_' || lpad(n::text, 3, '0'), meta, created_at, updated_at
         from packages, generate_series(1, 150) n where name = 'drone' returning id)
       insert into releases (package_id, version, publisher_name, inner_checksum, outer_checksum, tarball_key, size, meta, created_at, updated_at)
       select made.id, version, publisher_name, inner_checksum, outer_checksum, tarball_key, size, l.meta, l.created_at, l.updated_at
       from made, releases l join packages p on p.id = l.package_id where p.name = 'drone'`,
    );
    for (const sort of ['name', 'inserted_at', 'updated_at']) {
      const pages = await Promise.all([1, 2, 3].map((page) => list(`search=many_&sort=${sort}&page=${page}`)));
      expect(pages.map((page) => page.length)).toEqual([100, 50, 0]);
      expect(new Set(pages.flat()).size).toBe(150);
    }
    const address = (page: number) =>
      `${app.url}/api/repos/${hive.name}/packages?search=many_&per_page=70&page=${page}`;
    const link = async (page: number) => (await ask(address(page), { key: hive.publishKey })).headers.get('link');
    expect(await link(1)).toBe(`<${address(2)}>; rel="next"`);
    expect(await link(2)).toBe(
      `<${address(3)}>; rel="next", <${address(1)}>; rel="prev", <${address(1)}>; rel="first"`,
    );
    expect(await link(3)).toBe(`<${address(2)}>; rel="prev", <${address(1)}>; rel="first"`);
  });
});

describe('retiring all of a package', () => {
  const retireAll = (name: string, json: object, query = '', erlang = false) =>
    ask(url(`packages/${name}/retire${query}`), { method: 'POST', key, json, erlang });
  const marks = async (name: string) => (await get(`packages/${name}`)).body.retirements as object;

  test.each([false, true])('marks what is not marked yet, or everything (Erlang terms: %s)', async (erlang) => {
    const name = unique('old');
    for (const version of ['1.0.0', '1.1.0', '2.0.0-rc.1']) await put({ name, version });
    const index = async () =>
      (await ask(`${app.url}/repo/repos/${acme.name}/packages/${name}`, { key: acme.fetchKey })).headers.get('etag');
    await ask(url(`packages/${name}/releases/1.1.0/retire`), { method: 'POST', key, json: { reason: 'security' } });
    const before = await index();
    const answer = await retireAll(name, { reason: 'renamed', message: 'use comb instead' }, '', erlang);
    expect([answer.status, answer.bytes.length, answer.headers.get('content-type')]).toEqual([204, 0, null]);
    const renamed = { reason: 'renamed', message: 'use comb instead' };
    expect(await marks(name)).toEqual({
      ...{ '1.0.0': renamed, '2.0.0-rc.1': renamed },
      '1.1.0': { reason: 'security', message: null },
    });
    expect(await index()).not.toBe(before);
    const log = (await audits(name)).filter(({ action }) => action === 'release.retire');
    expect(log.map(({ params }) => (params as { version: string }).version)).toEqual(['1.1.0', '1.0.0', '2.0.0-rc.1']);
    // All are marked: nothing to do.
    expect((await retireAll(name, { reason: 'other' }, '', erlang)).status).toBe(204);
    expect((await audits(name)).filter(({ action }) => action === 'release.retire')).toHaveLength(3);
    for (const [body, query] of [
      [{ reason: 'deprecated', replace: true }, ''],
      [{ reason: 'invalid' }, '?replace=true'],
    ] as const) {
      expect((await retireAll(name, body, query, erlang)).status).toBe(204);
      const mark = { reason: body.reason, message: null };
      expect(await marks(name)).toEqual({ '1.0.0': mark, '1.1.0': mark, '2.0.0-rc.1': mark });
    }
  });

  test('is refused as for one release', async () => {
    const name = unique('old');
    await put({ name });
    expect((await retireAll(name, { reason: 'boredom' })).body.errors).toEqual({ reason: 'is invalid' });
    expect((await retireAll('absent', { reason: 'other' })).status).toBe(404);
    const reader = await keyOf(app, acme.people.read, api());
    const refused = await ask(url(`packages/${name}/retire`), {
      method: 'POST',
      key: reader,
      json: { reason: 'other' },
    });
    expect([refused.status, await marks(name)]).toEqual([403, {}]);
  });
});

describe('retiring', () => {
  const retire = (name: string, json: unknown, erlang = false) =>
    ask(url(`packages/${name}/releases/1.0.0/retire`), { method: 'POST', key, json, erlang });
  const fetchIndex = async (name: string) =>
    (await ask(`${app.url}/repo/repos/${acme.name}/packages/${name}`, { key: acme.fetchKey })).headers.get('etag');

  test('204 and nothing else; shown, in the index, in the log; and taken back', async () => {
    const name = unique('retired');
    await put({ name });
    const before = await fetchIndex(name);
    const answer = await retire(name, { reason: 'deprecated', message: 'use another' }, true);
    expect([answer.status, answer.bytes.length, answer.headers.get('content-type')]).toEqual([204, 0, null]);
    expect((await get(`packages/${name}/releases/1.0.0`)).body.retirement).toEqual({
      reason: 'deprecated',
      message: 'use another',
    });
    const during = await fetchIndex(name);
    expect(during).not.toBe(before);
    // As mix sends none.
    expect((await retire(name, { reason: 'invalid', message: '' }, true)).status).toBe(204);
    const wordless = { reason: 'invalid', message: null };
    expect((await get(`packages/${name}/releases/1.0.0`)).body.retirement).toEqual(wordless);
    const back = await ask(url(`packages/${name}/releases/1.0.0/retire`), { method: 'DELETE', key, erlang: true });
    expect([back.status, back.bytes.length]).toEqual([204, 0]);
    expect((await get(`packages/${name}`)).body.retirements).toEqual({});
    expect(await fetchIndex(name)).not.toBe(during);
    expect((await audits(name)).map(({ action }) => action)).toEqual([
      'release.publish',
      'release.retire',
      'release.retire',
      'release.unretire',
    ]);
    expect(
      (await ask(`${app.url}/repo/repos/${acme.name}/tarballs/${name}-1.0.0.tar`, { key: acme.fetchKey })).status,
    ).toBe(200);
  });

  test.each([
    ['no reason', {}, { reason: 'is invalid' }],
    ['an unknown reason', { reason: 'boring', message: 'because' }, { reason: 'is invalid' }],
    ['too short a message', { reason: 'other', message: 'no' }, { message: 'should be at least 3 characters' }],
    [
      'too long a message',
      { reason: 'other', message: 'x'.repeat(141) },
      { message: 'should be at most 140 characters' },
    ],
    ['a list for a message', { reason: 'other', message: ['a'] }, { message: expect.any(String) as string }],
  ])('%s: 422', async (_what, json, errors) => {
    const name = unique('kept');
    await put({ name });
    const answer = await retire(name, json);
    expect([answer.status, answer.body.errors]).toEqual([422, errors]);
    expect((await get(`packages/${name}/releases/1.0.0`)).body.retirement).toBeNull();
  });

  test.each(['other', 'invalid', 'security', 'deprecated', 'renamed'])('for the reason %s', async (reason) => {
    const name = unique('reason');
    await put({ name });
    expect((await retire(name, { reason, message: null }, true)).status).toBe(204);
    expect((await get(`packages/${name}/releases/1.0.0`)).body.retirement).toEqual({ reason, message: null });
  });

  test('what is not there: 404; a version that is none: 400', async () => {
    const json = { reason: 'other', message: 'because' };
    await put({ name: 'there' });
    for (const [path, status] of [
      ['absent/releases/1.0.0', 404],
      ['there/releases/9.9.9', 404],
      ['there/releases/x', 400],
    ] as const)
      for (const method of ['POST', 'DELETE'])
        expect([
          method,
          path,
          (await ask(url(`packages/${path}/retire`), { method, key, ...(method === 'POST' ? { json } : {}) })).status,
        ]).toEqual([method, path, status]);
  });
});

describe('reverting', () => {
  const revert = (name: string, version = '1.0.0', by = key) =>
    ask(url(`packages/${name}/releases/${version}`), { method: 'DELETE', key: by });
  const status = async (path: string) =>
    (await ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key: acme.fetchKey })).status;

  test('one release: gone from the API, the index and the files; the others stay', async () => {
    const name = unique('reverted');
    for (const version of ['1.0.0', '1.1.0']) await put({ name, version, requirements: [{ name: 'jason' }] });
    const answer = await revert(name, '1.1.0');
    expect([answer.status, answer.bytes.length]).toEqual([204, 0]);
    expect((await get(`packages/${name}`)).body.releases).toHaveLength(1);
    expect([await status(`tarballs/${name}-1.1.0.tar`), await status(`tarballs/${name}-1.0.0.tar`)]).toEqual([
      404, 200,
    ]);
    expect((await revert(name, '1.1.0')).status).toBe(404);
    expect((await audits(name)).at(-1)).toMatchObject({
      action: 'release.revert',
      params: { version: '1.1.0', checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
  });

  test('the last one takes the package along; the name is free again, and the index goes on, not back', async () => {
    const name = unique('reverted');
    await put({ name });
    expect((await revert(name)).status).toBe(204);
    expect([
      (await get(`packages/${name}`)).status,
      await status(`packages/${name}`),
      await status(`tarballs/${name}-1.0.0.tar`),
    ]).toEqual([404, 404, 404]);
    expect(await app.db.query('select 1 from packages where name = $1', [name])).toEqual([]);
    expect((await put({ name, description: 'anew' })).status).toBe(201);
    expect(await status(`packages/${name}`)).toBe(200);
    expect((await get(`packages?search=${name}`)).body).toHaveLength(1);
  });

  test('the same bytes may come back after a revert', async () => {
    const name = unique('back');
    const { tarball } = await put({ name });
    await revert(name);
    expect((await put({ name })).status).toBe(201);
    const fetched = await ask(`${app.url}/repo/repos/${acme.name}/tarballs/${name}-1.0.0.tar`, { key: acme.fetchKey });
    expect(fetched.bytes.equals(tarball)).toBe(true);
    expect(
      await app.db.query(
        `select state from stored_objects o join releases l on l.tarball_key = o.key join packages p on p.id = l.package_id where p.name = $1`,
        [name],
      ),
    ).toEqual([{ state: 'live' }]);
  });

  test('what others of the repository build on stays, to its last release', async () => {
    const name = unique('base');
    await put({ name });
    await put({ name: `${name}_user`, requirements: [{ name, repository: acme.name }] });
    const answer = await revert(name);
    expect([answer.status, answer.body.errors]).toEqual([
      422,
      { name: 'you cannot delete this package because other packages depend on it' },
    ]);
    expect(await status(`packages/${name}`)).toBe(200);
  });

  test.each([
    ['a reader', () => keyOf(app, acme.people.read, api()), 403],
    ['a key for reading', () => keyOf(app, acme.people.write, api('read')), 401],
    ['a key for another package', () => keyOf(app, acme.people.write, onlyPackage(`${acme.name}/else`)), 401],
  ] as const)('%s neither reverts nor retires', async (_who, give, expected) => {
    const name = unique('safe');
    await put({ name });
    const by = await give();
    expect((await revert(name, '1.0.0', by)).status).toBe(expected);
    for (const method of ['POST', 'DELETE'])
      expect(
        (
          await ask(url(`packages/${name}/releases/1.0.0/retire`), {
            method,
            key: by,
            ...(method === 'POST' ? { json: { reason: 'other' } } : {}),
          })
        ).status,
      ).toBe(expected);
    expect((await get(`packages/${name}/releases/1.0.0`)).body.retirement).toBeNull();
  });
});
