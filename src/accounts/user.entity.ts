import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('users')
export class User {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  /** Lower case, unique. */
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'text', nullable: true }) fullName: string | null;
  /** argon2id in PHC format; null where the account has no password. */
  @Column({ type: 'text', nullable: true }) passwordHash: string | null;
  @Column({ type: 'timestamptz', nullable: true }) deactivatedAt: Date | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}
