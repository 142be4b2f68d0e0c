import { readFileSync } from 'node:fs';
import { createContext, Script } from 'node:vm';

const call = new Script('work()');

/** How many times as long a piece of work is given in the end, by the clock, where others keep the processor from it. */
const PATIENCE = 4;

/**
 * The result of `work`, or undefined if it is not done in time or fails. It runs on this thread, and is ended wherever it is,
 * inside a regular expression too: `vm` stops the whole call and not only the code of its script. Only for pure functions,
 * since not even their `finally` blocks run. The limit is one of the clock; work that had less than half of it on a processor is begun
 * again with more time, where the system tells (Linux).
 */
export function withinTime<T>(ms: number, work: () => T): T | undefined {
  for (let limit = ms; ; limit *= 2) {
    const before = processorMs();
    try {
      return call.runInContext(createContext({ work }), { timeout: limit }) as T;
    } catch (error) {
      const isSlow = (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      if (!isSlow || limit >= PATIENCE * ms || !(processorMs() - before < ms / 2)) return undefined;
    }
  }
}

/** What this thread has had of the processor so far; NaN where it cannot be told. See proc(5), `schedstat`. */
function processorMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return NaN;
  }
}
