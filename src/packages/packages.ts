import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { type Repository } from '../organizations/repository.entity.js';
import { compareVersions, isStable, parseVersion } from '../hex/version.js';
import { type OwnerLevel, PackageOwner } from './package-owner.entity.js';
import { Package } from './package.entity.js';
import { type PackageSearch, searchPackages } from './packages.queries.js';
import { Release } from './release.entity.js';

/** A package with its releases, newest version first; never without one. */
export interface PackageWithReleases {
  readonly pkg: Package;
  readonly releases: readonly Release[];
}

export type ListedVersion = Pick<Release, 'id' | 'version' | 'createdAt' | 'retirementReason'>;

/** Reading packages. Callers have already asked whether they may. */
@Injectable()
export class Packages {
  constructor(private readonly database: DataSource) {}

  find(repository: Repository, name: string): Promise<Package | null> {
    return this.database.manager.findOneBy(Package, { repositoryId: repository.id, name });
  }

  async withReleases(pkg: Package): Promise<PackageWithReleases> {
    const releases = await this.database.manager.findBy(Release, { packageId: pkg.id });
    return { pkg, releases: newestFirst(releases) };
  }

  async search(query: PackageSearch): Promise<PackageWithReleases[]> {
    const ids = await searchPackages(this.database.manager, query);
    const [packages, releases] = await Promise.all([
      this.database.manager.findBy(Package, { id: In(ids) }),
      this.database.manager.findBy(Release, { packageId: In(ids) }),
    ]);
    return ids.flatMap((id) => {
      const pkg = packages.find((one) => one.id === id);
      const own = releases.filter((release) => release.packageId === id);
      return pkg === undefined || own.length === 0 ? [] : [{ pkg, releases: newestFirst(own) }];
    });
  }

  /** Every version with what lists of them show, newest first. */
  async versions(pkg: Package): Promise<ListedVersion[]> {
    const columns = { id: true, version: true, createdAt: true, retirementReason: true } as const;
    return newestFirst(await this.database.manager.find(Release, { select: columns, where: { packageId: pkg.id } }));
  }

  /** Which of these names are packages of the repository. */
  async existing(repositoryId: string, names: readonly string[]): Promise<ReadonlySet<string>> {
    const where = { repositoryId, name: In([...names]) };
    const found = await this.database.manager.find(Package, { select: { name: true }, where });
    return new Set(found.map(({ name }) => name));
  }

  /** As what a person owns a public package by themselves. */
  async levelOf(pkg: Package, userId: string): Promise<OwnerLevel | null> {
    const owner = await this.database.manager.findOneBy(PackageOwner, { packageId: pkg.id, userId });
    return owner?.level ?? null;
  }

  async ownedBy(userId: string): Promise<Package[]> {
    const owned = await this.database.manager.findBy(PackageOwner, { userId });
    const ids = owned.map((owner) => owner.packageId);
    return this.database.manager.find(Package, { where: { id: In(ids) }, order: { name: 'asc' } });
  }
}

interface Versioned {
  readonly version: string;
}

export function newestFirst<T extends Versioned>(releases: readonly T[]): T[] {
  return releases
    .map((release) => ({ release, version: parseVersion(release.version) }))
    .sort((a, b) => compareVersions(b.version, a.version))
    .map(({ release }) => release);
}

/** The release people should use: the newest stable one, or the newest at all. */
export function recommended<T extends Versioned>(releases: readonly T[]): T {
  return latestStable(releases) ?? releases[0]!;
}

export function latestStable<T extends Versioned>(newestFirst: readonly T[]): T | undefined {
  return newestFirst.find((release) => isStable(parseVersion(release.version)));
}
