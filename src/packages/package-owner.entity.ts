import { Column, Entity, PrimaryColumn } from 'typeorm';

export const ownerLevels = ['full', 'maintainer'] as const;
export type OwnerLevel = (typeof ownerLevels)[number];

/** Who may publish a package of the public repository. In private ones the member's role decides. */
@Entity('package_owners')
export class PackageOwner {
  @PrimaryColumn({ type: 'bigint' }) packageId: string;
  @PrimaryColumn({ type: 'bigint' }) userId: string;
  /** `maintainer` publishes and retires, `full` also manages owners. */
  @Column({ type: 'text' }) level: OwnerLevel;
  @Column({ type: 'timestamptz' }) createdAt: Date;
}
