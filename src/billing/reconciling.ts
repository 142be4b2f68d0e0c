import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { type Logger, LOGGER } from '../platform/log.js';
import { Comparison } from './comparison.entity.js';
import { type EventHead, Gateway, GatewayUnavailable } from './gateway.js';
import { due, newestEvent, withCustomer } from './reconciling.queries.js';
import { StripeEvents } from './stripe-events.js';
import { Subscriptions } from './subscriptions.js';

/** How far back a gap in the events is looked for; Stripe keeps them for thirty days. */
const LOOK_BACK_MS = 3 * 24 * 60 * 60 * 1000;

export interface Compared {
  readonly compared: number;
  readonly drifted: number;
  readonly failed: number;
  readonly differences: { organization: string; fields: string[] }[];
}

/** What the comparisons found, for the operator. */
@Injectable()
export class ComparisonRecord {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  now(): Date {
    return this.clock.now();
  }

  async keep(startedAt: Date, result: Compared): Promise<void> {
    const finishedAt = this.clock.now();
    await this.database.manager.insert(Comparison, { startedAt, finishedAt, ...result });
    if (result.drifted > 0)
      this.logger.warn({ differences: result.differences }, 'billing had drifted from Stripe and was put right');
  }

  couldNotRead(organization: string, { detail }: GatewayUnavailable): void {
    this.logger.warn({ organization, detail }, 'billing: Stripe could not be read');
  }

  async last(): Promise<Comparison | null> {
    const [newest] = await this.database.manager.find(Comparison, { order: { id: 'desc' }, take: 1 });
    return newest ?? null;
  }
}

/**
 * What sees to it that a webhook which never came is no loss. Hourly: the list of events is compared with those received, and
 * customers whose state may change by time are read again. Nightly: everybody is, and what had to be put right is counted:
 * that number should be nought, and a metric shows it.
 */
@Injectable()
export class Reconciling {
  constructor(
    private readonly database: DataSource,
    private readonly gateway: Gateway,
    private readonly events: StripeEvents,
    private readonly subscriptions: Subscriptions,
    private readonly record: ComparisonRecord,
  ) {}

  /** Answers how many events had been missed. */
  async findGaps(now: Date): Promise<number> {
    const newest = await newestEvent(this.database.manager);
    const earliest = new Date(now.getTime() - LOOK_BACK_MS);
    // An hour before the newest one: what was sent first need not arrive first.
    const since = newest === null || newest < earliest ? earliest : new Date(newest.getTime() - 60 * 60 * 1000);
    let missed = 0;
    for await (const head of this.gateway.events(since)) if (await this.takeIn(head)) missed += 1;
    return missed;
  }

  /** Customers that are not in a final state. One that cannot be read does not keep the others waiting. */
  async sweep(now: Date): Promise<Compared> {
    return this.compare(await due(this.database.manager, now));
  }

  async compareAll(): Promise<Compared> {
    const startedAt = this.record.now();
    const result = await this.compare(await withCustomer(this.database.manager));
    await this.record.keep(startedAt, result);
    return result;
  }

  private takeIn(head: EventHead): Promise<boolean> {
    return this.database.transaction((tx) => this.events.note(tx, head, 'sweep'));
  }

  private async compare(organizations: readonly { id: string; name: string }[]): Promise<Compared> {
    const differences: Compared['differences'] = [];
    let failed = 0;
    for (const { id, name } of organizations)
      try {
        const synced = await this.subscriptions.sync(id);
        if (synced !== null && synced.differences.length > 0)
          differences.push({ organization: name, fields: [...synced.differences] });
      } catch (error) {
        if (!(error instanceof GatewayUnavailable)) throw error;
        failed += 1;
        this.record.couldNotRead(name, error);
      }
    return { compared: organizations.length, drifted: differences.length, failed, differences };
  }
}
