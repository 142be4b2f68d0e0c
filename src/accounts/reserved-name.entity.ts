import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A name of a user or an organization that is gone: never given out again, or its new holder would be taken for the old one. */
@Entity('reserved_names')
export class ReservedName {
  @PrimaryColumn({ type: 'text' }) name: string;
  @Column({ type: 'timestamptz' }) since: Date;
}
