// The embedded Postgres, for real: starts, crashes, races and refusals, each in a temporary directory. Where another
// process is needed it is a Node child that runs the launcher compiled on the spot.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBinaries } from '../../src/platform/postgres/binaries.js';
import { startPostgres, type Postgres, type StartOptions } from '../../src/platform/postgres/postgres.js';

const SOURCES = join(import.meta.dirname, '../../src/platform/postgres');
const MODULES = join(import.meta.dirname, '../../node_modules');
const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];
const PATIENT = 60_000;

let base: string;
let seed: string;
let started: Postgres[] = [];
let children: ChildProcess[] = [];

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'propolis-postgres-'));
  chmodSync(base, 0o711);
  mkdirSync(join(base, 'js'));
  symlinkSync(MODULES, join(base, 'node_modules'));
  writeFileSync(join(base, 'package.json'), '{"type":"module"}');
  for (const name of readdirSync(SOURCES)) {
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
    const { outputText } = ts.transpileModule(readFileSync(join(SOURCES, name), 'utf8'), { compilerOptions: options });
    writeFileSync(join(base, 'js', name.replace(/\.ts$/, '.js')), outputText);
  }
  writeFileSync(
    join(base, 'child.js'),
    `import { startPostgres } from './js/postgres.js';
    try {
      const server = await startPostgres(JSON.parse(process.argv[2]));
      console.log(JSON.stringify({ url: server.url, owned: server.owned }));
      process.stdin.once('data', () => server.stop().then(() => process.exit(0)));
    } catch (error) {
      console.log(JSON.stringify({ error: error.message }));
      process.exit(1);
    }`,
  );
  seed = join(base, 'seed');
  await (await startPostgres({ dataDir: seed, role: 'service', durable: false })).stop();
});

afterEach(async () => {
  for (const child of children.filter(isUp)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const server of started) await server.stop();
  [started, children] = [[], []];
});

afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));

describe('a start', () => {
  it(
    'makes a cluster for a role that is no superuser, and the next one finds its rows',
    { timeout: PATIENT },
    async () => {
      const dataDir = join(base, 'first');
      const first = await start({ dataDir });
      const [row] = await query(
        first.url,
        `select current_user, rolsuper, rolcreatedb, current_setting('fsync') as fsync, current_setting('TimeZone') as zone,
        pg_get_userbyid(datdba) as owner, pg_encoding_to_char(encoding) as encoding, datcollate as collation
      from pg_roles, pg_database where rolname = current_user and datname = current_database()`,
      );
      expect(row).toEqual({
        ...{ current_user: 'propolis', rolsuper: false, rolcreatedb: false, fsync: 'on', zone: 'UTC' },
        ...{ owner: 'propolis', encoding: 'UTF8', collation: 'C' },
      });
      const extensions = await query(first.url, 'select extname from pg_extension order by 1');
      expect(extensions.map((each) => each.extname)).toEqual(['citext', 'pg_trgm', 'pgcrypto', 'plpgsql']);
      await query(first.url, 'create table bees (n int); insert into bees values (42)');
      await first.stop();
      expect(existsSync(join(dataDir, 'cluster/pgdata/postmaster.pid'))).toBe(false);
      const second = await start({ dataDir });
      expect(await query(second.url, 'select n from bees')).toEqual([{ n: 42 }]);
    },
  );

  it('listens on loopback with passwords only, and keeps them to this user', { timeout: PATIENT }, async () => {
    const dataDir = join(base, 'closed');
    const { url, adminUrl } = await start({ dataDir, durable: false, settings: { max_connections: 33 } });
    const [row] = await query(
      adminUrl,
      `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
        current_setting('max_connections') as connections, current_setting('fsync') as fsync`,
    );
    expect(row).toEqual({ addresses: '127.0.0.1', sockets: '', connections: '33', fsync: 'off' });
    await expect(query(url.replace(/:[^:@]*@/, ':wrong@'), 'select 1')).rejects.toThrow(
      /password authentication failed/,
    );
    const modes = ['cluster/passwords.json', '.', 'cluster'].map((name) => statSync(join(dataDir, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o700, 0o700]);
  });

  it('redoes an initdb that was killed half way', { timeout: PATIENT }, async () => {
    const dataDir = join(base, 'half');
    const child = spawnChild({ dataDir });
    const isHalf = () =>
      existsSync(dataDir) && readdirSync(dataDir).some((name) => existsSync(join(dataDir, name, 'pgdata/base')));
    await until(isHalf);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(join(dataDir, 'cluster'))).toBe(false);
    const server = await start({ dataDir, durable: false });
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(dataDir).sort()).toEqual(['cluster', 'run', 'server.log']);
  });

  it('is not held up by a stale pid file whose number another process has now', { timeout: PATIENT }, async () => {
    const dataDir = seeded('stale');
    const foreign = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(foreign);
    const pidFile = join(dataDir, 'cluster/pgdata/postmaster.pid');
    writeFileSync(pidFile, `${foreign.pid}\n${join(dataDir, 'cluster/pgdata')}\n1700000000\n5432\n\n127.0.0.1\n`);
    const lock = join(dataDir, 'run/start.lock');
    for (const leftover of [lock, join(dataDir, 'run/owner.json')]) {
      writeFileSync(
        leftover,
        JSON.stringify({ pid: foreign.pid, born: 'before the last boot', role: 'service', port: 1 }),
      );
    }
    const server = await start({ dataDir, durable: false });
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(isUp(foreign)).toBe(true);
  });

  it('tries once more when the server ends before it answers, and then says why', { timeout: PATIENT }, async () => {
    const dataDir = seeded('again');
    const failing = failingBinaries('again-native', { times: 1 });
    const messages: string[] = [];
    const options = { dataDir, durable: false, native: failing, log: (message: string) => messages.push(message) };
    const server = await start(options);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(messages.join('\n')).toMatch(/Postgres did not start .*: no memory today; trying once more/);
    await server.stop();
    const never = failingBinaries('never-native', { times: 9 });
    await expect(start({ ...options, native: never })).rejects.toThrow(/Postgres did not start .*: no memory today$/);
    expect(existsSync(join(dataDir, 'run/owner.json'))).toBe(false);
  });

  it('says what to do when the binaries are not installed', async () => {
    const failing = start({ dataDir: join(base, 'none'), native: join(base, 'nowhere') });
    await expect(failing).rejects.toThrow('set DATABASE_URL or install dev dependencies');
  });
});

describe('a killed owner', () => {
  it('takes its server along, and loses nothing that was committed', { timeout: PATIENT }, async () => {
    const dataDir = join(base, 'killed');
    let serverPid = 0;
    for (let round = 1; round <= 3; round += 1) {
      const child = spawnChild({ dataDir });
      const url = await urlSaid(child);
      serverPid = Number.parseInt(readFileSync(join(dataDir, 'cluster/pgdata/postmaster.pid'), 'utf8'), 10);
      await query(url, `create table if not exists rounds (n int); insert into rounds values (${round})`);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await until(() => !existsSync(`/proc/${serverPid}`));
    const server = await start({ dataDir });
    expect(await query(server.url, 'select n from rounds order by n')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('that left its server running is succeeded by the next', { timeout: PATIENT }, async () => {
    const dataDir = seeded('orphan');
    const child = spawnChild({ dataDir, durable: false });
    const url = await urlSaid(child);
    await query(url, 'create table bees (n int); insert into bees values (7)');
    writeFileSync(
      join(dataDir, 'run/owner.json'),
      JSON.stringify({ pid: 2 ** 22 - 1, born: 'gone', role: 'service', port: 1 }),
    );
    const server = await start({ dataDir, durable: false });
    expect(server.owned).toBe(true);
    expect(server.url).not.toBe(url);
    expect(await query(server.url, 'select n from bees')).toEqual([{ n: 7 }]);
  });

  it('is told when the server dies first', { timeout: PATIENT }, async () => {
    const dataDir = seeded('dies');
    let reason: Error | undefined;
    const server = await start({ dataDir, durable: false, onExit: (error) => (reason = error) });
    const pid = Number.parseInt(readFileSync(join(dataDir, 'cluster/pgdata/postmaster.pid'), 'utf8'), 10);
    process.kill(pid, 'SIGKILL');
    await until(() => reason !== undefined);
    expect(reason?.message).toMatch(/ended unexpectedly/);
    await server.stop();
    const next = await start({ dataDir, durable: false });
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('several processes', () => {
  it('refuses a second service by the pid of the first, and lets a command attach', { timeout: PATIENT }, async () => {
    const dataDir = seeded('shared');
    const service = await start({ dataDir, durable: false });
    const second = await said(spawnChild({ dataDir }));
    expect(second.error).toMatch(new RegExp(`Another service, process ${process.pid}, already runs on`));
    const command = spawnChild({ dataDir, role: 'command' });
    expect(await said(command)).toEqual({ url: service.url, owned: false });
    await stopChild(command);
    expect(await query(service.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(join(dataDir, 'run'))).toEqual(['owner.json']);
  });

  it('lets a service wait for a command that runs its own server', { timeout: PATIENT }, async () => {
    const dataDir = seeded('waits');
    const command = spawnChild({ dataDir, role: 'command', durable: false });
    expect(await said(command)).toMatchObject({ owned: true });
    await expect(start({ dataDir, durable: false, waitMs: 300 })).rejects.toThrow(
      `command ${command.pid} uses the server`,
    );
    const messages: string[] = [];
    const service = start({ dataDir, durable: false, log: (message) => messages.push(message) });
    await until(() => messages.some((message) => message.includes(`command ${command.pid}`)));
    await stopChild(command);
    expect((await service).owned).toBe(true);
  });

  it('keeps the server of a command up until those that attached to it are done', { timeout: PATIENT }, async () => {
    const dataDir = seeded('commands');
    const owner = spawnChild({ dataDir, role: 'command', durable: false });
    expect(await said(owner)).toMatchObject({ owned: true });
    const guest = await start({ dataDir, role: 'command' });
    owner.stdin?.write('stop');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await query(guest.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await guest.stop();
    await once(owner, 'exit');
    await expect(query(guest.url, 'select 1')).rejects.toThrow();
  });

  it('makes one cluster when many start at once', { timeout: PATIENT }, async () => {
    const dataDir = join(base, 'race');
    const racers = Array.from({ length: 4 }, () => spawnChild({ dataDir, role: 'command', durable: false }));
    const answers = await Promise.all(racers.map(said));
    expect(answers.filter((answer) => answer.owned)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.url)).size).toBe(1);
    await Promise.all(racers.map(stopChild));
    expect(readdirSync(dataDir).sort()).toEqual(['cluster', 'run', 'server.log']);
    expect(readdirSync(join(dataDir, 'run'))).toEqual([]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('identities other than root', () => {
  it('runs as an OS user where namespaces are forbidden, and goes back', { timeout: PATIENT }, async () => {
    const dataDir = seeded('os-user');
    for (const allowNamespace of [false, true, false]) {
      const server = await start({ dataDir, durable: false, allowNamespace });
      await query(server.url, 'create table if not exists bees (n int); insert into bees values (1)');
      await server.stop();
    }
    const server = await start({ dataDir, durable: false });
    expect(await query(server.url, 'select count(*)::int as n from bees')).toEqual([{ n: 3 }]);
  });

  it.skipIf(!nobodyMayRead(MODULES))('runs for an ordinary user', { timeout: PATIENT }, async () => {
    const home = join(base, 'nobody');
    mkdirSync(home);
    chownSync(home, 65534, 65534);
    const child = spawnChild({ dataDir: join(home, 'data'), durable: false }, ['setpriv', ...AS_NOBODY]);
    const url = await urlSaid(child);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await stopChild(child);
  });
});

// Binaries whose `postgres` ends at once, the first `times` that it is to serve.
function failingBinaries(name: string, { times }: { times: number }): string {
  const native = join(base, name);
  mkdirSync(join(native, 'bin'), { recursive: true });
  mkdirSync(join(native, 'failed'));
  chmodSync(join(native, 'failed'), 0o777);
  const script = `#!/bin/sh
    if [ "$1" = -D ] && [ $(ls ${native}/failed | wc -l) -lt ${times} ]; then
      touch ${native}/failed/$$; echo 'no memory today' >&2; exit 1
    fi
    exec ${join(findBinaries(join(base, 'links')).native, 'bin/postgres')} "$@"`;
  writeFileSync(join(native, 'bin/postgres'), script, { mode: 0o755 });
  return native;
}

// initdb is what takes the time; most stories begin after it.
function seeded(name: string): string {
  const dataDir = join(base, name);
  mkdirSync(join(dataDir, 'run'), { recursive: true });
  cpSync(join(seed, 'cluster'), join(dataDir, 'cluster'), { recursive: true });
  return dataDir;
}

async function start(options: Partial<StartOptions> & { dataDir: string }): Promise<Postgres> {
  const server = await startPostgres({ role: 'service', ...options });
  started.push(server);
  return server;
}

function spawnChild(options: Partial<StartOptions> & { dataDir: string }, prefix: string[] = []): ChildProcess {
  const command = [
    ...prefix,
    process.execPath,
    join(base, 'child.js'),
    JSON.stringify({ role: 'service', ...options }),
  ];
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function said(child: ChildProcess): Promise<{ url?: string; owned?: boolean; error?: string }> {
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return JSON.parse(line.toString()) as { url?: string; owned?: boolean; error?: string };
}

async function urlSaid(child: ChildProcess): Promise<string> {
  const { url, error } = await said(child);
  if (url === undefined) throw new Error(`it did not start: ${error}`);
  return url;
}

async function stopChild(child: ChildProcess): Promise<void> {
  child.stdin?.write('stop');
  if (isUp(child)) await once(child, 'exit');
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 3000) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function isUp(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function nobodyMayRead(directory: string): boolean {
  try {
    execFileSync('setpriv', [...AS_NOBODY, 'test', '-x', directory], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
