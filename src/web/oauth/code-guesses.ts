import { Injectable } from '@nestjs/common';
import { guess } from '../../accounts/guesses.js';
import { networkOf } from '../../accounts/places.js';
import { type User } from '../../accounts/user.entity.js';
import { type Origin } from '../../audit/actor.js';
import { type RateLimit, RateLimits } from '../../platform/rate-limits.js';

const WINDOW_SECONDS = 15 * 60;

/** Limits on guessing the short codes of waiting machines: who guesses one right lets somebody else's machine in as themselves. */
@Injectable()
export class CodeGuesses {
  private readonly ofUser: RateLimit;
  private readonly ofNetwork: RateLimit;

  constructor(limits: RateLimits) {
    this.ofUser = limits.limit('user-code-user', 10, WINDOW_SECONDS);
    this.ofNetwork = limits.limit('user-code-ip', 30, WINDOW_SECONDS);
  }

  /** Throws `rate_limited` when there were too many wrong ones, for right ones too. */
  judge<T>(user: User, { ip }: Origin, find: () => Promise<T | null>): Promise<T | null> {
    const counters = [
      [this.ofNetwork, networkOf(ip)],
      [this.ofUser, user.id],
    ] as const;
    return guess(counters, find);
  }
}
