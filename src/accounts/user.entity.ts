import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('users')
export class User {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  /** Lower case, unique. */
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'text', nullable: true }) fullName: string | null;
  @Column({ type: 'text', nullable: true }) website: string | null;
  /** argon2id in PHC format; null where the account has no password. */
  @Column({ type: 'text', nullable: true }) passwordHash: string | null;
  /** Wants a mail when others publish to packages they answer for. */
  @Column({ type: 'boolean', default: true }) mailReleases: boolean;
  @Column({ type: 'timestamptz', nullable: true }) deactivatedAt: Date | null;
  /** The account is gone; the row stays, so that what its person published keeps a name. */
  @Column({ type: 'timestamptz', nullable: true }) deletedAt: Date | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}
