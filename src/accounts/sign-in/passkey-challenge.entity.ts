import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What an authenticator is asked to sign: for one holder, once, for a few minutes. */
@Entity('passkey_challenges')
export class PasskeyChallenge {
  @PrimaryColumn({ type: 'bytea' }) challengeHash: Buffer;
  /** Who may answer it: `login`, `pending:7`, `session:12`. */
  @Column({ type: 'text' }) holder: string;
  @Column({ type: 'timestamptz' }) expiresAt: Date;
}
