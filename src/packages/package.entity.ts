import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the newest release says about the package, as the API shows it. */
export interface PackageMeta {
  readonly description: string | null;
  readonly licenses: readonly string[];
  readonly links: Readonly<Record<string, string>>;
  readonly maintainers: readonly string[];
  readonly extra: Readonly<Record<string, unknown>>;
}

@Entity('packages')
export class Package {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint' }) repositoryId: string;
  @Column({ type: 'text' }) name: string;
  /** Of a public package: the organization that owns it, beside people who may. */
  @Column({ type: 'bigint', nullable: true }) ownerOrganizationId: string | null;
  /** Also in `meta`; a column of its own for the search index. */
  @Column({ type: 'text', nullable: true }) description: string | null;
  /** Of the description, for the search; Postgres keeps it. */
  @Column({ type: 'tsvector', nullable: true, select: false, insert: false, update: false }) words: string | null;
  @Column({ type: 'jsonb' }) meta: PackageMeta;
  /** The newest version, and the newest stable one; null until the package has been described (see there). */
  @Column({ type: 'text', nullable: true }) latestVersion: string | null;
  @Column({ type: 'text', nullable: true }) latestStableVersion: string | null;
  /** Grows with every change that the signed index of the package shows. */
  @Column({ type: 'bigint' }) revision: string;
  /** The revision that the columns above were made for; behind `revision` they are not to be trusted. */
  @Column({ type: 'bigint' }) describedRevision: string;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}
