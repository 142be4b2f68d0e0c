import { Inject, Injectable } from '@nestjs/common';
import { Access, type Opened } from '../../access/access.js';
import { type Action } from '../../access/table.js';
import { Advisories, type Concern } from '../../advisories/advisories.js';
import { Organizations } from '../../organizations/organizations.js';
import { type Repository, scopeOf } from '../../organizations/repository.entity.js';
import { type NamedOwner, Owners } from '../../packages/owners.js';
import { type Package } from '../../packages/package.entity.js';
import { type ListedVersion, Packages, recommended } from '../../packages/packages.js';
import { type Release } from '../../packages/release.entity.js';
import { type Requirement } from '../../packages/requirement.entity.js';
import { Releases } from '../../packages/releases.js';
import { Searching } from '../../packages/searching.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { DomainError, notFound } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { Urls } from '../../platform/urls.js';
import { Elsewhere, seeOther } from '../http/answers.js';
import { type Visitor } from '../http/visitor.js';

/** Which package, perhaps which version of it. `scope` undefined: the public repository. */
export interface PackageAddress {
  readonly scope: string | undefined;
  readonly name: string;
  readonly version?: string | undefined;
}

/** A package as every page of it needs it: the frame of the page, and what the visitor may do. */
export interface PackageSight extends Opened {
  readonly scope: string | undefined;
  readonly pkg: Package;
  /** All of them, the newest first. */
  readonly versions: readonly ListedVersion[];
  /** The one in sight: the one asked for, or the recommended one. */
  readonly release: Release;
  /** There is a page about its publisher. */
  readonly hasPublisher: boolean;
  readonly requirements: readonly Requirement[];
  /** The version of the recommended release. */
  readonly recommended: string;
  /** Up to one more than are counted. */
  readonly dependents: number;
  /** Repositories the visitor may read. */
  readonly readable: readonly Repository[];
  /** Of a public package. */
  readonly owners: readonly NamedOwner[];
  /** Where people read about an advisory. */
  readonly advisoryPage: Urls['advisoryPage'];
  /** All that is known against the package. */
  readonly concerns: readonly Concern[];
  /** The name of the public repository here, where there is one. */
  readonly publicRepository: string | undefined;
  readonly may: { readonly retire: boolean; readonly revert: boolean; readonly manageOwners: boolean };
  /** Why the release can no longer be reverted; null where it can. */
  readonly revertProblem: string | null;
}

/** Looks a package up for its pages. Throws `not_found` for what the visitor may not see, or what is not there. */
@Injectable()
export class PackageSights {
  constructor(
    private readonly access: Access,
    private readonly organizations: Organizations,
    private readonly packages: Packages,
    private readonly releases: Releases,
    private readonly owners: Owners,
    private readonly searching: Searching,
    private readonly advisories: Advisories,
    private readonly urls: Urls,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async of(visitor: Visitor, { scope: asked, name, version }: PackageAddress): Promise<PackageSight> {
    const opened = await this.open(visitor, { scope: asked, name, version });
    const { repository } = opened;
    const scope = scopeOf(repository);
    const pkg = await this.packages.find(repository, name);
    const versions = pkg && (await this.packages.versions(pkg));
    // Without a release it has just been taken back.
    if (pkg === null || versions === null || versions.length === 0) throw notFound(`package ${name}`);
    const best = recommended(versions).version;
    const readable = await this.access.readable(visitor.caller);
    const named = { repository: repository.name, name };
    const [release, dependents, owners, concerns] = await Promise.all([
      this.releases.find(pkg, version ?? best),
      this.searching.dependentsCount({ ...named, repositoryIds: readable.map(({ id }) => id) }),
      repository.organizationId === null ? this.owners.list(pkg) : [],
      this.advisories.ofPackage(repository.id, name),
    ]);
    if (release === null) throw notFound(`release ${name} ${version ?? best}`);
    const requirements = await this.releases.requirements(release);
    const hasPublisher = await this.releases.hasPublisher(repository, release);
    return {
      ...{ ...opened, scope, pkg, versions, release, requirements, recommended: best, dependents, readable, owners },
      ...{
        may: this.rights(visitor, opened, name),
        hasPublisher,
        concerns,
        revertProblem: this.releases.revertProblem(repository, pkg, release),
      },
      publicRepository: this.config.publicRepository,
      advisoryPage: this.urls.advisoryPage,
    };
  }

  /** An organization may have had another name when the link was made; those who may read it are shown the way. */
  private async open(visitor: Visitor, { scope, name, version }: PackageAddress): Promise<Opened> {
    try {
      return await this.access.repository(visitor.caller, 'package.read', scope, name);
    } catch (error) {
      const now = scope === undefined || !isNotFound(error) ? null : await this.organizations.formerly(scope);
      if (now === null || visitor.method !== 'GET') throw error;
      await this.access.repository(visitor.caller, 'package.read', now.name, name);
      const path = version === undefined ? paths.package(now.name, name) : paths.release(now.name, name, version);
      throw new Elsewhere(seeOther(path));
    }
  }

  /** An organization's packages have no owners: who manages them is a matter of roles. */
  private rights({ caller }: Visitor, opened: Opened, name: string): PackageSight['may'] {
    const may = (action: Action) => this.access.allows(caller, action, opened, name);
    const manageOwners = opened.organization === null && may('owners.manage');
    return { retire: may('release.retire'), revert: may('release.revert'), manageOwners };
  }
}

const isNotFound = (error: unknown): boolean => error instanceof DomainError && error.kind === 'not_found';
