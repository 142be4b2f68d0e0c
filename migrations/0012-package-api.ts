import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The documentation that belongs to a release, the log of a package, and addresses made short. */
export class PackageApi0012 implements MigrationInterface {
  readonly name = 'PackageApi0012_1763800000012';

  async up(db: QueryRunner): Promise<void> {
    // On the release itself: whoever reads it also learns whether it has documentation, and with it goes its name for the
    // bytes.
    await db.query(`
      alter table releases
        add column docs_key text references stored_objects (key),
        add column docs_checksum bytea,
        add column docs_size integer,
        add constraint releases_docs_whole
          check ((docs_key is null) = (docs_checksum is null) and (docs_key is null) = (docs_size is null))
    `);
    await db.query(`create index releases_docs on releases (docs_key) where docs_key is not null`);
    await db.query(`
      create index audit_entries_package on audit_entries ((params ->> 'package'), at desc, id desc)
        where params ->> 'package' is not null
    `);
    await db.query(`
      create table short_urls (
        code text primary key,
        url text not null,
        created_at timestamptz not null
      )
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
