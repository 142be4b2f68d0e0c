import { Column, Entity, PrimaryColumn } from 'typeorm';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
/** The official command line client, which a migration has registered (hex-protocol.md 4.3). */
export const HEX_CLI = '78ea6566-89fd-481e-a1d6-7d9d78eacca8';
export type GrantType = typeof DEVICE_GRANT | 'authorization_code' | 'refresh_token' | 'client_credentials';

/** A program that may ask people to let it act for them. The operator registers them; there is no other way. */
@Entity('oauth_clients')
export class OAuthClient {
  /** The `client_id` of the protocol. */
  @PrimaryColumn({ type: 'uuid' }) id: string;
  @Column({ type: 'text' }) name: string;
  /** Null for a public client: a program on somebody's machine, which can keep no secret. */
  @Column({ type: 'bytea', nullable: true }) secretHash: Buffer | null;
  @Column({ type: 'jsonb' }) redirectUris: string[];
  @Column({ type: 'jsonb' }) grantTypes: GrantType[];
  /** Bare domains of permissions (`api`, `repository`): any resource of them may be asked for. */
  @Column({ type: 'jsonb' }) scopes: string[];
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz', nullable: true }) removedAt: Date | null;
}
