import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who may publish a package of the public repository. In private ones the member's role decides. */
@Entity('package_owners')
export class PackageOwner {
  @PrimaryColumn({ type: 'bigint' }) packageId: string;
  @PrimaryColumn({ type: 'bigint' }) userId: string;
  /** `maintainer` publishes and retires, `full` also manages owners. */
  @Column({ type: 'text' }) level: 'full' | 'maintainer';
  @Column({ type: 'timestamptz' }) createdAt: Date;
}
