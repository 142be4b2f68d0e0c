import { createPublicKey } from 'node:crypto';
import { Readable } from 'node:stream';
import { unpackTar } from 'modern-tar';
import { beforeEach, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { type Actor } from '../../src/audit/actor.js';
import { decodePackage } from '../../src/hex/registry/package.js';
import { openSigned } from '../../src/hex/registry/signed.js';
import { decodeVersions } from '../../src/hex/registry/versions.js';
import { Deletions } from '../../src/organizations/deletions.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { Exporting } from '../../src/packages/exporting.js';
import { Objects } from '../../src/platform/objects.js';
import { ErasingJobs } from '../../src/registry/erasing.jobs.js';
import { Renaming } from '../../src/registry/renaming.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, eventually, publish } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import {
  api,
  keyOf,
  onlyPackage,
  repositories,
  repository,
  team,
  type Team,
  TESTS,
  unique,
} from '../support/people.js';

const app = useApp();
const DAY = 24 * 60 * 60 * 1000;
let acme: Team;
let admin: Actor;

const as = (user: User): Actor => ({ kind: 'user', userId: user.id, name: user.name, origin: {} });
const rename = (to: string) => app.app.get(Renaming).rename(admin, acme.organization, to);
const fetchAt = (name: string, path: string, key = acme.fetchKey) =>
  ask(`${app.url}/repo/repos/${name}/${path}`, { key });
const put = (name: string, spec: Parameters<typeof publish>[3], key = acme.publishKey) =>
  publish(app.url, name, key, spec);
const deletion = () => app.app.get(Deletions);
const count = async (sql: string, ...values: unknown[]): Promise<number> =>
  (await app.db.query<{ count: number }[]>(`select count(*)::int as count from ${sql}`, values))[0]!.count;

async function index<T>(name: string, path: string, decode: (payload: Uint8Array) => T): Promise<T> {
  const { bytes } = await fetchAt(name, path);
  return decode(await openSigned(bytes, createPublicKey(app.app.get(SigningKey).publicPem)));
}

beforeEach(async () => {
  acme = await team(app);
  admin = as(acme.people.admin);
});

describe('renaming', () => {
  test('everything follows: indexes, permissions, requirements, name; the bytes are the same', async () => {
    await put(acme.name, { name: 'base' });
    await put(acme.name, { name: 'top', requirements: [{ name: 'base', repository: acme.name }, { name: 'jason' }] });
    const before = (await fetchAt(acme.name, 'tarballs/base-1.0.0.tar')).bytes;
    const held = [api('read'), repository(acme.name), repository('elsewhere'), onlyPackage(`${acme.name}/top`)];
    await keyOf(app, acme.people.write, ...held, onlyPackage(`${acme.name}er/top`));
    const name = unique('renamed');
    await rename(name);
    const indexed = () => index(name, 'packages/top', decodePackage);
    const top = await eventually(indexed, (found) => found.repository === name, 30_000);
    expect(top.repository).toBe(name);
    expect(top.releases[0]!.dependencies.map(({ package: pkg, repository: from }) => [pkg, from]).toSorted()).toEqual([
      ...[
        ['base', name],
        ['jason', 'hexpm'],
      ],
    ]);
    const versions = await eventually(
      () => index(name, 'versions', decodeVersions),
      (all) => all.repository === name,
      30_000,
    );
    expect(versions.packages.map((pkg) => pkg.name)).toEqual(['base', 'top']);
    expect((await fetchAt(name, 'tarballs/base-1.0.0.tar')).bytes.equals(before)).toBe(true);
    expect((await fetchAt(acme.name, 'tarballs/base-1.0.0.tar')).status).toBe(403);
    const [{ permissions }] = await app.db.query<[{ permissions: unknown }]>(
      'select permissions from keys order by id desc limit 1',
    );
    expect(permissions).toEqual([
      ...[api('read'), repository(name), repository('elsewhere'), onlyPackage(`${name}/top`)],
      onlyPackage(`${acme.name}er/top`),
    ]);
    // And it goes on as before.
    expect((await put(name, { name: 'base', version: '1.1.0' })).status).toBe(201);
    const told = await mailTo(app, `${acme.people.read.name}@example.org`, /is now called/);
    expect(told.subject).toBe(`${acme.name} is now called ${name}`);
  });

  test('the old name leads members on, and is nobody else’s ever', async () => {
    const [before, name] = [acme.name, unique('renamed')];
    await rename(name);
    const organizations = app.app.get(Organizations);
    expect(await organizations.formerly(before)).toMatchObject({ id: acme.organization.id, name });
    await expect(organizations.create(TESTS, before, acme.people.write)).rejects.toMatchObject({
      fields: { name: 'has already been taken' },
    });
    const other = await team(app);
    await expect(app.app.get(Renaming).rename(TESTS, other.organization, before)).rejects.toMatchObject({
      code: 'validation_failed',
    });
    expect((await organizations.byName(other.name))?.id).toBe(other.organization.id);
    // Its own former name is free to it.
    await rename(before);
    expect((await organizations.byName(before))?.id).toBe(acme.organization.id);
    expect(await organizations.formerly(name)).toMatchObject({ name: before });
    expect(await organizations.formerly(before)).toBeNull();
  });

  test.each(['hexpm', 'No Capitals', 'ab', '', 'a/b', 'x'.repeat(200)])('not to %j', async (name) => {
    await expect(rename(name)).rejects.toMatchObject({
      kind: 'invalid',
      fields: { name: expect.any(String) as string },
    });
    expect(await app.app.get(Organizations).byName(acme.name)).not.toBeNull();
  });

  test('while people publish: each release is whole under one of the two names, and none names the old one', async () => {
    await put(acme.name, { name: 'base' });
    const name = unique('renamed');
    const publishes = Array.from({ length: 12 }, async (_, number) => {
      await new Promise((resolve) => setTimeout(resolve, number * 15));
      const spec = (from: string) => ({ name: `p${number}`, requirements: [{ name: 'base', repository: from }] });
      return put(acme.name, spec(acme.name));
    });
    const renamed = new Promise((resolve) => setTimeout(resolve, 100)).then(() => rename(name));
    const answers = await Promise.all(publishes);
    await renamed;
    expect(new Set(answers.map(({ status }) => status))).not.toContain(500);
    expect(
      answers.filter(({ status }) => ![201, 404, 409].includes(status)).map(({ body }) => body as unknown),
    ).toEqual([]);
    expect(await count('requirements where repository = $1', acme.name)).toBe(0);
    const kept = answers.filter(({ status }) => status === 201).length;
    expect(await count('requirements where repository = $1', name)).toBe(kept);
  }, 60_000);
});

describe('deleting', () => {
  const announce = () => deletion().announce(admin, acme.organization, acme.name);
  const due = () => app.app.get(ErasingJobs).eraseDue();

  test('announced: publishing stops with words, fetching goes on, admins are told, and can cancel', async () => {
    await put(acme.name, { name: 'base' });
    await expect(deletion().announce(admin, acme.organization, 'acm')).rejects.toMatchObject({
      fields: { typed: expect.any(String) as string },
    });
    const end = await announce();
    expect(Math.round((end.getTime() - app.clock.now().getTime()) / DAY)).toBe(14);
    const refused = await put(acme.name, { name: 'base', version: '2.0.0' });
    expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining('about to be deleted')]);
    expect((await fetchAt(acme.name, 'tarballs/base-1.0.0.tar')).status).toBe(200);
    const mail = await mailTo(app, `${acme.people.admin.name}@example.org`, /will be deleted/);
    expect(mail.link).toBe(`${app.url}/orgs/${acme.name}/settings`);
    // Said again it does not begin anew.
    expect((await announce()).getTime()).toBe(end.getTime());
    await due();
    expect(await app.app.get(Organizations).byName(acme.name)).not.toBeNull();
    await deletion().cancel(admin, acme.organization);
    expect((await put(acme.name, { name: 'base', version: '2.0.0' })).status).toBe(201);
    await mailTo(app, `${acme.people.admin.name}@example.org`, /stays/);
  });

  test('in the end all of it goes, but for the log, the name and what others have', async () => {
    const other = await team(app);
    await put(other.name, { name: 'base' }, other.publishKey);
    for (const name of ['base', 'top']) await put(acme.name, { name });
    await app.app.get(Invitations).invite(admin, acme.organization, `${unique('late')}@example.org`, 'read');
    await eventually(
      () => fetchAt(acme.name, 'names'),
      ({ status }) => status === 200,
      30_000,
    );
    await announce();
    app.clock.advance(15 * DAY);
    expect((await fetchAt(acme.name, 'tarballs/base-1.0.0.tar')).status).toBe(403);
    await expect(deletion().cancel(admin, acme.organization)).rejects.toMatchObject({ code: 'deletion_begun' });
    await Promise.all([due(), due()]);
    await due();
    const { id } = acme.organization;
    for (const table of [
      'organizations where id',
      ...['members', 'keys', 'invitations', 'repositories'].map((one) => `${one} where organization_id`),
    ])
      expect([table, await count(`${table} = $1`, id)]).toEqual([table, 0]);
    expect(await count(`packages p where not exists (select 1 from repositories r where r.id = p.repository_id)`)).toBe(
      0,
    );
    expect((await fetchAt(acme.name, 'names')).status).toBe(401);
    expect((await fetchAt(other.name, 'tarballs/base-1.0.0.tar', other.fetchKey)).status).toBe(200);
    // What is in the ledger for it waits for the sweep, and goes.
    app.clock.advance(2 * DAY);
    await app.app.get(Objects).sweep();
    expect(
      await count(`stored_objects where key like $1`, `repositories/${(await repositoryIdOf(id)) ?? 'none'}/%`),
    ).toBe(0);
    const log = await app.db.query<{ action: string; actor_name: string }[]>(
      `select action, actor_name from audit_entries where subject_organization_id = $1 order by id desc limit 2`,
      [id],
    );
    expect(log.map(({ action }) => action)).toEqual(['organization.erase', 'organization.delete']);
    await expect(app.app.get(Organizations).create(TESTS, acme.name, acme.people.read)).rejects.toMatchObject({
      kind: 'invalid',
    });
    const done = await mailTo(app, `${acme.people.admin.name}@example.org`, /has been deleted/);
    expect(done.text).toContain('not given out again');
  });

  test('killed in the middle it goes on', async () => {
    for (const name of ['one', 'two']) await put(acme.name, { name });
    await announce();
    app.clock.advance(15 * DAY);
    await app.db.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'killed here'; end $$`,
    );
    await app.db.query(`create trigger refuse before delete on organizations for each row execute function refuse()`);
    await due();
    // The packages are gone, the organization is still there, whole for those who look.
    expect(await count('organizations where id = $1', acme.organization.id)).toBe(1);
    expect(await count('members where organization_id = $1', acme.organization.id)).toBe(3);
    await app.db.query('drop trigger refuse on organizations; drop function refuse()');
    await due();
    expect(await count('organizations where id = $1', acme.organization.id)).toBe(0);
  });

  /** From the log of objects, since the rows are gone. */
  async function repositoryIdOf(organizationId: string): Promise<string | undefined> {
    const rows = await app.db.query<{ id: string }[]>('select id from repositories where organization_id = $1', [
      organizationId,
    ]);
    return rows[0]?.id;
  }
});

describe('export', () => {
  test('a tar with everything, readable by anybody', async () => {
    const [first, second] = [
      await put(acme.name, { name: 'base' }),
      await put(acme.name, { name: 'base', version: '1.1.0' }),
    ];
    await put(acme.name, { name: 'top', requirements: [{ name: 'base', repository: acme.name }] });
    const stream = await app.app.get(Exporting).export(admin, acme.organization);
    const entries = await unpackTar(Readable.toWeb(stream) as ReadableStream<Uint8Array>);
    const files = new Map(entries.map(({ header, data }) => [header.name, Buffer.from(data ?? [])]));
    expect([...files.keys()].toSorted()).toEqual([
      ...['README.txt', 'audit.jsonl', 'members.json', 'packages.json'],
      ...['tarballs/base-1.0.0.tar', 'tarballs/base-1.1.0.tar', 'tarballs/top-1.0.0.tar'],
    ]);
    expect(files.get('tarballs/base-1.0.0.tar')!.equals(first.tarball)).toBe(true);
    expect(files.get('tarballs/base-1.1.0.tar')!.equals(second.tarball)).toBe(true);
    const packages = JSON.parse(files.get('packages.json')!.toString()) as {
      name: string;
      releases: { requirements: object[] }[];
    }[];
    expect(packages.map(({ name, releases }) => [name, releases.length])).toEqual([
      ['base', 2],
      ['top', 1],
    ]);
    expect(packages[1]!.releases[0]!.requirements).toMatchObject([{ name: 'base', repository: acme.name }]);
    const members = JSON.parse(files.get('members.json')!.toString()) as { role: string }[];
    expect(members.map(({ role }) => role)).toEqual(['admin', 'write', 'read']);
    const log = files
      .get('audit.jsonl')!
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { action: string });
    expect(log[0]!.action).toBe('organization.export');
    expect(log.length).toBeGreaterThan(5);
    const all = Buffer.concat([...files.values()]).toString('latin1');
    for (const secret of [acme.fetchKey, acme.publishKey]) expect(all).not.toContain(secret);
  });

  test('of nothing; and given up half way it leaves no file behind', async () => {
    const empty = await app.app.get(Exporting).export(admin, acme.organization);
    const entries = await unpackTar(Readable.toWeb(empty) as ReadableStream<Uint8Array>);
    expect(
      JSON.parse(Buffer.from(entries.find(({ header }) => header.name === 'packages.json')!.data!).toString()),
    ).toEqual([]);
    (await app.app.get(Exporting).export(admin, acme.organization)).destroy();
    expect(
      await eventually(
        () => app.temporaryFiles(),
        (files) => files.length === 0,
        30_000,
      ),
    ).toEqual([]);
  });
});

test('keys for everything go on through a renaming', async () => {
  await put(acme.name, { name: 'base' });
  const key = await keyOf(app, acme.people.read, repositories);
  const name = unique('renamed');
  await rename(name);
  expect((await fetchAt(name, 'tarballs/base-1.0.0.tar', key)).status).toBe(200);
});
