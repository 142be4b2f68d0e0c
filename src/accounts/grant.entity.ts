import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Permission } from './permissions.js';

/** What a person has allowed a program on one machine to do for them, until they take it back or it ends. */
@Entity('grants')
export class Grant {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint' }) userId: string;
  @Column({ type: 'uuid' }) clientId: string;
  /** What the machine calls itself; null where the program did not say. */
  @Column({ type: 'text', nullable: true }) name: string | null;
  @Column({ type: 'jsonb' }) permissions: Permission[];
  /** Of the part that all refresh tokens of the grant share; null until the first has been handed out. */
  @Column({ type: 'bytea', nullable: true }) handleHash: Buffer | null;
  /** Of the newest refresh token as a whole. */
  @Column({ type: 'bytea', nullable: true }) refreshHash: Buffer | null;
  /** Number of the newest refresh token, from 1. */
  @Column({ type: 'integer' }) generation: number;
  @Column({ type: 'timestamptz', nullable: true }) rotatedAt: Date | null;
  /** The step (as in `totps`) of the code that last came with a write of this program. */
  @Column({ type: 'integer', nullable: true }) provedStep: number | null;
  @Column({ type: 'timestamptz', nullable: true }) lastUsedAt: Date | null;
  @Column({ type: 'text', nullable: true }) lastUsedIp: string | null;
  @Column({ type: 'text', nullable: true }) lastUsedAgent: string | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) expiresAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) revokedAt: Date | null;
}
