// The embedded Postgres: a real server for development, demonstrations and tests, one per data directory.
//
// One process owns the server and ends it: by `stop()`, or by dying, however suddenly. All decisions (who owns, attach
// or start, make the cluster, clear what a crash left) are taken under one lock file, so any number of services and
// commands may start at the same moment. For production give the product a maintained server by DATABASE_URL.
import { chmodSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { APP, ensureAppDatabase } from './app-database.js';
import { clearRemains, ensureCluster, pgdataOf, readPasswords, runningServer } from './cluster.js';
import { withLock } from './file-lock.js';
import { attach, countAttached, readOwner, removeOwner, writeOwner, type Owner, type Role } from './ownership.js';
import { findPlace, homeOf, type Place } from './place.js';
import { answers, freePort, launch, type Server, type Settings } from './server.js';

export interface StartOptions {
  /** A directory for this server alone: made if missing. */
  dataDir: string;
  /** A second `service` is refused; a `command` uses the server that is up, or starts its own for as long as it runs. */
  role: Role;
  log?: (message: string) => void;
  /** False for throw-away clusters: nothing is synced to disk. */
  durable?: boolean;
  /** Further settings of the server, e.g. `{ max_connections: 200 }`. */
  settings?: Settings;
  /** The owned server ended without `stop()`. */
  onExit?: (reason: Error) => void;
  /** How long to wait for another process to finish starting, stopping or its command. Default 60 s. */
  waitMs?: number;
  /** Another place of the binaries (bin/, lib/, share/) than the installed package. */
  native?: string;
  /** False: do not use a user namespace when root. */
  allowNamespace?: boolean;
}

export interface Postgres {
  /** Connection of the product's role `propolis`, which owns the database `propolis` and is no superuser. */
  url: string;
  /** Connection of the superuser to the database `postgres`: tests clone databases with it. */
  adminUrl: string;
  /** False when another process runs the server; then `stop()` leaves it up. */
  owned: boolean;
  stop(): Promise<void>;
}

interface Start extends StartOptions {
  log: (message: string) => void;
  run: string;
  deadline: number;
}

/** Starts the server of a data directory, or attaches to it. Throws when another service owns it. */
export async function startPostgres(options: StartOptions): Promise<Postgres> {
  const start = prepare(options);
  let waitingFor = '';
  for (;;) {
    const result = await locked(start, () => attempt(start));
    if (typeof result !== 'string') return result;
    if (Date.now() > start.deadline) throw new Error(`Gave up waiting: ${result}`);
    if (result !== waitingFor) start.log(`waiting: ${result}`);
    waitingFor = result;
    await sleep(100);
  }
}

function prepare(options: StartOptions): Start {
  if (!existsSync(options.dataDir)) {
    mkdirSync(options.dataDir, { recursive: true });
    chmodSync(options.dataDir, 0o700);
  }
  const dataDir = realpathSync(options.dataDir);
  const run = join(dataDir, 'run');
  mkdirSync(run, { recursive: true, mode: 0o700 });
  const deadline = Date.now() + (options.waitMs ?? 60_000);
  return { ...options, dataDir, run, deadline, log: options.log ?? (() => {}) };
}

const locked = <T>(start: Start, work: () => Promise<T>): Promise<T> =>
  withLock(join(start.run, 'start.lock'), start.deadline, work);

// A string says what has to be waited for.
async function attempt(start: Start): Promise<Postgres | string> {
  const found = readOwner(start.run);
  return found?.alive ? joinOwner(start, found.owner) : own(start);
}

async function joinOwner(start: Start, owner: Owner): Promise<Postgres | string> {
  const home = homeOf(start.dataDir);
  const serving = runningServer(pgdataOf(home)) !== null;
  if (!serving) return `process ${owner.pid} is stopping the server in ${start.dataDir}`;
  if (start.role === 'service') {
    if (owner.role === 'command') return `command ${owner.pid} uses the server in ${start.dataDir}`;
    throw new Error(`Another service, process ${owner.pid}, already runs on ${start.dataDir}: stop it first`);
  }
  const urls = urlsOf(home, owner.port);
  if (!(await answers(urls.url))) return `the server of process ${owner.pid} does not answer`;
  const detach = attach(start.run);
  return { ...urls, owned: false, stop: async () => detach() };
}

async function own(start: Start): Promise<Postgres> {
  const place = await findPlace(start.dataDir, start.native, start.allowNamespace);
  await clearRemains(pgdataOf(place.home), start.log);
  await ensureCluster(place, start.durable ?? true, start.log);
  try {
    const server = await launchOnFreePort(start, place);
    const urls = urlsOf(place.home, server.port);
    start.log(`Postgres ${server.pid} runs ${place.runner.name} on 127.0.0.1:${server.port}`);
    return { ...urls, owned: true, stop: stopper(start, server) };
  } catch (error) {
    removeOwner(start.run);
    throw error;
  }
}

// A port that was free a moment ago may be taken when the server asks for it. A server that does not start for another
// reason has one more try: right after a crash that may be a passing one (memory or a disk that is not back yet).
async function launchOnFreePort(start: Start, place: Place): Promise<Server> {
  const volatile = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
  const zone = { timezone: 'UTC', log_timezone: 'UTC' };
  const settings = { ...zone, ...(start.durable === false ? volatile : {}), ...start.settings };
  let failed = false;
  for (let tries = 0; tries < 20; tries += 1) {
    const port = await freePort();
    writeOwner(start.run, start.role, port);
    try {
      const server = await launch(place, port, settings, urlsOf(place.home, port).adminUrl);
      if (server) return await fill(place.home, server);
    } catch (error) {
      // It knows another password, and will in the next try.
      if (failed || (error as { code?: string }).code === '28P01') throw error;
      failed = true;
      start.log(`${(error as Error).message}; trying once more`);
    }
    await sleep(250);
  }
  throw new Error(`Postgres finds no free port or an old server still holds its memory; see ${place.home}/server.log`);
}

async function fill(home: string, server: Server): Promise<Server> {
  try {
    await ensureAppDatabase((database) => urlOf('postgres', home, server.port, database), readPasswords(home).app);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

// A command leaves the server to others that attached meanwhile until they are done; a service was told to stop.
function stopper(start: Start, server: Server): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  void server.ended.then(() => {
    if (!stopping)
      start.onExit?.(new Error(`Postgres ${server.pid} ended unexpectedly; see server.log in its directory`));
  });
  const end = async () => {
    await server.stop();
    removeOwner(start.run);
  };
  const endWhenAlone = async () => {
    const patient = { ...start, deadline: Date.now() + (start.waitMs ?? 60_000) };
    const endIfAlone = async () => countAttached(start.run) === 0 && (await end(), true);
    while (!server.hasEnded() && Date.now() < patient.deadline) {
      if (await locked(patient, endIfAlone)) return;
      await sleep(100);
    }
    await end();
  };
  return () => (stopping ??= start.role === 'command' ? endWhenAlone() : end());
}

function urlsOf(home: string, port: number): { url: string; adminUrl: string } {
  return { url: urlOf(APP, home, port, APP), adminUrl: urlOf('postgres', home, port, 'postgres') };
}

function urlOf(user: 'postgres' | typeof APP, home: string, port: number, database: string): string {
  const passwords = readPasswords(home);
  const password = user === 'postgres' ? passwords.superuser : passwords.app;
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
}
