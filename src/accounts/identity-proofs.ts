import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { PasswordGuesses } from './sign-in/password-guesses.js';
import { SecondFactors, type SecondProof } from './second-factors.js';
import { type Session } from './session.entity.js';
import { Sessions } from './sessions.js';
import { User } from './user.entity.js';

type Person = { readonly user: User; readonly session: Session; readonly actor: Extract<Actor, { kind: 'user' }> };

/**
 * Sudo: somebody who is logged in proves again that it is them. By their password; or, where they have a second factor, by
 * that and nothing less, since a password is what a thief is likely to have.
 */
@Injectable()
export class IdentityProofs {
  constructor(
    private readonly database: DataSource,
    private readonly guesses: PasswordGuesses,
    private readonly factors: SecondFactors,
    private readonly sessions: Sessions,
  ) {}

  /** Throws `invalid` for a wrong one, `rate_limited` after too many. */
  async byPassword({ user, session, actor }: Person, password: string): Promise<void> {
    await this.mustBeWithout(user);
    if (!(await this.guesses.isOf(user, password, actor.origin)))
      throw invalidFields({ password: 'is not your password' });
    await this.database.transaction(async (tx) => {
      // Whoever turns on the first factor holds this row and takes the proofs back: none may slip in behind that.
      await tx.findOne(User, { where: { id: user.id }, lock: { mode: 'pessimistic_write' } });
      await this.mustBeWithout(user, tx);
      await this.sessions.prove(tx, session);
    });
  }

  async bySecondFactor({ user, session, actor }: Person, proof: SecondProof): Promise<void> {
    await this.factors.prove(actor, user, proof, actor.origin);
    await this.database.transaction((tx) => this.sessions.prove(tx, session));
  }

  private async mustBeWithout(user: User, db?: Tx): Promise<void> {
    if (await this.factors.has(user.id, db))
      throw new DomainError('conflict', 'second_factor_needed', 'please use your second factor');
  }
}
