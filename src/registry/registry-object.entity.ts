import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which bytes a signed index is now. Paths are those of the repository endpoint: `names`, `versions`, `packages/NAME`, `policies/NAME`. */
@Entity('registry_objects')
export class RegistryObject {
  @PrimaryColumn({ type: 'bigint' }) repositoryId: string;
  @PrimaryColumn({ type: 'text' }) path: string;
  @Column({ type: 'text' }) objectKey: string;
  @Column({ type: 'bytea' }) sha256: Buffer;
  @Column({ type: 'integer' }) size: number;
  /** The package's or policy's revision that is shown; 0 for names and versions. */
  @Column({ type: 'bigint' }) revision: string;
  /** For everybody, although the repository is private: a public policy. */
  @Column({ type: 'boolean' }) open: boolean;
  @Column({ type: 'timestamptz' }) builtAt: Date;
}
