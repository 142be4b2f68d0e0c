import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody who gave the right password and still owes the second factor. */
@Entity('pending_logins')
export class PendingLogin {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint' }) userId: string;
  @Column({ type: 'bytea' }) tokenHash: Buffer;
  /** Keyed hash of the password hash that was matched: a change of the password ends this. */
  @Column({ type: 'bytea' }) passwordMark: Buffer;
  @Column({ type: 'timestamptz' }) expiresAt: Date;
  @Column({ type: 'timestamptz' }) createdAt: Date;
}
