import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { type Comparison } from './comparison.entity.js';
import { Operation } from './operation.entity.js';
import { ComparisonRecord } from './reconciling.js';
import { StripeEvent } from './stripe-event.entity.js';

/** What is counted of billing, for dashboards and alarms. */
export interface BillingCounts {
  /** By state; a state that no operation is in is not there. */
  readonly operations: ReadonlyMap<Operation['state'], number>;
  readonly unhandledEvents: number;
  /** When the oldest event that waits to be handled came in. */
  readonly oldestUnhandled: Date | null;
  /** When Stripe was last heard of by its webhooks. */
  readonly newestWebhook: Date | null;
  readonly comparison: Comparison | null;
}

/** The journal and the ledger of events, for the operator to look at. */
@Injectable()
export class BillingRecords {
  constructor(
    private readonly database: DataSource,
    private readonly comparisons: ComparisonRecord,
  ) {}

  /** Newest first. */
  operations(organizationId: string, limit: number): Promise<Operation[]> {
    const order = { createdAt: 'desc', id: 'desc' } as const;
    return this.database.manager.find(Operation, { where: { organizationId }, order, take: limit });
  }

  /** Newest first; those that have not been handled: oldest first, as they wait. */
  events({ unhandled, limit }: { unhandled: boolean; limit: number }): Promise<StripeEvent[]> {
    const where = unhandled ? { handledAt: IsNull() } : {};
    const direction = unhandled ? ('asc' as const) : ('desc' as const);
    return this.database.manager.find(StripeEvent, {
      ...{ where, order: { receivedAt: direction, id: direction }, take: limit },
    });
  }

  async counts(): Promise<BillingCounts> {
    const states = await this.database.query<{ state: Operation['state']; n: string }[]>(
      `select state, count(*) as n from billing_operations group by state`,
    );
    const [events] = await this.database.query<{ unhandled: string; oldest: Date | null; newest: Date | null }[]>(
      `select count(*) filter (where handled_at is null) as unhandled,
              min(received_at) filter (where handled_at is null) as oldest,
              max(received_at) filter (where source = 'webhook') as newest
       from stripe_events`,
    );
    return {
      operations: new Map(states.map(({ state, n }) => [state, Number(n)])),
      unhandledEvents: Number(events!.unhandled),
      ...{ oldestUnhandled: events!.oldest, newestWebhook: events!.newest },
      comparison: await this.comparisons.last(),
    };
  }
}
