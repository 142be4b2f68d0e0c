import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type PackageMeta } from './package.entity.js';

export const retirementReasons = ['other', 'invalid', 'security', 'deprecated', 'renamed'] as const;
export type RetirementReason = (typeof retirementReasons)[number];

export interface ReleaseMeta {
  /** What this release says of its package. */
  readonly about: PackageMeta;
  readonly app: string;
  readonly buildTools: readonly string[];
  readonly elixir: string | null;
}

@Entity('releases')
export class Release {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'bigint' }) packageId: string;
  @Column({ type: 'text' }) version: string;
  /** Null when an organization's key published it, or the account is gone. */
  @Column({ type: 'bigint', nullable: true }) publisherId: string | null;
  @Column({ type: 'text' }) publisherName: string;
  /** SHA-256, 32 bytes each; what lock files hold. */
  @Column({ type: 'bytea' }) innerChecksum: Buffer;
  @Column({ type: 'bytea' }) outerChecksum: Buffer;
  @Column({ type: 'text' }) tarballKey: string;
  /** Bytes of the tarball. */
  @Column({ type: 'integer' }) size: number;
  /** The documentation, where there is any: all three, or none. A new tarball of the release leaves it as it is. */
  @Column({ type: 'text', nullable: true }) docsKey: string | null;
  /** SHA-256. */
  @Column({ type: 'bytea', nullable: true }) docsChecksum: Buffer | null;
  @Column({ type: 'integer', nullable: true }) docsSize: number | null;
  @Column({ type: 'jsonb' }) meta: ReleaseMeta;
  @Column({ type: 'text', nullable: true }) retirementReason: RetirementReason | null;
  @Column({ type: 'text', nullable: true }) retirementMessage: string | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}

export const NO_DOCS = { docsKey: null, docsChecksum: null, docsSize: null } as const;
