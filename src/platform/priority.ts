import { readdirSync } from 'node:fs';
import { constants, platform, setPriority } from 'node:os';

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
const THREADS = '/proc/self/task';

/**
 * Where cores are few, those who wait for fetches come before all that only takes its time. What follows only says so to the system, for
 * as long as somebody else wants the core: it never fails, and does nothing where a thread has no priority of its own (all but Linux).
 * Why: docs/decisions/026-what-fetches-wait-for.md.
 */
function ask(id: number, priority: number): void {
  try {
    setPriority(id, priority);
  } catch {
    // It has ended meanwhile, or the system does not let us.
  }
}

const isLinux = platform() === 'linux';

/** Each thread of this process but the one of the event loop: those that collect its garbage, compress, sign and read files. */
export function eventLoopFirst(): void {
  for (const id of threads()) if (id !== process.pid) ask(id, PRIORITY_LOW);
}

/** The thread that calls it. */
export function thisThreadLater(): void {
  if (isLinux) ask(0, PRIORITY_BELOW_NORMAL);
}

/** All of this process: a command that has time. */
export function thisProcessLater(): void {
  if (isLinux) for (const id of threads()) ask(id, PRIORITY_BELOW_NORMAL);
  else ask(0, PRIORITY_BELOW_NORMAL);
}

/** A process that has just been started, and what it will start. */
export function childLater(pid: number): void {
  ask(pid, PRIORITY_BELOW_NORMAL);
}

function threads(): number[] {
  return isLinux ? readdirSync(THREADS).map(Number) : [];
}
