import { Injectable } from '@nestjs/common';
import { type User } from '../accounts/user.entity.js';
import { type Actor } from '../audit/actor.js';
import { type Tx } from '../platform/database.js';
import { paths } from '../platform/paths.js';
import { type Role } from './member.entity.js';
import { by, Notices } from './notices.js';
import { type Organization } from './organization.entity.js';
import {
  addedLetter,
  handedOverLetter,
  memberGoneLetter,
  memberJoinedLetter,
  removedLetter,
  roleChangedLetter,
} from './organizations.emails.js';

type Person = Pick<User, 'id' | 'name'>;

/** Mails about who comes, goes and becomes what; in the transaction of the change. */
@Injectable()
export class MemberNotices {
  constructor(private readonly notices: Notices) {}

  async added(tx: Tx, actor: Actor, organization: Organization, user: Person, role: Role): Promise<void> {
    const cause = this.notices.now(`member ${user.id} added to ${organization.id}`);
    const letter = addedLetter({ ...this.notices.about(organization), role, actor: by(actor) });
    await this.notices.toPerson(tx, actor, user.id, `you: ${cause}`, letter);
    await this.joined(tx, actor, organization, user, role, `${by(actor)} has added them.`);
  }

  async joined(tx: Tx, actor: Actor, organization: Organization, user: Person, role: Role, how: string) {
    const cause = this.notices.now(`member ${user.id} joined ${organization.id}`);
    const about = this.notices.about(organization, paths.members);
    const letter = memberJoinedLetter({ ...about, member: user.name, role, how });
    // Somebody added as an admin has had a mail of their own.
    await this.notices.toAdmins(tx, actor, organization, cause, letter, user.id);
  }

  async roleChanged(
    tx: Tx,
    actor: Actor,
    organization: Organization,
    user: Person,
    change: { role: Role; before: Role },
  ) {
    const cause = this.notices.now(`role of ${user.id} in ${organization.id}`);
    const letter = roleChangedLetter({ ...this.notices.about(organization), ...change, actor: by(actor) });
    await this.notices.toPerson(tx, actor, user.id, cause, letter);
  }

  async removed(tx: Tx, actor: Actor, organization: Organization, user: Person): Promise<void> {
    const cause = this.notices.now(`member ${user.id} removed from ${organization.id}`);
    const about = this.notices.about(organization);
    await this.notices.toPerson(tx, actor, user.id, `you: ${cause}`, removedLetter({ ...about, actor: by(actor) }));
    await this.gone(tx, actor, organization, user, cause, `${by(actor)} has removed ${user.name}.`);
  }

  async left(tx: Tx, actor: Actor, organization: Organization, user: Person): Promise<void> {
    const cause = this.notices.now(`member ${user.id} left ${organization.id}`);
    await this.gone(tx, actor, organization, user, cause, `${user.name} has left the organization.`);
  }

  async handedOver(tx: Tx, actor: Actor, organization: Organization, user: Person): Promise<void> {
    const cause = this.notices.now(`${organization.id} handed over to ${user.id}`);
    const letter = handedOverLetter({ ...this.notices.about(organization), actor: by(actor) });
    await this.notices.toPerson(tx, actor, user.id, cause, letter);
  }

  private async gone(tx: Tx, actor: Actor, organization: Organization, user: Person, cause: string, how: string) {
    const about = this.notices.about(organization, paths.organizationKeys);
    await this.notices.toAdmins(tx, actor, organization, cause, memberGoneLetter({ ...about, member: user.name, how }));
  }
}
