import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { Jobs } from '../platform/jobs.js';
import { Customer } from './customer.entity.js';
import { type EventHead, EventVerifier, Gateway } from './gateway.js';
import { StripeEvent } from './stripe-event.entity.js';
import { Subscriptions } from './subscriptions.js';

export const HANDLE = 'billing.event';

/**
 * What Stripe tells. Of an event only its id and its customer are taken; it means "look at this customer again". So it does
 * not matter how often it comes, in which order, or whether somebody sends an old one again.
 */
@Injectable()
export class StripeEvents {
  constructor(
    private readonly database: DataSource,
    private readonly verifier: EventVerifier,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  /** The raw body and its signature header. False: not from Stripe, or too old. Answers once the event cannot be lost any more. */
  async receive(body: Uint8Array, signature: string): Promise<boolean> {
    const head = this.verifier.verify(body, signature);
    if (head === null) return false;
    await this.database.transaction((tx) => this.note(tx, head, 'webhook'));
    return true;
  }

  /** The row and the job in one transaction. Answers whether it was new. */
  async note(
    tx: Tx,
    { id, type, customerId, createdAt, trace }: EventHead,
    source: StripeEvent['source'],
  ): Promise<boolean> {
    const receivedAt = this.clock.now();
    const added = await tx
      .createQueryBuilder()
      .insert()
      .into(StripeEvent)
      .values({ id, type, stripeCustomerId: customerId, createdAt, receivedAt, handledAt: null, source })
      .orIgnore()
      .returning('id')
      .execute();
    if ((added.raw as unknown[]).length === 0) return false;
    // A burst of events about one customer leads to one reading; an event while it runs, to one more.
    const key = customerId === null ? `event ${id}` : `customer ${customerId}`;
    await this.jobs.enqueue(tx, HANDLE, { id, customerId, trace }, { key: `${HANDLE} ${key}` });
    return true;
  }
}

/** The job: finds whose event it is, reads that customer afresh, and notes which events that settles. */
@Injectable()
export class EventHandling {
  constructor(
    private readonly database: DataSource,
    private readonly gateway: Gateway,
    private readonly subscriptions: Subscriptions,
    private readonly clock: Clock,
  ) {}

  async handle({ id, customerId, trace }: Pick<EventHead, 'id' | 'customerId' | 'trace'>): Promise<void> {
    const stripeId = customerId ?? (trace === null ? null : await this.gateway.customerBehind(trace));
    const customer = stripeId === null ? null : await this.database.manager.findOneBy(Customer, { stripeId });
    // Only what had arrived before the reading is settled by it.
    const waiting = stripeId === null ? [] : await this.waiting(stripeId);
    if (customer !== null) await this.subscriptions.sync(customer.organizationId);
    await this.settled([id, ...waiting]);
  }

  private async waiting(stripeCustomerId: string): Promise<string[]> {
    const rows = await this.database.query<{ id: string }[]>(
      `select id from stripe_events where stripe_customer_id = $1 and handled_at is null`,
      [stripeCustomerId],
    );
    return rows.map(({ id }) => id);
  }

  private async settled(ids: readonly string[]): Promise<void> {
    await this.database.query(`update stripe_events set handled_at = $2 where id = any ($1) and handled_at is null`, [
      [...new Set(ids)],
      this.clock.now(),
    ]);
  }
}
