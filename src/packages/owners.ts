import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type User } from '../accounts/user.entity.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Repository } from '../organizations/repository.entity.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields, notFound } from '../platform/errors.js';
import { findPerson, type NamedOwner, ownersOf, publishersOf } from './owners.queries.js';
import { type OwnerLevel, PackageOwner } from './package-owner.entity.js';
import { Package } from './package.entity.js';
import { lockPackage } from './packages.queries.js';

export type { NamedOwner };

/** Who is acted on, and where. */
export interface Ownership {
  readonly repository: Repository;
  readonly name: string;
  readonly user: Pick<User, 'id' | 'name'>;
}

/**
 * Who answers for a package of the public repository. The promise: a package always has a full owner. All changes hold the
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

  /** Adds an owner, or changes the level of one. */
  async set(actor: Actor, of: Ownership, level: OwnerLevel): Promise<void> {
    await this.change(actor, of, async (tx, pkg, before) => {
      const key = { packageId: pkg.id, userId: of.user.id };
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
      const only = { packageId: pkg.id, userId: of.user.id, level: 'full' } as const;
      await tx.insert(PackageOwner, { ...only, createdAt: this.clock.now() });
      await this.note(tx, actor, 'owner.transfer', of, { level: 'full' });
    });
  }

  async remove(actor: Actor, of: Ownership): Promise<void> {
    await this.change(actor, of, async (tx, pkg, before) => {
      if (before === null) throw invalidFields({ username: 'user is not an owner' });
      if (before.level === 'full') await this.mustNotBeLast(tx, pkg, { username: 'cannot remove the last full owner' });
      await tx.delete(PackageOwner, { packageId: pkg.id, userId: of.user.id });
      await this.note(tx, actor, 'owner.remove', of, { level: before.level });
    });
  }

  private async change(
    actor: Actor,
    { repository, name, user }: Ownership,
    write: (tx: Tx, pkg: Package, before: PackageOwner | null) => Promise<void>,
  ): Promise<void> {
    if (repository.organizationId !== null)
      throw new DomainError('invalid', 'no_owners', 'private packages have no owners, the organization decides');
    await this.database.transaction(async (tx) => {
      const pkg = await lockPackage(tx, repository.id, name);
      if (pkg === null) throw notFound(`package ${name}`);
      await this.mustStillBeFull(tx, actor, pkg);
      await write(tx, pkg, await tx.findOneBy(PackageOwner, { packageId: pkg.id, userId: user.id }));
    });
  }

  private async mustStillBeFull(tx: Tx, actor: Actor, pkg: Package): Promise<void> {
    if (actor.kind !== 'user') return;
    const mine = { packageId: pkg.id, userId: actor.userId, level: 'full' } as const;
    if (!(await tx.existsBy(PackageOwner, mine)))
      throw new DomainError('forbidden', 'not_authorized', 'account not authorized for this action');
  }

  private async mustNotBeLast(tx: Tx, pkg: Package, problem: Record<string, string>): Promise<void> {
    if ((await tx.countBy(PackageOwner, { packageId: pkg.id, level: 'full' })) <= 1) throw invalidFields(problem);
  }

  private note(tx: Tx, actor: Actor, action: string, { repository, name, user }: Ownership, more: object) {
    const params = { repository: repository.name, package: name, user: user.name, ...more };
    return this.audit.record(tx, actor, action, { userId: user.id }, params);
  }
}
