import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DiscountSummary } from './customer.entity.js';
import { type Plan } from './plans.js';

/** What comes into force at a date that is known already: a price announced, a plan switched for the end of the period. */
export interface NextTerms {
  readonly plan: Plan;
  readonly unitAmount: number;
  /** ISO time. */
  readonly at: string;
}

/** A subscription as Stripe last told it. Only `subscriptions.sync` writes here. */
@Entity('subscriptions')
export class Subscription {
  @PrimaryColumn({ type: 'text' }) stripeId: string;
  @Column({ type: 'bigint' }) organizationId: string;
  /** Stripe's word; it may be one that we do not know, and then it opens nothing. */
  @Column({ type: 'text' }) status: string;
  @Column({ type: 'text' }) itemId: string;
  @Column({ type: 'text' }) priceId: string;
  @Column({ type: 'text' }) plan: Plan;
  @Column({ type: 'text' }) currency: string;
  /** Per seat and period, in minor units. */
  @Column({ type: 'integer' }) unitAmount: number;
  /** Paid seats. */
  @Column({ type: 'integer' }) quantity: number;
  /** The most seats of this period: going back up to them costs nothing. */
  @Column({ type: 'integer' }) maxQuantity: number;
  /** Seats that wait for their payment, until `pendingUntil`. */
  @Column({ type: 'integer', nullable: true }) pendingQuantity: number | null;
  @Column({ type: 'timestamptz', nullable: true }) pendingUntil: Date | null;
  @Column({ type: 'timestamptz' }) periodStart: Date;
  @Column({ type: 'timestamptz' }) periodEnd: Date;
  /** When it will end, where that was asked for. */
  @Column({ type: 'timestamptz', nullable: true }) cancelAt: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) canceledAt: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) endedAt: Date | null;
  /** When the oldest unpaid invoice fell due. */
  @Column({ type: 'timestamptz', nullable: true }) pastDueSince: Date | null;
  @Column({ type: 'text', nullable: true }) latestInvoiceId: string | null;
  @Column({ type: 'text', nullable: true }) scheduleId: string | null;
  @Column({ type: 'jsonb', nullable: true }) next: NextTerms | null;
  @Column({ type: 'jsonb', nullable: true }) discount: DiscountSummary | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  /** When Stripe was first seen to say this. */
  @Column({ type: 'timestamptz' }) fetchedAt: Date;
}
