import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Security advisories, and the packages they are about. */
export class Advisories0015 implements MigrationInterface {
  readonly name = 'Advisories0015_1763800000015';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table advisories (
        repository_id bigint not null references repositories (id) on delete cascade,
        id text not null,
        summary text not null,
        details text,
        aliases jsonb not null,
        "references" jsonb not null,
        severity text constraint advisories_severity check (severity in ('none', 'low', 'medium', 'high', 'critical')),
        vector text,
        score double precision,
        published_at timestamptz,
        modified_at timestamptz not null,
        withdrawn_at timestamptz,
        primary key (repository_id, id)
      )
    `);
    await db.query(`
      create table advised_packages (
        repository_id bigint not null,
        advisory_id text not null,
        package text not null,
        affected jsonb not null,
        primary key (repository_id, advisory_id, package),
        foreign key (repository_id, advisory_id) references advisories (repository_id, id) on delete cascade
      )
    `);
    await db.query(`create index advised_packages_package on advised_packages (repository_id, package)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
