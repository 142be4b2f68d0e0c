import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the pages of packages are made of, so that none has to read all releases: newest versions, readmes, downloads. */
export class PackagePages0010 implements MigrationInterface {
  readonly name = 'PackagePages0010_1763800000010';

  async up(db: QueryRunner): Promise<void> {
    // Versions are ordered as Elixir does, which SQL cannot: a job fills these in wherever `described_revision` is behind
    // `revision`, also after a publish by the previous version of the code.
    await db.query(`
      alter table packages
        add column latest_version text,
        add column latest_stable_version text,
        add column described_revision bigint not null default 0
    `);
    // Words once split need not be split again for each search and each rank.
    await db.query(`
      alter table packages
        add column words tsvector generated always as (to_tsvector('english', coalesce(description, ''))) stored
    `);
    await db.query(`create index packages_words on packages using gin (words)`);
    await db.query(`create index packages_recent on packages (repository_id, updated_at desc, id)`);
    await db.query(`alter table requirements add column current_of bigint`);
    await db.query(`
      create index requirements_current on requirements (repository, name, current_of) where current_of is not null
    `);
    // Every release that was looked at has a row, also one without a readme. A row belongs to the tarball it names.
    await db.query(`
      create table readmes (
        release_id bigint primary key references releases (id) on delete cascade,
        outer_checksum bytea not null,
        path text,
        body text,
        constraint readmes_whole check ((path is null) = (body is null))
      )
    `);
    await db.query(`
      create table downloads (
        release_id bigint not null references releases (id) on delete cascade,
        day date not null,
        count bigint not null,
        primary key (release_id, day)
      )
    `);
    await db.query(`
      create table package_downloads (
        package_id bigint not null references packages (id) on delete cascade,
        day date not null,
        count bigint not null,
        primary key (package_id, day)
      )
    `);
    // Not a column of packages: counting must neither wait for a publish nor rewrite what the search has indexed.
    await db.query(`
      create table package_download_totals (
        package_id bigint primary key references packages (id) on delete cascade,
        count bigint not null
      )
    `);
    await db.query(`alter table users add column mail_releases boolean not null default true`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
