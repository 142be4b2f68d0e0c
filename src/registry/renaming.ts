import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { by, Notices } from '../organizations/notices.js';
import { type Organization } from '../organizations/organization.entity.js';
import { renamedLetter } from '../organizations/organizations.emails.js';
import { OrganizationRenamed } from '../organizations/organizations.events.js';
import { Renames } from '../organizations/renames.js';
import { Events } from '../platform/events.js';
import { renameInPolicies, renamePermissions, renameRequirements } from './renaming.queries.js';

/**
 * Gives an organization, and with it its repository, another name. In one transaction: the rows, the permissions of all
 * keys and programs that name it, the requirements of its releases on each other, the audit entry, the mails, and the event
 * that has every signed index built anew, since they carry the repository's name.
 *
 * Nobody publishes under the old name meanwhile: a publish holds the repository's row (`access` hold) before it writes, so it
 * is either wholly before this, and its rows are renamed here, or it is refused. Ids and object keys do not carry names, so
 * no bytes move.
 */
@Injectable()
export class Renaming {
  constructor(
    private readonly database: DataSource,
    private readonly renames: Renames,
    private readonly events: Events,
    private readonly audit: Audit,
    private readonly notices: Notices,
  ) {}

  async rename(actor: Actor, { id }: Organization, name: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { before, repository } = await this.renames.write(tx, actor, id, name);
      await renameRequirements(tx, repository.id, before, name);
      await renameInPolicies(tx, id, before, name);
      await renamePermissions(tx, before, name);
      await this.audit.record(tx, actor, 'organization.rename', { organizationId: id }, { organization: name, before });
      const ids = { organizationId: id, repositoryId: repository.id };
      await this.events.emit(tx, OrganizationRenamed, ids);
      const organization = { id, name } as Organization;
      const letter = renamedLetter({ ...this.notices.about(organization), before, actor: by(actor) });
      await this.notices.toMembers(tx, actor, organization, this.notices.now(`renaming of ${id}`), letter);
    });
  }
}
