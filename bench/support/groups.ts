import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const GROUPS = '/sys/fs/cgroup/cpu';
const PERIOD_US = 10_000;

/** Processes that the kernel gives its time to as one, as those of a container; only as root, and where version 1 of `cgroup` is there. */
export class Group {
  private constructor(private readonly path: string) {}

  /** Undefined where there are none. */
  static make(name: string): Group | undefined {
    const path = join(GROUPS, `propolis-bench-${name}`);
    try {
      // Elsewhere (version 2) a directory of this name would be a group without a say over cores.
      if (!existsSync(join(GROUPS, 'cpu.shares'))) return undefined;
      if (!existsSync(path)) mkdirSync(path);
      return new Group(path);
    } catch {
      return undefined;
    }
  }

  /** With all their threads; one that has ended meanwhile is none. */
  add(pids: readonly number[]): void {
    for (const pid of pids)
      try {
        writeFileSync(join(this.path, 'cgroup.procs'), String(pid));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
  }

  /** Of a core, in each hundredth of a second. */
  hold(share: number): void {
    writeFileSync(join(this.path, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(this.path, 'cpu.cfs_quota_us'), String(PERIOD_US * share));
  }

  /** At once, or left for the next time where a process of it is still there, such as the Postgres of all benchmarks. */
  remove(): void {
    try {
      rmdirSync(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    }
  }
}

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === parent)
    .map(Number);
}

/** Undefined where it has ended. */
export function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '');
    return Number(stat.split(' ')[1]);
  } catch {
    return undefined;
  }
}
