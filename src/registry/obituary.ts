import { Injectable } from '@nestjs/common';
import { ReservedNames } from '../accounts/reserved-names.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Notices } from '../organizations/notices.js';
import { type Organization } from '../organizations/organization.entity.js';
import { deletionDoneLetter } from '../organizations/organizations.emails.js';
import { type Tx } from '../platform/database.js';

const DELETION: Actor = { kind: 'system', name: 'deletion' };

/** What is left of an organization: a reserved name, a line in the log, a mail. */
@Injectable()
export class Obituary {
  constructor(
    private readonly reserved: ReservedNames,
    private readonly audit: Audit,
    private readonly notices: Notices,
  ) {}

  async announce(tx: Tx, organization: Organization): Promise<void> {
    const { id, name } = organization;
    await this.reserved.reserve(tx, name);
    await this.audit.record(tx, DELETION, 'organization.erase', { organizationId: id }, { organization: name });
    const letter = deletionDoneLetter({ organization: name });
    await this.notices.toAdmins(tx, null, organization, `organization ${id} erased`, letter);
  }
}
