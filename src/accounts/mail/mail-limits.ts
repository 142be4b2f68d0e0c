import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Origin } from '../../audit/actor.js';
import { type RateLimit, RateLimits } from '../../platform/rate-limits.js';
import { Secrets } from '../../platform/secrets.js';
import { count, guess } from '../guesses.js';
import { networkOf } from '../places.js';

const HOUR = 60 * 60;

/** Keeps our mails from being a nuisance to others, and our links from being guessed at. */
@Injectable()
export class MailLimits implements OnModuleInit {
  private ofNetwork: RateLimit;
  private ofAddress: RateLimit;
  private links: RateLimit;

  constructor(
    private readonly limits: RateLimits,
    private readonly secrets: Secrets,
  ) {}

  onModuleInit(): void {
    this.ofNetwork = this.limits.limit('account-mail-ip', 20, HOUR);
    this.ofAddress = this.limits.limit('account-mail-address', 5, HOUR);
    this.links = this.limits.limit('account-link-ip', 30, 15 * 60);
  }

  /** One more mail to this address, asked for by anybody. Throws `rate_limited`, whether or not the address is known here. */
  async count(what: string, origin: Origin, address: string): Promise<void> {
    const whose = this.secrets.keyedHash('mail-limits', address.trim().toLowerCase()).toString('hex').slice(0, 32);
    await count([this.ofNetwork, `${what}:${networkOf(origin.ip)}`], [this.ofAddress, `${what}:${whose}`]);
  }

  /** Counts links that do not work against the network they are tried from. */
  async link<T>(origin: Origin, look: () => Promise<T>): Promise<T> {
    return (await guess([[this.links, networkOf(origin.ip)]], look))!;
  }
}
