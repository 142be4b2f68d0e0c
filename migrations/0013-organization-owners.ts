import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Public packages that an organization owns. */
export class OrganizationOwners0013 implements MigrationInterface {
  readonly name = 'OrganizationOwners0013_1763800000013';

  async up(db: QueryRunner): Promise<void> {
    // An organization that is erased leaves its public packages to those who own them beside it, as a deleted account does.
    await db.query(
      `alter table packages add column owner_organization_id bigint references organizations (id) on delete set null`,
    );
    await db.query(
      `create index packages_owner_organization on packages (owner_organization_id) where owner_organization_id is not null`,
    );
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
