import { Inject, Injectable } from '@nestjs/common';
import { type EntityTarget, type QueryDeepPartialEntity } from 'typeorm';
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

  /** Answers with what differed from the rows. */
  async write(tx: Tx, organizationId: string, snapshot: Snapshot, startedAt: Date): Promise<string[]> {
    const organization = await this.seats.lock(tx, organizationId);
    const where = { organizationId };
    const customer = await tx.findOneOrFail(Customer, { where, lock: { mode: 'pessimistic_write' } });
    // Only after a lost lock can somebody have read later and written earlier.
    if (customer.readStartedAt !== null && customer.readStartedAt > startedAt) return [];
    const [before, invoicesBefore] = [await tx.findBy(Subscription, where), await tx.findBy(Invoice, where)];
    const fetchedAt = this.clock.now();
    const subscriptions = subscriptionRows(snapshot, before, fetchedAt);
    const invoices = snapshot.invoices.map(invoiceRow);
    const facts = customerRow(snapshot, customer);
    await tx.update(Customer, where, { ...facts, readStartedAt: startedAt, syncedAt: fetchedAt });
    const own = { organizationId, fetchedAt };
    const differences = [
      ...named('customer', customer.stripeId ?? '', differing(customer, facts)),
      ...(await keep(tx, Subscription, before, subscriptions, own)),
      ...(await keep(tx, Invoice, invoicesBefore, invoices, own)),
    ];
    await this.settling.settle(tx, organizationId, snapshot);
    // A customer that is gone has no subscriptions any more; what we know of them counts.
    const known = snapshot.subscriptions.length === 0 ? subscriptions : snapshot.subscriptions;
    const terms = termsOf(known, snapshot.invoices, this.config.ladder.graceDays);
    differences.push(...(await this.seats.applyTerms(tx, organization, terms)));
    const isKnown = before.length + invoicesBefore.length > 0;
    const readBefore = { lastRead: isKnown ? customer.syncedAt : null, card: facts.card };
    await this.notices.afterSync(tx, organization, { before, invoicesBefore, subscriptions, invoices, ...readBefore });
    return differences;
  }
}

const subscriptionRows = (snapshot: Snapshot, before: readonly Subscription[], now: Date) => [
  ...snapshot.subscriptions.map((one) => subscriptionRow(one, snapshot, before.find(same(one)))),
  ...gone(before, snapshot, now),
];

/** Writes those that are not as they were, in one statement. */
async function keep<Row extends { stripeId: string }>(
  tx: Tx,
  entity: EntityTarget<Row>,
  before: readonly Row[],
  after: readonly Omit<Row, 'organizationId' | 'fetchedAt'>[],
  own: { organizationId: string; fetchedAt: Date },
): Promise<string[]> {
  const changed = after
    .map((row) => ({ row: row as unknown as Row, fields: differing(before.find(same(row as unknown as Row)), row) }))
    .filter(({ fields }) => fields.length > 0);
  if (changed.length === 0) return [];
  const rows = changed.map(({ row }) => ({ ...row, ...own })) as unknown as QueryDeepPartialEntity<Row>[];
  await tx.upsert(entity, rows, ['stripeId']);
  const what = tx.connection.getMetadata(entity).tableName;
  return changed.flatMap(({ row, fields }) => named(what, row.stripeId, fields));
}

const same =
  ({ stripeId }: { stripeId: string }) =>
  (row: { stripeId: string }): boolean =>
    row.stripeId === stripeId;

const named = (what: string, id: string, fields: readonly string[]): string[] =>
  fields.map((field) => `${what} ${id}: ${field}`);
