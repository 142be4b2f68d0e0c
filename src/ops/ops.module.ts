import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { Demo } from './demo/demo.js';
import { HealthController } from './health.controller.js';

@Module({
  imports: [AccountsModule, OrganizationsModule, PackagesModule, RegistryModule],
  controllers: [HealthController],
  providers: [Demo],
})
export class OpsModule {}
