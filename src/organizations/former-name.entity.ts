import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What an organization was called before: its members' old links lead on, and nobody else gets the name. */
@Entity('former_names')
export class FormerName {
  @PrimaryColumn({ type: 'text' }) name: string;
  @Column({ type: 'bigint' }) organizationId: string;
  @Column({ type: 'timestamptz' }) since: Date;
}
