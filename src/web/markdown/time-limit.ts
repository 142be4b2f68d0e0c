import { createContext, Script } from 'node:vm';

const call = new Script('work()');

/**
 * The result of `work`, or undefined if it is not done in time or fails. It runs on this thread, and is ended wherever it is,
 * inside a regular expression too: `vm` stops the whole call and not only the code of its script. Only for pure functions,
 * since not even their `finally` blocks run.
 */
export function withinTime<T>(ms: number, work: () => T): T | undefined {
  try {
    return call.runInContext(createContext({ work }), { timeout: ms }) as T;
  } catch {
    return undefined;
  }
}
