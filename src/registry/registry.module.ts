import { Module } from '@nestjs/common';
import { AdvisoriesModule } from '../advisories/advisories.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { BillingModule } from '../billing/billing.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { CONFIG } from '../platform/config.js';
import { AdvisoryIndexes } from './advisory-indexes.js';
import { Erasing } from './erasing.js';
import { ErasingJobs } from './erasing.jobs.js';
import { Obituary } from './obituary.js';
import { Lists } from './lists.js';
import { Pointers } from './pointers.js';
import { PolicyBuilding } from './policy-building.js';
import { Rebuilding } from './rebuilding.js';
import { RegistryJobs } from './registry.jobs.js';
import { Registry } from './registry.js';
import { Renaming } from './renaming.js';
import { loadRegistryKey, REGISTRY_KEY, SigningKey } from './signing-key.js';

@Module({
  imports: [AccountsModule, AdvisoriesModule, BillingModule, OrganizationsModule],
  providers: [
    { provide: REGISTRY_KEY, inject: [CONFIG], useFactory: loadRegistryKey },
    SigningKey,
    ...[Pointers, AdvisoryIndexes, Lists, Registry, PolicyBuilding, Rebuilding],
    ...[RegistryJobs, Renaming, Erasing, Obituary, ErasingJobs],
  ],
  exports: [Registry, Rebuilding, PolicyBuilding, SigningKey, Renaming, ErasingJobs],
})
export class RegistryModule {}
