import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A WebAuthn credential of a user. */
@Entity('passkeys')
export class Passkey {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint' }) userId: string;
  /** As browsers write it: base64url. */
  @Column({ type: 'text' }) credentialId: string;
  @Column({ type: 'bytea' }) publicKey: Buffer;
  /** What the authenticator counted last; 0 for ever where it does not count. */
  @Column({ type: 'bigint' }) counter: string;
  @Column({ type: 'jsonb' }) transports: string[];
  @Column({ type: 'text' }) name: string;
  /** Kept by a password manager or a cloud account rather than on one device. */
  @Column({ type: 'boolean' }) isSynced: boolean;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) lastUsedAt: Date | null;
}
