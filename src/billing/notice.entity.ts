import { Column, Entity, PrimaryColumn } from 'typeorm';

/** That an organization has been told of something: the outbox forgets after a month, this does not. */
@Entity('billing_notices')
export class Notice {
  @PrimaryColumn({ type: 'bigint' }) organizationId: string;
  @PrimaryColumn({ type: 'text' }) cause: string;
  @Column({ type: 'timestamptz' }) sentAt: Date;
}
