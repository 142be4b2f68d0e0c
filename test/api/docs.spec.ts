import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { Deletions } from '../../src/organizations/deletions.js';
import { Objects } from '../../src/platform/objects.js';
import { ErasingJobs } from '../../src/registry/erasing.jobs.js';
import { useApp } from '../support/app.js';
import { docsTarball, publishDocs } from '../support/docs.js';
import { ask, publish } from '../support/http.js';
import { api, keyOf, onlyPackage, person, team, type Team, TESTS, unique } from '../support/people.js';
import { connect, head } from '../support/raw-http.js';
import { tarball } from '../support/tarballs.js';

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
const DAY = 24 * 60 * 60 * 1000;
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
});

const release = (name: string, version = '1.0.0', of = acme.name) =>
  `${app.url}/api/repos/${of}/packages/${name}/releases/${version}`;
const file = (name: string, version = '1.0.0', of = acme.name) =>
  `${app.url}/repo/repos/${of}/docs/${name}-${version}.tar.gz`;

async function published(name = unique('wax'), of = acme): Promise<string> {
  expect((await publish(app.url, of.name, of.publishKey, { name })).status).toBe(201);
  return name;
}

const put = (name: string, bytes: Buffer, erlang = false) => publishDocs(release(name), acme.publishKey, bytes, erlang);
const bomb = gzipSync(Buffer.alloc(130 * 1024 * 1024), { level: 1 });
const log = (name: string) =>
  app.db.query<{ action: string; params: Record<string, unknown> }[]>(
    `select action, params from audit_entries where params ->> 'package' = $1 and action like 'docs.%' order by id`,
    [name],
  );
const ledger = async (name: string) =>
  (
    await app.db.query<{ state: string }[]>(
      `select o.state from stored_objects o where o.key like '%/docs/' || (select l.id from releases l
         join packages p on p.id = l.package_id where p.name = $1) || '/%' order by o.changed_at`,
      [name],
    )
  ).map(({ state }) => state);

describe('published', () => {
  test.each([false, true])('they are stored, shown and fetched, byte for byte (Erlang terms: %s)', async (erlang) => {
    const name = await published();
    const before = await ask(release(name), { key: acme.publishKey, erlang });
    expect(before.body).toMatchObject({ has_docs: false, docs_html_url: null });
    const bytes = docsTarball({ 'guides/start.html': 'start' });
    const answer = await put(name, bytes, erlang);
    expect([answer.status, answer.bytes.length, answer.headers.get('location')]).toEqual([201, 0, file(name)]);
    expect(answer.headers.get('content-type')).toBeNull();
    expect((await ask(release(name), { key: acme.publishKey, erlang })).body).toMatchObject({ has_docs: true });
    const pkg = await ask(release(name).replace('/releases/1.0.0', ''), { key: acme.publishKey, erlang });
    expect(pkg.body).toMatchObject({ docs_html_url: null, releases: [{ version: '1.0.0', has_docs: true }] });
    const fetched = await ask(file(name), { key: acme.fetchKey });
    expect([fetched.status, fetched.bytes.equals(bytes)]).toEqual([200, true]);
    const redirected = await ask(`${release(name)}/docs`, { key: acme.publishKey, erlang });
    expect([redirected.status, redirected.headers.get('location')]).toEqual([302, file(name)]);
    expect(await log(name)).toEqual([
      {
        action: 'docs.publish',
        params: {
          ...{ repository: acme.name, package: name, version: '1.0.0', replaced: false },
          checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        },
      },
    ]);
  });

  test('anew they take the place of the old ones; the same again changes nothing', async () => {
    const name = await published();
    const [first, second] = [docsTarball(), docsTarball({ 'more.html': 'more' })];
    for (const bytes of [first, second, second, first]) {
      expect((await put(name, bytes)).status).toBe(201);
      expect((await ask(file(name), { key: acme.fetchKey })).bytes.equals(bytes)).toBe(true);
    }
    expect((await log(name)).map(({ params }) => params['replaced'])).toEqual([false, true, true]);
    expect((await ledger(name)).toSorted()).toEqual(['dropped', 'live']);
    app.clock.advance(2 * DAY);
    await app.app.get(Objects).sweep();
    expect(await ledger(name)).toEqual(['live']);
    expect((await ask(file(name), { key: acme.fetchKey })).bytes.equals(first)).toBe(true);
  });

  test('they outlive a new tarball of their release', async () => {
    const name = await published();
    await put(name, docsTarball());
    const replaced = await publish(app.url, acme.name, acme.publishKey, { name, description: 'another' });
    expect([replaced.status, replaced.body.has_docs]).toEqual([200, true]);
    expect((await ask(file(name), { key: acme.fetchKey })).status).toBe(200);
  });

  test('they answer conditions and ranges as tarballs do', async () => {
    const name = await published();
    const bytes = docsTarball();
    await put(name, bytes);
    const whole = await ask(file(name), { key: acme.fetchKey });
    const etag = whole.headers.get('etag')!;
    expect(whole.headers.get('cache-control')).toBe('private, no-cache');
    expect(whole.headers.get('content-encoding')).toBeNull();
    const again = await ask(file(name), { key: acme.fetchKey, headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    const part = await ask(file(name), { key: acme.fetchKey, headers: { range: 'bytes=0-9' } });
    expect([part.status, part.bytes.equals(bytes.subarray(0, 10))]).toEqual([206, true]);
    const none = await ask(file(name), { method: 'HEAD', key: acme.fetchKey });
    expect([none.status, none.headers.get('content-length'), none.bytes.length]).toEqual([200, `${bytes.length}`, 0]);
  });

  test('who may fetch packages may fetch them, and nobody else', async () => {
    const name = await published();
    await put(name, docsTarball());
    const other = await team(app);
    for (const [key, status] of [
      ...[[undefined, 401] as const, [other.fetchKey, 403] as const, [acme.publishKey, 403] as const],
      [acme.fetchKey, 200] as const,
    ])
      expect((await ask(file(name), { key })).status).toBe(status);
    expect((await ask(file(name, '2.0.0'), { key: acme.fetchKey })).status).toBe(404);
    expect((await ask(file(`${name}_more`), { key: acme.fetchKey })).status).toBe(404);
  });
});

describe('refused', () => {
  test.each<[string, () => Buffer, string | RegExp]>([
    ['no index', () => gzipSync(Buffer.alloc(1024)), 'missing files: index.html'],
    ['a version at the top', () => docsTarball({ '1.0.0/index.html': '' }), /not allowed to match a semver version/],
    ['a path outside', () => docsTarball({ '../x': '' }), /^unsafe path in docs.tar.gz/],
    ['a bomb', () => bomb, 'too big (uncompressed)'],
    ['noise', () => Buffer.from('not a tarball'), /^invalid docs.tar.gz/],
    ['a tar that is not compressed', () => gunzipSync(docsTarball()), /^invalid docs.tar.gz: it is not gzip/],
  ])('%s', async (_what, bytes, message) => {
    const name = await published();
    for (const erlang of [false, true]) {
      const { status, body } = await put(name, bytes(), erlang);
      expect([status, body.message]).toEqual([422, 'Validation error(s)']);
      expect(body.errors.tar).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
    }
    expect(await log(name)).toEqual([]);
    expect(await app.temporaryFiles()).toEqual([]);
  });

  test('what is too big, announced or not', async () => {
    const name = await published();
    const big = Buffer.alloc(16 * 1024 * 1024 + 1);
    const path = new URL(`${release(name)}/docs`).pathname;
    const wire = await connect(app.url);
    wire.send(
      head('POST', path, { authorization: acme.publishKey, expect: '100-continue', 'content-length': big.length }),
    );
    const answer = await wire.until(/too big/);
    wire.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 422/);
    expect(answer).not.toContain('100 Continue');
    const chunked = await fetch(`${release(name)}/docs`, {
      method: 'POST',
      headers: { authorization: acme.publishKey, 'user-agent': 'tests' },
      body: new Blob([big]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect([chunked.status, await chunked.json()]).toEqual([
      422,
      { status: 422, message: 'Validation error(s)', errors: { tar: 'too big' } },
    ]);
  });

  test('without a release, before a byte is sent: mix says "not being published yet"', async () => {
    const name = await published();
    for (const [where, status] of [
      [release(name, '2.0.0'), 404],
      [release('absent'), 404],
      [release(name, 'latest'), 400],
    ] as const) {
      const wire = await connect(app.url);
      const headers = { authorization: acme.publishKey, expect: '100-continue', 'content-length': 1000 };
      wire.send(head('POST', new URL(`${where}/docs`).pathname, headers));
      const answer = await wire.until(/\r\n\r\n./);
      wire.destroy();
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
    }
    for (const erlang of [false, true]) {
      const answer = await publishDocs(release(name, '2.0.0'), acme.publishKey, docsTarball(), erlang);
      expect([answer.status, answer.body.message]).toEqual([404, `release ${name} 2.0.0 not found`]);
    }
  });

  test('by who asks', async () => {
    const name = await published();
    const other = await team(app);
    const cases = [
      [undefined, 401],
      [await keyOf(app, acme.people.read, api()), 403],
      [await keyOf(app, acme.people.write, api('read')), 401],
      [await keyOf(app, acme.people.write, onlyPackage(`${acme.name}/another`)), 401],
      [acme.fetchKey, 401],
      [other.publishKey, 404],
    ] as const;
    for (const [key, status] of cases) {
      expect((await publishDocs(release(name), key, docsTarball())).status).toBe(status);
      expect((await ask(`${release(name)}/docs`, { method: 'DELETE', key })).status).toBe(status);
    }
    expect(await log(name)).toEqual([]);
    const only = await keyOf(app, acme.people.write, onlyPackage(`${acme.name}/${name}`));
    expect((await publishDocs(release(name), only, docsTarball())).status).toBe(201);
  });

  test('where publishing has stopped', async () => {
    const late = await team(app);
    const name = await published(unique('wax'), late);
    await publishDocs(release(name, '1.0.0', late.name), late.publishKey, docsTarball());
    await app.db.query(`update organizations set override = 'blocked' where id = $1`, [late.organization.id]);
    for (const method of ['POST', 'DELETE']) {
      const answer = await ask(`${release(name, '1.0.0', late.name)}/docs`, {
        ...{ method, key: late.publishKey },
        ...(method === 'POST' && { bytes: docsTarball() }),
      });
      expect(answer.status).toBe(403);
    }
    expect((await ask(file(name, '1.0.0', late.name), { key: late.fetchKey })).status).toBe(403);
  });
});

describe('taken back', () => {
  test.each([false, true])('they are gone, and with them their bytes (Erlang terms: %s)', async (erlang) => {
    const name = await published();
    await put(name, docsTarball());
    const ask_ = (method: string) => ask(`${release(name)}/docs`, { method, key: acme.publishKey, erlang });
    const gone = await ask_('DELETE');
    expect([gone.status, gone.bytes.length, gone.headers.get('content-type')]).toEqual([204, 0, null]);
    expect((await ask(release(name), { key: acme.publishKey })).body.has_docs).toBe(false);
    expect((await ask(file(name), { key: acme.fetchKey })).status).toBe(404);
    for (const method of ['GET', 'DELETE']) {
      const answer = await ask_(method);
      expect([answer.status, answer.body.message]).toEqual([404, `docs of ${name} 1.0.0 not found`]);
    }
    expect(await ledger(name)).toEqual(['dropped']);
    expect((await log(name)).map(({ action }) => action)).toEqual(['docs.publish', 'docs.revert']);
  });

  test('where rebar3_hex asks for those of an organization, it is told where they are not, and nothing is taken back', async () => {
    const name = await published();
    expect((await publishDocs(release(name), acme.publishKey, docsTarball())).status).toBe(201);
    for (const erlang of [false, true]) {
      const path = `${app.url}/api/packages/${name}/releases/1.0.0/docs`;
      const { status, body } = await ask(path, { method: 'DELETE', key: acme.publishKey, erlang });
      expect([status, body.message]).toEqual([
        404,
        `release ${name} 1.0.0 not found (only the public repository was looked in, as "rebar3 hex publish docs --revert" does for ` +
          'organizations too; for theirs: "mix hex.publish docs --revert 1.0.0 --organization ORG" or "rebar3 hex publish --revert 1.0.0" for all of the release)',
      ]);
    }
    expect((await ask(file(name), { key: acme.fetchKey })).status).toBe(200);
  });

  test('of one release they stay with another that has the same', async () => {
    const name = await published();
    await publish(app.url, acme.name, acme.publishKey, { name, version: '1.1.0' });
    for (const version of ['1.0.0', '1.1.0']) {
      const answer = await publishDocs(release(name, version), acme.publishKey, docsTarball());
      expect(answer.status).toBe(201);
    }
    // With the release itself goes its documentation.
    expect((await ask(release(name), { method: 'DELETE', key: acme.publishKey })).status).toBe(204);
    app.clock.advance(2 * DAY);
    await app.app.get(Objects).sweep();
    expect((await ask(file(name), { key: acme.fetchKey })).status).toBe(404);
    expect((await ask(file(name, '1.1.0'), { key: acme.fetchKey })).status).toBe(200);
    const live = await app.db.query(
      `select 1 from stored_objects o where o.key like '%/docs/%' and not exists (select 1 from releases l where l.docs_key = o.key)`,
    );
    expect(live).toEqual([]);
  });

  test('with the whole organization', async () => {
    const ending = await team(app);
    const name = await published(unique('wax'), ending);
    await publishDocs(release(name, '1.0.0', ending.name), ending.publishKey, docsTarball());
    const keys = () => app.db.query(`select 1 from stored_objects where key like $1`, [`repositories/${id}/docs/%`]);
    const [{ id }] = await app.db.query<[{ id: string }]>(`select id from repositories where organization_id = $1`, [
      ending.organization.id,
    ]);
    expect(await keys()).toHaveLength(1);
    await app.app.get(Deletions).announce(TESTS, ending.organization, ending.name);
    app.clock.advance(15 * DAY);
    await app.app.get(ErasingJobs).eraseDue();
    app.clock.advance(2 * DAY);
    await app.app.get(Objects).sweep();
    expect(await keys()).toHaveLength(0);
  });
});

describe('in the public repository', () => {
  test('owners publish them, and all the world fetches them by three addresses', async () => {
    const name = unique('open');
    const ada = await person(app);
    const key = await keyOf(app, ada, api());
    await ask(`${app.url}/api/publish`, { method: 'POST', key, bytes: await tarball({ name }) });
    const at = `${app.url}/api/packages/${name}/releases/1.0.0`;
    const stranger = await keyOf(app, await person(app), api());
    expect((await publishDocs(at, stranger, docsTarball())).status).toBe(403);
    const answer = await publishDocs(at, key, docsTarball());
    const short = `${app.url}/docs/${name}-1.0.0.tar.gz`;
    expect([answer.status, answer.headers.get('location')]).toEqual([201, short]);
    for (const path of [`docs`, `/docs/`, `repo/docs`, `repo/repos/hexpm/docs`]) {
      const fetched = await ask(`${app.url}/${path}/${name}-1.0.0.tar.gz`, { key: 'noise' });
      expect([fetched.status, fetched.bytes.equals(docsTarball())]).toEqual([200, true]);
      expect(fetched.headers.get('cache-control')).toBe('public, no-cache');
    }
    for (const path of ['docs', 'repo/docs'])
      expect((await ask(`${app.url}/${path}/${name}-2.0.0.tar.gz`)).status).toBe(404);
    expect((await ask(`${app.url}/api/repos/hexpm/packages/${name}/releases/1.0.0/docs`)).status).toBe(302);
    // No windows here: what is wrong in documentation may be mended at any time.
    app.clock.advance(30 * DAY);
    expect((await publishDocs(at, key, docsTarball({ 'a.html': '' }))).status).toBe(201);
    expect((await ask(`${at}/docs`, { method: 'DELETE', key })).status).toBe(204);
    expect((await ask(short)).status).toBe(404);
  });
});
