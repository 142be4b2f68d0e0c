import { type PackageMetadata } from '../../hex/metadata.js';
import { type Tarball } from '../../hex/tarball.js';
import { type Actor, nameOf } from '../../audit/actor.js';
import { type Repository } from '../../organizations/repository.entity.js';
import { type Tx } from '../../platform/database.js';
import { DomainError } from '../../platform/errors.js';
import { holdLevel } from '../owners.queries.js';
import { PackageOwner } from '../package-owner.entity.js';
import { type Package } from '../package.entity.js';
import { lockPackage } from '../packages.queries.js';
import { NO_DOCS, Release, type ReleaseMeta } from '../release.entity.js';
import { Requirement } from '../requirement.entity.js';

/** The rows of a publish; all in the caller's transaction, after the package's lock. */

/** The package's locked row, made first if the name is new. The maker of a public package is its first owner. */
export async function openPackage(
  tx: Tx,
  actor: Actor,
  repository: Repository,
  metadata: PackageMetadata,
  now: Date,
): Promise<Package> {
  const inserted = await tx.query<{ id: string }[]>(
    `insert into packages (repository_id, name, created_at, updated_at) values ($1, $2, $3, $3)
     on conflict (repository_id, name) do nothing returning id`,
    [repository.id, metadata.name, now],
  );
  const pkg = await lockPackage(tx, repository.id, metadata.name);
  // Another transaction removed it between the two statements; the client's next try will find it gone and make it anew.
  if (pkg === null)
    throw new DomainError('conflict', 'package_removed', 'the package was just removed, please try again');
  if (repository.organizationId === null && actor.kind === 'user')
    await own(tx, actor.userId, pkg, inserted.length > 0, now);
  return pkg;
}

async function own(tx: Tx, userId: string, pkg: Package, isNew: boolean, now: Date): Promise<void> {
  if (isNew) await tx.insert(PackageOwner, { packageId: pkg.id, userId, level: 'full', createdAt: now });
  // The caller was let in while the name was still free, and somebody else made the package first.
  else if ((await holdLevel(tx, pkg, userId)) === null)
    throw new DomainError('forbidden', 'not_authorized', 'account not authorized for this action');
}

type Values = Omit<Release, 'id' | keyof typeof NO_DOCS>;

export async function insertRelease(tx: Tx, values: Values): Promise<Release> {
  return tx.save(tx.create(Release, { ...values, ...NO_DOCS }));
}

export async function replaceRelease(tx: Tx, before: Release, values: Omit<Values, 'createdAt'>): Promise<Release> {
  // The library's type for updates cannot hold the free-form part of `meta`.
  await tx.update(Release, { id: before.id }, values as never);
  await tx.delete(Requirement, { releaseId: before.id });
  return Object.assign(before, values);
}

export async function insertRequirements(tx: Tx, releaseId: string, metadata: PackageMetadata): Promise<void> {
  const rows = metadata.requirements.map(({ repository, name, app, requirement, optional }) => ({
    ...{ releaseId, repository, name, app, requirement, optional, currentOf: null },
  }));
  if (rows.length > 0) await tx.insert(Requirement, rows);
}

export function releaseValues(
  actor: Actor,
  pkg: Package,
  tarball: Tarball,
  metadata: PackageMetadata,
  tarballKey: string,
  now: Date,
) {
  const { app, buildTools, elixir, description, licenses, links, maintainers, extra } = metadata;
  const about = { description, licenses, links, maintainers, extra };
  const meta: ReleaseMeta = { app, buildTools, elixir, about };
  return {
    packageId: pkg.id,
    version: metadata.version,
    publisherId: actor.kind === 'user' ? actor.userId : null,
    publisherName: nameOf(actor),
    innerChecksum: tarball.innerChecksum,
    outerChecksum: tarball.outerChecksum,
    tarballKey,
    size: tarball.size,
    meta,
    retirementReason: null,
    retirementMessage: null,
    updatedAt: now,
  };
}
