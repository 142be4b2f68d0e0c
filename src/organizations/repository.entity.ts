import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A namespace of packages. Without an organization it is the public one. */
@Entity('repositories')
export class Repository {
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) id: string;
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'bigint', nullable: true }) organizationId: string | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}

/** The name to put into URLs and signed indexes: undefined stands for the public repository, whose paths name none. */
export const scopeOf = (repository: Repository): string | undefined =>
  repository.organizationId === null ? undefined : repository.name;
