import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, type Origin, originOf } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { invalidFields } from '../platform/errors.js';
import { passwordChangedLetter } from './mail/accounts.emails.js';
import { Keys } from './keys.js';
import { holdSession } from './sign-in/living-session.js';
import { Notices } from './mail/notices.js';
import { PasswordGuesses } from './sign-in/password-guesses.js';
import { Passwords } from './sign-in/passwords.js';
import { type Session } from './session.entity.js';
import { SignOuts } from './sign-outs.js';
import { mustBeUnchanged } from './sign-in/unchanged-user.js';
import { User } from './user.entity.js';
import { Users } from './users.js';

export interface PasswordChange {
  readonly action: 'password.update' | 'password.reset';
  /** The browser that may stay. */
  readonly except?: Session;
  readonly revokeKeys: boolean;
}

/** What a new password changes besides itself. */
@Injectable()
export class PasswordConsequences {
  constructor(
    private readonly signOuts: SignOuts,
    private readonly keys: Keys,
    private readonly audit: Audit,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  async of(tx: Tx, actor: Actor, user: User, passwordHash: string, how: PasswordChange): Promise<void> {
    await tx.update(User, { id: user.id }, { passwordHash, updatedAt: this.clock.now() });
    const ended = await this.signOuts.everywhere(tx, actor, user, how.except);
    const keys = how.revokeKeys ? await this.keys.revokeAllIn(tx, actor, { userId: user.id }) : [];
    await this.audit.record(tx, actor, how.action, { userId: user.id }, { user: user.name });
    await this.notices.tell(tx, actor, user, `${how.action} at ${this.notices.moment()}`, (about, from) =>
      passwordChangedLetter(about, from, ended, keys.length),
    );
  }
}

/** A new password, whoever sets it: what was opened with the old one ends, and the owner is told. */
@Injectable()
export class PasswordChanges {
  constructor(
    private readonly database: DataSource,
    private readonly users: Users,
    private readonly passwords: Passwords,
    private readonly guesses: PasswordGuesses,
    private readonly consequences: PasswordConsequences,
  ) {}

  /** By the person, who knows the current one. Other sessions end. */
  async change(actor: Actor, session: Session, user: User, typed: { current: string; next: string }): Promise<void> {
    if (!(await this.guesses.isOf(user, typed.current, originOf(actor))))
      throw invalidFields({ current_password: 'is not your current password' });
    const passwordHash = await this.hashFor(user, typed.next, originOf(actor));
    await this.database.transaction(async (tx) => {
      await mustBeUnchanged(tx, user);
      await holdSession(tx, session.id);
      await this.consequences.of(tx, actor, user, passwordHash, {
        ...{ action: 'password.update', except: session, revokeKeys: false },
      });
    });
  }

  /** By the operator. All sessions end. */
  async set(actor: Actor, name: string, password: string): Promise<void> {
    const user = await this.users.named(name);
    const passwordHash = await this.hashFor(user, password, originOf(actor));
    await this.database.transaction((tx) =>
      this.consequences.of(tx, actor, user, passwordHash, { action: 'password.update', revokeKeys: false }),
    );
  }

  /** Throws `weak_password`. Slow: outside of transactions. */
  async hashFor(user: User, password: string, origin: Origin): Promise<string> {
    const addresses = (await this.users.emails(user.id)).map(({ address }) => address);
    return this.passwords.hash(password, origin, { name: user.name, addresses });
  }
}
