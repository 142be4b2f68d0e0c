import { Key } from './accounts/key.entity.js';
import { Email } from './accounts/email.entity.js';
import { Session } from './accounts/session.entity.js';
import { User } from './accounts/user.entity.js';
import { AuditEntry } from './audit/audit-entry.entity.js';
import { Member } from './organizations/member.entity.js';
import { Organization } from './organizations/organization.entity.js';
import { Repository } from './organizations/repository.entity.js';
import { PackageOwner } from './packages/package-owner.entity.js';
import { Package } from './packages/package.entity.js';
import { Release } from './packages/release.entity.js';
import { Requirement } from './packages/requirement.entity.js';
import { StoredObject } from './platform/objects.js';
import { ListedTarball } from './registry/listed-tarball.entity.js';
import { RegistryObject } from './registry/registry-object.entity.js';

/** Every table, listed by hand. */
export const entities = [
  ...[AuditEntry, User, Email, Key, Organization, Member, Repository],
  Session,
  ...[StoredObject, Package, Release, Requirement, PackageOwner, RegistryObject, ListedTarball],
];
