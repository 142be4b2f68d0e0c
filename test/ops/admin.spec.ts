import { spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { decodePackage } from '../../src/hex/registry/package.js';
import { openSigned } from '../../src/hex/registry/signed.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, basic, eventually, publish } from '../support/http.js';
import { team, type Team, unique } from '../support/people.js';

// The real program as a process of its own, beside a running service. Every verb is in admin-commands.spec.ts.

const PROGRAM = resolve('dist/src/admin.js');
/** Within which a running service must know what a command did. */
const SOON_MS = 1_000;
const NOWHERE = 'postgres://nobody@127.0.0.1:1/nothing';

const app = useApp();
let acme: Team;
beforeAll(async () => {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run "npm run -s build" (npm test does so)`);
  acme = await team(app);
  expect((await publish(app.url, acme.name, acme.publishKey, { name: 'wax' })).status).toBe(201);
});

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Circumstances {
  readonly env?: Record<string, string>;
  readonly input?: string;
}

/** With the settings of the running service. Its directory has no `.env`, unlike perhaps this one. */
function admin(words: string[], { env = {}, input = '' }: Circumstances = {}): Promise<Outcome> {
  const { config } = app;
  const settings = { NODE_ENV: 'test', DATABASE_URL: config.databaseUrl, DATA_DIR: config.dataDir };
  const secrets = { SECRET_KEY: config.secretKey!, SIGNING_KEY: config.signingKey.pem! };
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: config.dataDir,
    env: { PATH: process.env['PATH'], ...settings, ...secrets, ...env },
  });
  child.stdin.end(input);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  return new Promise((done, failed) => child.once('error', failed).once('close', (code) => done({ code, ...said })));
}

const why = ['--reason', 'ticket 4711'];
const statusOf = async (url: string, key: string) => (await ask(app.url + url, { key })).status;
const soon = (url: string, key: string, status: number) =>
  eventually(
    () => statusOf(url, key),
    (now) => now === status,
    SOON_MS,
  );

test('help needs no database; without one a command says so in one line', async () => {
  const env = { DATABASE_URL: NOWHERE };
  const [help, list] = await Promise.all([admin(['--help'], { env }), admin(['user', 'list', '--json'], { env })]);
  expect([help.code, help.err]).toEqual([0, '']);
  expect(help.out).toContain('organization');
  expect(list).toEqual({
    code: 1,
    out: '',
    err: 'error: cannot reach the database: connect ECONNREFUSED 127.0.0.1:1\n',
  });
});

test('wrong settings are listed, wrong words are one line', async () => {
  const [settings, words] = await Promise.all([
    admin(['user', 'list'], { env: { PORT: 'x', DATABASE_POOL_SIZE: '0' } }),
    admin(['user', 'lst']),
  ]);
  expect([settings.code, settings.out]).toEqual([1, '']);
  expect(settings.err).toMatch(
    /^error: Propolis cannot start with these settings:\n {2}- PORT: .*\n {2}- DATABASE_POOL_SIZE: .*\n$/,
  );
  expect(words).toEqual({ code: 1, out: '', err: "error: unknown command 'lst' (Did you mean list?)\n" });
});

test('a key made here fetches, and once revoked here is refused; its secret is shown once and kept nowhere', async () => {
  const owner = ['--organization', acme.name];
  const words = ['key', 'create', 'build', ...owner, '--permission', `repository:${acme.name}`, ...why];
  const made = await admin([...words, '--json'], { env: { LOG_LEVEL: 'trace' } });
  expect(made.code).toBe(0);
  const { name, secret } = JSON.parse(made.out) as { name: string; secret: string };
  const index = `/repo/repos/${acme.name}/packages/wax`;
  expect(await statusOf(index, secret)).toBe(200);

  expect(made.out.split(secret).length).toBe(2);
  const kept = await app.db.query<{ text: string }[]>(
    `select t::text as text from audit_entries t union all select t::text from keys t union all select t::text from users t`,
  );
  for (const text of [made.err, app.log(), ...kept.map((row) => row.text)]) expect(text).not.toContain(secret.slice(4));

  const revoked = await admin(['key', 'revoke', name, ...owner, ...why]);
  expect(revoked).toEqual({ code: 0, out: `key build of ${acme.name} revoked\n`, err: '' });
  expect(await soon(index, secret, 401)).toBe(401);
  const entries = await app.db.query<unknown[]>(
    `select action, actor_kind, actor_name, params ->> 'reason' as reason from audit_entries
     where action like 'key.%' and params ->> 'key' = 'build' order by id`,
  );
  const by = { actor_kind: 'operator', actor_name: userInfo().username, reason: 'ticket 4711' };
  expect(entries).toEqual([
    { action: 'key.create', ...by },
    { action: 'key.revoke', ...by },
  ]);
});

test('a member removed here is shut out of the running service', async () => {
  const packages = `/api/repos/${acme.name}/packages/wax`;
  expect(await statusOf(packages, acme.publishKey)).toBe(200);
  const removed = await admin(['member', 'remove', acme.name, acme.people.write.name, ...why, '--json']);
  expect([removed.code, removed.err]).toEqual([0, '']);
  expect(JSON.parse(removed.out)).toEqual({ organization: acme.name, user: acme.people.write.name, role: null });
  expect(await soon(packages, acme.publishKey, 404)).toBe(404);
});

test('an account made here logs in with the password from standard input', async () => {
  const name = unique('person');
  const words = ['user', 'create', name, '--email', `${name}@example.org`, '--password-stdin', ...why];
  const made = await admin(words, { input: 'correct horse\n' });
  expect(made).toEqual({ code: 0, out: `user ${name} created\n`, err: '' });
  const me = await ask(`${app.url}/api/users/me`, { headers: { authorization: basic(name, 'correct horse') } });
  expect([me.status, me.body.username]).toEqual([200, name]);
});

test('a release retired here: the running service rebuilds the index', async () => {
  const words = ['package', 'retire', 'wax', '1.0.0', 'security', '--repository', acme.name, ...why];
  expect((await admin(words)).code).toBe(0);
  const retired = async () => {
    const { bytes } = await ask(`${app.url}/repo/repos/${acme.name}/packages/wax`, { key: acme.fetchKey });
    const payload = await openSigned(bytes, createPublicKey(app.app.get(SigningKey).publicPem));
    return decodePackage(payload).releases[0]!.retired?.reason;
  };
  expect(await eventually(retired, (reason) => reason === 'security', SOON_MS)).toBe('security');
});

test('registry rebuild builds by itself and tells how far it is beside its answer', async () => {
  await app.db.query(`delete from registry_objects`);
  const rebuilt = await admin(['registry', 'rebuild', '--json']);
  expect(rebuilt).toMatchObject({ code: 0, err: `${acme.name}: 1 of 1 packages\n` });
  expect(JSON.parse(rebuilt.out)).toEqual([{ repository: acme.name, packages: 1 }]);
  for (const path of ['names', 'versions', 'packages/wax'])
    expect([path, await soon(`/repo/repos/${acme.name}/${path}`, acme.fetchKey, 200)]).toEqual([path, 200]);
});
