import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('emails')
export class Email {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint' }) userId: string;
  @Column({ type: 'text' }) address: string;
  @Column({ type: 'boolean' }) isPrimary: boolean;
  /** Shown to everybody who may see the user. */
  @Column({ type: 'boolean' }) isPublic: boolean;
  @Column({ type: 'timestamptz', nullable: true }) verifiedAt: Date | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
}
