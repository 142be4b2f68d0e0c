import { Injectable } from '@nestjs/common';
import { type Actor } from '../audit/actor.js';
import { type Tx } from '../platform/database.js';
import { DomainError, notFound } from '../platform/errors.js';
import { Member } from './member.entity.js';
import { Organization } from './organization.entity.js';

/**
 * The one place where a seat is taken. The promise: at every commit, members ≤ paid seats; and under the same lock `members`
 * sees to it that each organization has an admin. It locks the organization's row (FOR NO KEY UPDATE, so that inserts which
 * merely refer to the organization are not held up); whoever changes members, invitations, the paid number, the name or the
 * time of deletion takes this lock first, and no other lock before it (several of them in the order of ids).
 */
@Injectable()
export class Seats {
  /**
   * Serializes all that concerns this organization's members and seats until the transaction ends. Throws `not_found` when it
   * was erased while one waited.
   */
  async lock(tx: Tx, organizationId: string): Promise<Organization> {
    const where = { id: organizationId };
    const organization = await tx.findOne(Organization, { where, lock: { mode: 'for_no_key_update' } });
    if (organization === null) throw notFound('organization');
    return organization;
  }

  /**
   * Locks for what only an admin may do. Whoever waited for the lock may have been thrown out or demoted meanwhile: of two
   * admins who throw each other out at once, the second is none any more when their turn comes.
   */
  async lockFor(tx: Tx, actor: Actor, organizationId: string): Promise<Organization> {
    const organization = await this.lock(tx, organizationId);
    if (actor.kind !== 'user') return organization;
    if (!(await tx.existsBy(Member, { organizationId, userId: actor.userId, role: 'admin' })))
      throw new DomainError('forbidden', 'not_authorized', 'account not authorized for this action');
    return organization;
  }

  /** Locks, and throws unless one more member fits. The caller inserts the member in the same transaction. */
  async claim(tx: Tx, organizationId: string): Promise<void> {
    const { seats } = await this.lock(tx, organizationId);
    if (seats === null) return;
    const members = await tx.countBy(Member, { organizationId });
    if (members >= seats) throw new DomainError('invalid', 'no_seat', 'not enough seats to add member');
  }
}
