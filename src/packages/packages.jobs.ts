import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../platform/config.js';
import { Events } from '../platform/events.js';
import { Jobs } from '../platform/jobs.js';
import { ReleasePublished } from './packages.events.js';
import { lockPackage, undescribedPackages } from './packages.queries.js';
import { describeAt } from './publish/describe-package.js';
import { Readmes } from './readmes.js';
import { ReleaseMails } from './release-mails.js';

const HOUR_MS = 60 * 60 * 1000;
const CATCH_UP = 'packages.catch-up';
const README_BACKFILL = 'packages.readme-backfill';
const LATER = 10;
const BATCH = 100;

/**
 * What happens to packages beside their changes. After each start, and then hourly, it is made up what an older version of
 * the code did not write: descriptions, then readmes. Each batch is a job of its own, so both go on where they were killed.
 */
@Injectable()
export class PackagesJobs implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly database: DataSource,
    private readonly readmes: Readmes,
    private readonly jobs: Jobs,
    private readonly events: Events,
    private readonly mails: ReleaseMails,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.events.subscribe(ReleasePublished, 'release mails', (release) => this.mails.send(release));
    this.jobs.every(CATCH_UP, HOUR_MS, () => this.catchUp());
    this.jobs.define<{ before: string | null }>(README_BACKFILL, ({ before }) => this.fillInReadmes(before));
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.jobsConcurrency > 0) await this.jobs.enqueue(this.database, CATCH_UP, {}, { key: CATCH_UP });
  }

  async catchUp(): Promise<void> {
    let behind = await undescribedPackages(this.database.manager, BATCH);
    for (; behind.length > 0; behind = await undescribedPackages(this.database.manager, BATCH))
      for (const { repository_id, name } of behind) await this.describe(repository_id, name);
    await this.enqueueReadmes(null);
  }

  private async describe(repositoryId: string, name: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const pkg = await lockPackage(tx, repositoryId, name);
      if (pkg !== null) await describeAt(tx, pkg.id, pkg.revision);
    });
  }

  private async fillInReadmes(before: string | null): Promise<void> {
    const next = await this.readmes.fillIn(before);
    if (next !== null) await this.enqueueReadmes(next);
  }

  private enqueueReadmes(before: string | null): Promise<void> {
    const options = { key: `${README_BACKFILL} ${before ?? ''}`, priority: LATER };
    return this.jobs.enqueue(this.database, README_BACKFILL, { before }, options);
  }
}
