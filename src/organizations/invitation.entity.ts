import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Role } from './member.entity.js';

/** A place held out to an address. Open until it is accepted or revoked; an expired one can be sent again. */
@Entity('invitations')
export class Invitation {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint' }) organizationId: string;
  @Column({ type: 'text' }) address: string;
  @Column({ type: 'text' }) role: Role;
  /** Of the newest link; those sent before are worth nothing. */
  @Column({ type: 'bytea' }) tokenHash: Buffer;
  /** Null when the account is gone. */
  @Column({ type: 'bigint', nullable: true }) inviterId: string | null;
  @Column({ type: 'text' }) inviterName: string;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) sentAt: Date;
  @Column({ type: 'timestamptz' }) expiresAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) acceptedAt: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) revokedAt: Date | null;
}
