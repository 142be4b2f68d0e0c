// Under which identity Postgres runs: it refuses root. As root we give it a user namespace in which it is somebody
// else, because that needs no OS user and can still read a checkout under /root; where namespaces are forbidden
// (Docker's seccomp profile) it runs as `postgres` or `nobody`. `setpriv --pdeathsig` ends the server with its owner,
// also after kill -9; it must come last, because a change of identity clears it.
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';

export interface Runner {
  name: string;
  /** Who owns the files of the cluster, seen from this process. */
  uid: number;
  gid: number;
  spawn(file: string, args: string[], options: SpawnOptions): ChildProcess;
}

/** Nothing of our own environment: no secrets in the server's, no PG* variables that change what it does. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
const NAMESPACE = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'];
const ENDS_WITH_OWNER = ['setpriv', '--pdeathsig', 'INT', '--'];

/** The first identity that this machine really lets us use, best first. */
export async function findRunner(libraryPath?: string, allowNamespace = true): Promise<Runner> {
  for (const runner of candidates(libraryPath, allowNamespace)) {
    if ((await run(runner, 'true')).ok) return runner;
  }
  throw new Error(
    'The embedded Postgres cannot run as root here (no user namespaces, no OS user `postgres` or `nobody`): ' +
      'run as an ordinary user or set DATABASE_URL',
  );
}

/** Runs a command under that identity to its end. */
export async function run(runner: Runner, file: string, ...args: string[]): Promise<{ ok: boolean; output: string }> {
  let output = '';
  try {
    const child = runner.spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-4000)));
    }
    const [code] = (await once(child, 'close')) as [number | null];
    return { ok: code === 0, output: output.trim() };
  } catch (error) {
    // No such program, or an OS user that this container does not have.
    return { ok: false, output: (error as Error).message };
  }
}

function candidates(libraryPath: string | undefined, allowNamespace: boolean): Runner[] {
  const env = libraryPath ? { ...ENVIRONMENT, LD_LIBRARY_PATH: libraryPath } : ENVIRONMENT;
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  const make = (name: string, prefix: string[], user = { uid, gid }): Runner[] => [
    { name, ...user, spawn: prefixed([...prefix, ...ENDS_WITH_OWNER], env, user) },
    { name: `${name}, not ended with its owner`, ...user, spawn: prefixed(prefix, env, user) },
  ];
  if (uid !== 0) return make('as this user', []);
  return [
    ...(allowNamespace ? make('in a user namespace', NAMESPACE) : []),
    ...['postgres', 'nobody'].flatMap((name) => {
      const user = osUser(name);
      return user ? make(`as user ${name}`, [], user) : [];
    }),
  ];
}

function prefixed(prefix: string[], env: Record<string, string>, user: { uid: number; gid: number }): Runner['spawn'] {
  const identity = user.uid === process.getuid?.() ? {} : user;
  return (file, args, options) => {
    const [command = file, ...rest] = [...prefix, file, ...args];
    return spawn(command, rest, { cwd: '/', ...options, ...identity, env });
  };
}

function osUser(name: string): { uid: number; gid: number } | undefined {
  if (!existsSync('/etc/passwd')) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid && Number(uid) !== 0 ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
