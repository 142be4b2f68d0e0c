import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { AdvisoriesChanged } from '../advisories/advisories.events.js';
import { OrganizationCreated, OrganizationRenamed } from '../organizations/organizations.events.js';
import {
  type PackageState,
  ReleasePublished,
  ReleaseReverted,
  RetirementChanged,
} from '../packages/packages.events.js';
import { Package } from '../packages/package.entity.js';
import { Events } from '../platform/events.js';
import { Jobs } from '../platform/jobs.js';
import { PolicyChanged } from '../policies/policies.events.js';
import { PolicyBuilding } from './policy-building.js';
import { Rebuilding } from './rebuilding.js';
import { Registry } from './registry.js';

/**
 * A burst of publishes leads to one build of the lists in this time, and a second more for each 100 kB of them: long ones are built
 * less often. Clients resolve by the packages' own indexes, which do not wait.
 */
const GATHER_MS = 1_000;
const BYTES_A_MS = 100;
const LONGEST_GATHER_MS = 60_000;
const LATER = 10;

/** What the registry does when packages change: the package's index at once, the repository's lists soon after. */
@Injectable()
export class RegistryJobs implements OnModuleInit {
  /** By repository, as far as this process has built them: how long its lists are. */
  private readonly listBytes = new Map<string, number>();

  constructor(
    private readonly registry: Registry,
    private readonly rebuilding: Rebuilding,
    private readonly policies: PolicyBuilding,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly database: DataSource,
  ) {}

  onModuleInit(): void {
    const lists = ({ repositoryId }: { repositoryId: string }) => this.buildLists(repositoryId);
    this.jobs.define('registry.lists', lists);
    // An empty repository has lists too: they say that nothing is there.
    this.events.subscribe(OrganizationCreated, 'registry', lists);
    // Every index carries the repository's name, and clients refuse one that carries another.
    this.events.subscribe(OrganizationRenamed, 'registry', ({ repositoryId }) =>
      this.rebuilding.all(repositoryId, { again: true, beside: true }).then(() => undefined),
    );
    this.events.subscribe(PolicyChanged, 'registry', (state) => this.policies.follow(state));
    this.events.subscribe(AdvisoriesChanged, 'registry', (change) => this.advised(change));
    const changed = (state: PackageState) => this.packageChanged(state);
    for (const kind of [ReleasePublished, ReleaseReverted, RetirementChanged])
      this.events.subscribe(kind, 'registry', changed);
  }

  /** Advisories are no part of a package's revision, so its index is built whatever it shows. */
  private async advised({
    repositoryId,
    packages,
  }: {
    repositoryId: string;
    packages: readonly string[];
  }): Promise<void> {
    const found = await this.database.manager.findBy(Package, { repositoryId, name: In(packages) });
    for (const { name } of found) await this.registry.buildPackage(repositoryId, name, true);
    if (found.length > 0) await this.listsSoon(repositoryId);
  }

  private async packageChanged({ repositoryId, package: name }: PackageState): Promise<void> {
    await this.registry.buildPackage(repositoryId, name);
    await this.listsSoon(repositoryId);
  }

  private async buildLists(repositoryId: string): Promise<void> {
    this.listBytes.set(repositoryId, await this.registry.buildLists(repositoryId));
  }

  private async listsSoon(repositoryId: string): Promise<void> {
    const options = { key: `registry.lists ${repositoryId}`, keepTime: true, priority: LATER };
    const runAt = new Date(Date.now() + this.gatherMs(repositoryId));
    await this.jobs.enqueue(this.database, 'registry.lists', { repositoryId }, { ...options, runAt });
  }

  private gatherMs(repositoryId: string): number {
    return Math.min(GATHER_MS + (this.listBytes.get(repositoryId) ?? 0) / BYTES_A_MS, LONGEST_GATHER_MS);
  }
}
