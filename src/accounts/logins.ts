import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Origin } from '../audit/actor.js';
import { type Tx } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { PasswordGuesses } from './sign-in/password-guesses.js';
import { type Pending, PendingLogins } from './pending-logins.js';
import { SecondFactors, type SecondProof } from './second-factors.js';
import { actorOf, SessionStarts } from './sign-in/session-starts.js';
import { type StartedSession } from './sessions.js';
import { User } from './user.entity.js';

/** What a right password leads to. */
export type LoginStep =
  | { readonly kind: 'session'; readonly started: StartedSession }
  /** The cookie's secret of a login that still owes the second factor. */
  | { readonly kind: 'second_factor'; readonly token: string };

/** Logging in on the site: by password, with the second factor where there is one, or by a passkey alone. */
@Injectable()
export class Logins {
  constructor(
    private readonly database: DataSource,
    private readonly guesses: PasswordGuesses,
    private readonly pending: PendingLogins,
    private readonly factors: SecondFactors,
    private readonly starts: SessionStarts,
  ) {}

  /** Throws `invalid` for a wrong pair, in the same words and time whether the account exists or not. */
  async byPassword(origin: Origin, login: string, password: string): Promise<LoginStep> {
    const user = await this.guesses.login(login.trim(), password, origin);
    if (user === null) throw new DomainError('invalid', 'wrong_password', 'the user name or the password is wrong');
    mustBeOpen(user);
    if (await this.factors.has(user.id)) return { kind: 'second_factor', token: await this.pending.begin(user) };
    const mustBeWithout = (tx: Tx) => this.mustBeWithout(tx, user);
    return { kind: 'session', started: await this.starts.start(user, origin, 'password', mustBeWithout) };
  }

  /** The second step. A proof that is right ends the pending login; a wrong one may be tried again until there were too many. */
  async bySecondFactor(origin: Origin, { user, id }: Pending, proof: SecondProof): Promise<StartedSession> {
    const how = await this.factors.prove(actorOf(user, origin), user, proof, origin);
    return this.starts.start(user, origin, `password and ${how}`, (tx) => this.pending.end(tx, id));
  }

  /** By a passkey that knows its person (`userVerified`), which is two factors in one. */
  async byPasskey(origin: Origin, holder: string, response: unknown): Promise<StartedSession> {
    const userId = await this.factors.passkeyLogin(holder, response, origin);
    const user = await this.database.manager.findOneByOrFail(User, { id: userId });
    mustBeOpen(user);
    return this.starts.start(user, origin, 'passkey');
  }

  /** Looked at again with the user's row held: whoever turns on the first factor holds it too. */
  private async mustBeWithout(tx: Tx, { id }: User): Promise<void> {
    if (await this.factors.has(id, tx))
      throw new DomainError('invalid', 'account_changed', 'the account has just been changed, please log in again');
  }
}

const mustBeOpen = (user: User): void => {
  if (user.deactivatedAt !== null)
    throw new DomainError('invalid', 'account_deactivated', 'this account has been deactivated');
};
