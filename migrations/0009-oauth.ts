import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The official command line (mix, rebar3): clients have its id built in. */
const HEX_CLI = '78ea6566-89fd-481e-a1d6-7d9d78eacca8';

/** Programs that act for people: which there are, what is being asked for, and what has been granted. */
export class OAuth0009 implements MigrationInterface {
  readonly name = 'OAuth0009_1763800000009';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table oauth_clients (
        id uuid primary key,
        name text not null,
        secret_hash bytea,
        redirect_uris jsonb not null,
        grant_types jsonb not null,
        scopes jsonb not null,
        created_at timestamptz not null,
        removed_at timestamptz
      )
    `);
    await db.query(
      `insert into oauth_clients (id, name, redirect_uris, grant_types, scopes, created_at)
       values ($1, 'Hex CLI', '[]', $2, $3, now())`,
      [
        HEX_CLI,
        JSON.stringify([
          'urn:ietf:params:oauth:grant-type:device_code',
          ...['authorization_code', 'refresh_token', 'client_credentials'],
        ]),
        JSON.stringify(['api', 'repositories', 'repository', 'package', 'docs']),
      ],
    );
    await db.query(`
      create table grants (
        id bigint generated always as identity primary key,
        user_id bigint not null references users (id) on delete cascade,
        client_id uuid not null references oauth_clients (id),
        name text,
        permissions jsonb not null,
        handle_hash bytea constraint grants_handle_hash_unique unique,
        refresh_hash bytea,
        generation integer not null default 0,
        rotated_at timestamptz,
        last_used_at timestamptz,
        last_used_ip text,
        last_used_agent text,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        revoked_at timestamptz
      )
    `);
    await db.query(`create index grants_user on grants (user_id) where revoked_at is null`);
    await db.query(`create index grants_client on grants (client_id) where revoked_at is null`);
    await db.query(`create index grants_refresh_hash on grants (refresh_hash) where refresh_hash is not null`);
    // Not on what a refresh or a use writes: that must not wake anybody.
    await db.query(`
      create trigger grants_changed after delete or update of permissions, expires_at, revoked_at, user_id on grants
      for each row execute function announce_change('grant', 'id')
    `);
    await db.query(`
      create table device_codes (
        id bigint generated always as identity primary key,
        client_id uuid not null references oauth_clients (id),
        device_hash bytea not null constraint device_codes_device_hash_unique unique,
        user_code_hash bytea not null constraint device_codes_user_code_hash_unique unique,
        name text not null,
        permissions jsonb not null,
        ip text,
        user_agent text,
        interval_seconds integer not null,
        polled_at timestamptz,
        grant_id bigint references grants (id) on delete cascade,
        denied_at timestamptz,
        used_at timestamptz,
        created_at timestamptz not null,
        expires_at timestamptz not null
      )
    `);
    await db.query(`create index device_codes_expired on device_codes (expires_at)`);
    await db.query(`
      create table authorization_codes (
        id bigint generated always as identity primary key,
        client_id uuid not null references oauth_clients (id),
        grant_id bigint not null references grants (id) on delete cascade,
        code_hash bytea not null constraint authorization_codes_code_hash_unique unique,
        redirect_uri text not null,
        code_challenge text not null,
        used_at timestamptz,
        created_at timestamptz not null,
        expires_at timestamptz not null
      )
    `);
    await db.query(`create index authorization_codes_expired on authorization_codes (expires_at)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
