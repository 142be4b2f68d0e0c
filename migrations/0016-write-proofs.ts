import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Codes of authenticator apps that came with writes of programs: each is good for one program. */
export class WriteProofs0016 implements MigrationInterface {
  readonly name = 'WriteProofs0016_1763800000016';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`alter table grants add column proved_step integer`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
