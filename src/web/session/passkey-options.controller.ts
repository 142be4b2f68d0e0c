import { type OnModuleInit, Post } from '@nestjs/common';
import { count } from '../../accounts/guesses.js';
import { Passkeys } from '../../accounts/passkeys.js';
import { PendingLogins } from '../../accounts/pending-logins.js';
import { networkOf } from '../../accounts/places.js';
import { DomainError } from '../../platform/errors.js';
import { type RateLimit, RateLimits } from '../../platform/rate-limits.js';
import { type Answer, json } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { signedIn, sudo, type Visitor, Visiting } from '../http/visitor.js';
import { PENDING } from './session-cookies.js';

/** What browsers hand to their authenticators, as JSON for `passkeys.js`. Each answer is a new challenge for one holder. */
@Pages('passkeys/options')
export class PasskeyOptionsController implements OnModuleInit {
  private ofNetwork: RateLimit;

  constructor(
    private readonly passkeys: Passkeys,
    private readonly pending: PendingLogins,
    private readonly limits: RateLimits,
  ) {}

  onModuleInit(): void {
    this.ofNetwork = this.limits.limit('passkey-options-ip', 120, 15 * 60);
  }

  @Post('login')
  login(@Visiting() visitor: Visitor): Promise<Answer> {
    return this.answer(visitor, () => this.passkeys.ask('login'));
  }

  @Post('second-factor')
  secondFactor(@Visiting() visitor: Visitor): Promise<Answer> {
    return this.answer(visitor, async () => {
      const pending = await this.pending.recognize(visitor.cookie(PENDING));
      if (pending === null) throw new DomainError('not_found', 'login_over', 'this login is over, please log in again');
      return this.passkeys.ask(`pending:${pending.id}`, pending.user);
    });
  }

  @Post('sudo')
  sudo(@Visiting() visitor: Visitor): Promise<Answer> {
    const { user, session } = signedIn(visitor);
    return this.answer(visitor, () => this.passkeys.ask(`sudo:${session.id}`, user));
  }

  @Post('new')
  invite(@Visiting() visitor: Visitor): Promise<Answer> {
    const { user, session } = sudo(visitor);
    return this.answer(visitor, () => this.passkeys.invite(user, `session:${session.id}`));
  }

  private async answer(visitor: Visitor, options: () => Promise<object>): Promise<Answer> {
    await count([this.ofNetwork, networkOf(visitor.origin.ip)]);
    return json(await options());
  }
}
