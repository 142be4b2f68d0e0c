// One run of the postgres program: started, found ready, stopped.
import { type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pgdataOf } from './cluster.js';
import { type Place } from './place.js';

export type Settings = Record<string, string | number | boolean>;

export interface Server {
  pid: number;
  port: number;
  /** Resolves when the process is gone. */
  ended: Promise<void>;
  hasEnded(): boolean;
  stop(): Promise<void>;
}

/**
 * Starts the server on `port` and waits until it answers. Null when it is worth another try: somebody else has taken
 * the port, or the last processes of a killed server are about to notice that.
 */
export async function launch(place: Place, port: number, settings: Settings, url: string): Promise<Server | null> {
  const logFile = join(place.home, 'server.log');
  const before = startLog(logFile);
  const server = spawnServer(place, port, settings, logFile);
  const deadline = Date.now() + 120_000;
  try {
    while (!server.hasEnded() && Date.now() < deadline) {
      if (await answers(url)) return server;
      await Promise.race([sleep(25), server.ended]);
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  await server.stop();
  const said = readFileSync(logFile).subarray(before).toString('utf8').trim();
  if (/Address already in use|pre-existing shared memory block/.test(said)) return null;
  throw new Error(`Postgres did not start (see ${logFile}): ${said.slice(-2000)}`);
}

/** Does a server accept this connection? Throws when it knows another password: waiting would not help. */
export async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') throw error;
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** A port on the loopback address that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** It shares its few cores with the service, where fetches come first. By a program, since it may run as a user to whom we cannot say so. */
function givingWay(): string[] {
  const nice = ['/usr/bin/nice', '/bin/nice'].find(existsSync);
  return nice === undefined ? [] : [nice, '-n', '10'];
}

// Its own session, so that Ctrl-C reaches us alone and we end the server when its last client is gone.
function spawnServer({ binaries, runner, home }: Place, port: number, settings: Settings, logFile: string): Server {
  const all: Settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', ...settings };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const output = openSync(logFile, 'a', 0o600);
  const [program = '', ...rest] = [
    ...givingWay(),
    join(binaries.native, 'bin', 'postgres'),
    '-D',
    pgdataOf(home),
    ...args,
  ];
  const child = runner.spawn(program, rest, {
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return asServer(child, port);
}

function asServer(child: ChildProcess, port: number): Server {
  const onOwnExit = () => child.kill('SIGINT');
  process.once('exit', onOwnExit);
  const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const ended = new Promise<void>((resolve) => {
    const settle = () => {
      process.off('exit', onOwnExit);
      resolve();
    };
    child.once('exit', settle);
    child.once('error', settle);
  });
  const stop = async () => {
    child.ref();
    // Fast shutdown; then immediate, which costs the next start a recovery; never SIGKILL while it still obeys.
    for (const [signal, patience] of [
      ['SIGINT', 30_000],
      ['SIGQUIT', 10_000],
      ['SIGKILL', 10_000],
    ] as const) {
      if (hasEnded()) return;
      child.kill(signal);
      await Promise.race([ended, sleep(patience, undefined, { ref: false })]);
    }
  };
  child.unref();
  return { pid: child.pid ?? -1, port, ended, hasEnded, stop };
}

function startLog(file: string): number {
  closeSync(openSync(file, 'a', 0o600));
  const { size } = statSync(file);
  if (size < 5_000_000) return size;
  truncateSync(file);
  return 0;
}
