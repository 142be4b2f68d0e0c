import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Role } from '../organizations/member.entity.js';
import { type Repository } from '../organizations/repository.entity.js';
import { invalidFields } from '../platform/errors.js';
import { paths } from '../platform/paths.js';
import { Urls } from '../platform/urls.js';
import { findMember } from './owners.queries.js';
import { type OwnerLevel } from './package-owner.entity.js';

/** What a role amounts to, for the clients' idea of owners. */
const OWNER_LEVELS: Readonly<Record<Role, OwnerLevel | null>> = {
  ...{ admin: 'full', write: 'maintainer', read: null, billing: null },
};

/**
 * Owners of a private package, for clients that ask for some: the members who may publish it. Admins are full owners, writers
 * maintainers, of every package alike. So there is nothing to change here; but what is asked for may hold already, and where
 * it does not, the words say where it is decided.
 */
@Injectable()
export class RolesAsOwners {
  constructor(
    private readonly database: DataSource,
    private readonly urls: Urls,
  ) {}

  /** Throws unless the person has this level by their role. */
  async mustBe(repository: Repository, login: string, level: OwnerLevel): Promise<void> {
    const member = await findMember(this.database.manager, repository.organizationId!, login);
    // hex.pm's words, for those who do not exist at all too.
    if (member === null)
      throw invalidFields({
        username: 'cannot add owner to private package when the user is not a member of the organization',
      });
    const has = OWNER_LEVELS[member.role];
    if (has === 'full' || has === level) return;
    const needed = level === 'full' ? 'admin' : 'write';
    throw invalidFields({ username: `${this.decided(repository)}: give ${member.name} the role ${needed}` });
  }

  async cannotRemove(repository: Repository, login: string): Promise<never> {
    const member = await findMember(this.database.manager, repository.organizationId!, login);
    if (member === null || OWNER_LEVELS[member.role] === null)
      throw invalidFields({ username: 'user is not an owner' });
    throw invalidFields({ username: `${this.decided(repository)}: change the role of ${member.name}` });
  }

  cannotTransfer(repository: Repository): never {
    throw invalidFields({
      username: `a package of an organization cannot be transferred: ${this.decided(repository)}`,
    });
  }

  private decided({ name }: Repository): string {
    return `who owns packages of ${name} is decided by the roles of its members, at ${this.urls.page(paths.members(name))}`;
  }
}
