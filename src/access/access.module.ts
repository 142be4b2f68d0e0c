import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { Access } from './access.js';
import { Callers } from './callers.js';

@Module({
  imports: [AccountsModule, OrganizationsModule, PackagesModule],
  providers: [Access, Callers],
  exports: [Access, Callers],
})
export class AccessModule {}
