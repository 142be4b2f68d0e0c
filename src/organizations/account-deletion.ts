import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccountClosing } from '../accounts/account-closing.js';
import { type User } from '../accounts/user.entity.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { Member } from './member.entity.js';
import { MemberNotices } from './member-notices.js';
import { type Organization } from './organization.entity.js';
import { lockAccount, membershipsFor, type MembershipRow } from './account-deletion.queries.js';
import { endInvitationsOf } from './organizations.queries.js';
import { Seats } from './seats.js';

/** What becomes of somebody's organizations when their account goes. By name. */
export interface Outlook {
  /** They are the last admin: it must be handed over or deleted first. */
  readonly blocking: readonly MembershipRow[];
  /** They leave it. */
  readonly leaving: readonly MembershipRow[];
  /** They are its last admin, and it is being deleted itself. */
  readonly ending: readonly MembershipRow[];
}

/** Leaving as part of something larger, under the organization's lock. */
@Injectable()
export class Leaving {
  constructor(
    private readonly notices: MemberNotices,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async leave(tx: Tx, actor: Actor, organization: Organization, user: User): Promise<void> {
    await tx.delete(Member, { organizationId: organization.id, userId: user.id });
    await endInvitationsOf(tx, organization.id, user.id, this.clock.now());
    const subject = { organizationId: organization.id, userId: user.id };
    const params = { organization: organization.name, user: user.name, because: 'account deleted' };
    await this.audit.record(tx, actor, 'member.leave', subject, params);
    await this.notices.left(tx, actor, organization, user);
  }
}

/**
 * Deleting an account ends everything in one transaction: memberships, sessions, keys, addresses. It is refused while it would
 * leave an organization without an admin, whatever is in there; one whose deletion has been announced does not count, and keeps
 * its member of record until it is erased, so that no organization is ever without one.
 */
@Injectable()
export class AccountDeletion {
  constructor(
    private readonly database: DataSource,
    private readonly seats: Seats,
    private readonly closing: AccountClosing,
    private readonly leaving: Leaving,
  ) {}

  async outlook(user: User): Promise<Outlook> {
    return outlookOf(await membershipsFor(this.database.manager, user.id));
  }

  /** `typed`: the user's name, as the person wrote it. Throws `conflict` (`last_admin`) while organizations stand in the way. */
  async delete(actor: Actor, user: User, typed: string): Promise<void> {
    if (typed.trim().toLowerCase() !== user.name) throw invalidFields({ typed: 'is not your user name' });
    await this.database.transaction(async (tx) => {
      const { blocking, leaving } = await this.locked(tx, user);
      if (blocking.length > 0) throw standsInTheWay(blocking);
      for (const { id } of leaving) await this.leaving.leave(tx, actor, await this.seats.lock(tx, id), user);
      await this.closing.close(tx, actor, user);
    });
  }

  /** Looked at again under the locks of all their organizations, in the order of ids: two of these never wait in a ring. */
  private async locked(tx: Tx, user: User): Promise<Outlook> {
    const before = await membershipsFor(tx, user.id);
    const ids = before.map(({ id }) => id).sort((a, b) => Number(a) - Number(b));
    for (const id of ids) await this.seats.lock(tx, id);
    // Whoever is just giving them a place holds the account: then they are a member below, or find it gone.
    await lockAccount(tx, user.id);
    const now = await membershipsFor(tx, user.id);
    if (now.some(({ id }) => !ids.includes(id)))
      throw new DomainError(
        'conflict',
        'membership_changed',
        'you have just joined an organization, please look again',
      );
    return outlookOf(now);
  }
}

function outlookOf(memberships: readonly MembershipRow[]): Outlook {
  const isLastAdmin = ({ role, otherAdmins }: MembershipRow) => role === 'admin' && otherAdmins === 0;
  return {
    blocking: memberships.filter((one) => isLastAdmin(one) && one.deletionAt === null),
    leaving: memberships.filter((one) => !isLastAdmin(one)),
    ending: memberships.filter((one) => isLastAdmin(one) && one.deletionAt !== null),
  };
}

function standsInTheWay(organizations: readonly MembershipRow[]): DomainError {
  const names = organizations.map(({ name }) => name).join(', ');
  return new DomainError(
    'conflict',
    'last_admin',
    `you are the last admin of ${names}: hand over or delete what stands in the way first`,
  );
}
