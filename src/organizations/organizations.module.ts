import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AccountDeletion, Leaving } from './account-deletion.js';
import { Deletions, WaitingTime } from './deletions.js';
import { InvitationLinks } from './invitation-links.js';
import { InvitationRecord } from './invitation-record.js';
import { Invitations } from './invitations.js';
import { InvitedAccounts } from './invited-accounts.js';
import { MemberNotices } from './member-notices.js';
import { Members } from './members.js';
import { Notices } from './notices.js';
import { OrganizationsJobs } from './organizations.jobs.js';
import { Organizations } from './organizations.js';
import { Profiles } from './profiles.js';
import { Renames } from './renames.js';
import { Seats } from './seats.js';
import { Standings } from './standings.js';

@Module({
  imports: [AccountsModule],
  providers: [
    ...[Organizations, Profiles, Renames, Deletions, WaitingTime, Members, Seats, Standings],
    ...[AccountDeletion, Leaving],
    ...[Invitations, InvitedAccounts, InvitationLinks, InvitationRecord, Notices, MemberNotices, OrganizationsJobs],
  ],
  exports: [
    AccountDeletion,
    Organizations,
    Profiles,
    Renames,
    Deletions,
    WaitingTime,
    Members,
    Seats,
    Standings,
    Invitations,
    InvitedAccounts,
    Notices,
  ],
})
export class OrganizationsModule {}
