import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Dependency policies of organizations, and which signed resources are open to everybody. */
export class Policies0014 implements MigrationInterface {
  readonly name = 'Policies0014_1763800000014';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`create sequence policy_revisions`);
    await db.query(`
      create table policies (
        organization_id bigint not null references organizations (id),
        name text not null,
        description text,
        visibility text not null constraint policies_visibility check (visibility in ('private', 'public')),
        repositories jsonb not null,
        revision bigint not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (organization_id, name)
      )
    `);
    // The version before this one knows neither policies nor this column, and writes only what is not open.
    await db.query(`alter table registry_objects add column open boolean not null default false`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
