import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('organizations')
export class Organization {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  /** Lower case, unique; also the name of its repository. */
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'timestamptz' }) trialEndsAt: Date;
  /** Everything works until then: what is paid and the grace after it, never without end. Null: never paid. Billing writes it. */
  @Column({ type: 'timestamptz', nullable: true }) accessUntil: Date | null;
  /** How it stands with the money, as last read from Stripe: what people are told; the gates ask `accessUntil`. */
  @Column({ type: 'text', nullable: true }) payment: 'paid' | 'canceling' | 'past_due' | 'ended' | null;
  /** The end of what is paid, without grace. */
  @Column({ type: 'timestamptz', nullable: true }) paidUntil: Date | null;
  /** The operator's word, above trial and payment: free of charge, or shut. */
  @Column({ type: 'text', nullable: true }) override: 'comped' | 'blocked' | null;
  /** Paid seats; null while none are sold (trial, comped): no limit. */
  @Column({ type: 'integer', nullable: true }) seats: number | null;
  /** What it says of itself: its members see it, and whoever it invites. */
  @Column({ type: 'text', nullable: true }) displayName: string | null;
  /** http or https. */
  @Column({ type: 'text', nullable: true }) website: string | null;
  @Column({ type: 'text', nullable: true }) contactEmail: string | null;
  @Column({ type: 'text', nullable: true }) about: string | null;
  /** When all of it will be erased; null while nobody has asked for that. */
  @Column({ type: 'timestamptz', nullable: true }) deletionAt: Date | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}
