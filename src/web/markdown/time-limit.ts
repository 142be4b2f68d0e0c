import { createContext, Script } from 'node:vm';
import { processorTime } from '../../platform/processor-time.js';

const call = new Script('work()');

/** How many times as long a piece of work is given in the end, by the clock, where others keep the processor from it. */
const PATIENCE = 4;

/**
 * The result of `work`, or undefined if it is not done in time or fails. It runs on this thread, and is ended wherever it is,
 * inside a regular expression too: `vm` stops the whole call and not only the code of its script. Only for pure functions,
 * since not even their `finally` blocks run. The limit is one of the clock; work that had a processor for less than half
 * of `ms` in that time is begun again with twice as much, where the system tells (Linux).
 */
export function withinTime<T>(ms: number, work: () => T): T | undefined {
  for (let limit = ms; ; limit *= 2) {
    const { ran } = processorTime();
    try {
      return call.runInContext(createContext({ work }), { timeout: limit }) as T;
    } catch (error) {
      const isSlow = (error as NodeJS.ErrnoException | null | undefined)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      if (!isSlow || limit >= PATIENCE * ms || !(processorTime().ran - ran < ms / 2)) return undefined;
    }
  }
}
