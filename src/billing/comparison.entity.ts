import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One comparison of everything with Stripe. */
@Entity('billing_comparisons')
export class Comparison {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'timestamptz' }) startedAt: Date;
  @Column({ type: 'timestamptz' }) finishedAt: Date;
  @Column({ type: 'integer' }) compared: number;
  /** Customers whose rows were not as Stripe had them. They have been put right. */
  @Column({ type: 'integer' }) drifted: number;
  /** Customers that could not be read. */
  @Column({ type: 'integer' }) failed: number;
  @Column({ type: 'jsonb' }) differences: { organization: string; fields: string[] }[];
}
