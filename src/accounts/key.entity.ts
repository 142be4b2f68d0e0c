import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Permission } from './permissions.js';

/** An API key of a user or of an organization. The secret itself is nowhere: only its keyed hash. */
@Entity('keys')
export class Key {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint', nullable: true }) userId: string | null;
  @Column({ type: 'bigint', nullable: true }) organizationId: string | null;
  /** Unique among the owner's keys that are not revoked. */
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'bytea' }) secretHash: Buffer;
  @Column({ type: 'jsonb' }) permissions: Permission[];
  @Column({ type: 'timestamptz', nullable: true }) expiresAt: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) revokedAt: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) lastUsedAt: Date | null;
  @Column({ type: 'text', nullable: true }) lastUsedIp: string | null;
  @Column({ type: 'text', nullable: true }) lastUsedAgent: string | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}
