import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The role `billing`, invitations, an organization's profile, former names and waiting deletion; a fast audit log. */
export class OrganizationLife0008 implements MigrationInterface {
  readonly name = 'OrganizationLife0008_1763800000008';

  async up(db: QueryRunner): Promise<void> {
    // The version before this one takes a role it does not know for one that may do nothing.
    await db.query(`alter table members drop constraint members_role`);
    await db.query(`
      alter table members add constraint members_role check (role in ('admin', 'write', 'read', 'billing'))
    `);
    await db.query(`
      alter table organizations
        add column display_name text,
        add column website text,
        add column contact_email text,
        add column about text,
        add column deletion_at timestamptz
    `);
    await db.query(`create index organizations_deletion on organizations (deletion_at) where deletion_at is not null`);
    await db.query(`drop trigger organizations_changed on organizations`);
    await db.query(`
      create trigger organizations_changed
      after delete or update of name, trial_ends_at, access_until, override, deletion_at on organizations
      for each row execute function announce_change('organization', 'id')
    `);
    await db.query(`
      create table former_names (
        name text primary key,
        organization_id bigint not null references organizations (id) on delete cascade,
        since timestamptz not null
      )
    `);
    await db.query(`create index former_names_organization on former_names (organization_id)`);
    await db.query(`
      create table invitations (
        id bigint generated always as identity primary key,
        organization_id bigint not null references organizations (id) on delete cascade,
        address text not null,
        role text not null constraint invitations_role check (role in ('admin', 'write', 'read', 'billing')),
        token_hash bytea not null constraint invitations_token_hash_unique unique,
        inviter_id bigint references users (id) on delete set null,
        inviter_name text not null,
        created_at timestamptz not null,
        sent_at timestamptz not null,
        expires_at timestamptz not null,
        accepted_at timestamptz,
        revoked_at timestamptz
      )
    `);
    await db.query(`
      create unique index invitations_open on invitations (organization_id, lower(address))
      where accepted_at is null and revoked_at is null
    `);
    await db.query(`create index invitations_inviter on invitations (inviter_id)`);
    await db.query(`alter table audit_entries add column key_name text`);
    // One for each way the log is looked at: all of it, one kind of act, one person. Newest first, or between two days.
    for (const [name, column] of [
      ['audit_entries_time', ''],
      ['audit_entries_action', 'action, '],
      ['audit_entries_actor', 'actor_name, '],
    ] as const)
      await db.query(
        `create index ${name} on audit_entries (subject_organization_id, ${column}at desc, id desc)
         where subject_organization_id is not null`,
      );
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
