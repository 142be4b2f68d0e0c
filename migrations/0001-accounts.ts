import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Change announcements, the audit trail, users with their e-mail addresses, API keys, rate-limit counters. */
export class Accounts0001 implements MigrationInterface {
  readonly name = 'Accounts0001_1763800000001';

  async up(db: QueryRunner): Promise<void> {
    // announce_change(tag, column): tells every process what committed, as `tag:value of column`. See change-feed.ts.
    await db.query(`
      create function announce_change() returns trigger language plpgsql as $$
      declare
        before text := to_jsonb(old) ->> tg_argv[1];
        after text := to_jsonb(new) ->> tg_argv[1];
      begin
        if before is not null then perform pg_notify('propolis_change', tg_argv[0] || ':' || before); end if;
        if after is not null and after is distinct from before then perform pg_notify('propolis_change', tg_argv[0] || ':' || after); end if;
        return null;
      end $$
    `);
    await db.query(`
      create table audit_entries (
        id bigint generated always as identity primary key,
        action text not null,
        actor_kind text not null,
        actor_name text not null,
        user_id bigint,
        organization_id bigint,
        key_id bigint,
        subject_organization_id bigint,
        subject_user_id bigint,
        params jsonb not null default '{}',
        ip text,
        user_agent text,
        request_id text,
        at timestamptz not null
      )
    `);
    await db.query(`create index audit_entries_organization on audit_entries (subject_organization_id, id desc)`);
    await db.query(`create index audit_entries_user on audit_entries (subject_user_id, id desc)`);
    await db.query(`
      create table users (
        id bigint generated always as identity primary key,
        name text not null constraint users_name_unique unique,
        full_name text,
        password_hash text,
        deactivated_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )
    `);
    await db.query(`
      create table emails (
        id bigint generated always as identity primary key,
        user_id bigint not null references users (id) on delete cascade,
        address text not null,
        is_primary boolean not null default false,
        is_public boolean not null default false,
        verified_at timestamptz,
        created_at timestamptz not null
      )
    `);
    await db.query(`create unique index emails_verified on emails (lower(address)) where verified_at is not null`);
    await db.query(`create unique index emails_of_user on emails (user_id, lower(address))`);
    await db.query(`create unique index emails_primary on emails (user_id) where is_primary`);
    await db.query(`
      create table keys (
        id bigint generated always as identity primary key,
        user_id bigint references users (id) on delete cascade,
        organization_id bigint,
        name text not null,
        secret_hash bytea not null constraint keys_secret_hash_unique unique,
        permissions jsonb not null,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        last_used_ip text,
        last_used_agent text,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint keys_one_owner check (num_nonnulls(user_id, organization_id) = 1)
      )
    `);
    await db.query(`create unique index keys_user_name on keys (user_id, name) where revoked_at is null`);
    await db.query(
      `create unique index keys_organization_name on keys (organization_id, name) where revoked_at is null`,
    );
    // Not on last_used_*: the busiest update must not wake anybody.
    await db.query(`
      create trigger keys_changed after delete or update of permissions, expires_at, revoked_at, user_id, organization_id on keys
      for each row execute function announce_change('key', 'id')
    `);
    await db.query(`
      create trigger users_changed after delete or update of name, deactivated_at, password_hash on users
      for each row execute function announce_change('user', 'id')
    `);
    // Counters are worth nothing after a crash: unlogged.
    await db.query(`
      create unlogged table rate_limits (key varchar(255) primary key, points integer not null default 0, expire bigint)
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
