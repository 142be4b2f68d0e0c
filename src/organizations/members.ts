import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type User } from '../accounts/user.entity.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields, notFound } from '../platform/errors.js';
import { Member, type Role } from './member.entity.js';
import { MemberNotices } from './member-notices.js';
import { type Organization } from './organization.entity.js';
import { endInvitationsOf, hasOtherAdmin, holdAccount, memberRows, type MemberRow } from './organizations.queries.js';
import { Seats } from './seats.js';

export type { MemberRow };

type Person = Pick<User, 'id' | 'name'>;

/** Who belongs to an organization, as what. Every write holds the lock of `seats`: see there for what it promises. */
@Injectable()
export class Members {
  constructor(
    private readonly database: DataSource,
    private readonly seats: Seats,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly notices: MemberNotices,
  ) {}

  async add(actor: Actor, organization: Organization, user: Person, role: Role): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.seats.lockFor(tx, actor, organization.id);
      if (await tx.existsBy(Member, place(organization, user))) throw invalidFields({ user_id: 'is already member' });
      await this.seat(tx, organization, user, role);
      await this.note(tx, actor, 'member.add', organization, user, { role });
      await this.notices.added(tx, actor, organization, user, role);
    });
  }

  /** Takes a seat. The caller holds the lock and has seen that they are not a member; it writes the audit entry too. */
  async seat(tx: Tx, organization: Organization, user: Person, role: Role): Promise<void> {
    await this.seats.claim(tx, organization.id);
    if (!(await holdAccount(tx, user.id))) throw invalidFields({ name: 'unknown user' });
    const now = this.clock.now();
    await tx.insert(Member, { ...place(organization, user), role, createdAt: now, updatedAt: now });
  }

  async changeRole(actor: Actor, organization: Organization, user: Person, role: Role): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.seats.lockFor(tx, actor, organization.id);
      const member = await this.member(tx, organization, user);
      if (member.role === role) return;
      if (member.role === 'admin') await this.mustNotBeLastAdmin(tx, member, 'cannot demote last admin member');
      await this.setRole(tx, organization, user, role);
      await this.note(tx, actor, 'member.role', organization, user, { role, before: member.role });
      await this.notices.roleChanged(tx, actor, organization, user, { role, before: member.role });
    });
  }

  /** What the person could reach through the organization is out of reach in the moment this commits, everywhere. */
  async remove(actor: Actor, organization: Organization, user: Person): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.seats.lockFor(tx, actor, organization.id);
      const member = await this.member(tx, organization, user);
      if (member.role === 'admin') await this.mustNotBeLastAdmin(tx, member, 'cannot remove last admin member');
      await this.end(tx, organization, user);
      await this.note(tx, actor, 'member.remove', organization, user, { role: member.role });
      await this.notices.removed(tx, actor, organization, user);
    });
  }

  async leave(actor: Actor, organization: Organization, user: Person): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.seats.lock(tx, organization.id);
      const member = await this.member(tx, organization, user);
      if (member.role === 'admin') await this.mustNotBeLastAdmin(tx, member, LAST_ADMIN_STAYS);
      await this.end(tx, organization, user);
      await this.note(tx, actor, 'member.leave', organization, user, { role: member.role });
      await this.notices.left(tx, actor, organization, user);
    });
  }

  /**
   * `to` becomes an admin and `from` steps down to `role`, or leaves with null: in one transaction, so that there is an
   * admin at every moment and never a step in which only half of it has happened.
   */
  async handOver(actor: Actor, organization: Organization, from: Person, to: Person, role: Role | null): Promise<void> {
    if (from.id === to.id) throw invalidFields({ to: 'must be another member' });
    await this.database.transaction(async (tx) => {
      await this.seats.lock(tx, organization.id);
      const before = await this.member(tx, organization, from);
      if (before.role !== 'admin') throw new DomainError('forbidden', 'not_authorized', 'only an admin can hand over');
      const heir = await tx.findOneBy(Member, place(organization, to));
      if (heir === null) throw invalidFields({ to: 'is not a member' });
      if (!(await holdAccount(tx, to.id, 'open'))) throw invalidFields({ to: 'cannot log in: the account is locked' });
      await this.setRole(tx, organization, to, 'admin');
      if (role === null) await this.end(tx, organization, from);
      else await this.setRole(tx, organization, from, role);
      const more = { role: 'admin', before: heir.role, from: from.name, from_role: role };
      await this.note(tx, actor, 'organization.hand_over', organization, to, more);
      await this.notices.handedOver(tx, actor, organization, to);
    });
  }

  /** By user id, in the order of joining. */
  list(organization: Organization): Promise<Member[]> {
    const order = { createdAt: 'asc', userId: 'asc' } as const;
    return this.database.manager.find(Member, { where: { organizationId: organization.id }, order });
  }

  /** With their names, in the order of joining. */
  people({ id }: Pick<Organization, 'id'>): Promise<MemberRow[]> {
    return memberRows(this.database.manager, id);
  }

  count({ id }: Pick<Organization, 'id'>): Promise<number> {
    return this.database.manager.countBy(Member, { organizationId: id });
  }

  async roleOf(organizationId: string, userId: string): Promise<Role | null> {
    const member = await this.database.manager.findOneBy(Member, { organizationId, userId });
    return member?.role ?? null;
  }

  private async member(tx: Tx, organization: Organization, user: Person): Promise<Member> {
    const member = await tx.findOneBy(Member, place(organization, user));
    if (member === null) throw notFound(`member ${user.name}`);
    return member;
  }

  private async mustNotBeLastAdmin(tx: Tx, { organizationId, userId }: Member, message: string): Promise<void> {
    if (!(await hasOtherAdmin(tx, organizationId, userId))) throw new DomainError('invalid', 'last_admin', message);
  }

  private async setRole(tx: Tx, organization: Organization, user: Person, role: Role): Promise<void> {
    await tx.update(Member, place(organization, user), { role, updatedAt: this.clock.now() });
    if (role !== 'admin') await endInvitationsOf(tx, organization.id, user.id, this.clock.now());
  }

  private async end(tx: Tx, organization: Organization, user: Person): Promise<void> {
    await tx.delete(Member, place(organization, user));
    await endInvitationsOf(tx, organization.id, user.id, this.clock.now());
  }

  private note(tx: Tx, actor: Actor, action: string, organization: Organization, user: Person, more: object) {
    const subject = { organizationId: organization.id, userId: user.id };
    return this.audit.record(tx, actor, action, subject, { organization: organization.name, user: user.name, ...more });
  }
}

const LAST_ADMIN_STAYS = 'you are the last admin: hand the organization over, or delete it';

const place = ({ id }: Pick<Organization, 'id'>, user: Person) => ({ organizationId: id, userId: user.id });
