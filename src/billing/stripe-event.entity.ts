import { Column, Entity, PrimaryColumn } from 'typeorm';

/** That Stripe told something, once per event id. What it said is not kept: the truth is fetched. */
@Entity('stripe_events')
export class StripeEvent {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ type: 'text' }) type: string;
  @Column({ type: 'text', nullable: true }) stripeCustomerId: string | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) receivedAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) handledAt: Date | null;
  /** `sweep`: the webhook never came, the list of events showed it. */
  @Column({ type: 'text' }) source: 'webhook' | 'sweep';
}
