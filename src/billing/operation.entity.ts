import { Column, Entity, PrimaryColumn } from 'typeorm';

export const operationKinds = ['subscribe', 'seats', 'plan', 'cancel', 'resume', 'pay', 'discount'] as const;
export type OperationKind = (typeof operationKinds)[number];

/**
 * One thing that somebody wants of Stripe, written down before it is asked. Its id is the idempotency key. `drafted`: shown
 * with its price and not yet confirmed; `asked`: the call may be under way; `unclear`: nobody knows whether it had its effect,
 * which a later look at Stripe will tell; `done` and `refused` are final.
 */
@Entity('billing_operations')
export class Operation {
  @PrimaryColumn({ type: 'uuid' }) id: string;
  @Column({ type: 'bigint' }) organizationId: string;
  @Column({ type: 'text' }) kind: OperationKind;
  @Column({ type: 'jsonb' }) params: Record<string, unknown>;
  @Column({ type: 'text' }) state: 'drafted' | 'asked' | 'unclear' | 'done' | 'refused';
  @Column({ type: 'jsonb', nullable: true }) outcome: Record<string, unknown> | null;
  @Column({ type: 'text' }) actorName: string;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) askedAt: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) settledAt: Date | null;
}
