import { beforeAll, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { Members } from '../../src/organizations/members.js';
import { Downloads } from '../../src/packages/downloads.js';
import { startApp, useApp } from '../support/app.js';
import { browse, type Browsing } from '../support/browsing.js';
import { ask, publish } from '../support/http.js';
import { api, keyOf, person, team, type Team, TESTS, unique } from '../support/people.js';
import { watchStatements } from '../support/statements.js';
import { type PackageSpec, tarball } from '../support/tarballs.js';

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
let acme: Team;
let other: Team;
let [ada, bob]: User[] = [];
let [reader, writer, stranger, nobody]: Browsing[] = [];

const README =
  '# Comb\n\nSee [guide](https://example.org) <script>alert(1)</script> ![bee](https://img.example/b.png)\n';
const README_FILES = { 'mix.exs': '# mix', 'README.md': README };

beforeAll(async () => {
  [acme, other] = [await team(app), await team(app)];
  [ada, bob] = [await person(app, 'ada'), await person(app, 'bob')];
  [reader, writer] = [await browse(app, acme.people.read), await browse(app, acme.people.write)];
  [stranger, nobody] = [await browse(app, other.people.admin), await browse(app)];
  await put({ name: 'base' });
  for (const version of ['0.9.0', '1.0.0', '1.1.0-rc.1'])
    await put({
      ...{ name: 'comb', version, description: 'Holds <b>honey</b>', files: README_FILES, licenses: ['MIT'] },
      requirements: [
        { name: 'base', repository: acme.name },
        { name: 'jason', requirement: '~> 1.4', optional: true },
      ],
      extra: '{<<"elixir">>,<<"~> 1.15">>}.',
    });
  await publish(app.url, other.name, other.publishKey, { name: 'their_secret', description: 'honey too' });
  await publish(app.url, other.name, other.publishKey, { name: 'base' });
});

const put = (spec: PackageSpec) => publish(app.url, acme.name, acme.publishKey, spec);
const put2 = async (spec: PackageSpec, user = ada!) =>
  ask(`${app.url}/api/publish`, { method: 'POST', key: await keyOf(app, user, api()), bytes: await tarball(spec) });
const at = (path = '') => `/packages/${acme.name}${path}`;

describe('the page of a package', () => {
  test('shows the recommended release with all that one looks up', async () => {
    const { status, text } = await reader!.get(at('/comb'));
    expect(status).toBe(200);
    for (const words of [
      ...['<h1>comb</h1>', 'Holds &lt;b>honey&lt;/b>', 'MIT', '~> 1.15', 'No downloads in the last 30 days.'],
      `{:comb, &quot;~> 1.0&quot;, repo: &quot;${acme.name}&quot;}`,
      `{:comb, &quot;~> 1.0&quot;, organization: &quot;${acme.name}&quot;}`,
      ...['{deps, [{comb, &quot;1.0.0&quot;}]}.', 'comb = { path = &quot;./vendor/comb&quot; }', 'mix hex.repo add'],
      ...[`href="/packages/${acme.name}/comb/1.1.0-rc.1"`, `href="/users/${acme.people.write.name}"`],
    ])
      expect(text).toContain(words);
    const [release] = await app.db.query<{ outer: string; inner: string }[]>(
      `select encode(outer_checksum, 'hex') as outer, encode(inner_checksum, 'hex') as inner
       from releases l join packages p on p.id = l.package_id where p.name = 'comb' and version = '1.0.0'`,
    );
    expect(text).toContain(release!.outer);
    expect(text).toContain(release!.inner);
  });

  test('has the readme, made harmless', async () => {
    const { text } = await reader!.get(at('/comb'));
    expect(text).toContain('<h3>Comb</h3>');
    expect(text).toContain('bee (image on img.example)');
    expect(text).not.toContain('alert(1)');
    expect(text).not.toMatch(/<img/);
  });

  test('of one version says when it is not the one to use', async () => {
    const { status, text } = await reader!.get(at('/comb/0.9.0'));
    expect([status, text.includes('This is not the version to use')]).toEqual([200, true]);
    expect(text).toContain('~> 0.9.0');
    expect((await reader!.get(at('/comb/1.0.0'))).text).not.toContain('This is not the version to use');
  });

  test('has tabs: versions, dependencies, dependents', async () => {
    const versions = (await reader!.get(at('/comb?tab=versions'))).text;
    expect([...versions.matchAll(/comb\/([\d.rc-]+)">/g)].map((match) => match[1])).toEqual([
      '1.1.0-rc.1',
      '1.0.0',
      '0.9.0',
    ]);
    const dependencies = (await reader!.get(at('/comb?tab=dependencies'))).text;
    expect(dependencies).toContain(`href="/packages/${acme.name}/base"`);
    expect(dependencies).toContain('href="https://hex.pm/packages/jason"');
    const dependents = (await reader!.get(at('/base?tab=dependents'))).text;
    expect(dependents).toContain(`href="/packages/${acme.name}/comb"`);
    expect((await reader!.get(at('/comb?tab=owners'))).status).toBe(404);
    expect((await reader!.get(at('/comb?tab=nonsense&page=-7'))).status).toBe(200);
  });

  test('counts downloads', async () => {
    const name = unique('counted');
    await put({ name });
    await ask(`${app.url}/repo/repos/${acme.name}/tarballs/${name}-1.0.0.tar`, { key: acme.fetchKey });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await app.app.get(Downloads).flush();
    expect((await reader!.get(at(`/${name}`))).text).toContain('1 download in the last 30 days');
  });
});

describe('nobody but members', () => {
  test('sees anything of it: it is as if it were not there', async () => {
    for (const visitor of [stranger!, nobody!])
      for (const path of ['/comb', '/comb/1.0.0', '/comb?tab=versions', '/base?tab=dependents']) {
        const [real, absent] = [await visitor.get(at(path)), await visitor.get(`/packages/no_such_org${path}`)];
        expect([path, real.status]).toEqual([path, 404]);
        const plain = (text: string) => text.replaceAll(acme.name, 'X').replaceAll('no_such_org', 'X');
        expect(plain(real.text)).toBe(plain(absent.text));
      }
  });

  test('may do anything to it', async () => {
    for (const act of ['retire', 'unretire', 'revert']) {
      const path = at(`/comb/1.0.0/${act}`);
      const fields = { reason: 'other', message: 'because', version: '1.0.0' };
      expect([act, (await stranger!.post(path, fields)).status]).toEqual([act, 404]);
      expect([act, (await reader!.post(path, fields)).status]).toEqual([act, 403]);
      expect([act, (await nobody!.post(path, fields)).location]).toEqual([
        act,
        expect.stringMatching(/^\/login/) as string,
      ]);
    }
    expect((await reader!.get(at('/comb'))).text).not.toContain('Manage 1.0.0');
    expect((await writer!.get(at('/comb'))).text).toContain('Manage 1.0.0');
  });

  test('finds it in lists, suggestions, numbers', async () => {
    for (const visitor of [stranger!, nobody!])
      for (const query of [
        '',
        '?search=comb',
        '?search=honey',
        '?search=combs',
        '?sort=name',
        `?organization=${acme.name}`,
      ]) {
        const { status, text } = await visitor.get(`/packages${query}`);
        expect([query, status, text.includes(`/packages/${acme.name}`)]).toEqual([query, 200, false]);
      }
    expect((await stranger!.get('/')).text).not.toContain(`/packages/${acme.name}`);
    expect((await nobody!.get('/')).text).not.toContain(acme.name);
  });
});

describe('the list', () => {
  test('has what the visitor may see, each with its recommended version', async () => {
    const { text } = await reader!.get('/packages');
    expect(text).toContain(`href="/packages/${acme.name}/comb"`);
    expect(text).toMatch(/comb<\/a><span class="quiet mono">1\.0\.0</);
    expect(text).not.toContain('their_secret');
  });

  test('finds, and says so when nothing is there', async () => {
    expect((await reader!.get('/packages?search=honey')).text).toContain('/comb"');
    const typo = (await reader!.get('/packages?search=kmb')).text;
    expect(typo).toContain('Nothing found for “kmb”');
    const hostile = (await reader!.get(`/packages?search=${encodeURIComponent('"><script>alert(1)</script>')}`)).text;
    expect(hostile).not.toContain('<script>alert');
    expect((await reader!.get('/packages?page=99')).text).toContain('The list ends before this page');
    expect((await reader!.get('/packages?page=x&sort=y&search=a&search=b')).status).toBe(200);
  });

  test('of an organization without packages shows how to publish', async () => {
    const fresh = await team(app);
    const { text } = await (await browse(app, fresh.people.admin)).get(`/packages?organization=${fresh.name}`);
    expect(text).toContain(`mix hex.publish package --organization ${fresh.name}`);
  });
});

describe('those who publish', () => {
  test('retire a release and take the mark away; clients see it when the page returns', async () => {
    const name = unique('marked');
    await put({ name });
    const bad = await writer!.post(at(`/${name}/1.0.0/retire`), { reason: 'other', message: 'x' });
    expect([bad.status, bad.text.includes('At least 3 characters')]).toEqual([422, true]);
    const page = await writer!.submit(at(`/${name}/1.0.0/retire`), { reason: 'security', message: 'Use <i>2.0</i>' });
    expect(page.text).toContain('1.0.0 is retired.');
    expect(page.text).toContain('Use &lt;i>2.0&lt;/i>');
    const retired = async () =>
      (await ask(`${app.url}/api/repos/${acme.name}/packages/${name}`, { key: acme.publishKey })).body
        .retirements as object;
    expect(await retired()).toEqual({ '1.0.0': { reason: 'security', message: 'Use <i>2.0</i>' } });
    await writer!.submit(at(`/${name}/1.0.0/unretire`));
    expect(await retired()).toEqual({});
  });

  test('revert one by typing its version', async () => {
    const name = unique('reverted');
    for (const version of ['1.0.0', '1.1.0']) await put({ name, version });
    const wrong = await writer!.post(at(`/${name}/1.1.0/revert`), { version: '1.0.0' });
    expect([wrong.status, wrong.text.includes('That is not the version')]).toEqual([422, true]);
    const first = await writer!.post(at(`/${name}/1.1.0/revert`), { version: '1.1.0' });
    expect([first.status, first.location]).toEqual([303, at(`/${name}`)]);
    expect(
      (await ask(`${app.url}/repo/repos/${acme.name}/tarballs/${name}-1.1.0.tar`, { key: acme.fetchKey })).status,
    ).toBe(404);
    expect((await writer!.get(at(`/${name}`))).text).toContain('1.0.0');
    expect((await writer!.post(at(`/${name}/1.0.0/revert`), { version: '1.0.0' })).location).toBe('/packages');
    expect((await writer!.get(at(`/${name}`))).status).toBe(404);
  });

  test('do not revert with an old proof of identity', async () => {
    const late = await browse(app, acme.people.write);
    await app.db.query(`update sessions set proved_at = now() - interval '2 hours' where user_id = $1`, [
      acme.people.write.id,
    ]);
    const answer = await late.post(at('/comb/0.9.0/revert'), { version: '0.9.0' });
    expect(answer.location).toMatch(/^\/sudo\?return=/);
    expect((await late.get(at('/comb/0.9.0'))).status).toBe(200);
    await app.db.query(`update sessions set proved_at = now() where user_id = $1`, [acme.people.write.id]);
  });
});

describe('a public package', () => {
  test('is everybody’s to see, by name and by version', async () => {
    const name = unique('open');
    for (const version of ['1.0.0', '1.2.0']) await put2({ name, version, files: README_FILES });
    for (const visitor of [nobody!, stranger!]) {
      expect((await visitor.get(`/packages/${name}`)).text).toContain(`{:${name}, &quot;~> 1.2&quot;}`);
      expect((await visitor.get(`/packages/${name}/1.0.0`)).status).toBe(200);
      expect((await visitor.get(`/packages?search=${name}`)).text).toContain(`href="/packages/${name}"`);
    }
    expect((await nobody!.get('/')).text).toContain(`href="/packages/${name}"`);
    expect((await nobody!.get(`/packages/${name}?tab=owners`)).text).toContain('href="/users/ada"');
  });

  test('is given to others by its full owners alone', async () => {
    const name = unique('owned');
    await put2({ name });
    const [adas, bobs] = [await browse(app, ada), await browse(app, bob)];
    const owners = `/packages/${name}/owners`;
    expect((await bobs.post(owners, { username: 'bob', level: 'full' })).status).toBe(403);
    expect((await nobody!.post(owners, { username: 'bob', level: 'full' })).location).toMatch(/^\/login/);
    const unknown = await adas.post(owners, { username: 'no_one', level: 'full' });
    expect([unknown.status, unknown.text.includes('There is no such user')]).toEqual([422, true]);
    expect((await adas.submit(owners, { username: 'bob', level: 'maintainer' })).text).toContain(
      'bob is a maintainer now.',
    );
    expect((await put2({ name, version: '1.0.1' }, bob)).status).toBe(201);
    expect((await bobs.post(`${owners}/remove`, { username: 'ada' })).status).toBe(403);
    expect((await adas.post(`${owners}/remove`, { username: 'ada' })).text).toContain(
      'Cannot remove the last full owner',
    );
    expect((await adas.submit(`${owners}/remove`, { username: 'bob' })).text).toContain('bob no longer owns');
  });

  test('can be reverted for an hour only, and the page says so', async () => {
    const name = unique('aged');
    await put2({ name });
    await put2({ name, version: '1.1.0' });
    await app.db.query(`update packages set created_at = now() - interval '9 days' where name = $1`, [name]);
    await app.db.query(
      `update releases set created_at = now() - interval '2 hours' where package_id = (select id from packages where name = $1)`,
      [name],
    );
    const adas = await browse(app, ada);
    expect((await adas.get(`/packages/${name}`)).text).toContain('It can no longer be reverted');
    const late = await adas.post(`/packages/${name}/1.1.0/revert`, { version: '1.1.0' });
    expect([late.status, (await adas.get(`/packages/${name}/1.1.0`)).status]).toEqual([422, 200]);
  });
});

describe('people', () => {
  test('are known to those who share an organization with them, and with a public repository to all', async () => {
    const name = acme.people.write.name;
    expect((await reader!.get(`/users/${name}`)).text).toContain(acme.name);
    const seen = await stranger!.get(`/users/${name}`);
    expect([seen.status, seen.text.includes(acme.name)]).toEqual([200, false]);
    expect((await nobody!.get('/users/no_one')).status).toBe(404);
    expect((await nobody!.get(`/users/${name}`)).text).not.toContain(acme.name);
  });
});

test('the packages of an organization that does not pay can still be read, with a word about it', async () => {
  const gone = await team(app);
  await publish(app.url, gone.name, gone.publishKey, { name: 'kept' });
  await app.db.query(`update organizations set trial_ends_at = now() - interval '90 days' where name = $1`, [
    gone.name,
  ]);
  const page = await (await browse(app, gone.people.read)).get(`/packages/${gone.name}/kept`);
  expect([page.status, page.text.includes('not paid for')]).toEqual([200, true]);
});

test('a publisher who has left the organization is a name, and no way to a page that is not there', async () => {
  const left = await team(app);
  const visitor = await browse(app, left.people.admin);
  await publish(app.url, left.name, left.publishKey, { name: 'wax' });
  const [page, { name }] = [`/packages/${left.name}/wax`, left.people.write];
  expect((await visitor.get(page)).text).toContain(`href="/users/${name}"`);
  await app.app.get(Members).remove(TESTS, left.organization, left.people.write);
  const { text } = await visitor.get(page);
  expect(text).toContain(name);
  expect(text).not.toContain(`href="/users/${name}"`);
});

describe('the number of statements', () => {
  test('is the same for little and for much', async () => {
    const quiet = await startApp({
      databaseUrl: app.config.databaseUrl,
      env: { PUBLIC_REPOSITORY: 'hexpm', JOBS_CONCURRENCY: '0' },
    });
    try {
      const many = await team(app);
      const visitor = await browse(quiet, many.people.admin);
      const publishSome = async (from: number, to: number) => {
        for (let at = from; at < to; at += 1) {
          const requirements = at === 0 ? [] : [{ name: 'many_0', repository: many.name }];
          await publish(app.url, many.name, many.publishKey, { name: `many_${at}`, requirements });
          if (at > 0) await publish(app.url, many.name, many.publishKey, { name: 'many_0', version: `1.${at}.0` });
        }
      };
      const pages = ['', '?tab=versions', '?tab=dependencies', '?tab=dependents'].map(
        (tab) => `/packages/${many.name}/many_0${tab}`,
      );
      const counts = async () => {
        const counted: [string, number][] = [];
        for (const path of ['/', '/packages', '/packages?search=many', ...pages]) {
          await visitor.get(path);
          const seen = watchStatements(quiet);
          expect((await visitor.get(path)).status).toBe(200);
          counted.push([path, seen.end().length]);
        }
        return counted;
      };
      await publishSome(0, 2);
      const few = await counts();
      await publishSome(2, 8);
      expect(await counts()).toEqual(few);
    } finally {
      await quiet.stop();
    }
  });
});
