import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How people sign up, prove who they are and leave: mailed links, pending logins, second factors, names never given out again. */
export class SignIn0007 implements MigrationInterface {
  readonly name = 'SignIn0007_1763800000007';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`alter table users add column website text`);
    await db.query(`alter table users add column deleted_at timestamptz`);
    await db.query(`create table reserved_names (name text primary key, since timestamptz not null)`);
    // One row for each purpose and subject: a new link takes the place of the earlier one, whatever runs at the same time.
    await db.query(`
      create table email_proofs (
        id bigint generated always as identity primary key,
        purpose text not null,
        subject text not null,
        address text not null,
        user_id bigint references users (id) on delete cascade,
        token_hash bytea not null constraint email_proofs_token_hash_unique unique,
        state_mark bytea,
        expires_at timestamptz not null,
        used_at timestamptz,
        created_at timestamptz not null,
        constraint email_proofs_one_each unique (purpose, subject)
      )
    `);
    await db.query(`
      create table pending_logins (
        id bigint generated always as identity primary key,
        user_id bigint not null references users (id) on delete cascade,
        token_hash bytea not null constraint pending_logins_token_hash_unique unique,
        password_mark bytea not null,
        expires_at timestamptz not null,
        created_at timestamptz not null
      )
    `);
    await db.query(`
      create table totps (
        user_id bigint primary key references users (id) on delete cascade,
        secret bytea not null,
        last_step integer not null default 0,
        confirmed_at timestamptz,
        created_at timestamptz not null
      )
    `);
    await db.query(`
      create table recovery_codes (
        id bigint generated always as identity primary key,
        user_id bigint not null references users (id) on delete cascade,
        code_hash bytea not null,
        used_at timestamptz,
        created_at timestamptz not null,
        constraint recovery_codes_unique unique (user_id, code_hash)
      )
    `);
    await db.query(`
      create table passkeys (
        id bigint generated always as identity primary key,
        user_id bigint not null references users (id) on delete cascade,
        credential_id text not null constraint passkeys_credential_unique unique,
        public_key bytea not null,
        counter bigint not null,
        transports jsonb not null,
        name text not null,
        is_synced boolean not null,
        created_at timestamptz not null,
        last_used_at timestamptz
      )
    `);
    await db.query(`create index passkeys_user on passkeys (user_id)`);
    await db.query(`
      create table passkey_challenges (
        challenge_hash bytea primary key,
        holder text not null,
        expires_at timestamptz not null
      )
    `);
    // Once there is a second factor the password alone opens nothing: who remembers what it opened must hear of it.
    await db.query(`
      create trigger totps_changed after delete or update of confirmed_at on totps
      for each row execute function announce_change('user', 'user_id')
    `);
    await db.query(`
      create trigger passkeys_changed after insert or delete on passkeys
      for each row execute function announce_change('user', 'user_id')
    `);
    await db.query(`create index passkey_challenges_expiry on passkey_challenges (expires_at)`);
    await db.query(`create index pending_logins_expiry on pending_logins (expires_at)`);
    await db.query(`create index email_proofs_expiry on email_proofs (expires_at)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
