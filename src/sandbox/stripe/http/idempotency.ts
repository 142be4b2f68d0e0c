import { type Replay } from '../records.js';
import { type Work } from '../work.js';
import { type FormValue } from './form.js';
import { Problem } from './problem.js';

const keptFor = 24 * 3600;

export interface Keyed {
  key: string;
  path: string;
  params: Record<string, FormValue>;
}

/** The answer that was given to this key before. @throws Problem when it came with another request */
export function replayOf(work: Work, { key, path, params }: Keyed): Replay | undefined {
  const known = work.find('replay', key);
  if (!known || known.at + keptFor <= work.now) return undefined;
  if (known.path === path && known.params === canonical(params)) return known;
  const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
  throw new Problem(400, { type: 'idempotency_error', message });
}

export function remember(work: Work, { key, path, params }: Keyed, status: number, body: unknown): void {
  for (const { id, at } of work.all('replay')) if (at + keptFor <= work.now) work.remove('replay', id);
  work.add('replay', { id: key, path, params: canonical(params), at: work.now, status, body });
}

export function inUse(): Problem {
  const message = 'There is currently another in-progress request using this idempotent key.';
  return new Problem(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message });
}

/** The order of the parameters does not matter. */
function canonical(value: FormValue | Record<string, FormValue>): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
