// The files of the server. A cluster is made under another name, with its passwords, and renamed when it is complete:
// what is called `cluster/` is never half of one, however initdb ended.
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Place } from './place.js';
import { isPostmaster } from './running-process.js';
import { run, type Runner } from './runner.js';

interface Passwords {
  superuser: string;
  app: string;
}

export const pgdataOf = (home: string): string => join(home, 'cluster', 'pgdata');

export function readPasswords(home: string): Passwords {
  return JSON.parse(readFileSync(join(home, 'cluster', 'passwords.json'), 'utf8')) as Passwords;
}

/** Makes the cluster if there is none. The caller holds the start lock. */
export async function ensureCluster(place: Place, durable: boolean, log: (message: string) => void): Promise<void> {
  for (const name of readdirSync(place.home).filter((entry) => entry.startsWith('cluster.init-'))) {
    log(`removing ${name}, left by an interrupted start`);
    rmSync(join(place.home, name), { recursive: true, force: true, maxRetries: 5 });
  }
  const cluster = join(place.home, 'cluster');
  if (existsSync(cluster)) return giveTo(place.runner, cluster);
  log(`making a Postgres cluster in ${place.home}`);
  const draft = join(place.home, `cluster.init-${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(draft, { mode: 0o700 });
  await initialize(place, draft, durable);
  await rename(draft, cluster);
  if (durable) await syncDirectory(place.home);
}

/**
 * Ends a server without a living owner and clears what it left, so that the next one can start: waits for one that is
 * already shutting down, and removes a `postmaster.pid` whose number now belongs to another process (Postgres itself
 * would refuse to start over it).
 */
export async function clearRemains(pgdata: string, log: (message: string) => void): Promise<void> {
  const pid = runningServer(pgdata);
  if (pid !== null) {
    log(`ending Postgres ${pid}, whose owner is gone`);
    if (!(await ended(pgdata, pid, 'SIGINT', 30_000)) && !(await ended(pgdata, pid, 'SIGQUIT', 10_000))) {
      throw new Error(`Postgres ${pid} on ${pgdata} does not stop`);
    }
  }
  rmSync(join(pgdata, 'postmaster.pid'), { force: true });
}

/** The process id of the server on this data directory, if one is running. */
export function runningServer(pgdata: string): number | null {
  const file = join(pgdata, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Math.abs(Number.parseInt(readFileSync(file, 'utf8'), 10));
  return pid && isPostmaster(pid, pgdata) ? pid : null;
}

async function initialize({ binaries, runner }: Place, draft: string, durable: boolean): Promise<void> {
  const passwords: Passwords = { superuser: secret(), app: secret() };
  await writeSynced(join(draft, 'passwords.json'), JSON.stringify(passwords));
  const pwfile = join(draft, 'superuser-password');
  await writeSynced(pwfile, `${passwords.superuser}\n`);
  if (runner.uid !== process.getuid?.()) for (const file of [draft, pwfile]) chownSync(file, runner.uid, runner.gid);
  const { ok, output } = await run(
    runner,
    join(binaries.native, 'bin', 'initdb'),
    ...['-D', join(draft, 'pgdata'), '--username=postgres', `--pwfile=${pwfile}`, '--auth=scram-sha-256'],
    ...['--locale=C', '--encoding=UTF8', ...(durable ? [] : ['--no-sync'])],
  );
  rmSync(pwfile, { force: true });
  if (!ok) throw new Error(`initdb failed: ${output}`);
  if (durable) await syncDirectory(draft);
}

// The identity that works may change between starts (a container with and without user namespaces). The top
// directory comes last, so that an interrupted change is done again.
function giveTo(runner: Runner, cluster: string): void {
  const pgdata = join(cluster, 'pgdata');
  if (lstatSync(cluster).uid === runner.uid) return;
  if (process.getuid?.() !== 0) throw new Error(`${cluster} belongs to another OS user (${lstatSync(cluster).uid})`);
  for (const name of readdirSync(pgdata, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(pgdata, name), runner.uid, runner.gid);
  }
  for (const directory of [pgdata, cluster]) chownSync(directory, runner.uid, runner.gid);
}

async function ended(pgdata: string, pid: number, signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') {
      throw new Error(`Postgres ${pid} on ${pgdata} runs as another OS user; stop it first`, { cause: error });
    }
  }
  while (isPostmaster(pid, pgdata)) {
    if (Date.now() > deadline) return false;
    await sleep(25);
  }
  return true;
}

const secret = (): string => randomBytes(24).toString('base64url');

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
