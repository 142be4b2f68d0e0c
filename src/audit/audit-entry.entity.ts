import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who did what, when, how; written in the transaction of the change itself, never updated. */
@Entity('audit_entries')
export class AuditEntry {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  /** `release.publish`, `key.revoke`: noun, then verb. */
  @Column({ type: 'text' }) action: string;
  @Column({ type: 'text' }) actorKind: string;
  @Column({ type: 'text' }) actorName: string;
  @Column({ type: 'bigint', nullable: true }) userId: string | null;
  @Column({ type: 'bigint', nullable: true }) organizationId: string | null;
  @Column({ type: 'bigint', nullable: true }) keyId: string | null;
  /** As it was called then. */
  @Column({ type: 'text', nullable: true }) keyName: string | null;
  /** The organization or user whose log shows this entry. */
  @Column({ type: 'bigint', nullable: true }) subjectOrganizationId: string | null;
  @Column({ type: 'bigint', nullable: true }) subjectUserId: string | null;
  @Column({ type: 'jsonb' }) params: Record<string, unknown>;
  @Column({ type: 'text', nullable: true }) ip: string | null;
  @Column({ type: 'text', nullable: true }) userAgent: string | null;
  @Column({ type: 'text', nullable: true }) requestId: string | null;
  @Column({ type: 'timestamptz' }) at: Date;
}
