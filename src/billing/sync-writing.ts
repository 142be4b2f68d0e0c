import { Inject, Injectable } from '@nestjs/common';
import { Seats } from '../organizations/seats.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { type Tx } from '../platform/database.js';
import { BillingNotices } from './billing-notices.js';
import { Customer } from './customer.entity.js';
import { type Snapshot } from './gateway.js';
import { Invoice } from './invoice.entity.js';
import { customerRow, differing, gone, invoiceRow, subscriptionRow } from './rows.js';
import { Settling } from './settling.js';
import { Subscription } from './subscription.entity.js';
import { termsOf } from './terms.js';

/** The transaction at the end of a reading. Locks: the organization (`seats`), then the customer's row. */
@Injectable()
export class SyncWriting {
  constructor(
    private readonly seats: Seats,
    private readonly settling: Settling,
    private readonly notices: BillingNotices,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async write(tx: Tx, organizationId: string, snapshot: Snapshot, startedAt: Date): Promise<string[]> {
    const organization = await this.seats.lock(tx, organizationId);
    const customer = await tx.findOneOrFail(Customer, {
      where: { organizationId },
      lock: { mode: 'pessimistic_write' },
    });
    // Only after a lost lock can somebody have read later and written earlier.
    if (customer.readStartedAt !== null && customer.readStartedAt > startedAt) return [];
    const before = await tx.findBy(Subscription, { organizationId });
    const invoicesBefore = await tx.findBy(Invoice, { organizationId });
    const fetchedAt = this.clock.now();
    const subscriptions = [
      ...snapshot.subscriptions.map((one) =>
        subscriptionRow(
          one,
          snapshot,
          before.find((row) => row.stripeId === one.stripeId),
        ),
      ),
      ...gone(before, snapshot, fetchedAt),
    ];
    const invoices = snapshot.invoices.map(invoiceRow);
    const facts = customerRow(snapshot, customer);
    const differences = [
      ...named('customer', customer.stripeId ?? '', differing(customer, facts)),
      ...subscriptions.flatMap((row) => named('subscription', row.stripeId, differing(before.find(same(row)), row))),
      ...invoices.flatMap((row) => named('invoice', row.stripeId, differing(invoicesBefore.find(same(row)), row))),
    ];
    await tx.update(Customer, { organizationId }, { ...facts, readStartedAt: startedAt, syncedAt: fetchedAt });
    await tx.save(subscriptions.map((row) => tx.create(Subscription, { ...row, organizationId, fetchedAt })));
    await tx.save(invoices.map((row) => tx.create(Invoice, { ...row, organizationId, fetchedAt })));
    await this.settling.settle(tx, organizationId, snapshot);
    const terms = termsOf(
      snapshot.subscriptions.length === 0 ? subscriptions : snapshot.subscriptions,
      snapshot.invoices,
      this.config.ladder.graceDays,
    );
    differences.push(...(await this.seats.applyTerms(tx, organization, terms)));
    await this.notices.afterSync(tx, organization, { before, invoicesBefore, subscriptions, invoices });
    return differences;
  }
}

const same =
  ({ stripeId }: { stripeId: string }) =>
  (row: { stripeId: string }): boolean =>
    row.stripeId === stripeId;

const named = (what: string, id: string, fields: readonly string[]): string[] =>
  fields.map((field) => `${what} ${id}: ${field}`);
