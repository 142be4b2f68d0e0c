import { Injectable } from '@nestjs/common';
import { Advisories, concerning } from '../advisories/advisories.js';
import { type Advisory } from '../advisories/advisory.entity.js';
import { type SecurityAdvisory } from '../hex/registry/advisory.js';
import { type Package } from '../hex/registry/package.js';
import { type Repository, scopeOf } from '../organizations/repository.entity.js';
import { type Tx } from '../platform/database.js';
import { Urls } from '../platform/urls.js';

/** Puts into indexes what is known against the releases in them. */
@Injectable()
export class AdvisoryIndexes {
  constructor(
    private readonly advisories: Advisories,
    private readonly urls: Urls,
  ) {}

  /** Only those that concern a release which is there. */
  async inPackage(tx: Tx, repository: Repository, index: Package): Promise<Package> {
    const concerns = await this.advisories.ofPackage(repository.id, index.name, tx);
    if (concerns.length === 0) return index;
    const used = new Set<Advisory>();
    const releases = index.releases.map((release) => {
      const found = concerning(concerns, release.version).map(({ advisory }) => advisory);
      for (const advisory of found) used.add(advisory);
      return found.length === 0 ? release : { ...release, advisories: found.map(({ id }) => id) };
    });
    if (used.size === 0) return index;
    return { ...index, releases, advisories: [...used].map((one) => this.toIndex(repository, index.name, one)) };
  }

  private toIndex(repository: Repository, pkg: string, advisory: Advisory): SecurityAdvisory {
    const { id, summary, severity, score, aliases } = advisory;
    const scope = scopeOf(repository);
    return {
      ...{ id, summary, aliases: [...aliases] },
      ...{ htmlUrl: this.urls.advisoryPage(scope, pkg, advisory), apiUrl: this.urls.advisory(scope, id) },
      ...(severity !== null && { severity }),
      ...(score !== null && { cvssScore: score }),
    };
  }
}
