import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A browser in which somebody is logged in. The cookie's secret is nowhere: only its keyed hash. */
@Entity('sessions')
export class Session {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint' }) userId: string;
  @Column({ type: 'bytea' }) tokenHash: Buffer;
  /** How they logged in: `password`, `password and code`, `passkey`, … */
  @Column({ type: 'text' }) method: string;
  /** When they last proved that it is them; dangerous acts want this to be recent (sudo). */
  @Column({ type: 'timestamptz' }) provedAt: Date;
  @Column({ type: 'text', nullable: true }) ip: string | null;
  @Column({ type: 'text', nullable: true }) userAgent: string | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) lastUsedAt: Date;
  @Column({ type: 'timestamptz' }) expiresAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) revokedAt: Date | null;
}
