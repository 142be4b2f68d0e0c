import { beforeAll, describe, expect, test } from 'vitest';
import { Members } from '../../src/organizations/members.js';
import { Renaming } from '../../src/registry/renaming.js';
import { useApp } from '../support/app.js';
import { ask, publish } from '../support/http.js';
import { api, keyOf, person, team, type Team, TESTS, unique } from '../support/people.js';
import { tarball } from '../support/tarballs.js';

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
let acme: Team;

interface Entry {
  readonly action: string;
  readonly params: Record<string, unknown>;
}

beforeAll(async () => {
  acme = await team(app);
});

const get = async (path: string, key?: string, erlang = false) => {
  const answer = await ask(`${app.url}/api/${path}`, { key, erlang });
  return { ...answer, body: JSON.parse(JSON.stringify(answer.body)) as Entry[] };
};
const actions = (entries: Entry[]) => entries.map(({ action }) => action);
/** The pages that `Link` names, by relation. */
const links = (headers: Headers) =>
  Object.fromEntries(
    [...(headers.get('link') ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]),
  );

describe('of an organization', () => {
  test.each([false, true])('holds what the page shows, newest first (Erlang terms: %s)', async (erlang) => {
    const name = unique('wax');
    await publish(app.url, acme.name, acme.publishKey, { name });
    const reader = await keyOf(app, acme.people.read, api('read'));
    const { status, body } = await get(`orgs/${acme.name}/audit-logs`, reader, erlang);
    const newest = body.find(({ params }) => params['package'] === name);
    expect([status, newest]).toEqual([
      200,
      {
        ...{ id: expect.stringMatching(/^\d+$/) as string, action: 'release.publish' },
        actor: { kind: 'user', name: acme.people.write.name },
        key: expect.stringMatching(/^key/) as string,
        params: {
          ...{ repository: acme.name, package: name, version: '1.0.0', replaced: false },
          checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        },
        ...{ ip: '127.0.0.1', user_agent: 'hex_core/0.19.0 tests' },
        ...{ request_id: expect.any(String) as string, inserted_at: expect.stringMatching(/Z$/) as string },
      },
    ]);
    expect(actions(body)).toContain('member.add');
    const times = body.map((entry) => (entry as unknown as { inserted_at: string }).inserted_at);
    expect(times).toEqual(times.toSorted().reverse());
  });

  test('comes in pages, whose neighbours `Link` names as far as they are known', async () => {
    const hive = await team(app);
    for (let number = 1; number <= 5; number += 1)
      await publish(app.url, hive.name, hive.publishKey, { name: `wax${number}` });
    const path = `orgs/${hive.name}/audit-logs`;
    const all = (await get(path, hive.publishKey)).body;
    const seen: Entry[] = [];
    let next: string | undefined = `${app.url}/api/${path}?per_page=3`;
    for (let page = 1; next !== undefined; page += 1) {
      const answer = await ask(next, { key: hive.publishKey });
      seen.push(...(answer.body as Entry[]));
      const found = links(answer.headers);
      expect(found['first']).toBe(page === 1 ? undefined : `${app.url}/api/${path}?per_page=3&page=1`);
      expect(found['prev']).toBe(page === 1 ? undefined : `${app.url}/api/${path}?per_page=3&page=${page - 1}`);
      next = found['next'];
    }
    expect(seen).toEqual(all);
    expect((await get(path, hive.publishKey)).headers.get('link')).toBeNull();
    for (const query of ['page=x', 'page=', 'per_page=', 'per_page=-', 'per_page=1000', 'page=-1', 'page=1&page=1'])
      expect([query, (await get(`${path}?${query}`, hive.publishKey)).body]).toEqual([query, all]);
    expect((await get(`${path}?page=99`, hive.publishKey)).body).toEqual([]);
  });

  test('is not for those who only pay, nor for keys that read nothing', async () => {
    const payer = await person(app);
    await app.app.get(Members).add(TESTS, acme.organization, payer, 'billing');
    const path = `orgs/${acme.name}/audit-logs`;
    expect((await get(path, await keyOf(app, payer, api()))).status).toBe(403);
    expect((await get(path, acme.fetchKey)).status).toBe(401);
    expect((await get(path, await keyOf(app, acme.organization, api('read')))).status).toBe(200);
    expect((await get(path, (await team(app)).publishKey)).status).toBe(404);
    expect((await get(path)).status).toBe(404);
  });
});

describe('of a person', () => {
  test.each([false, true])('is their own alone (Erlang terms: %s)', async (erlang) => {
    const [ada, bob] = [await person(app), await person(app)];
    const key = await keyOf(app, ada, api('read'));
    await keyOf(app, bob, api());
    const { status, body } = await get('users/me/audit-logs', key, erlang);
    expect([status, actions(body)]).toEqual([200, ['key.create', 'user.create']]);
    expect(body[1]!.params).toEqual({ user: ada.name });
    expect(links((await get('users/me/audit-logs?per_page=1', key)).headers)).toEqual({
      next: `${app.url}/api/users/me/audit-logs?per_page=1&page=2`,
    });
    expect((await get('users/me/audit-logs')).status).toBe(401);
    expect((await get('users/me/audit-logs', await keyOf(app, acme.organization, api()))).status).toBe(404);
  });
});

describe('of a package', () => {
  test.each([false, true])('holds what happened to it, under whatever name (Erlang terms: %s)', async (erlang) => {
    const hive = await team(app);
    const [name, other] = [unique('wax'), unique('wax')];
    for (const one of [name, other]) await publish(app.url, hive.name, hive.publishKey, { name: one });
    await ask(`${app.url}/api/repos/${hive.name}/packages/${name}/releases/1.0.0/retire`, {
      ...{ method: 'POST', key: hive.publishKey, json: { reason: 'other' } },
    });
    const now = unique('renamed');
    await app.app.get(Renaming).rename(TESTS, hive.organization, now);
    const { status, body } = await get(`repos/${now}/packages/${name}/audit-logs`, hive.publishKey, erlang);
    expect([status, actions(body)]).toEqual([200, ['release.retire', 'release.publish']]);
    expect(body[1]).toMatchObject({ ip: '127.0.0.1' });
    expect((await get(`repos/${now}/packages/absent/audit-logs`, hive.publishKey)).status).toBe(404);
    expect((await get(`repos/${now}/packages/${name}/audit-logs`, acme.publishKey)).status).toBe(404);
  });

  test('of the public repository everybody sees, but from where only its owners, and nobody what was before', async () => {
    const [ada, bob] = [await person(app), await person(app)];
    const [adas, bobs] = [await keyOf(app, ada, api()), await keyOf(app, bob, api())];
    const name = unique('open');
    const bytes = await tarball({ name });
    const put = (key: string) => ask(`${app.url}/api/publish`, { method: 'POST', key, bytes });
    await put(adas);
    await ask(`${app.url}/api/packages/${name}/releases/1.0.0`, { method: 'DELETE', key: adas });
    app.clock.advance(1000);
    await put(bobs);
    const path = `packages/${name}/audit-logs`;
    const mine = (await get(path, bobs)).body;
    expect(mine).toMatchObject([{ action: 'release.publish', ip: '127.0.0.1', key: expect.any(String) as string }]);
    for (const key of [undefined, adas]) {
      const hidden = { ip: null, user_agent: null, request_id: null, key: null };
      expect((await get(path, key)).body).toEqual([{ ...mine[0], ...hidden }]);
    }
    await ask(`${app.url}/api/packages/${name}/owners/${ada.name}`, { method: 'PUT', key: bobs, json: {} });
    expect(actions((await get(`repos/hexpm/${path}`)).body)).toEqual(['owner.add', 'release.publish']);
  });
});

test('GET /users/:name/test asks for a credential, and shows the user', async () => {
  const path = `users/${acme.people.read.name}`;
  expect((await get(`${path}/test`)).status).toBe(401);
  const key = await keyOf(app, acme.people.read, api('read'));
  expect((await get(`${path}/test`, key)).body).toEqual((await get(path, key)).body);
});
