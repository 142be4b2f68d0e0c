import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What `names` and `versions` say of each package, already encoded, so that these lists are put together instead of made anew.
 * Rows appear as packages are built; those that are missing, or older than the index, are made up by the next list.
 */
export class ListedPackages0019 implements MigrationInterface {
  readonly name = 'ListedPackages0019_1763800000019';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table listed_packages (
        repository_id bigint not null references repositories (id),
        name text collate "C" not null,
        revision bigint not null,
        names_entry bytea not null,
        versions_entry bytea not null,
        primary key (repository_id, name)
      )
    `);
    // How far a rebuild of everything has come, by name.
    await db.query(`
      create table registry_rebuilds (
        repository_id bigint primary key references repositories (id),
        started_at timestamptz not null,
        reached text collate "C" not null
      )
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
