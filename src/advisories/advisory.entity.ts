import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Severity } from '../hex/registry/advisory.js';
import { type Affected } from './affected.js';
import { type Reference } from './osv.js';

/** A security advisory about packages of one repository, as its newest file said. */
@Entity('advisories')
export class Advisory {
  @PrimaryColumn({ type: 'bigint' }) repositoryId: string;
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ type: 'text' }) summary: string;
  @Column({ type: 'text', nullable: true }) details: string | null;
  @Column({ type: 'jsonb' }) aliases: readonly string[];
  @Column({ type: 'jsonb' }) references: readonly Reference[];
  /** Null: nobody has told; clients take it for the worst. */
  @Column({ type: 'text', nullable: true }) severity: Severity | null;
  @Column({ type: 'text', nullable: true }) vector: string | null;
  @Column({ type: 'double precision', nullable: true }) score: number | null;
  @Column({ type: 'timestamptz', nullable: true }) publishedAt: Date | null;
  @Column({ type: 'timestamptz' }) modifiedAt: Date;
  /** It turned out to be none: kept, and shown to nobody who looks at packages. */
  @Column({ type: 'timestamptz', nullable: true }) withdrawnAt: Date | null;
}

/** Which versions of a package an advisory is about; whether there is such a package here is another question. */
@Entity('advised_packages')
export class AdvisedPackage {
  @PrimaryColumn({ type: 'bigint' }) repositoryId: string;
  @PrimaryColumn({ type: 'text' }) advisoryId: string;
  @PrimaryColumn({ type: 'text' }) package: string;
  @Column({ type: 'jsonb' }) affected: Affected;
}
