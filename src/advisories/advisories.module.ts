import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { Advisories } from './advisories.js';
import { FeedRecord } from './feed-record.js';
import { Importing } from './importing.js';
import { Refreshing } from './refreshing.js';

@Module({
  imports: [OrganizationsModule],
  providers: [Advisories, FeedRecord, Importing, Refreshing],
  exports: [Advisories, FeedRecord, Importing, Refreshing],
})
export class AdvisoriesModule {}
