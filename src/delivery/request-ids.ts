import { randomUUID } from 'node:crypto';

/** Up to the last part, which counts. */
const PROCESS = randomUUID().slice(0, 24);
const ENDS = Array.from({ length: 1000 }, (_, end) => String(end).padStart(3, '0'));
/** Nine digits, as long as no process answers 900 thousand million fetches. */
let thousands = 100_000_000;
let beginning = '';
let next = ENDS.length;

/**
 * A UUID of which the last part counts: as good to find a request by as a random one, and cheaper. Its end is taken from a table: V8
 * remembers up to sixteen thousand numbers that were written out, long enough for them to become old, and only a collection of all
 * memory takes those away (decision 28).
 */
export function nextRequestId(): string {
  if (next === ENDS.length) {
    thousands += 1;
    // In one piece, unlike a template: an identifier is then of two.
    beginning = [PROCESS, thousands].join('');
    next = 0;
  }
  const id = beginning + ENDS[next]!;
  next += 1;
  return id;
}
