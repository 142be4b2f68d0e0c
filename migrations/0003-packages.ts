import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The ledger of stored objects; packages, releases, what they require, and who owns public ones. */
export class Packages0003 implements MigrationInterface {
  readonly name = 'Packages0003_1763800000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`create extension if not exists pg_trgm`);
    // Foreign keys to this table are what makes "never delete a referenced object" a rule of the database.
    await db.query(`
      create table stored_objects (
        key text primary key,
        state text not null constraint stored_objects_state check (state in ('pending', 'live', 'dropped')),
        changed_at timestamptz not null
      )
    `);
    await db.query(`create index stored_objects_waste on stored_objects (changed_at) where state <> 'live'`);
    // One sequence for all packages, drawn under the package's row lock: of two states of one name the later has the
    // greater number, even across removal and a new beginning.
    await db.query(`create sequence package_revisions`);
    await db.query(`
      create table packages (
        id bigint generated always as identity primary key,
        repository_id bigint not null references repositories (id),
        name text not null,
        description text,
        meta jsonb not null default '{}',
        revision bigint not null default 0,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint packages_name_unique unique (repository_id, name)
      )
    `);
    await db.query(`create index packages_name_trgm on packages using gin (name gin_trgm_ops)`);
    await db.query(
      `create index packages_description on packages using gin (to_tsvector('english', coalesce(description, '')))`,
    );
    await db.query(`
      create table releases (
        id bigint generated always as identity primary key,
        package_id bigint not null references packages (id),
        version text not null,
        publisher_id bigint references users (id) on delete set null,
        publisher_name text not null,
        inner_checksum bytea not null,
        outer_checksum bytea not null,
        tarball_key text not null references stored_objects (key),
        size integer not null,
        meta jsonb not null,
        retirement_reason text
          constraint releases_retirement_reason check (retirement_reason in ('other', 'invalid', 'security', 'deprecated', 'renamed')),
        retirement_message text,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint releases_version_unique unique (package_id, version)
      )
    `);
    await db.query(`create index releases_tarball on releases (tarball_key)`);
    await db.query(`
      create table requirements (
        id bigint generated always as identity primary key,
        release_id bigint not null references releases (id) on delete cascade,
        repository text not null,
        name text not null,
        app text not null,
        requirement text not null,
        optional boolean not null,
        constraint requirements_unique unique (release_id, repository, name)
      )
    `);
    await db.query(`create index requirements_dependency on requirements (repository, name)`);
    await db.query(`
      create table package_owners (
        package_id bigint not null references packages (id) on delete cascade,
        user_id bigint not null references users (id) on delete cascade,
        level text not null constraint package_owners_level check (level in ('full', 'maintainer')),
        created_at timestamptz not null,
        primary key (package_id, user_id)
      )
    `);
    await db.query(`create index package_owners_user on package_owners (user_id)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
