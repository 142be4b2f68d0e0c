import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { Advisories } from './advisories.js';
import { Importing } from './importing.js';
import { Refreshing } from './refreshing.js';

@Module({
  imports: [OrganizationsModule],
  providers: [Advisories, Importing, Refreshing],
  exports: [Advisories, Importing, Refreshing],
})
export class AdvisoriesModule {}
