import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who is logged in on the site, where, and when they last proved that it is them. */
export class Sessions0005 implements MigrationInterface {
  readonly name = 'Sessions0005_1763800000005';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table sessions (
        id bigint generated always as identity primary key,
        user_id bigint not null references users (id) on delete cascade,
        token_hash bytea not null constraint sessions_token_hash_unique unique,
        method text not null,
        proved_at timestamptz not null,
        ip text,
        user_agent text,
        created_at timestamptz not null,
        last_used_at timestamptz not null,
        expires_at timestamptz not null,
        revoked_at timestamptz
      )
    `);
    await db.query(`create index sessions_user on sessions (user_id, last_used_at desc)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
