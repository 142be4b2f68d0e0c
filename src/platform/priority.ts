import { readdirSync } from 'node:fs';
import { constants, getPriority, platform, setPriority } from 'node:os';

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;

/**
 * Where cores are few, those who wait for fetches come before all that only takes its time. What follows says so to the system, for as long
 * as somebody else wants the core, and never fails. Threads have priorities of their own on Linux only; elsewhere nothing is said of
 * them. Why: docs/decisions/026-what-fetches-wait-for.md.
 */
function lower(id: number, priority: number): void {
  try {
    // Whoever started us may have put us lower already.
    if (getPriority(id) < priority) setPriority(id, priority);
  } catch {
    // It has ended meanwhile, or the system does not let us.
  }
}

/** Each thread of this process but the one of the event loop: those that collect its garbage, compress, sign and read files. */
export function eventLoopFirst(): void {
  for (const id of threads()) if (id !== process.pid) lower(id, PRIORITY_LOW);
}

/** The thread that calls it. */
export function thisThreadLater(): void {
  if (platform() === 'linux') lower(0, PRIORITY_LOW);
}

/** All of this process: a command that has time. */
export function thisProcessLater(): void {
  for (const id of [0, ...threads()]) lower(id, PRIORITY_BELOW_NORMAL);
}

function threads(): number[] {
  try {
    return platform() === 'linux' ? readdirSync('/proc/self/task').map(Number) : [];
  } catch {
    return [];
  }
}
