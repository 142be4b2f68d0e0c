import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a release asks of another package. `repository` is explicit: the own name, or `hexpm` for public packages. */
@Entity('requirements')
export class Requirement {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint' }) releaseId: string;
  @Column({ type: 'text' }) repository: string;
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'text' }) app: string;
  @Column({ type: 'text' }) requirement: string;
  @Column({ type: 'boolean' }) optional: boolean;
  /** The package, where this is a requirement of its recommended release: what "depends on" means in lists. */
  @Column({ type: 'bigint', nullable: true }) currentOf: string | null;
}
