import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Origin } from '../audit/actor.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import { type RateLimit, RateLimits } from '../platform/rate-limits.js';
import { type Grant } from './grant.entity.js';
import { guess } from './guesses.js';
import { networkOf } from './places.js';
import { SecondFactors } from './second-factors.js';
import { Totps } from './totps.js';

const DAY_S = 24 * 60 * 60;

/**
 * What a program that acts by a person's login shows with each change it makes: a code of their authenticator app, so that a
 * stolen login file reads but does not publish (hex-protocol.md 4.4). Recovery codes are not taken, as on hex.pm: they work
 * once, and a run of mix sends one code many times. Keys need none; they are made for machines on which nobody types.
 *
 * Wrong codes are counted by person, by network and, over a day, by login: whoever holds a stolen token could otherwise try
 * for the month that it lasts. These counters are not those of the site, so a thief of a token locks nobody out there.
 */
@Injectable()
export class WriteProofs implements OnModuleInit {
  private ofUser: RateLimit;
  private ofGrant: RateLimit;
  private ofNetwork: RateLimit;

  constructor(
    private readonly factors: SecondFactors,
    private readonly totps: Totps,
    private readonly limits: RateLimits,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.ofUser = this.limits.limit('write-code-user', 10, 10 * 60);
    this.ofGrant = this.limits.limit('write-code-grant', 30, DAY_S);
    this.ofNetwork = this.limits.limit('write-code-ip', 20, 15 * 60);
  }

  /** Can this person's programs be allowed to change something at all? */
  async possible(userId: string): Promise<boolean> {
    return this.config.writesNeedTwoFactor ? this.totps.isOn(userId) : this.factors.has(userId);
  }

  /**
   * Throws unless `code` proves the person behind the grant. The codes of what is missing or wrong are those that Hex clients
   * know (`platform/http/status` writes them); the words are hex.pm's.
   */
  async demand({ id, userId }: Grant, code: string | undefined, origin: Origin): Promise<void> {
    if (!(await this.totps.isOn(userId))) {
      if (this.config.writesNeedTwoFactor) throw noTwoFactor();
      return;
    }
    if (code === undefined || code.trim() === '') throw missing();
    const counters = [
      [this.ofNetwork, networkOf(origin.ip)],
      [this.ofGrant, id],
      [this.ofUser, userId],
    ] as const;
    const right = await guess(counters, async () => ((await this.totps.spendFor(id, userId, code)) ? code : null));
    if (right === null) throw wrong();
  }
}

const noTwoFactor = () =>
  new DomainError(
    'forbidden',
    'two_factor_needed',
    'Two-factor authentication must be enabled for API write access: set up an authenticator app, or use an API key',
  );
const missing = () =>
  new DomainError(
    'unauthenticated',
    'totp_required',
    'Two-factor authentication required. Include X-Hex-OTP header with your TOTP code.',
  );
const wrong = () =>
  new DomainError(
    'unauthenticated',
    'invalid_totp',
    'The two-factor authentication code is wrong or has been used already; wait for the next one.',
  );
