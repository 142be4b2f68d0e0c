import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Origin } from '../../audit/actor.js';
import { type RateLimit, RateLimits } from '../../platform/rate-limits.js';
import { guess } from '../guesses.js';
import { PasswordLanes, Passwords } from './passwords.js';
import { networkOf } from '../places.js';
import { type User } from '../user.entity.js';
import { Users } from '../users.js';

/**
 * The one place where passwords are judged, for pages and API alike. Every guess is counted by network and account before it is
 * judged (`guesses`), in all processes together. Within a process guesses from one network wait for each other, so that many
 * right ones in parallel are not taken for many guesses, and so that a flood from one network holds up nobody else.
 */
@Injectable()
export class PasswordGuesses implements OnModuleInit {
  private ofNetwork: RateLimit;
  private ofAccount: RateLimit;
  private ofProof: RateLimit;

  constructor(
    private readonly users: Users,
    private readonly passwords: Passwords,
    private readonly lanes: PasswordLanes,
    private readonly limits: RateLimits,
  ) {}

  onModuleInit(): void {
    this.ofNetwork = this.limits.limit('password-ip', 10, 15 * 60);
    this.ofAccount = this.limits.limit('password-user', 20, 15 * 60);
    this.ofProof = this.limits.limit('sudo-user', 5, 15 * 60);
  }

  /** Whose password it is, open account or not; null for a wrong one and for nobody's. Throws `rate_limited`. */
  async login(login: string, password: string, origin: Origin): Promise<User | null> {
    const network = networkOf(origin.ip);
    return this.lanes.run(network, async () => {
      const user = await this.users.byLogin(login);
      const account = user?.id ?? login.toLowerCase().slice(0, 200);
      return guess(
        [
          [this.ofNetwork, network],
          [this.ofAccount, account],
        ],
        async () => ((await this.passwords.matches(user?.passwordHash, password)) ? user : null),
      );
    });
  }

  /** Is it the password of somebody who is logged in already? Throws `rate_limited`. */
  async isOf(user: User, password: string, origin: Origin): Promise<boolean> {
    const right = await this.lanes.run(networkOf(origin.ip), () =>
      guess([[this.ofProof, user.id]], async () =>
        (await this.passwords.matches(user.passwordHash, password)) ? true : null,
      ),
    );
    return right !== null;
  }
}
