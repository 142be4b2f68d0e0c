import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Organizations, their members and repositories. The public repository is the one without an organization. */
export class Organizations0002 implements MigrationInterface {
  readonly name = 'Organizations0002_1763800000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table organizations (
        id bigint generated always as identity primary key,
        name text not null constraint organizations_name_unique unique,
        trial_ends_at timestamptz not null,
        access_until timestamptz,
        override text constraint organizations_override check (override in ('comped', 'blocked')),
        seats integer,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )
    `);
    await db.query(`
      create table members (
        organization_id bigint not null references organizations (id),
        user_id bigint not null references users (id) on delete cascade,
        role text not null constraint members_role check (role in ('admin', 'write', 'read')),
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (organization_id, user_id)
      )
    `);
    await db.query(`create index members_user on members (user_id)`);
    await db.query(`
      create table repositories (
        id bigint generated always as identity primary key,
        name text not null constraint repositories_name_unique unique,
        organization_id bigint constraint repositories_organization_unique unique references organizations (id),
        created_at timestamptz not null,
        updated_at timestamptz not null
      )
    `);
    await db.query(`
      alter table keys add constraint keys_organization foreign key (organization_id) references organizations (id) on delete cascade
    `);
    await db.query(`
      create trigger organizations_changed
      after delete or update of name, trial_ends_at, access_until, override on organizations
      for each row execute function announce_change('organization', 'id')
    `);
    await db.query(`
      create trigger members_changed after insert or delete or update on members
      for each row execute function announce_change('user', 'user_id')
    `);
    await db.query(`
      create trigger repositories_changed after insert or delete or update of name, organization_id on repositories
      for each row execute function announce_change('repository', 'name')
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
