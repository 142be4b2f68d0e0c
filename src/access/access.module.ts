import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { Access } from './access.js';
import { Callers } from './callers.js';
import { Minting } from './minting.js';
import { ReadersOf } from './readers-of.js';
import { Granting } from './granting.js';

@Module({
  imports: [AccountsModule, OrganizationsModule, PackagesModule],
  providers: [Access, Callers, ReadersOf, Granting, Minting],
  exports: [Access, Callers, ReadersOf, Granting, Minting],
})
export class AccessModule {}
