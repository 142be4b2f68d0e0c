import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The outbox: mails on their way, and for a while those that went. */
export class Mails0006 implements MigrationInterface {
  readonly name = 'Mails0006_1763800000006';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table mails (
        id bigint generated always as identity primary key,
        cause text not null,
        address text not null,
        message_id uuid not null constraint mails_message_id_unique unique,
        state text not null constraint mails_state check (state in ('waiting', 'sent', 'failed')),
        content bytea,
        problem text,
        created_at timestamptz not null,
        settled_at timestamptz,
        constraint mails_content_until_settled check ((state = 'waiting') = (content is not null))
      )
    `);
    // One mail for one cause and address, whoever asks and how often.
    await db.query(`create unique index mails_once on mails (cause, lower(address))`);
    await db.query(`create index mails_created_at on mails (created_at)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
