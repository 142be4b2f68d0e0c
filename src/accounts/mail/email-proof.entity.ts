import { Column, Entity, PrimaryColumn } from 'typeorm';

export type ProofPurpose = 'sign_up' | 'verify_email' | 'reset_password';

/** A mailed link that proves a mailbox. The link's secret is nowhere: only its keyed hash. */
@Entity('email_proofs')
export class EmailProof {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'text' }) purpose: ProofPurpose;
  /** What it is about, such as `user:12`; the latest link about it is the only one that works. */
  @Column({ type: 'text' }) subject: string;
  @Column({ type: 'text' }) address: string;
  @Column({ type: 'bigint', nullable: true }) userId: string | null;
  @Column({ type: 'bytea' }) tokenHash: Buffer;
  /** Keyed hash of what must not have changed since; null where that is nothing. */
  @Column({ type: 'bytea', nullable: true }) stateMark: Buffer | null;
  @Column({ type: 'timestamptz' }) expiresAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) usedAt: Date | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
}
