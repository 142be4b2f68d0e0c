import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A tarball as the signed index of its package names it, changed in the transaction that moves the index. */
@Entity('listed_tarballs')
export class ListedTarball {
  @PrimaryColumn({ type: 'bigint' }) repositoryId: string;
  @PrimaryColumn({ type: 'text' }) package: string;
  @PrimaryColumn({ type: 'text' }) version: string;
  @Column({ type: 'text' }) objectKey: string;
  /** The outer checksum. */
  @Column({ type: 'bytea' }) sha256: Buffer;
  @Column({ type: 'integer' }) size: number;
}
