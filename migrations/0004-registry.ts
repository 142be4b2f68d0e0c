import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which bytes each signed index is at the moment, and which tarballs it names: pointers that only move forward, together. */
export class Registry0004 implements MigrationInterface {
  readonly name = 'Registry0004_1763800000004';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table registry_objects (
        repository_id bigint not null references repositories (id),
        path text not null,
        object_key text not null references stored_objects (key),
        sha256 bytea not null,
        size integer not null,
        revision bigint not null,
        built_at timestamptz not null,
        primary key (repository_id, path)
      )
    `);
    await db.query(`create index registry_objects_object on registry_objects (object_key)`);
    await db.query(`
      create table listed_tarballs (
        repository_id bigint not null references repositories (id),
        package text not null,
        version text not null,
        object_key text not null references stored_objects (key),
        sha256 bytea not null,
        size integer not null,
        primary key (repository_id, package, version)
      )
    `);
    await db.query(`create index listed_tarballs_object on listed_tarballs (object_key)`);
    await db.query(`
      create function announce_registry_object() returns trigger language plpgsql as $$
      declare changed registry_objects := coalesce(new, old);
      begin
        perform pg_notify('propolis_change', 'registry:' || changed.repository_id || '/' || changed.path);
        return null;
      end $$
    `);
    await db.query(`
      create trigger registry_objects_changed after insert or update or delete on registry_objects
      for each row execute function announce_registry_object()
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
