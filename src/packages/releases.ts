import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Repository } from '../organizations/repository.entity.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { invalidFields, notFound } from '../platform/errors.js';
import { type EventKind, Events } from '../platform/events.js';
import { Objects } from '../platform/objects.js';
import { Package } from './package.entity.js';
import { type PackageState, ReleaseReverted, RetirementChanged } from './packages.events.js';
import { shownAddress } from './owners.queries.js';
import { hasDependents, isHere, lockPackage, nextRevision } from './packages.queries.js';
import { describePackage } from './publish/describe-package.js';
import { revertProblem } from './publish/windows.js';
import { Release, type RetirementReason } from './release.entity.js';
import { Requirement } from './requirement.entity.js';

export interface Retirement {
  readonly reason: RetirementReason;
  readonly message: string | null;
}

/** Asked in the transaction of a change; throws when the right to make it has gone since the request came in. */
export type StillMay = (tx: Tx) => Promise<void>;

const always: StillMay = async () => undefined;

export interface ReleaseDetails {
  readonly requirements: readonly Requirement[];
  /** The address its publisher shows to everybody. */
  readonly publisherEmail: string | null;
}

/** Releases that exist: looking at them, retiring them, taking them back. Publishing is in `publishing.ts`. */
@Injectable()
export class Releases {
  constructor(
    private readonly database: DataSource,
    private readonly objects: Objects,
    private readonly events: Events,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async find(pkg: Package, version: string): Promise<Release | null> {
    return this.database.manager.findOneBy(Release, { packageId: pkg.id, version });
  }

  requirements(release: Release): Promise<Requirement[]> {
    return this.database.manager.find(Requirement, { where: { releaseId: release.id }, order: { name: 'asc' } });
  }

  /** What clients show of a release besides its row. */
  async details(release: Release): Promise<ReleaseDetails> {
    const { publisherId } = release;
    const publisherEmail = publisherId === null ? null : await shownAddress(this.database.manager, publisherId);
    return { requirements: await this.requirements(release), publisherEmail };
  }

  /** Is whoever published it still here: with an open account, and in the organization that the package is of? */
  async hasPublisher({ organizationId }: Repository, { publisherId }: Release): Promise<boolean> {
    return publisherId !== null && (await isHere(this.database.manager, publisherId, organizationId));
  }

  /** Why this release can no longer be taken back; null where it can. */
  revertProblem(repository: Repository, pkg: Package, release: Release): string | null {
    return repository.organizationId === null ? revertProblem(release, pkg, this.clock.now()) : null;
  }

  /** Sets the mark that clients show, or with null takes it away. The bytes stay, and locked projects keep working. */
  async retire(
    actor: Actor,
    repository: Repository,
    name: string,
    version: string,
    mark: Retirement | null,
    stillMay = always,
  ): Promise<PackageState> {
    return this.change(repository, name, version, RetirementChanged, async (tx, _pkg, release) => {
      await stillMay(tx);
      await this.mark(tx, actor, repository, name, release, mark);
    });
  }

  /** Every release of the package; those that are marked already only if `replace` says so. */
  async retireAll(
    actor: Actor,
    repository: Repository,
    name: string,
    { mark, replace }: { mark: Retirement; replace: boolean },
    stillMay = always,
  ): Promise<PackageState> {
    return this.database.transaction(async (tx) => {
      const pkg = await lockPackage(tx, repository.id, name);
      if (pkg === null) throw notFound(`package ${name}`);
      await stillMay(tx);
      const where = { packageId: pkg.id, ...(!replace && { retirementReason: IsNull() }) };
      const releases = await tx.find(Release, { where, order: { id: 'asc' } });
      const newest = releases.at(-1);
      if (newest === undefined) return { repositoryId: repository.id, package: name, revision: pkg.revision };
      for (const release of releases) await this.mark(tx, actor, repository, name, release, mark);
      // Once for all of them: whoever hears it looks at the package.
      return this.changed(tx, repository, pkg, newest.version, RetirementChanged);
    });
  }

  /** Takes a release back for good; with the last one the package goes too. */
  async revert(
    actor: Actor,
    repository: Repository,
    name: string,
    version: string,
    stillMay = always,
  ): Promise<PackageState> {
    return this.change(repository, name, version, ReleaseReverted, async (tx, pkg, release) => {
      await stillMay(tx);
      const problem = this.revertProblem(repository, pkg, release);
      if (problem !== null) throw invalidFields({ inserted_at: problem });
      const last = (await tx.countBy(Release, { packageId: pkg.id })) === 1;
      if (last && (await hasDependents(tx, pkg, repository.name)))
        throw invalidFields({ name: 'you cannot delete this package because other packages depend on it' });
      await tx.delete(Release, { id: release.id });
      await this.objects.drop(tx, release.tarballKey);
      if (release.docsKey !== null) await this.objects.drop(tx, release.docsKey);
      if (last) await tx.delete(Package, { id: pkg.id });
      const checksum = release.outerChecksum.toString('hex');
      await this.note(tx, actor, 'release.revert', repository, name, version, { checksum });
    });
  }

  /** Lock the package, change one of its releases, count up the revision, tell the others. */
  private async change(
    repository: Repository,
    name: string,
    version: string,
    event: EventKind<PackageState & { version: string }>,
    write: (tx: Tx, pkg: Package, release: Release) => Promise<void>,
  ): Promise<PackageState> {
    return this.database.transaction(async (tx) => {
      const pkg = await lockPackage(tx, repository.id, name);
      const release = pkg === null ? null : await tx.findOneBy(Release, { packageId: pkg.id, version });
      if (pkg === null || release === null) throw notFound(`release ${name} ${version}`);
      await write(tx, pkg, release);
      return this.changed(tx, repository, pkg, version, event);
    });
  }

  private async changed(
    tx: Tx,
    repository: Repository,
    pkg: Package,
    version: string,
    event: EventKind<PackageState & { version: string }>,
  ): Promise<PackageState> {
    const state = { repositoryId: repository.id, package: pkg.name, revision: await nextRevision(tx) };
    await describePackage(tx, pkg, state.revision, this.clock.now());
    await this.events.emit(tx, event, { ...state, version });
    return state;
  }

  private async mark(
    tx: Tx,
    actor: Actor,
    repository: Repository,
    name: string,
    { id, version }: Release,
    mark: Retirement | null,
  ): Promise<void> {
    const values = { retirementReason: mark?.reason ?? null, retirementMessage: mark?.message ?? null };
    await tx.update(Release, { id }, { ...values, updatedAt: this.clock.now() });
    // Not under `reason`, which in every entry is the operator's.
    const shown = mark === null ? {} : { retirement: mark.reason, message: mark.message };
    const action = mark === null ? 'release.unretire' : 'release.retire';
    await this.note(tx, actor, action, repository, name, version, shown);
  }

  private note(
    tx: Tx,
    actor: Actor,
    action: string,
    repository: Repository,
    name: string,
    version: string,
    more: object,
  ) {
    const params = { repository: repository.name, package: name, version, ...more };
    return this.audit.record(tx, actor, action, { organizationId: repository.organizationId }, params);
  }
}
