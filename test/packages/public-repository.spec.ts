import { beforeAll, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { useApp } from '../support/app.js';
import { ask, type Answer } from '../support/http.js';
import { api, keyOf, onlyPackage, person, team, type Team, unique } from '../support/people.js';
import { type PackageSpec, tarball } from '../support/tarballs.js';

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
const HOUR = 60 * 60 * 1000;
let ada: User;
let bob: User;
let adasKey: string;
let bobsKey: string;
let acme: Team;

beforeAll(async () => {
  [ada, bob] = [await person(app, 'ada'), await person(app, 'bob')];
  [adasKey, bobsKey] = [await keyOf(app, ada, api()), await keyOf(app, bob, api())];
  acme = await team(app);
});

const api_ = (path: string) => `${app.url}/api/${path}`;
const get = (path: string, key?: string) => ask(api_(path), { key });

async function put(spec: PackageSpec, key = adasKey, road = 'publish'): Promise<Answer & { tarball: Buffer }> {
  const bytes = await tarball(spec);
  return { ...(await ask(api_(road), { method: 'POST', key, bytes })), tarball: bytes };
}

const releasesOf = (name: string) =>
  app.db.query<{ version: string; publisher_name: string }[]>(
    'select version, publisher_name from releases l join packages p on p.id = l.package_id where p.name = $1 order by version',
    [name],
  );

describe('everybody', () => {
  test('reads it without a credential, in the API and as files', async () => {
    const name = unique('open');
    const published = await put({ name });
    expect([published.status, published.headers.get('location')]).toEqual([
      201,
      api_(`packages/${name}/releases/1.0.0`),
    ]);
    for (const path of [
      `packages/${name}`,
      `packages/${name}/releases/1.0.0`,
      'packages',
      'repos',
      'repos/hexpm',
      'repos/hexpm/packages',
    ])
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    for (const prefix of ['', '/repos/hexpm', '/repos/hexpm:hexpm']) {
      const file = await ask(`${app.url}/repo${prefix}/tarballs/${name}-1.0.0.tar`);
      expect([prefix, file.status]).toEqual([prefix, 200]);
      expect(file.bytes.equals(published.tarball)).toBe(true);
    }
  });

  test('is served as files whatever credential is sent along', async () => {
    const name = unique('open');
    await put({ name });
    for (const key of ['noise', 'Bearer x', 'Basic eDp5', acme.fetchKey])
      expect([key, (await ask(`${app.url}/repo/packages/${name}`, { key })).status]).toEqual([key, 200]);
  });

  test('is refused in the API with a credential that does not work', async () => {
    expect((await get('packages', 'noise')).status).toBe(401);
  });

  test('both ways to say it mean the same', async () => {
    const name = unique('same');
    await put({ name }, adasKey, 'repos/hexpm/publish');
    const [short, long] = [await get(`packages/${name}`), await get(`repos/hexpm/packages/${name}`)];
    expect(long.body).toEqual(short.body);
    expect(short.body).toMatchObject({
      repository: 'hexpm',
      url: api_(`packages/${name}`),
      configs: { 'mix.exs': `{:${name}, "~> 1.0"}` },
    });
  });

  test('finds public packages only, even where a member would find more', async () => {
    const name = unique('found');
    await put({ name });
    await put({ name: `${name}_private` }, acme.publishKey, `repos/${acme.name}/publish`);
    const names = async (path: string, key?: string) =>
      ((await get(path, key)).body as { name: string }[]).map((one) => one.name);
    expect(await names(`packages?search=${name}`)).toEqual([name]);
    expect(await names(`packages?search=${name}`, adasKey)).toEqual([name]);
    expect(await names(`packages?search=${name}`, acme.publishKey)).toEqual([name, `${name}_private`]);
    expect(await names(`repos/hexpm/packages?search=${name}`, acme.publishKey)).toEqual([name]);
    expect(await names(`repos/hexpm:hexpm/packages?search=${name}`, acme.publishKey)).toEqual([name]);
  });

  test('publishes nothing', async () => {
    const bytes = await tarball({ name: 'nothing' });
    for (const road of ['publish', 'packages/nothing/releases', 'repos/hexpm/publish'])
      expect([road, (await ask(api_(road), { method: 'POST', bytes })).status]).toEqual([road, 401]);
  });
});

describe('owners', () => {
  test('who makes a package owns it; nobody else publishes, retires or reverts', async () => {
    const name = unique('owned');
    await put({ name });
    expect((await get(`packages/${name}`)).body.owners).toEqual([
      { username: 'ada', email: 'ada', url: api_('users/ada'), level: 'full' },
    ]);
    expect((await get('users/ada')).body.packages).toContainEqual(
      expect.objectContaining({ name, repository: 'hexpm' }),
    );
    const release = api_(`packages/${name}/releases/1.0.0`);
    const tries = [
      await put({ name, version: '1.0.1' }, bobsKey),
      await put({ name, version: '1.0.1' }, bobsKey, `packages/${name}/releases`),
      await ask(`${release}/retire`, { method: 'POST', key: bobsKey, json: { reason: 'other', message: 'because' } }),
      await ask(`${release}/retire`, { method: 'DELETE', key: bobsKey }),
      await ask(release, { method: 'DELETE', key: bobsKey }),
    ];
    for (const { status, body } of tries)
      expect([status, body.message]).toEqual([403, 'account not authorized for this action']);
    expect(await releasesOf(name)).toEqual([{ version: '1.0.0', publisher_name: 'ada' }]);
  });

  test('a maintainer publishes', async () => {
    const name = unique('shared');
    await put({ name });
    await app.db.query(
      `insert into package_owners (package_id, user_id, level, created_at)
       select p.id, $2, 'maintainer', now() from packages p where p.name = $1`,
      [name, bob.id],
    );
    expect((await put({ name, version: '1.0.1' }, bobsKey)).status).toBe(201);
  });

  test('an organization’s key publishes nothing public', async () => {
    const answer = await put({ name: unique('robots') }, await keyOf(app, acme.organization, api()));
    expect([answer.status, answer.body.message]).toEqual([403, 'account not authorized for this action']);
  });

  test('a key for one package publishes that one', async () => {
    const [mine, other] = [unique('mine'), unique('other')];
    const key = await keyOf(app, ada, onlyPackage(`hexpm/${mine}`));
    expect((await put({ name: mine }, key)).status).toBe(201);
    expect((await put({ name: other }, key)).status).toBe(401);
  });

  test('two people make one package at the same time: it belongs to one, and holds only that one’s releases', async () => {
    for (let round = 0; round < 5; round += 1) {
      const name = unique('race');
      const answers = await Promise.all([
        put({ name, version: '1.0.0' }, adasKey),
        put({ name, version: '2.0.0' }, bobsKey),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 403]);
      const owners = ((await get(`packages/${name}`)).body.owners as { username: string }[]).map(
        ({ username }) => username,
      );
      expect((await releasesOf(name)).map(({ publisher_name }) => publisher_name)).toEqual(owners);
    }
  });
});

describe('rules', () => {
  test('description and licenses are needed', async () => {
    const answer = await put({ name: unique('bare'), description: '', licenses: [] });
    expect([answer.status, answer.body.errors]).toEqual([
      422,
      { meta: { description: "can't be blank", licenses: "can't be blank" } },
    ]);
  });

  test('only public packages are required, and only those there are', async () => {
    const name = unique('asks');
    const answer = await put({
      name,
      requirements: [{ name: 'secret', repository: acme.name }, { name: 'nobody_has' }],
    });
    expect(answer.body.errors).toEqual({
      requirements: {
        secret: `dependencies can only belong to public repository "hexpm", got: "${acme.name}"`,
        nobody_has: 'package does not exist in repository "hexpm"',
      },
    });
    await put({ name: `${name}_base` });
    expect((await put({ name, requirements: [{ name: `${name}_base` }] })).status).toBe(201);
  });

  test('the last release others build on stays', async () => {
    const name = unique('base');
    await put({ name });
    await put({ name: `${name}_user`, requirements: [{ name }] });
    const release = api_(`packages/${name}/releases/1.0.0`);
    const answer = await ask(release, { method: 'DELETE', key: adasKey });
    expect([answer.status, answer.body.errors]).toEqual([
      422,
      { name: 'you cannot delete this package because other packages depend on it' },
    ]);
    expect((await ask(`${app.url}/repo/packages/${name}`)).status).toBe(200);
    await put({ name, version: '1.0.1' });
    expect((await ask(release, { method: 'DELETE', key: adasKey })).status).toBe(204);
  });

  test('an organization cannot take its name', async () => {
    const { Organizations } = await import('../../src/organizations/organizations.js');
    const made = app.app.get(Organizations).create({ kind: 'system', name: 'tests' }, 'hexpm', ada);
    await expect(made).rejects.toMatchObject({ fields: { name: 'is reserved' } });
  });
});

// Last, since the clock only goes forward.
describe('as time goes by', () => {
  const replace = (name: string, version: string, description: string) => put({ name, version, description });
  const revert = (name: string, version: string) =>
    ask(api_(`packages/${name}/releases/${version}`), { method: 'DELETE', key: adasKey });
  const closed = (what: string) => ({ inserted_at: `can only ${what} a release up to one hour after publication` });

  test('a young package may be changed for a day, a later release for an hour', async () => {
    const name = unique('aging');
    await put({ name, version: '1.0.0' });
    app.clock.advance(23 * HOUR);
    expect((await replace(name, '1.0.0', 'within a day')).status).toBe(200);
    app.clock.advance(2 * HOUR);
    const late = await replace(name, '1.0.0', 'too late');
    expect([late.status, late.body.errors]).toEqual([422, closed('modify')]);
    expect((await revert(name, '1.0.0')).body.errors).toEqual(closed('delete'));
    expect((await put({ name, version: '1.0.0', description: 'within a day' })).status).toBe(200);

    await put({ name, version: '1.1.0' });
    app.clock.advance(HOUR - 60_000);
    expect((await replace(name, '1.1.0', 'within an hour')).status).toBe(200);
    app.clock.advance(2 * 60_000);
    expect((await replace(name, '1.1.0', 'after an hour')).body.errors).toEqual(closed('modify'));
    expect((await revert(name, '1.1.0')).status).toBe(422);
    expect(await releasesOf(name)).toHaveLength(2);
  });

  test('retiring is possible for ever', async () => {
    const name = unique('old');
    await put({ name });
    app.clock.advance(1000 * HOUR);
    const url = api_(`packages/${name}/releases/1.0.0/retire`);
    expect(
      (await ask(url, { method: 'POST', key: adasKey, json: { reason: 'deprecated', message: 'use another' } })).status,
    ).toBe(204);
    expect((await get(`packages/${name}`)).body.retirements).toEqual({
      '1.0.0': { reason: 'deprecated', message: 'use another' },
    });
  });

  test('private packages may be changed for ever', async () => {
    const name = unique('old');
    const key = acme.publishKey;
    await app.db.query(`update organizations set override = 'comped' where name = $1`, [acme.name]);
    await put({ name }, key, `repos/${acme.name}/publish`);
    app.clock.advance(1000 * HOUR);
    expect((await put({ name, description: 'new' }, key, `repos/${acme.name}/publish`)).status).toBe(200);
    expect(
      (await ask(api_(`repos/${acme.name}/packages/${name}/releases/1.0.0`), { method: 'DELETE', key })).status,
    ).toBe(204);
  });
});
