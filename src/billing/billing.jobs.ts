import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { Jobs } from '../platform/jobs.js';
import { FOLLOW_SEATS } from './billing-notices.js';
import { Calendar } from './calendar.js';
import { END, Endings } from './endings.js';
import { SETTLE } from './journal.js';
import { Reconciling } from './reconciling.js';
import { forgetEvents } from './reconciling.queries.js';
import { EventHandling, HANDLE } from './stripe-events.js';
import { Subscriptions } from './subscriptions.js';

const HOUR_MS = 60 * 60 * 1000;

@Injectable()
export class BillingJobParts {
  constructor(
    readonly events: EventHandling,
    readonly subscriptions: Subscriptions,
    readonly reconciling: Reconciling,
    readonly calendar: Calendar,
    readonly endings: Endings,
  ) {}
}

/** What billing does while nobody asks. */
@Injectable()
export class BillingJobs implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly parts: BillingJobParts,
    private readonly database: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    const { events, subscriptions, endings, calendar } = this.parts;
    this.jobs.define(HANDLE, (event: Parameters<EventHandling['handle']>[0]) => events.handle(event));
    this.jobs.define(SETTLE, async ({ organizationId }: { organizationId: string }) => {
      await subscriptions.sync(organizationId);
    });
    this.jobs.define(END, (ended: { subscriptions: string[] }) => endings.end(ended.subscriptions));
    this.jobs.define(FOLLOW_SEATS, calendar.followSeats);
    if (this.config.billing.mode === 'off') return;
    this.jobs.every('billing.sweep', HOUR_MS, () => this.hourly());
    this.jobs.every('billing.compare', 24 * HOUR_MS, () => this.nightly());
  }

  /** Also by hand, where the sandbox's clock has been moved. */
  async hourly(): Promise<void> {
    const now = this.clock.now();
    const { reconciling, calendar } = this.parts;
    try {
      await reconciling.findGaps(now);
      await reconciling.sweep(now);
    } finally {
      // After the sweep, lest somebody be reminded of what is paid; and though Stripe be silent.
      await calendar.hourly(now);
    }
  }

  private async nightly(): Promise<void> {
    await this.parts.reconciling.compareAll();
    await this.parts.calendar.nightly();
    await forgetEvents(this.database.manager, this.clock.now());
  }
}
