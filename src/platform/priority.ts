import { readdirSync } from 'node:fs';
import { constants, getPriority, platform, setPriority } from 'node:os';

/** A tenth of the core beside one who wants all of it: enough to come to an end. */
const LATER = constants.priority.PRIORITY_BELOW_NORMAL;

/**
 * Where cores are few, those who wait for fetches come before all that only takes its time. What follows says so to the system, for as long
 * as somebody else wants the core, and never fails. Threads have priorities of their own on Linux only; elsewhere nothing is said of
 * them. Why: docs/decisions/026-what-fetches-wait-for.md.
 */
function lower(id: number, priority: number): void {
  try {
    // Who is there already, or lower, is left there: only few may go up again.
    if (getPriority(id) < priority) setPriority(id, priority);
  } catch {
    // It has ended meanwhile, or the system does not let us.
  }
}

/** Each thread of this process but the one of the event loop: those that collect its garbage, compress, sign and read files. */
export function eventLoopFirst(): void {
  const priority = belowTheLoop();
  for (const id of threads()) if (id !== process.pid) lower(id, priority);
}

/** The thread that calls it. */
export function thisThreadLater(): void {
  if (platform() === 'linux') lower(0, belowTheLoop());
}

/** All of this process, once: a command that has time. */
export function thisProcessLater(): void {
  const priority = belowTheLoop();
  for (const id of [0, ...threads()]) lower(id, priority);
}

/** Whoever started us may have put the loop lower already. */
function belowTheLoop(): number {
  try {
    return Math.min(getPriority(process.pid) + LATER, constants.priority.PRIORITY_LOW);
  } catch {
    return LATER;
  }
}

function threads(): number[] {
  try {
    return platform() === 'linux' ? readdirSync('/proc/self/task').map(Number) : [];
  } catch {
    return [];
  }
}
