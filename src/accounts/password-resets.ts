import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Origin } from '../audit/actor.js';
import { type Tx } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { Jobs } from '../platform/jobs.js';
import { type EmailProof } from './mail/email-proof.entity.js';
import { Email } from './email.entity.js';
import { EmailProofs } from './mail/email-proofs.js';
import { MailLimits } from './mail/mail-limits.js';
import { PasswordChanges, PasswordConsequences } from './password-changes.js';
import { RESET_MAIL, resetState } from './mail/proof-mails.js';
import { actorOf } from './sign-in/session-starts.js';
import { User } from './user.entity.js';

@Injectable()
export class ResetPasswords {
  constructor(
    readonly changes: PasswordChanges,
    readonly consequences: PasswordConsequences,
  ) {}

  /** With `locked` the row is held, so that no other change of it comes between. */
  async ownerOf(tx: Tx, proof: EmailProof, proofs: EmailProofs, locked = false): Promise<User> {
    const lock = locked ? { lock: { mode: 'pessimistic_write' } as const } : {};
    const user = await tx.findOne(User, { where: { id: proof.userId! }, ...lock });
    const primary = await tx.findOneBy(Email, { userId: proof.userId!, isPrimary: true });
    if (user === null || primary === null || user.deactivatedAt !== null)
      throw new DomainError('not_found', 'link_unusable', 'this account is closed');
    proofs.mustMatch(proof, resetState(user, primary.address));
    return user;
  }
}

/**
 * A forgotten password. Asking does the same for every name and address; whether there is anybody to write to is found out by
 * a job. The link works for an hour, once, and no longer than password and primary address stay as they are. It does not log
 * in: whoever has a second factor is asked for it as always.
 */
@Injectable()
export class PasswordResets {
  constructor(
    private readonly database: DataSource,
    private readonly proofs: EmailProofs,
    private readonly limits: MailLimits,
    private readonly jobs: Jobs,
    private readonly passwords: ResetPasswords,
  ) {}

  /** By user name or e-mail address. Throws `rate_limited`. */
  async ask(origin: Origin, login: string): Promise<void> {
    await this.limits.count('reset', origin, login);
    const { ip, userAgent } = origin;
    await this.jobs.enqueue(this.database, RESET_MAIL, {
      ...{ login: login.trim().slice(0, 254), origin: { ip, userAgent: userAgent?.slice(0, 255) } },
    });
  }

  /** Whose password a link sets. Throws `not_found` for one that does not work. */
  async look(origin: Origin, token: unknown): Promise<User> {
    return this.limits.link(origin, async () => {
      const proof = await this.proofs.look('reset_password', token);
      return this.passwords.ownerOf(this.database.manager, proof, this.proofs);
    });
  }

  /** All sessions end, and with `revokeKeys` all API keys. */
  async reset(origin: Origin, token: string, password: string, revokeKeys: boolean): Promise<void> {
    const user = await this.look(origin, token);
    const passwordHash = await this.passwords.changes.hashFor(user, password, origin);
    await this.database.transaction(async (tx) => {
      const proof = await this.proofs.use(tx, 'reset_password', token);
      const owner = await this.passwords.ownerOf(tx, proof, this.proofs, true);
      const how = { action: 'password.reset', revokeKeys } as const;
      await this.passwords.consequences.of(tx, actorOf(owner, origin), owner, passwordHash, how);
    });
  }
}
