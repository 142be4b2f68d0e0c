import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type User } from '../accounts/user.entity.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields, notFound } from '../platform/errors.js';
import { Member, type Role } from './member.entity.js';
import { type Organization } from './organization.entity.js';
import { Seats } from './seats.js';

@Injectable()
export class Members {
  constructor(
    private readonly database: DataSource,
    private readonly seats: Seats,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async add(actor: Actor, organization: Organization, user: User, role: Role): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.seats.lock(tx, organization.id);
      const existing = await tx.existsBy(Member, { organizationId: organization.id, userId: user.id });
      if (existing) throw invalidFields({ user_id: 'is already member' });
      await this.seats.claim(tx, organization.id);
      const now = this.clock.now();
      const member = { organizationId: organization.id, userId: user.id, role, createdAt: now, updatedAt: now };
      await tx.insert(Member, member);
      await this.note(tx, actor, 'member.add', organization, user, { role });
    });
  }

  async changeRole(actor: Actor, organization: Organization, user: User, role: Role): Promise<void> {
    await this.database.transaction(async (tx) => {
      const member = await this.locked(tx, organization, user);
      if (member.role === role) return;
      if (member.role === 'admin') await this.mustNotBeLastAdmin(tx, organization, 'cannot demote last admin member');
      const key = { organizationId: organization.id, userId: user.id };
      await tx.update(Member, key, { role, updatedAt: this.clock.now() });
      await this.note(tx, actor, 'member.role', organization, user, { role, before: member.role });
    });
  }

  /** What the person could reach through the organization is out of reach in the moment this commits, everywhere. */
  async remove(actor: Actor, organization: Organization, user: User): Promise<void> {
    await this.database.transaction(async (tx) => {
      const member = await this.locked(tx, organization, user);
      if (member.role === 'admin') await this.mustNotBeLastAdmin(tx, organization, 'cannot remove last admin member');
      await tx.delete(Member, { organizationId: organization.id, userId: user.id });
      await this.note(tx, actor, 'member.remove', organization, user, { role: member.role });
    });
  }

  /** By user id, in the order of joining. */
  list(organization: Organization): Promise<Member[]> {
    const order = { createdAt: 'asc', userId: 'asc' } as const;
    return this.database.manager.find(Member, { where: { organizationId: organization.id }, order });
  }

  async roleOf(organizationId: string, userId: string): Promise<Role | null> {
    const member = await this.database.manager.findOneBy(Member, { organizationId, userId });
    return member?.role ?? null;
  }

  private async locked(tx: Tx, organization: Organization, user: User): Promise<Member> {
    await this.seats.lock(tx, organization.id);
    const member = await tx.findOneBy(Member, { organizationId: organization.id, userId: user.id });
    if (member === null) throw notFound(`member ${user.name}`);
    return member;
  }

  private async mustNotBeLastAdmin(tx: Tx, organization: Organization, message: string): Promise<void> {
    const admins = await tx.countBy(Member, { organizationId: organization.id, role: 'admin' });
    if (admins <= 1) throw new DomainError('invalid', 'last_admin', message);
  }

  private note(
    tx: Tx,
    actor: Actor,
    action: string,
    organization: Organization,
    user: User,
    more: object,
  ): Promise<void> {
    const subject = { organizationId: organization.id, userId: user.id };
    return this.audit.record(tx, actor, action, subject, { organization: organization.name, user: user.name, ...more });
  }
}
