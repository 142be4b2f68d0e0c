import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Permission } from './permissions.js';

/** A machine that waits for somebody to let it in. Both of its codes are kept as keyed hashes only. */
@Entity('device_codes')
export class DeviceCode {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'uuid' }) clientId: string;
  @Column({ type: 'bytea' }) deviceHash: Buffer;
  @Column({ type: 'bytea' }) userCodeHash: Buffer;
  /** What the machine calls itself. */
  @Column({ type: 'text' }) name: string;
  /** What it asks for. */
  @Column({ type: 'jsonb' }) permissions: Permission[];
  @Column({ type: 'text', nullable: true }) ip: string | null;
  @Column({ type: 'text', nullable: true }) userAgent: string | null;
  /** How long it must wait between two questions; grows when it does not. */
  @Column({ type: 'integer' }) intervalSeconds: number;
  @Column({ type: 'timestamptz', nullable: true }) polledAt: Date | null;
  /** Set when somebody has approved. */
  @Column({ type: 'bigint', nullable: true }) grantId: string | null;
  @Column({ type: 'timestamptz', nullable: true }) deniedAt: Date | null;
  /** When its tokens were handed out. */
  @Column({ type: 'timestamptz', nullable: true }) usedAt: Date | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) expiresAt: Date;
}
