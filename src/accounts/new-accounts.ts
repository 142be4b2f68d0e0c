import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Origin } from '../audit/actor.js';
import { CONFIG, type Config } from '../platform/config.js';
import { type Tx } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { SessionStarts } from './sign-in/session-starts.js';
import { type StartedSession } from './sessions.js';
import { type User } from './user.entity.js';
import { namingProblems, Users } from './users.js';

/** What somebody who signs up chooses; the address is proved already. */
export interface Choice {
  readonly name: string;
  readonly password: string;
  readonly fullName?: string;
}

/** What else happens in the transaction that makes the account. */
export interface AlongWith {
  /** Before it: the proof is used up, so that of many at once with the same one all but the first stop here. */
  readonly prove?: (tx: Tx) => Promise<unknown>;
  /** After it: they join what they were invited to. */
  readonly join?: (tx: Tx, user: User) => Promise<unknown>;
}

/** Accounts for people whose address is proved, by a link of ours or by an invitation. */
@Injectable()
export class NewAccounts {
  constructor(
    private readonly database: DataSource,
    private readonly users: Users,
    private readonly starts: SessionStarts,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** May anybody sign up, or only who was invited? */
  get areOpen(): boolean {
    return this.config.signUp === 'open';
  }

  mustBeOpen(): void {
    if (!this.areOpen)
      throw new DomainError(
        'forbidden',
        'sign_up_closed',
        'accounts are made by invitation here, ask your organization for one',
      );
  }

  /**
   * Makes the account and logs them in, in one transaction with what goes along. Throws `invalid` by field (`username`,
   * `password`, `email`) where it cannot be.
   */
  async make(origin: Origin, address: string, choice: Choice, along: AlongWith): Promise<StartedSession> {
    const checked = await this.users.check(origin, { ...choice, email: address, verified: true });
    return namingProblems(() =>
      this.database.transaction(async (tx) => {
        await along.prove?.(tx);
        const user = await this.users.createIn(tx, { kind: 'anonymous', origin }, checked);
        await along.join?.(tx, user);
        return this.starts.startIn(tx, user, origin, 'sign-up');
      }),
    );
  }
}
