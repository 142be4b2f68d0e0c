import { Injectable } from '@nestjs/common';
import { type Tx } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { Member } from './member.entity.js';
import { Organization } from './organization.entity.js';

/**
 * The one place where a seat is taken. The promise: at every commit, members ≤ paid seats; and under the same lock `members`
 * sees to it that each organization has an admin. It locks the organization's row (FOR NO KEY UPDATE, so that inserts which merely refer to the organization are not
 * held up); whoever changes members or the paid number takes this lock first, and no other lock before it.
 */
@Injectable()
export class Seats {
  /** Serializes all that concerns this organization's members and seats until the transaction ends. */
  async lock(tx: Tx, organizationId: string): Promise<Organization> {
    return tx.findOneOrFail(Organization, {
      where: { id: organizationId },
      lock: { mode: 'for_no_key_update' },
    });
  }

  /** Locks, and throws unless one more member fits. The caller inserts the member in the same transaction. */
  async claim(tx: Tx, organizationId: string): Promise<void> {
    const { seats } = await this.lock(tx, organizationId);
    if (seats === null) return;
    const members = await tx.countBy(Member, { organizationId });
    if (members >= seats) throw new DomainError('invalid', 'no_seat', 'not enough seats to add member');
  }
}
