import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './app.js';

export interface Ended {
  readonly code: number | null;
  /** Standard output and error together, as a person would see them. */
  readonly output: string;
}

/** Runs a program to its end. It never asks anything: its input is empty. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; seconds?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      env: options.env ?? clean({}),
      stdio: ['ignore', 'pipe', 'pipe'],
      // In a group of its own, so that what it started ends with it.
      detached: true,
    });
    let output = '';
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), (options.seconds ?? 60) * 1000);
    child.on('error', (error) => (output += String(error)));
    child.on('close', (code) => {
      clearTimeout(late);
      resolve({ code, output });
    });
  });
}

/** The environment without anything that would make a Hex client or the service behave otherwise than on a fresh machine. */
export function clean(more: Record<string, string>): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && ['PATH', 'LANG', 'LC_ALL', 'TMPDIR'].includes(name),
  ) as [string, string][];
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8', ...more };
}

const succeeds = (command: string, args: string[], env: Record<string, string>): Promise<boolean> =>
  new Promise((resolve) => execFile(command, args, { env, timeout: 30_000 }, (error) => resolve(error === null)));

/** Says plainly what is skipped and why; the answer goes into `describe.skipIf`. */
export function present(what: string, found: boolean): boolean {
  if (!found) console.log(`SKIPPED: ${what} is not on this machine, so the tests that drive it cannot run here.`);
  return found;
}

/** Another than the one on the path: REBAR3. */
export const rebar3 = process.env['REBAR3'] ?? 'rebar3';

export const hasRebar3 = async (): Promise<boolean> =>
  present('rebar3', await succeeds(rebar3, ['version'], clean({ HOME: homedir() })));

/** Alone; rebar3 and mix bring their own way of starting it. */
export const hasErlang = async (): Promise<boolean> =>
  present('Erlang (escript)', await succeeds('erl', ['-noshell', '-eval', 'halt().'], clean({ HOME: homedir() })));

/** The Hex client is an archive of mix; Debian has mix but not the archive. `task`: one that not every version has. */
export async function hasHexClient(task = 'hex.repo'): Promise<boolean> {
  const found =
    existsSync(mixHome()) && (await succeeds('mix', ['help', task], clean({ HOME: homedir(), MIX_HOME: mixHome() })));
  return present(`the Hex client (mix ${task === 'hex.repo' ? 'hex' : task})`, found);
}

export const mixHome = (): string => process.env['MIX_HOME'] ?? join(homedir(), '.mix');

/** A home directory of its own for one client: its settings, caches and credentials. */
export async function clientHome(): Promise<{
  home: string;
  env: Record<string, string>;
  remove: () => Promise<void>;
}> {
  const home = await mkdtemp(join(tmpdir(), 'propolis-client-'));
  const env = clean({
    ...{ HOME: home, MIX_HOME: mixHome(), HEX_HOME: join(home, '.hex'), REBAR_CACHE_DIR: join(home, 'rebar-cache') },
    // Nothing of these tests is on the internet; do not wait for it.
    ...{ HEX_HTTP_TIMEOUT: '15', HEX_OFFLINE: '0' },
  });
  return { home, env, remove: () => rm(home, { recursive: true, force: true }) };
}

export interface Service {
  readonly url: string;
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** SIGTERM, and wait. */
  readonly stop: () => Promise<number | NodeJS.Signals | null>;
  readonly kill: () => Promise<number | NodeJS.Signals | null>;
}

const root = join(import.meta.dirname, '../..');

/** What `npm start` runs the service with, after `node`: what V8 is told, what `more` says (of two the last one counts), and the file. */
export function startArgs(more: readonly string[] = []): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const [node, ...args] = scripts.start.split(' ');
  const file = args.pop();
  if (node !== 'node' || file?.endsWith('.js') !== true) throw new Error(`not a start by node alone: ${scripts.start}`);
  return [...args, ...more, join(root, file)];
}

/** The built service in a process of its own, as `npm start` runs it; returns when it has said that it is ready. */
export async function startService(
  env: Record<string, string>,
  options: { nodeArgs?: string[]; waitForReady?: boolean; cwd?: string; largestFile?: number } = {},
): Promise<Service> {
  const port = env['PORT'] ?? String(await freePort());
  const start = startArgs(options.nodeArgs);
  if (!existsSync(start.at(-1)!)) throw new Error('the service is not built: npm run build');
  const [command, ...args] = limited([process.execPath, ...start], options.largestFile);
  const child = spawn(command!, args, {
    cwd: options.cwd ?? tmpdir(),
    env: clean({ HOME: homedir(), PORT: port, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  const signal = (name: NodeJS.Signals) => () => {
    child.kill(name);
    return ended;
  };
  const service = {
    url: `http://127.0.0.1:${port}`,
    child,
    output: () => output,
    ended,
    stop: signal('SIGTERM'),
    kill: signal('SIGKILL'),
  };
  if (options.waitForReady !== false) await untilReady(service);
  return service;
}

/** In blocks of 512 bytes, as POSIX shells have it: what is written to a file beyond it fails, as on a full disk. */
function limited(words: string[], largestFile: number | undefined): string[] {
  if (largestFile === undefined) return words;
  return ['/bin/sh', '-c', 'ulimit -f "$0" && exec "$@"', String(Math.ceil(largestFile / 512)), ...words];
}

async function untilReady(service: Service): Promise<void> {
  let over = false;
  void service.ended.then(() => (over = true));
  for (const end = Date.now() + 80_000; !service.output().includes('Propolis is ready');) {
    if (over || Date.now() > end) {
      await service.kill();
      throw new Error(`the service did not start:\n${service.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
