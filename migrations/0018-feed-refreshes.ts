import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How the feed of advisories fared: for the metrics of whichever process is asked. */
export class FeedRefreshes0018 implements MigrationInterface {
  readonly name = 'FeedRefreshes0018_1763800000018';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table feed_refreshes (
        repository_id bigint primary key references repositories (id) on delete cascade,
        succeeded_at timestamptz,
        failures integer not null,
        problems integer not null
      )
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
