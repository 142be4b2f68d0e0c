import { DomainError } from '../platform/errors.js';
import { type RateLimit } from '../platform/rate-limits.js';

/** A limit, and whom it is counted for. */
export type Counter = readonly [limit: RateLimit, who: string];

/**
 * Counts one against each limit, and refuses (`rate_limited`) at the first that is used up. In the order given: an address that
 * may not guess any more cannot use up the limit of the account it guesses at.
 */
export async function count(...counters: readonly Counter[]): Promise<void> {
  for (const [limit, who] of counters) {
    const { exceeded, resetsAt } = await limit.count(who);
    if (exceeded) throw tooMany(resetsAt);
  }
}

/**
 * Counts a guess, then judges it, and takes the count back when it was right. In this order guesses made in parallel, in
 * however many processes, are all counted before any is judged; and once there were too many, a right one is refused as well.
 */
export async function guess<T>(counters: readonly Counter[], judge: () => Promise<T | null>): Promise<T | null> {
  await count(...counters);
  const found = await judge();
  if (found !== null) await Promise.all(counters.map(([limit, who]) => limit.forgive(who)));
  return found;
}

function tooMany(resetsAt: number): DomainError {
  const minutes = Math.max(1, Math.round((resetsAt * 1000 - Date.now()) / 60_000));
  const wait = minutes === 1 ? 'a minute' : `${minutes} minutes`;
  return new DomainError('rate_limited', 'too_many_attempts', `too many attempts, please try again in ${wait}`);
}
