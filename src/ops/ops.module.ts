import { Module } from '@nestjs/common';
import { AdvisoriesModule } from '../advisories/advisories.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { BillingModule } from '../billing/billing.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { Demo } from './demo/demo.js';
import { Emptying } from './emptying.js';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.js';
import { MetricsController } from './metrics.controller.js';

@Module({
  imports: [AccountsModule, AdvisoriesModule, BillingModule, OrganizationsModule, PackagesModule, RegistryModule],
  controllers: [HealthController, MetricsController],
  providers: [Demo, Emptying, Metrics],
})
export class OpsModule {}
