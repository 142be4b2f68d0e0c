import { ConfigError } from './config.js';

/**
 * Why the process could not start, in words for whoever started it: all wrong settings, or what an operator can mend (a
 * port in use, no database). Only what looks like a fault of ours comes with its trace.
 */
export function startProblem(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (error instanceof TypeError || error instanceof ReferenceError) return error.stack ?? error.message;
  // Node reports several failed addresses of one host as an error without a message.
  const reasons = error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message;
  return `Propolis could not start: ${reasons}`;
}
