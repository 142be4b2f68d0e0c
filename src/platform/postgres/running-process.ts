// Who a process is. A number alone is not enough: after a crash or a reboot (or in a container, where everybody is
// process 7) it may belong to somebody else, so a mark also carries the moment of birth. A zombie counts as dead.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';

export interface ProcessMark {
  pid: number;
  /** Boot and start time; empty where the system does not tell. */
  born: string;
}

export function markOf(pid: number): ProcessMark | null {
  if (!exists(pid)) return null;
  if (process.platform !== 'linux') return { pid, born: ps(pid, 'lstart') };
  try {
    // The name in parentheses may itself contain blanks and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return { pid, born: `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}` };
  } catch {
    return exists(pid) ? { pid, born: '' } : null;
  }
}

export function isRunning(mark: ProcessMark): boolean {
  const now = markOf(mark.pid);
  return now !== null && (now.born === '' || mark.born === '' || now.born === mark.born);
}

/** Is this process the postmaster of that data directory? Anything else has only inherited the number. */
export function isPostmaster(pid: number, pgdata: string): boolean {
  if (markOf(pid) === null) return false;
  if (process.platform !== 'linux') return ps(pid, 'command').includes(`postgres -D ${pgdata} `);
  try {
    const [name, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (basename(name ?? '') !== 'postgres') return false;
    return args[args.indexOf('-D') + 1] === pgdata || worksIn(pid, pgdata);
  } catch {
    return false;
  }
}

// A postmaster's working directory is its data directory, even when that was renamed or reached by another path.
function worksIn(pid: number, directory: string): boolean {
  try {
    const [cwd, wanted] = [statSync(`/proc/${pid}/cwd`), statSync(directory)];
    return cwd.dev === wanted.dev && cwd.ino === wanted.ino;
  } catch {
    return false;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ps(pid: number, column: string): string {
  try {
    return execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
