import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OrganizationKeyCreated } from '../accounts/accounts.events.js';
import { Events } from '../platform/events.js';
import { paths } from '../platform/paths.js';
import { Notices } from './notices.js';
import { Organization } from './organization.entity.js';
import { organizationKeyLetter } from './organizations.emails.js';

/** What organizations do when something happens below them. */
@Injectable()
export class OrganizationsJobs implements OnModuleInit {
  constructor(
    private readonly database: DataSource,
    private readonly events: Events,
    private readonly notices: Notices,
  ) {}

  onModuleInit(): void {
    this.events.subscribe(OrganizationKeyCreated, 'organizations', (made) => this.tellAdmins(made));
  }

  private async tellAdmins(made: { keyId: string; organizationId: string; name: string; actorName: string }) {
    await this.database.transaction(async (tx) => {
      const organization = await tx.findOneBy(Organization, { id: made.organizationId });
      if (organization === null) return;
      const about = this.notices.about(organization, paths.organizationKeys);
      const letter = organizationKeyLetter({ ...about, key: made.name, actor: made.actorName });
      // Also to the one who made it: a stolen session makes keys too.
      await this.notices.toAdmins(tx, null, organization, `organization key ${made.keyId}`, letter);
    });
  }
}
