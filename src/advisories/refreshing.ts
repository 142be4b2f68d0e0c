import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor } from '../audit/actor.js';
import { Organizations } from '../organizations/organizations.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { Jobs } from '../platform/jobs.js';
import { type Logger, LOGGER } from '../platform/log.js';
import { FeedRecord } from './feed-record.js';
import { Importing } from './importing.js';
import { readSource } from './sources.js';

const EVERY_MS = 30 * 60 * 1000;
const FEED: Actor = { kind: 'system', name: 'advisories' };
const MOST_TOLD = 20;

/**
 * Takes the feed in again and again, for the public repository. A feed that cannot be read, or a file in it that means
 * nothing, is told in the log and by the metrics and is no failed job, which would be tried again and again: what is known
 * stays known, and all the rest comes in.
 */
@Injectable()
export class Refreshing implements OnModuleInit {
  constructor(
    private readonly importing: Importing,
    private readonly record: FeedRecord,
    private readonly organizations: Organizations,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    // Defined in every case: a job of an earlier setting may still be waiting.
    if (this.config.advisories === undefined) this.jobs.define('advisories.refresh', async () => undefined);
    else this.jobs.every('advisories.refresh', EVERY_MS, () => this.refresh());
  }

  async refresh(): Promise<void> {
    const source = this.config.advisories;
    const repository = await this.organizations.publicRepository();
    if (source === undefined || repository === null) return;
    const started = this.clock.now();
    try {
      const { problems, ...counts } = await this.importing.import(FEED, repository, await readSource(source), {
        lenient: true,
      });
      await this.record.succeeded(repository, problems.length);
      if (problems.length > 0)
        this.logger.warn({ problems: problems.slice(0, MOST_TOLD), count: problems.length }, 'advisories passed over');
      const seconds = Math.round((this.clock.now().getTime() - started.getTime()) / 1000);
      this.logger.info({ ...counts, seconds }, 'advisories refreshed');
    } catch (err) {
      const failures = await this.record.failed(repository);
      this.logger.error({ err, source, failures }, 'advisories could not be refreshed');
    }
  }
}
