import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What is shown of a card; its number never comes here. */
export interface CardSummary {
  /** Stripe's payment method. */
  readonly id: string;
  readonly brand: string;
  readonly last4: string;
  readonly expMonth: number;
  readonly expYear: number;
}

/** A price reduction as Stripe holds it. */
export interface DiscountSummary {
  /** Stripe's id of the code it came by, if any. */
  readonly promotionCode: string | null;
  readonly name: string;
  readonly percentOff: number | null;
  /** In minor units of `currency`. */
  readonly amountOff: number | null;
  readonly currency: string | null;
  readonly until: string | null;
}

/**
 * Who an organization's invoices are made out to, and its customer at Stripe. The details are ours (people type them here and
 * Stripe is told); `stripeId`, card, discount, balance and the state of the tax id are what was last read there.
 */
@Entity('billing_customers')
export class Customer {
  @PrimaryColumn({ type: 'bigint' }) organizationId: string;
  /** Null until Stripe has been asked for the first time. */
  @Column({ type: 'text', nullable: true }) stripeId: string | null;
  @Column({ type: 'text' }) kind: 'person' | 'company';
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'text' }) email: string;
  /** ISO 3166-1 alpha-2. */
  @Column({ type: 'text' }) country: string;
  @Column({ type: 'text', nullable: true }) line1: string | null;
  @Column({ type: 'text', nullable: true }) line2: string | null;
  @Column({ type: 'text', nullable: true }) city: string | null;
  @Column({ type: 'text', nullable: true }) state: string | null;
  @Column({ type: 'text', nullable: true }) postalCode: string | null;
  @Column({ type: 'text', nullable: true }) taxId: string | null;
  /** Stripe's name of the kind, e.g. `eu_vat`. */
  @Column({ type: 'text', nullable: true }) taxIdType: string | null;
  /** Stripe's word: pending, verified, unverified, unavailable; it comes some time after the number was given. */
  @Column({ type: 'text', nullable: true }) taxIdStatus: string | null;
  /** Printed on invoices. */
  @Column({ type: 'text', nullable: true }) purchaseOrder: string | null;
  /** Lower-case ISO 4217; fixed once Stripe has billed in it. */
  @Column({ type: 'text' }) currency: string;
  /** Minor units; negative is credit. */
  @Column({ type: 'bigint' }) balance: string;
  @Column({ type: 'jsonb', nullable: true }) card: CardSummary | null;
  @Column({ type: 'jsonb', nullable: true }) discount: DiscountSummary | null;
  /** When the read began whose result these rows show: an older read never overwrites a younger one. */
  @Column({ type: 'timestamptz', nullable: true }) readStartedAt: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) syncedAt: Date | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}
