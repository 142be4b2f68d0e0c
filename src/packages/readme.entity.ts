import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The readme of a release as its author wrote it. `path` and `body` are null where the tarball has none. */
@Entity('readmes')
export class Readme {
  @PrimaryColumn({ type: 'bigint' }) releaseId: string;
  /** Of the tarball it was found in: a row of a tarball that has been replaced counts as missing. */
  @Column({ type: 'bytea' }) outerChecksum: Buffer;
  @Column({ type: 'text', nullable: true }) path: string | null;
  @Column({ type: 'text', nullable: true }) body: string | null;
}
