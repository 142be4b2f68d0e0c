import { createPublicKey } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePackage } from '../../src/hex/registry/package.js';
import { openSigned } from '../../src/hex/registry/signed.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, type Answer, publish } from '../support/http.js';
import { api, keyOf, onlyPackage, team, type Team, unique } from '../support/people.js';
import { type PackageSpec, tarball } from '../support/tarballs.js';

const app = useApp();
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
});

const put = (spec: PackageSpec, query = '', key = acme.publishKey) => publish(app.url, acme.name, key, spec, query);
const fetched = (path: string) => ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key: acme.fetchKey });

async function indexOf(name: string) {
  const { bytes } = await fetched(`packages/${name}`);
  return decodePackage(await openSigned(bytes, createPublicKey(app.app.get(SigningKey).publicPem)));
}

async function rows(name: string) {
  return app.db.query<{ version: string; outer: string; requirements: number; releases: number }[]>(
    `select version, encode(outer_checksum, 'hex') as outer,
            (select count(*)::int from requirements r where r.release_id = l.id) as requirements
     from releases l join packages p on p.id = l.package_id where p.name = $1 order by version`,
    [name],
  );
}

const audits = (name: string, action = 'release.publish') =>
  app.db.query<{ params: Record<string, unknown>; actor_name: string; key_id: string | null }[]>(
    `select params, actor_name, key_id from audit_entries where action = $2 and params ->> 'package' = $1 order by id`,
    [name, action],
  );

/** Both ways in. */
const roads = [
  ['POST …/publish', () => 'publish'],
  ['POST …/packages/NAME/releases', (name: string) => `packages/${name}/releases`],
] as const;

describe.each(roads)('%s', (_road, path) => {
  const send = async (
    spec: PackageSpec,
    more: { erlang?: boolean; query?: string } = {},
  ): Promise<Answer & { tarball: Buffer }> => {
    const bytes = await tarball(spec);
    const url = `${app.url}/api/repos/${acme.name}/${path(spec.name)}${more.query ?? ''}`;
    return {
      ...(await ask(url, { method: 'POST', key: acme.publishKey, bytes, erlang: more.erlang })),
      tarball: bytes,
    };
  };

  test('new: 201, the release, its address; then served byte for byte and listed in a signed index', async () => {
    const name = unique('fresh');
    const dependency = unique('dependency');
    await put({ name: dependency });
    const requirements = [
      { name: dependency, repository: acme.name, requirement: '~> 1.0' },
      { name: 'jason', optional: true },
    ];
    const answer = await send({ name, version: '1.2.3', requirements });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`${app.url}/api/repos/${acme.name}/packages/${name}/releases/1.2.3`);
    expect(answer.body).toMatchObject({ version: '1.2.3', retirement: null, html_url: expect.any(String) as string });
    const file = await fetched(`tarballs/${name}-1.2.3.tar`);
    expect(file.bytes.equals(answer.tarball)).toBe(true);
    const index = await indexOf(name);
    expect([index.name, index.repository]).toEqual([name, acme.name]);
    expect(index.releases).toHaveLength(1);
    expect(Buffer.from(index.releases[0]!.outerChecksum).toString('hex')).toBe(answer.body.checksum);
    const asked = index.releases[0]!.dependencies.map((one) => [one.package, one.repository, one.optional]);
    expect(asked.sort()).toEqual([
      [dependency, acme.name, false],
      ['jason', 'hexpm', true],
    ]);
    const [audit, ...more] = await audits(name);
    expect(more).toEqual([]);
    expect(audit!.actor_name).toBe(acme.people.write.name);
    expect(audit!.key_id).not.toBeNull();
    expect(audit!.params).toMatchObject({
      version: '1.2.3',
      repository: acme.name,
      checksum: answer.body.checksum,
      replaced: false,
    });
  });

  test('the answer in Erlang terms', async () => {
    const answer = await send({ name: unique('term') }, { erlang: true });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('content-type')).toContain('application/vnd.hex+erlang');
    expect(answer.body.retirement).toBeNull();
  });

  test('again with the same bytes: 200, and nothing is written', async () => {
    const name = unique('again');
    await send({ name });
    const state = async () => [
      await rows(name),
      await audits(name),
      await app.db.query('select revision from packages where name = $1', [name]),
    ];
    const before = await state();
    for (const query of ['', '?replace=true', '?replace=false']) {
      const answer = await send({ name }, { query });
      expect([query, answer.status]).toEqual([query, 200]);
    }
    expect(await state()).toEqual(before);
  });

  test('replaced: 200, new bytes served, the old ones gone from the index, requirements anew', async () => {
    const name = unique('replaced');
    await send({ name, requirements: [{ name: 'jason' }, { name: 'plug' }] });
    const second = await send(
      { name, description: 'other bytes', requirements: [{ name: 'jason' }] },
      { query: '?replace=true' },
    );
    expect(second.status).toBe(200);
    expect((await fetched(`tarballs/${name}-1.0.0.tar`)).bytes.equals(second.tarball)).toBe(true);
    const index = await indexOf(name);
    expect(index.releases.map((one) => Buffer.from(one.outerChecksum).toString('hex'))).toEqual([second.body.checksum]);
    expect(await rows(name)).toMatchObject([{ requirements: 1 }]);
    expect((await audits(name)).map(({ params }) => params['replaced'])).toEqual([false, true]);
  });

  test('other bytes with replace=false: refused, nothing changed', async () => {
    const name = unique('kept');
    const first = await send({ name });
    const second = await send({ name, description: 'other bytes' }, { query: '?replace=false' });
    expect([second.status, second.body.message, second.body.errors]).toEqual([
      422,
      'Validation error(s)',
      { inserted_at: 'must include the --replace flag to update an existing release' },
    ]);
    expect(await rows(name)).toMatchObject([{ outer: first.body.checksum as string }]);
    expect(await audits(name)).toHaveLength(1);
  });

  test('a retirement goes with the bytes it was about', async () => {
    const name = unique('retired');
    await send({ name });
    const url = `${app.url}/api/repos/${acme.name}/packages/${name}/releases/1.0.0`;
    await ask(`${url}/retire`, {
      method: 'POST',
      key: acme.publishKey,
      json: { reason: 'security', message: 'do not use' },
    });
    await send({ name });
    expect((await ask(url, { key: acme.publishKey })).body.retirement).toEqual({
      reason: 'security',
      message: 'do not use',
    });
    await send({ name, description: 'mended' });
    expect((await ask(url, { key: acme.publishKey })).body.retirement).toBeNull();
  });
});

test('the name in the path must be the one in the tarball', async () => {
  const bytes = await tarball({ name: 'other_name' });
  const answer = await ask(`${app.url}/api/repos/${acme.name}/packages/this_name/releases`, {
    method: 'POST',
    key: acme.publishKey,
    bytes,
  });
  expect([answer.status, answer.body.errors]).toEqual([422, { name: 'metadata does not match package name' }]);
  expect(await rows('other_name')).toEqual([]);
});

describe('rules', () => {
  test.each<[string, Partial<PackageSpec>, (name: string) => unknown]>([
    ['build metadata', { version: '1.0.0+build' }, () => ({ version: 'build number not allowed' })],
    ['two numbers', { version: '1.0' }, () => ({ version: 'is invalid SemVer' })],
    ['a leading zero', { version: '1.0.01' }, () => ({ version: 'is invalid SemVer' })],
    [
      'an endless number',
      { version: '1.0.100000000000000' },
      () => ({ version: 'numeric components must be at most 99999999999999' }),
    ],
    [
      'a long pre-release',
      { version: `1.0.0-${'a'.repeat(65)}` },
      () => ({ version: 'prerelease must be at most 64 characters' }),
    ],
    ['a reserved name', { name: 'elixir' }, () => ({ name: 'is reserved' })],
    [
      'a requirement that is none',
      { requirements: [{ name: 'jason', requirement: 'latest' }] },
      () => ({ requirements: { jason: 'invalid requirement: "latest"' } }),
    ],
    [
      '!= in a requirement',
      { requirements: [{ name: 'jason', requirement: '!= 1.0.0' }] },
      () => ({ requirements: { jason: expect.stringContaining('!= is not allowed in requirements') as string } }),
    ],
    [
      'itself as a requirement',
      { requirements: [{ name: 'mirror', repository: '$own' }], name: 'mirror' },
      () => ({ requirements: { mirror: 'a package cannot depend on itself' } }),
    ],
    [
      'a requirement nobody has',
      { requirements: [{ name: 'nobody_has', repository: '$own' }] },
      () => ({ requirements: { nobody_has: `package does not exist in repository "${acme.name}"` } }),
    ],
    [
      'a requirement from a third repository',
      { requirements: [{ name: 'foo', repository: 'globex' }] },
      () => ({
        requirements: {
          foo: `dependencies can only belong to public repository "hexpm" or current repository "${acme.name}", got: "globex"`,
        },
      }),
    ],
  ])('%s', async (_what, spec, errors) => {
    const name = spec.name ?? unique('ruled');
    const requirements = (spec.requirements ?? []).map((one) => ({
      ...one,
      repository: one.repository === '$own' ? acme.name : (one.repository ?? 'hexpm'),
    }));
    const answer = await put({ ...spec, name, requirements });
    expect([answer.status, answer.body]).toEqual([
      422,
      { status: 422, message: 'Validation error(s)', errors: errors(name) },
    ]);
    expect(await rows(name)).toEqual([]);
  });

  test('all problems at once', async () => {
    const requirements = [
      { name: 'nobody_has', repository: acme.name },
      { name: 'foo', repository: 'globex' },
    ];
    const answer = await put({ name: unique('many'), requirements });
    expect(Object.keys(answer.body.errors.requirements as object)).toEqual(['nobody_has', 'foo']);
  });

  test('description and licenses are not asked of private packages', async () => {
    expect((await put({ name: unique('bare'), description: '', licenses: [] })).status).toBe(201);
  });

  test('the newest stable release describes the package, whatever comes later', async () => {
    const name = unique('described');
    const meta = async () =>
      (await ask(`${app.url}/api/repos/${acme.name}/packages/${name}`, { key: acme.publishKey })).body;
    for (const version of ['1.0.0', '2.0.0', '3.0.0-rc.1', '1.0.1'])
      await put({ name, version, description: `of ${version}` });
    const { meta: described, latest_version, latest_stable_version, releases } = await meta();
    expect([described.description, latest_version, latest_stable_version]).toEqual(['of 2.0.0', '3.0.0-rc.1', '2.0.0']);
    expect((releases as { version: string }[]).map(({ version }) => version)).toEqual([
      '3.0.0-rc.1',
      '2.0.0',
      '1.0.1',
      '1.0.0',
    ]);
  });
});

describe('the transaction', () => {
  /** Makes one kind of row impossible and answers with how a publish ends then. */
  async function without(table: string, condition: string, name: string): Promise<Answer> {
    await app.db.query(
      `create function refuse_it() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$`,
    );
    await app.db.query(
      `create trigger refuse_it before insert on ${table} for each row when (${condition}) execute function refuse_it()`,
    );
    try {
      return await put({ name });
    } finally {
      await app.db.query(`drop function refuse_it() cascade`);
    }
  }

  test.each([
    ['no audit row', 'audit_entries', `new.action = 'release.publish'`],
    ['no event', 'graphile_worker._private_jobs', 'true'],
    ['no requirement', 'requirements', 'true'],
  ])('%s, no release', async (_what, table, condition) => {
    const dependency = unique('needs');
    await put({ name: dependency });
    const name = unique('whole');
    const answer = table === 'requirements' ? await withoutRequirement(name) : await without(table, condition, name);
    expect([answer.status, answer.body]).toEqual([500, { status: 500, message: 'Internal server error' }]);
    expect(await rows(name)).toEqual([]);
    expect(await app.db.query('select 1 from packages where name = $1', [name])).toEqual([]);
    expect(await audits(name)).toEqual([]);
    expect((await put({ name })).status).toBe(201);
  });

  async function withoutRequirement(name: string): Promise<Answer> {
    await app.db.query(`alter table requirements add constraint refuse_it check (name <> 'refused_one')`);
    try {
      return await put({ name, requirements: [{ name: 'refused_one' }] });
    } finally {
      await app.db.query(`alter table requirements drop constraint refuse_it`);
    }
  }
});

describe('at the same time', () => {
  test('two first publishes of one package, of different versions', async () => {
    const name = unique('race');
    const versions = ['1.0.0', '1.1.0', '2.0.0', '2.1.0'];
    const answers = await Promise.all(versions.map((version) => put({ name, version })));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect((await rows(name)).map(({ version }) => version)).toEqual(versions);
    expect(await app.db.query('select 1 from packages where name = $1', [name])).toHaveLength(1);
    expect((await indexOf(name)).releases.map(({ version }) => version)).toEqual(versions);
    expect(await audits(name)).toHaveLength(4);
  });

  test('one version with different bytes and replace=false: exactly one wins', async () => {
    const name = unique('race');
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => put({ name, description: `try ${n}` }, '?replace=false')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422]);
    const winner = answers.find(({ status }) => status === 201)!;
    expect(await rows(name)).toMatchObject([{ outer: winner.body.checksum as string }]);
    expect((await fetched(`tarballs/${name}-1.0.0.tar`)).bytes.equals(winner.tarball)).toBe(true);
    expect(await audits(name)).toHaveLength(1);
  });

  test('one version with the same bytes: one new, the others unchanged', async () => {
    const name = unique('race');
    const answers = await Promise.all([1, 2, 3, 4].map(() => put({ name }, '?replace=false')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    expect(await audits(name)).toHaveLength(1);
  });

  test('replacing: the bytes that are served are those of the row, of the index, of the last audit entry', async () => {
    const name = unique('race');
    await put({ name });
    await Promise.all([1, 2, 3, 4].map((n) => put({ name, description: `try ${n}` })));
    const [row] = await rows(name);
    const index = await indexOf(name);
    expect(index.releases.map((one) => Buffer.from(one.outerChecksum).toString('hex'))).toEqual([row!.outer]);
    expect((await fetched(`tarballs/${name}-1.0.0.tar`)).headers.get('etag')).toBe(`"${row!.outer}"`);
    expect((await audits(name)).at(-1)!.params['checksum']).toBe(row!.outer);
    expect(await audits(name)).toHaveLength(5);
  });

  test('publish and revert: what is left is one or the other, and what the index says', async () => {
    const name = unique('race');
    await put({ name });
    const url = `${app.url}/api/repos/${acme.name}/packages/${name}/releases/1.0.0`;
    const [again, gone] = await Promise.all([
      put({ name, description: 'anew' }),
      ask(url, { method: 'DELETE', key: acme.publishKey }),
    ]);
    expect([200, 201, 409]).toContain(again.status);
    expect(gone.status).toBe(204);
    const left = await rows(name);
    expect((await fetched(`packages/${name}`)).status).toBe(left.length === 0 ? 404 : 200);
    expect((await fetched(`tarballs/${name}-1.0.0.tar`)).status).toBe(left.length === 0 ? 404 : 200);
  });
});

describe('who', () => {
  test('an organization’s own key publishes in its name', async () => {
    const name = unique('robot');
    const answer = await put({ name }, '', await keyOf(app, acme.organization, api()));
    expect([answer.status, answer.body.publisher]).toEqual([201, null]);
    expect((await audits(name))[0]!.actor_name).toBe(acme.name);
  });

  test('a key for one package publishes that one, by both roads, and no other', async () => {
    const [mine, other] = [unique('mine'), unique('other')];
    const key = await keyOf(app, acme.people.write, onlyPackage(`${acme.name}/${mine}`));
    expect((await put({ name: mine }, '', key)).status).toBe(201);
    const refused = await put({ name: other }, '', key);
    expect([refused.status, refused.body.message]).toEqual([401, 'key not authorized for this action']);
    const bytes = await tarball({ name: mine, version: '1.1.0' });
    const releases = (name: string) =>
      ask(`${app.url}/api/repos/${acme.name}/packages/${name}/releases`, { method: 'POST', key, bytes });
    expect((await releases(mine)).status).toBe(201);
    expect((await releases(other)).status).toBe(401);
    expect(await rows(other)).toEqual([]);
  });

  test.each([
    ['a reader', async () => keyOf(app, acme.people.read, api()), 403, 'account not authorized for this action'],
    [
      'a key that may only read',
      async () => keyOf(app, acme.people.write, api('read')),
      401,
      'key not authorized for this action',
    ],
    ['a key that may only fetch', async () => acme.fetchKey, 401, 'key not authorized for this action'],
    ['somebody else', async () => (await team(app)).publishKey, 404, 'Page not found'],
  ] as const)('%s is refused', async (_who, key, status, message) => {
    const name = unique('refused');
    const answer = await put({ name }, '', await key());
    expect([answer.status, answer.body]).toEqual([status, { status, message }]);
    expect(await rows(name)).toEqual([]);
  });

  test('nobody is told to log in', async () => {
    const bytes = await tarball({ name: 'nobody' });
    const answer = await ask(`${app.url}/api/repos/${acme.name}/publish`, { method: 'POST', bytes });
    expect([answer.status, answer.body.message]).toEqual([401, 'missing authentication information']);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm=hex');
  });
});
