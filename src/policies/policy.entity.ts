import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type RepositoryPolicy, type Visibility } from '../hex/registry/policy.js';

/** Rules of an organization for what projects may resolve to. Its name is part of its address and stays. */
@Entity('policies')
export class Policy {
  @PrimaryColumn({ type: 'bigint' }) organizationId: string;
  @PrimaryColumn({ type: 'text' }) name: string;
  @Column({ type: 'text', nullable: true }) description: string | null;
  @Column({ type: 'text' }) visibility: Visibility;
  @Column({ type: 'jsonb' }) repositories: readonly RepositoryPolicy[];
  /** Grows with every change, also over its deletion and another of the same name. */
  @Column({ type: 'bigint' }) revision: string;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}
