import { Readable } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Open } from '../../src/ops/commands/command-line.js';
import { runCommand } from '../../src/ops/commands/program.js';
import { roomsOf } from '../../src/ops/commands/rooms.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, basic, eventually, publish } from '../support/http.js';
import { person, team, type Team, unique } from '../support/people.js';

// Every verb, run in this process on the rooms of a running app; admin.spec.ts starts the real program.

const app = useApp();
let acme: Team;
beforeAll(async () => {
  acme = await team(app);
});

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const inApp: Open = (use) => use(roomsOf(app.app));
const notOpened: Open = () => Promise.reject(new Error('the product was opened'));

async function run(words: string[], { open = inApp, input = '' } = {}): Promise<Outcome> {
  const said = { out: '', err: '' };
  const terminal = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    input: Readable.from([input]),
  };
  const code = await runCommand(words, open, terminal);
  return { code, ...said };
}

/** What a command that must succeed answers to programs. */
async function json(...words: string[]): Promise<any> {
  const { code, out, err } = await run([...words, '--json']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as unknown;
}

/** The one line of a command that must fail. */
async function problem(words: string[], open = inApp): Promise<string> {
  const { code, out, err } = await run(words, { open });
  expect([words, code, out]).toEqual([words, 1, '']);
  expect(err).toMatch(/^error: [^\n]+\n$/);
  return err.slice('error: '.length, -1);
}

const lastEntry = async (action: string) =>
  (
    await app.db.query<{ actor_kind: string; params: Record<string, unknown> }[]>(
      'select actor_kind, params from audit_entries where action = $1 order by id desc limit 1',
      [action],
    )
  )[0];

const because = (reason: string) => ['--reason', reason];
const why = because('a test');

describe('help and typing errors open nothing', () => {
  test.each([
    [['--help'], 'NOUN VERB'],
    [['user', '--help'], 'deactivate'],
    [['help', 'key'], 'revoke'],
    [['key', 'create', '--help'], '--permission <scope>'],
    [['package', 'retire', '-h'], '--reason <text>'],
  ])('%j', async (words, part) => {
    const { code, out, err } = await run(words, { open: notOpened });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: npm run -s admin -- /);
    expect(out).toContain(part);
  });

  test('every noun and verb has help', async () => {
    const below = async (words: string[]): Promise<string[][]> => {
      const { code, out } = await run([...words, '--help'], { open: notOpened });
      expect([words, code]).toEqual([words, 0]);
      const list = out.split('Commands:\n')[1] ?? '';
      const names = [...list.matchAll(/^ {2}([\w-]+)/gm)].map((match) => match[1]!).filter((name) => name !== 'help');
      return [words, ...(await Promise.all(names.map((name) => below([...words, name])))).flat()];
    };
    const all = (await below([])).filter((words) => words.length === 2).map((words) => words.join(' '));
    expect(all).toEqual([
      ...['create', 'list', 'show', 'deactivate', 'activate', 'password'].map((verb) => `user ${verb}`),
      ...['create', 'list', 'show', 'comp', 'block', 'reset', 'trial'].map((verb) => `organization ${verb}`),
      ...['add', 'role', 'remove', 'list'].map((verb) => `member ${verb}`),
      ...['create', 'list', 'find', 'revoke'].map((verb) => `key ${verb}`),
      ...['create', 'list', 'remove'].map((verb) => `oauth-client ${verb}`),
      ...['list', 'show', 'retire', 'unretire', 'revert'].map((verb) => `package ${verb}`),
      ...['registry rebuild', 'registry key', 'advisories import', 'advisories list'],
      ...['check', 'status', 'operations', 'events', 'sync', 'compare'].map((verb) => `billing ${verb}`),
      ...['audit list', 'data empty'],
    ]);
  });

  test.each([
    [[], /^say what: user, organization, .*\(see --help\)$/],
    [['user'], /^say what to do with user: create, list/],
    [['usr', 'list'], /^unknown command 'usr' \(Did you mean user\?\)$/],
    [['user', 'creat'], /^unknown command 'creat' \(Did you mean create\?\)$/],
    [['user', 'list', '--frob'], /^unknown option '--frob'$/],
    [['user', 'list', 'more'], /^too many arguments/],
    [['user', 'show'], /^missing required argument 'name'$/],
    [['user', 'deactivate', 'ada'], /^required option '--reason <text>' not specified$/],
    [['user', 'deactivate', 'ada', ...because('  ')], /must not be empty/],
    [['user', 'create', 'ada', '--email', 'a@b.c', '--password', 'x', ...why], /^unknown option '--password'/],
    [['member', 'add', 'acme', 'ada', 'boss', ...why], /Allowed choices are read, write, admin/],
    [['key', 'list'], /^one of '--user <name>' and '--organization <name>' is needed$/],
    [['key', 'list', '--user', 'a', '--organization', 'b'], /cannot be used with/],
    [['key', 'create', 'k', '--user', 'a', ...why], /'--permission <scope>' not specified/],
    [['key', 'create', 'k', '--user', 'a', '--permission', 'api:all', ...why], /It must be api, api:read/],
    [['key', 'create', 'k', '--user', 'a', '--permission', 'api:read nonsense', ...why], /It must be api/],
    [['organization', 'trial', 'acme', '2026-02-30', ...why], /Write 2026-12-31/],
    [['organization', 'trial', 'acme', 'tomorrow', ...why], /Write 2026-12-31/],
    [['audit', 'list', '--limit', '-1'], /from 1 to 999999/],
    [['package', 'show', 'wax'], /'--repository <name>' not specified/],
  ])('%j', async (words, expected) => {
    expect(await problem(words, notOpened)).toMatch(expected);
  });
});

describe('user', () => {
  test('create prints a password it made, once', async () => {
    const name = unique('person');
    const made = await json('user', 'create', name, '--email', `${name}@example.org`, ...because('ticket 12'));
    expect(made).toEqual({
      ...{ name, full_name: null, active: true, deactivated_at: null, created_at: expect.any(String) as string },
      ...{ email: `${name}@example.org`, password: expect.stringMatching(/^[\w-]{20}$/) as string },
    });
    const me = await ask(`${app.url}/api/users/me`, {
      headers: { authorization: basic(name, made.password as string) },
    });
    expect(me.status).toBe(200);
    expect(await lastEntry('user.create')).toEqual({
      actor_kind: 'operator',
      params: { user: name, reason: 'ticket 12' },
    });
    expect(JSON.stringify(await json('user', 'show', name))).not.toContain(made.password);
  });

  test('a password from standard input is not repeated', async () => {
    const { name } = await person(app);
    const words = ['user', 'password', name, '--password-stdin', ...why];
    const { code, out, err } = await run(words, { input: 'tr0ub4dor & 3\n' });
    expect([code, out, err]).toEqual([0, `password of ${name} set\n`, '']);
    const headers = { authorization: basic(name, 'tr0ub4dor & 3') };
    expect((await ask(`${app.url}/api/users/me`, { headers })).status).toBe(200);
    const empty = await run(words, { input: '' });
    expect([empty.code, empty.err]).toEqual([1, 'error: there is no password on standard input\n']);
    const weak = await run(words, { input: 'short\n' });
    expect([weak.code, weak.err]).toEqual([1, 'error: password: must be at least 8 characters\n']);
  });

  test('deactivate and activate', async () => {
    const { name } = await person(app);
    expect(await json('user', 'deactivate', name, ...why)).toMatchObject({ name, active: false });
    expect((await json('user', 'list')).find((one: { name: string }) => one.name === name)).toMatchObject({
      active: false,
    });
    expect(await json('user', 'activate', name, ...why)).toMatchObject({ name, active: true, deactivated_at: null });
  });

  test('what is wrong with the input is one line, all fields in it', async () => {
    expect(await problem(['user', 'create', 'me', '--email', 'nowhere', ...why])).toMatch(
      /^username: must be .*; email: is not/,
    );
    expect(await problem(['user', 'show', 'nobody_at_all'])).toBe('user nobody_at_all not found');
  });
});

test('organization: create, its standing, list', async () => {
  const [name, admin] = [unique('org'), (await person(app)).name];
  expect(await json('organization', 'create', name, '--admin', admin, ...why)).toMatchObject({
    name,
    standing: 'trial',
    seats: null,
  });
  expect(await json('organization', 'comp', name, ...why)).toMatchObject({
    standing: 'comped',
    override: 'comped',
    until: null,
  });
  expect(await json('organization', 'block', name, ...because('abuse'))).toMatchObject({ standing: 'blocked' });
  expect(await lastEntry('organization.override')).toMatchObject({
    actor_kind: 'operator',
    params: { override: 'blocked', reason: 'abuse' },
  });
  expect(await json('organization', 'reset', name, ...why)).toMatchObject({ standing: 'trial', override: null });
  const longer = await json('organization', 'trial', name, '2999-01-01T12:00:00+02:00', ...why);
  expect(longer).toMatchObject({ standing: 'trial', until: '2999-01-01T10:00:00.000Z' });
  expect((await run(['organization', 'trial', name, '2020-01-01', ...why])).out).toBe(
    `standing of ${name}: export_only\n`,
  );
  expect((await json('organization', 'list')).map((one: { name: string }) => one.name)).toContain(name);
  expect(await json('organization', 'show', name)).toMatchObject({
    members: [{ user: admin, role: 'admin' }],
    keys: [],
  });
  expect(await problem(['organization', 'create', name, '--admin', admin, ...why])).toBe(
    'name: has already been taken',
  );
});

test('member: add, role, list, remove', async () => {
  const { name } = await person(app);
  expect(await json('member', 'add', acme.name, name, 'read', ...why)).toEqual({
    organization: acme.name,
    user: name,
    role: 'read',
  });
  expect(await problem(['member', 'add', acme.name, name, 'read', ...why])).toBe('user_id: is already member');
  await json('member', 'role', acme.name, name, 'write', ...why);
  const text = (await run(['member', 'list', acme.name])).out.split('\n');
  expect(text[0]).toMatch(/^user +role +since$/);
  expect(text.find((line) => line.startsWith(name))).toMatch(/ write +\d{4}-\d\d-\d\d \d\d:\d\dZ$/);
  expect(await json('member', 'remove', acme.name, name, ...because('left'))).toMatchObject({ role: null });
  expect((await lastEntry('member.remove'))?.params).toEqual({
    organization: acme.name,
    user: name,
    role: 'write',
    reason: 'left',
  });
  expect(await problem(['member', 'remove', acme.name, acme.people.admin.name, ...why])).toBe(
    'cannot remove last admin member',
  );
});

test('oauth-client: create, list, remove', async () => {
  const scopes = ['--scope', 'api', '--scope', 'repositories'];
  const uri = 'http://127.0.0.1/callback';
  const made = await json('oauth-client', 'create', 'Comb Viewer', '--redirect', uri, ...scopes, ...why);
  expect(made).toMatchObject({
    ...{ client_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, name: 'Comb Viewer', type: 'public' },
    ...{ redirect_uris: [uri], grant_types: ['authorization_code', 'refresh_token'], scopes: ['api', 'repositories'] },
  });
  expect(made).not.toHaveProperty('client_secret');
  expect((await json('oauth-client', 'list')).map(({ name }: { name: string }) => name)).toEqual([
    'Comb Viewer',
    'Hex CLI',
  ]);
  const server = ['oauth-client', 'create', 'Server', '--redirect', 'https://s.example/cb', '--confidential'];
  const { client_secret } = await json(...server, ...scopes, ...why);
  expect(client_secret).toMatch(/^[\w-]{43}$/);
  expect(JSON.stringify(await json('oauth-client', 'list'))).not.toContain(client_secret);
  expect(await json('oauth-client', 'remove', made.client_id, ...because('gone'))).toMatchObject({ ended: 0 });
  expect((await lastEntry('oauth_client.remove'))?.params).toMatchObject({ name: 'Comb Viewer', reason: 'gone' });
  expect(await problem(['oauth-client', 'remove', made.client_id, ...why])).toMatch(/not found$/);
});

test.each([
  [['--redirect', 'http://evil.example/cb', '--scope', 'api'], /must begin with https/],
  [['--redirect', 'http://localhost:4000/cb', '--scope', 'api'], /must begin with https/],
  [['--redirect', 'https://a.example/cb#x', '--scope', 'api'], /must have no fragment/],
  [['--redirect', 'javascript:alert(1)', '--scope', 'api'], /must begin with https/],
  [['--redirect', 'noise', '--scope', 'api'], /is not an address/],
  [['--scope', 'api'], /at least one is needed/],
  [['--redirect', 'https://a.example/cb', '--scope', 'everything'], /everything is none of api/],
  [['--redirect', 'https://a.example/cb'], /'--scope <domain>' not specified/],
])('oauth-client: %j is refused', async (options, why_) => {
  expect(await problem(['oauth-client', 'create', 'x', ...options, ...why])).toMatch(why_);
});

test('key: find tells whose a leaked secret is', async () => {
  const found = await run(['key', 'find', '--json'], { input: `${acme.fetchKey}\n` });
  expect([found.code, found.err]).toEqual([0, '']);
  expect(JSON.parse(found.out)).toMatchObject({ organization: acme.name, revoked_at: null });
  expect(found.out).not.toContain(acme.fetchKey);
  const absent = await run(['key', 'find'], { input: 'prp_noise' });
  expect([absent.code, absent.err]).toEqual([1, 'error: a key with this secret not found\n']);
});

test('key: an organization’s key cannot be for another one’s repository', async () => {
  const other = await team(app);
  const words = ['key', 'create', 'x', '--organization', acme.name, '--permission', `repository:${other.name}`];
  expect(await problem([...words, '--reason', 'tests'])).toBe(`repository ${other.name} of ${acme.name} not found`);
});

test('key: create for a user, list, revoke', async () => {
  const owner = ['--user', acme.people.read.name];
  const scopes = ['--permission', 'api:read', '--permission', `repository:${acme.name}`];
  const made = await json('key', 'create', 'laptop', ...owner, ...scopes, '--expires', '2999-01-01', ...why);
  expect(made).toMatchObject({
    name: 'laptop',
    permissions: ['api:read', `repository:${acme.name}`],
    expires_at: '2999-01-01T00:00:00.000Z',
  });
  expect((await ask(`${app.url}/repo/repos/${acme.name}/packages/absent`, { key: made.secret as string })).status).toBe(
    404,
  );
  const list = await json('key', 'list', ...owner);
  expect(list.map((key: { name: string }) => key.name)).toEqual(['laptop']);
  expect(JSON.stringify(list)).not.toContain(made.secret);
  expect((await json('key', 'revoke', 'laptop', ...owner, ...why)).revoked_at).not.toBeNull();
  expect((await run(['key', 'list', ...owner])).out).toBe('none\n');
  expect(await problem(['key', 'revoke', 'laptop', ...owner, ...why])).toBe('key laptop not found');
  const typo = ['key', 'create', 'x', ...owner, '--permission', 'repository:acmee', ...why];
  expect(await problem(typo)).toBe('repository acmee not found');
});

test('package: list, show, retire, unretire, revert', async () => {
  const wax = { name: 'wax', version: '1.0.0', description: 'Rings\u001b[2J\u0007' };
  for (const version of ['1.0.0', '1.1.0']) await publish(app.url, acme.name, acme.publishKey, { ...wax, version });
  await publish(app.url, acme.name, acme.publishKey, { name: 'zinc' });
  const there = ['--repository', acme.name];
  expect(await json('package', 'list', ...there)).toMatchObject([
    { repository: acme.name, name: 'wax', newest: '1.1.0', releases: 2 },
    { name: 'zinc' },
  ]);
  const cut = await run(['package', 'list', ...there, '--limit', '1', '--json']);
  expect([JSON.parse(cut.out), cut.err]).toEqual([
    [expect.objectContaining({ name: 'wax' })],
    'only the first 1 are shown, see --limit\n',
  ]);
  const mark = ['package', 'retire', 'wax', '1.0.0', 'security', '--message', 'use 1.1', ...there];
  expect(await json(...mark, ...because('CVE'))).toMatchObject({
    version: '1.0.0',
    retirement: { reason: 'security' },
  });
  expect((await lastEntry('release.retire'))?.params).toMatchObject({
    reason: 'CVE',
    retirement: 'security',
    package: 'wax',
  });
  expect((await json('package', 'show', 'wax', ...there)).releases[1]).toMatchObject({
    retired: 'security',
    message: 'use 1.1',
  });
  expect((await run(['package', 'show', 'wax', ...there])).out).not.toMatch(/(?!\n)\p{C}/u);
  await json('package', 'unretire', 'wax', '1.0.0', ...there, ...why);
  await json('package', 'revert', 'wax', '1.1.0', ...there, ...why);
  expect((await json('package', 'show', 'wax', ...there)).releases).toMatchObject([
    { version: '1.0.0', retired: null },
  ]);
  const tarball = () => ask(`${app.url}/repo/repos/${acme.name}/tarballs/wax-1.1.0.tar`, { key: acme.fetchKey });
  expect((await eventually(tarball, ({ status }) => status === 404, 1000)).status).toBe(404);
  expect(await problem(['package', 'revert', 'wax', '1.1.0', ...there, ...why])).toBe('release wax 1.1.0 not found');
  expect(await problem(['package', 'show', 'wax', '--repository', 'no_such'])).toBe('repository no_such not found');
});

test('registry key: what clients are told to trust', async () => {
  const { publicPem, fingerprint } = app.app.get(SigningKey);
  expect(await json('registry', 'key')).toEqual({ public_key: publicPem, fingerprint });
  expect((await run(['registry', 'key'])).out).toBe(`${fingerprint}\n${publicPem.trim()}\n`);
});

test('audit list: newest first, of one organization or user', async () => {
  const { name, people } = await team(app);
  await json('organization', 'comp', name, ...because('a friend'));
  const [newest, ...older] = await json('audit', 'list', '--organization', name);
  expect(newest).toMatchObject({
    actor: expect.stringMatching(/^operator \S+$/) as string,
    action: 'organization.override',
    reason: 'a friend',
  });
  expect(older.map((entry: { action: string }) => entry.action)).toEqual([
    'key.create',
    'member.add',
    'member.add',
    'organization.create',
  ]);
  expect(await json('audit', 'list', '--user', people.read.name, '--limit', '1')).toMatchObject([
    { action: 'member.add' },
  ]);
});

test('a fault nobody foresaw is one line too', async () => {
  const broken: Open = () => Promise.reject(new Error('first\n  second'));
  expect(await problem(['user', 'list'], broken)).toBe('first second');
  const refused = Object.assign(new Error('connect ECONNREFUSED ::1:5432'), { syscall: 'connect' });
  const unreachable: Open = () => Promise.reject(new AggregateError([refused]));
  expect(await problem(['user', 'list'], unreachable)).toBe('cannot reach the database: connect ECONNREFUSED ::1:5432');
});
