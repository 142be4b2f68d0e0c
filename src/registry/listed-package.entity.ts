import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the lists of a repository say of a package whose index is built, encoded. */
@Entity('listed_packages')
export class ListedPackage {
  @PrimaryColumn({ type: 'bigint' }) repositoryId: string;
  @PrimaryColumn({ type: 'text' }) name: string;
  /** Of the package, when these were encoded. */
  @Column({ type: 'bigint' }) revision: string;
  @Column({ type: 'bytea' }) namesEntry: Buffer;
  @Column({ type: 'bytea' }) versionsEntry: Buffer;
}
