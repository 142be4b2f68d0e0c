import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a browser carries from the consent page to the program that asked. Kept as a keyed hash only. */
@Entity('authorization_codes')
export class AuthorizationCode {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'uuid' }) clientId: string;
  @Column({ type: 'bigint' }) grantId: string;
  @Column({ type: 'bytea' }) codeHash: Buffer;
  @Column({ type: 'text' }) redirectUri: string;
  /** PKCE, method S256: base64url of the SHA-256 of what only the program knows. */
  @Column({ type: 'text' }) codeChallenge: string;
  @Column({ type: 'timestamptz', nullable: true }) usedAt: Date | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) expiresAt: Date;
}
