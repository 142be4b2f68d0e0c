import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type User } from '../accounts/user.entity.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Tx } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { paths } from '../platform/paths.js';
import { type Invitation } from './invitation.entity.js';
import { MemberNotices } from './member-notices.js';
import { Notices } from './notices.js';
import { Organization } from './organization.entity.js';
import { seatsExhaustedLetter } from './organizations.emails.js';

/** Who is told of an invitation, and what the log says. */
@Injectable()
export class InvitationRecord {
  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
    private readonly notices: Notices,
    private readonly memberNotices: MemberNotices,
  ) {}

  note(tx: Tx, actor: Actor, action: string, { id, name }: Organization, more: object, userId?: string): Promise<void> {
    const subject = { organizationId: id, userId: userId ?? null };
    return this.audit.record(tx, actor, action, subject, { organization: name, ...more });
  }

  joined(tx: Tx, actor: Actor, organization: Organization, user: Pick<User, 'id' | 'name'>, it: Invitation) {
    const how = `They accepted the invitation that ${it.inviterName} sent to ${it.address}.`;
    return this.memberNotices.joined(tx, actor, organization, user, it.role, how);
  }

  /** Tells the admins, once a day at most, and answers with what the guest is to be told. */
  async noSeat(actor: Actor, { organizationId, address }: Invitation): Promise<DomainError> {
    await this.database.transaction(async (tx) => {
      const organization = await tx.findOneByOrFail(Organization, { id: organizationId });
      const words = { ...this.notices.about(organization, paths.members), seats: organization.seats ?? 0, address };
      const cause = this.notices.today(`seats of ${organizationId} exhausted`);
      await this.notices.toAdmins(tx, actor, organization, cause, seatsExhaustedLetter(words));
    });
    const message =
      'all seats of this organization are taken; its admins have been told, and your invitation stays open';
    return new DomainError('conflict', 'no_seat', message);
  }
}
