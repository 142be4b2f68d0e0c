import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, MoreThan } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { isSecretToken, newSecretToken } from '../platform/secret-token.js';
import { Secrets } from '../platform/secrets.js';
import { PendingLogin } from './sign-in/pending-login.entity.js';
import { User } from './user.entity.js';

const LIFE_MS = 15 * 60_000;

/** A login that owes the second factor, and whose it is. */
export interface Pending {
  readonly id: string;
  readonly user: User;
}

/** Logins between password and second factor. They end by themselves, with the password they began with, and when used. */
@Injectable()
export class PendingLogins {
  constructor(
    private readonly database: DataSource,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /** Answers with the secret for the cookie. */
  async begin(user: User): Promise<string> {
    const token = newSecretToken();
    const now = this.clock.now();
    await this.database.manager.insert(PendingLogin, {
      ...{ userId: user.id, tokenHash: this.hashOf(token), passwordMark: this.markOf(user) },
      ...{ expiresAt: new Date(now.getTime() + LIFE_MS), createdAt: now },
    });
    return token;
  }

  /** The living one behind a cookie, or null. */
  async recognize(token: string | undefined): Promise<Pending | null> {
    if (!isSecretToken(token)) return null;
    const db = this.database.manager;
    const where = { tokenHash: this.hashOf(token), expiresAt: MoreThan(this.clock.now()) };
    const pending = await db.findOneBy(PendingLogin, where);
    const user = pending && (await db.findOneBy(User, { id: pending.userId, deactivatedAt: IsNull() }));
    if (pending === null || user === null || !pending.passwordMark.equals(this.markOf(user))) return null;
    return { id: pending.id, user };
  }

  /** In the transaction that starts the session: of two at once the second finds it gone. */
  async end(tx: Tx, id: string): Promise<void> {
    const { affected } = await tx.delete(PendingLogin, { id });
    if (affected !== 1) throw new DomainError('invalid', 'login_over', 'this login is over, please log in again');
  }

  private markOf({ passwordHash }: User): Buffer {
    return this.secrets.keyedHash('pending-logins password', passwordHash ?? '');
  }

  private hashOf(token: string): Buffer {
    return this.secrets.keyedHash('pending-logins', token);
  }
}
