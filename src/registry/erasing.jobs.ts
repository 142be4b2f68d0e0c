import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Jobs } from '../platform/jobs.js';
import { type Logger, LOGGER } from '../platform/log.js';
import { Erasing } from './erasing.js';
import { dueForErasing } from './erasing.queries.js';

const LOOK_EVERY_MS = 10 * 60 * 1000;

/** Erases what is due, in one process of all. */
@Injectable()
export class ErasingJobs implements OnModuleInit {
  constructor(
    private readonly database: DataSource,
    private readonly jobs: Jobs,
    private readonly erasing: Erasing,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every('organizations.erase', LOOK_EVERY_MS, () => this.eraseDue());
  }

  /** One that fails does not keep the others waiting; it is tried again the next time. */
  async eraseDue(): Promise<void> {
    for (const id of await dueForErasing(this.database.manager, this.clock.now()))
      await this.erasing.erase(id).catch((err: unknown) => {
        this.logger.error({ err, organization: id }, 'an organization could not be erased yet');
      });
  }
}
