import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settings, freePort } from '../../test/support/app.js';
import { clean, startArgs } from '../../test/support/programs.js';

/** One of those that are measured: all its processes together are what it costs. */
export interface Server {
  readonly name: string;
  readonly port: number;
  readonly processes: readonly ChildProcess[];
}

const has = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

export const tools = { nginx: has('nginx'), wrk: has('wrk'), taskset: has('taskset'), setsid: has('setsid') };

/** The core of the servers, and the one of who asks them. */
export const CORES = { servers: '0', generator: '1', both: '0,1' };

/**
 * In a session of its own, as a service has it: Linux may share its cores among sessions, and one that also holds the generator would
 * get little beside Postgres, each of whose processes is a session.
 */
export const pinned = (core: string, command: readonly string[]): string[] => [
  ...(tools.setsid ? ['setsid'] : []),
  ...(tools.taskset ? ['taskset', '-c', core] : []),
  ...command,
];

/** Starts `command` on the servers' core; returns when it has said `ready`, or, where that is null, when its port is open. */
async function start(command: readonly string[], port: number, ready: string | null, env = clean({})) {
  const [program, ...args] = pinned(CORES.servers, command);
  const child = spawn(program!, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let isOver = false;
  child.once('close', () => (isOver = true));
  for (const end = Date.now() + 60_000; ready === null ? !(await opens(port)) : !output.includes(ready);) {
    if (isOver || Date.now() > end) throw new Error(`${command.join(' ')} did not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

const opens = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );

const here = import.meta.dirname;

export async function startPropolis(
  databaseUrl: string,
  dataDir: string,
  env: Record<string, string> = {},
): Promise<Server> {
  const port = await freePort();
  const nodeArgs = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter((arg) => arg !== '');
  const all = {
    ...settings(dataDir, port),
    ...{
      NODE_ENV: 'test',
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: 'warn',
      JOBS_CONCURRENCY: '0',
      BILLING: 'off',
      ...env,
    },
  };
  const child = await start(['node', ...startArgs(nodeArgs)], port, 'Propolis is ready', clean(all));
  return { name: 'Propolis', port, processes: [child] };
}

export async function startRawNode(keysFile: string, root: string): Promise<Server> {
  const port = await freePort();
  const command = ['node', join(here, 'raw-server.mjs'), String(port), keysFile, root];
  return { name: 'raw Node', port, processes: [await start(command, port, 'ready')] };
}

export async function startNginx(dataDir: string, root: string): Promise<Server> {
  const port = await freePort();
  return { name: 'nginx', port, processes: [await nginx(dataDir, port, root, '')] };
}

export async function startAuthRequest(dataDir: string, keysFile: string, root: string): Promise<Server> {
  const [port, authPort] = [await freePort(), await freePort()];
  const asked = await start(['node', join(here, 'auth-server.mjs'), String(authPort), keysFile], authPort, 'ready');
  const rest = `
    upstream keys { server 127.0.0.1:${authPort}; keepalive 64; keepalive_requests 100000000; }`;
  return { name: 'nginx + auth_request', port, processes: [await nginx(dataDir, port, root, rest), asked] };
}

/** As fast as its manual makes it: no log, sendfile, descriptors kept open. */
function nginx(dataDir: string, port: number, root: string, keys: string): Promise<ChildProcess> {
  const asks = keys === '' ? '' : 'auth_request /key;';
  const key = `
      location = /key {
        internal; proxy_pass http://keys; proxy_http_version 1.1; proxy_set_header Connection "";
        proxy_pass_request_body off; proxy_set_header Content-Length "";
      }`;
  const file = join(dataDir, `nginx-${port}.conf`);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(dataDir, `nginx-${kind}`)};`)
    .join(' ');
  writeFileSync(
    file,
    `daemon off; master_process off; worker_processes 1; pid ${file}.pid; error_log stderr error;
events { worker_connections 4096; }
http {
    access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; ${places}
    keepalive_timeout 75s; keepalive_requests 100000000;
    open_file_cache max=100000 inactive=1h; open_file_cache_valid 1h;
    default_type application/octet-stream;${keys}
    server {
      listen 127.0.0.1:${port}; root ${root};
      location /repo/ { ${asks} add_header cache-control "private, no-cache"; add_header vary authorization; }${keys === '' ? '' : key}
    }
}
`,
  );
  return start(['nginx', '-c', file, '-e', 'stderr'], port, null);
}

/** Milliseconds of processor that the processes have used so far, in the kernel's hundredths of a second. */
export function cpuMs({ processes }: Server): number {
  return processes.reduce((sum, { pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
}

/** Megabytes in memory now, and the most there have been. */
export function memoryMb({ processes }: Server): { now: number; most: number } {
  const total = { now: 0, most: 0 };
  for (const { pid } of processes) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    total.now += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    total.most += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }
  return total;
}

/** Lets the processes run on these cores from now on. */
export function move({ processes }: Server, cores: string): void {
  if (!tools.taskset) return;
  for (const { pid } of processes) execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: 'ignore' });
}

export async function stop({ processes }: Server): Promise<void> {
  for (const child of processes) {
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.exitCode !== null || !child.kill('SIGTERM')) continue;
    await ended;
  }
}
