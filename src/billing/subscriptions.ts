import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CustomerLocks } from './customer-locks.js';
import { Customer } from './customer.entity.js';
import { Gateway, type Snapshot } from './gateway.js';
import { SyncWriting } from './sync-writing.js';

/** What a reading found that the rows did not have. */
export interface Synced {
  readonly snapshot: Snapshot;
  /** `subscription sub_1: status`, `invoice in_1: new` … */
  readonly differences: readonly string[];
}

const EMPTY = { subscriptions: [], invoices: [] } as const;

/**
 * The only writer of subscriptions, invoices and of what an organization's standing comes from: always from a fresh read of
 * everything the customer has, taken while the customer's lock is held. So what brought the news (a webhook, the hourly sweep,
 * a person who came back from the bank) does not matter, nor how often or in which order it came.
 */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly database: DataSource,
    private readonly gateway: Gateway,
    private readonly locks: CustomerLocks,
    private readonly writing: SyncWriting,
  ) {}

  /** Null where the organization has nothing at Stripe. Throws `GatewayUnavailable` when Stripe cannot be read. */
  sync(organizationId: string): Promise<Synced | null> {
    return this.locks.hold(organizationId, () => this.syncHeld(organizationId));
  }

  /** For those who hold the customer's lock already. */
  async syncHeld(organizationId: string): Promise<Synced | null> {
    const customer = await this.database.manager.findOneBy(Customer, { organizationId });
    if (customer === null || customer.stripeId === null) return null;
    const startedAt = await this.now();
    const found = await this.gateway.read(customer.stripeId);
    const snapshot = found ?? { ...EMPTY, customer: missing(customer.stripeId) };
    const differences = await this.database.transaction((tx) =>
      this.writing.write(tx, organizationId, snapshot, startedAt),
    );
    return { snapshot, differences };
  }

  /** By the database's clock: processes' own clocks may disagree about what came first. */
  private async now(): Promise<Date> {
    const [row] = await this.database.query<{ now: Date }[]>(`select clock_timestamp() as now`);
    return row!.now;
  }
}

const missing = (stripeId: string): Snapshot['customer'] => ({
  ...{ stripeId, deleted: true, taxIdStatus: null, currency: null, balance: 0, card: null, discount: null },
});
