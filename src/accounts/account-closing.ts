import { Injectable } from '@nestjs/common';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { accountDeletedLetter } from './mail/accounts.emails.js';
import { Keys } from './keys.js';
import { Notices } from './mail/notices.js';
import { ReservedNames } from './reserved-names.js';
import { SignOuts } from './sign-outs.js';
import { User } from './user.entity.js';

/** All that lets a person in or says who they are. What they did stays, under their name. */
const BELONGINGS = ['emails', 'email_proofs', 'pending_logins', 'totps', 'recovery_codes', 'passkeys'];

/** The ways in that end with an account. */
@Injectable()
export class AccountAccess {
  constructor(
    readonly signOuts: SignOuts,
    readonly keys: Keys,
  ) {}
}

/**
 * The end of an account, as far as this room knows it; who belongs to organizations is asked in `organizations/account-deletion`,
 * which calls this. The row stays, without anything about the person but the name, since releases and audit entries point to
 * it; the name is not given out again.
 */
@Injectable()
export class AccountClosing {
  constructor(
    private readonly access: AccountAccess,
    private readonly reserved: ReservedNames,
    private readonly audit: Audit,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  async close(tx: Tx, actor: Actor, user: User): Promise<void> {
    const { id, name } = user;
    await this.notices.tell(tx, actor, user, `account ${id} deleted`, (_about, from) =>
      accountDeletedLetter(name, from),
    );
    const now = this.clock.now();
    const nothing = { fullName: null, website: null, passwordHash: null };
    await tx.update(User, { id }, { ...nothing, deactivatedAt: now, deletedAt: now, updatedAt: now });
    await this.access.signOuts.everywhere(tx, actor, user);
    await this.access.keys.revokeAllIn(tx, actor, { userId: id });
    for (const table of BELONGINGS) await tx.query(`delete from ${table} where user_id = $1`, [id]);
    await this.reserved.reserve(tx, name);
    await this.audit.record(tx, actor, 'user.delete', { userId: id }, { user: name });
  }
}
