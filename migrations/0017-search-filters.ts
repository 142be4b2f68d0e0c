import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** `extra:a,b,value` in searches: which packages' metadata contains this. */
export class SearchFilters0017 implements MigrationInterface {
  readonly name = 'SearchFilters0017_1763800000017';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`create index packages_extra on packages using gin ((meta -> 'extra') jsonb_path_ops)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
