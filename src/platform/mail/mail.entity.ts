import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A mail of the outbox. */
@Entity('mails')
export class Mail {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'text' }) cause: string;
  @Column({ type: 'text' }) address: string;
  /** The left part of its Message-ID, the same at every try. */
  @Column({ type: 'uuid' }) messageId: string;
  @Column({ type: 'text' }) state: 'waiting' | 'sent' | 'failed';
  /** What it says, sealed, since it may hold secret links; gone once it is sent or has failed. */
  @Column({ type: 'bytea', nullable: true }) content: Buffer | null;
  /** Why it failed. */
  @Column({ type: 'text', nullable: true }) problem: string | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) settledAt: Date | null;
}
