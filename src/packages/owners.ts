import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type User } from '../accounts/user.entity.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Organization } from '../organizations/organization.entity.js';
import { type Repository } from '../organizations/repository.entity.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields, notFound } from '../platform/errors.js';
import {
  findOrganizationOf,
  findPerson,
  holdLevel,
  type NamedOwner,
  ownersOf,
  publishersOf,
} from './owners.queries.js';
import { type OwnerLevel, PackageOwner } from './package-owner.entity.js';
import { Package } from './package.entity.js';
import { lockPackage } from './packages.queries.js';

export type { NamedOwner };

/** Which package's owners are changed. */
export interface OwnedPackage {
  readonly repository: Repository;
  readonly name: string;
}

/** Who is acted on, and where. */
export interface Ownership extends OwnedPackage {
  readonly user: Pick<User, 'id' | 'name'>;
}

/** An organization in a user's place. */
export interface OrganizationOwnership extends OwnedPackage {
  readonly organization: Pick<Organization, 'id' | 'name'>;
}

/**
 * Who answers for a package of the public repository: people, and an organization that it was transferred to, whose admins then
 * stand in a full owner's place and whose writers in a maintainer's. The promise: a package always has a full owner. All changes hold the
 * package's lock, and whoever acts must be a full owner still when it is gained: of two who remove each other one succeeds.
 * In private repositories the roles of the organization's members take this place (`roles-as-owners`).
 */
@Injectable()
export class Owners {
  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** In the order in which they came. */
  list(pkg: Pick<Package, 'id'>): Promise<NamedOwner[]> {
    return ownersOf(this.database.manager, pkg.id);
  }

  /** In a private repository: members who may publish, admins first, by what their roles come to. */
  answering({ organizationId }: Repository, pkg: Pick<Package, 'id'>): Promise<NamedOwner[]> {
    return organizationId === null ? this.list(pkg) : publishersOf(this.database.manager, organizationId);
  }

  /** Whom a person may make an owner, by what they typed. */
  async person(login: string): Promise<Pick<User, 'id' | 'name'>> {
    const found = await findPerson(this.database.manager, login);
    if (found === null) throw notFound(`user ${login}`);
    return found;
  }

  /** An organization that the actor may hand something over to, by its name; null: none. */
  async organization(actor: Actor, name: string): Promise<Pick<Organization, 'id' | 'name'> | null> {
    return actor.kind === 'user' ? findOrganizationOf(this.database.manager, name, actor.userId) : null;
  }

  /** Adds an owner, or changes the level of one. */
  async set(actor: Actor, of: Ownership, level: OwnerLevel): Promise<void> {
    await this.change(actor, of, async (tx, pkg) => {
      const key = { packageId: pkg.id, userId: of.user.id };
      const before = await tx.findOneBy(PackageOwner, key);
      if (before?.level === level) return;
      if (before === null) {
        await tx.insert(PackageOwner, { ...key, level, createdAt: this.clock.now() });
        return this.note(tx, actor, 'owner.add', of, { level });
      }
      if (before.level === 'full') await this.mustNotBeLast(tx, pkg, { level: 'cannot demote the last full owner' });
      await tx.update(PackageOwner, key, { level });
      await this.note(tx, actor, 'owner.level', of, { level, before: before.level });
    });
  }

  /** Makes somebody the only owner. */
  async transfer(actor: Actor, of: Ownership): Promise<void> {
    await this.change(actor, of, async (tx, pkg) => {
      await tx.delete(PackageOwner, { packageId: pkg.id });
      await tx.update(Package, { id: pkg.id }, { ownerOrganizationId: null });
      const only = { packageId: pkg.id, userId: of.user.id, level: 'full' } as const;
      await tx.insert(PackageOwner, { ...only, createdAt: this.clock.now() });
      await this.note(tx, actor, 'owner.transfer', of, { level: 'full' });
    });
  }

  /** Makes an organization the only owner, for somebody who may publish there. */
  async transferToOrganization(actor: Actor, of: OrganizationOwnership): Promise<void> {
    await this.change(actor, of, async (tx, pkg) => {
      const ownerOrganizationId = of.organization.id;
      await tx.delete(PackageOwner, { packageId: pkg.id });
      await tx.update(Package, { id: pkg.id }, { ownerOrganizationId });
      // Asked of the new state: they might have been removed from the organization just now.
      await this.mustOwn(tx, actor, { id: pkg.id, ownerOrganizationId });
      await this.note(tx, actor, 'owner.transfer', of, { level: 'full' });
    });
  }

  /** The people who own it beside the organization keep it. */
  async removeOrganization(actor: Actor, of: OwnedPackage): Promise<void> {
    await this.change(actor, of, async (tx, pkg) => {
      const organization = await tx.findOneBy(Organization, { id: pkg.ownerOrganizationId ?? '0' });
      if (organization === null) throw invalidFields({ username: 'organization is not an owner' });
      await this.mustNotBeLast(tx, pkg, { username: 'cannot remove the last full owner' });
      await tx.update(Package, { id: pkg.id }, { ownerOrganizationId: null });
      await this.note(tx, actor, 'owner.remove', { ...of, organization }, { level: 'full' });
    });
  }

  async remove(actor: Actor, of: Ownership): Promise<void> {
    await this.change(actor, of, async (tx, pkg) => {
      const before = await tx.findOneBy(PackageOwner, { packageId: pkg.id, userId: of.user.id });
      if (before === null) throw invalidFields({ username: 'user is not an owner' });
      if (before.level === 'full') await this.mustNotBeLast(tx, pkg, { username: 'cannot remove the last full owner' });
      await tx.delete(PackageOwner, { packageId: pkg.id, userId: of.user.id });
      await this.note(tx, actor, 'owner.remove', of, { level: before.level });
    });
  }

  private async change(
    actor: Actor,
    { repository, name }: OwnedPackage,
    write: (tx: Tx, pkg: Package) => Promise<void>,
  ): Promise<void> {
    if (repository.organizationId !== null)
      throw new DomainError('invalid', 'no_owners', 'private packages have no owners, the organization decides');
    await this.database.transaction(async (tx) => {
      const pkg = await lockPackage(tx, repository.id, name);
      if (pkg === null) throw notFound(`package ${name}`);
      await this.mustOwn(tx, actor, pkg, 'full');
      await write(tx, pkg);
    });
  }

  private async mustOwn(tx: Tx, actor: Actor, pkg: Parameters<typeof holdLevel>[1], level?: 'full'): Promise<void> {
    if (actor.kind !== 'user') return;
    const held = await holdLevel(tx, pkg, actor.userId);
    if (held === null || (level !== undefined && held !== level))
      throw new DomainError('forbidden', 'not_authorized', 'account not authorized for this action');
  }

  private async mustNotBeLast(tx: Tx, pkg: Package, problem: Record<string, string>): Promise<void> {
    const people = await tx.countBy(PackageOwner, { packageId: pkg.id, level: 'full' });
    if (people + (pkg.ownerOrganizationId === null ? 0 : 1) <= 1) throw invalidFields(problem);
  }

  private note(tx: Tx, actor: Actor, action: string, of: Ownership | OrganizationOwnership, more: object) {
    const [subject, owner] =
      'user' in of
        ? [{ userId: of.user.id }, { user: of.user.name }]
        : [{ organizationId: of.organization.id }, { organization: of.organization.name }];
    const params = { repository: of.repository.name, package: of.name, ...owner, ...more };
    return this.audit.record(tx, actor, action, subject, params);
  }
}
