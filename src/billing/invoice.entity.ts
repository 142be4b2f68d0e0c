import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An invoice as Stripe last told it; amounts in minor units. Only `subscriptions.sync` writes here. */
@Entity('invoices')
export class Invoice {
  @PrimaryColumn({ type: 'text' }) stripeId: string;
  @Column({ type: 'bigint' }) organizationId: string;
  /** Stripe's id; null for one that belongs to no subscription. */
  @Column({ type: 'text', nullable: true }) subscriptionId: string | null;
  /** Given when it is finalized. */
  @Column({ type: 'text', nullable: true }) number: string | null;
  /** Stripe's word: draft, open, paid, void, uncollectible. */
  @Column({ type: 'text' }) status: string;
  /** Stripe's billing reason: subscription_create, subscription_cycle, subscription_update, manual … */
  @Column({ type: 'text' }) reason: string;
  @Column({ type: 'text' }) currency: string;
  @Column({ type: 'bigint' }) subtotal: string;
  @Column({ type: 'bigint' }) tax: string;
  @Column({ type: 'bigint' }) total: string;
  @Column({ type: 'bigint' }) amountDue: string;
  @Column({ type: 'bigint' }) amountPaid: string;
  @Column({ type: 'bigint' }) amountRemaining: string;
  @Column({ type: 'bigint' }) amountRefunded: string;
  /** Stripe's word for a dispute about its payment: needs_response, under_review, won, lost … */
  @Column({ type: 'text', nullable: true }) dispute: string | null;
  /** What an open one waits for: another try to pay, or the bank's question to be answered. */
  @Column({ type: 'text', nullable: true }) need: 'payment' | 'authentication' | null;
  /** Why the last try failed, in Stripe's code. */
  @Column({ type: 'text', nullable: true }) problem: string | null;
  @Column({ type: 'integer' }) attempts: number;
  @Column({ type: 'timestamptz', nullable: true }) nextAttemptAt: Date | null;
  @Column({ type: 'text', nullable: true }) hostedUrl: string | null;
  @Column({ type: 'text', nullable: true }) pdfUrl: string | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) paidAt: Date | null;
  /** When Stripe was first seen to say this. */
  @Column({ type: 'timestamptz' }) fetchedAt: Date;
}
