import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AccessModule } from '../access/access.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AdvisoriesModule } from '../advisories/advisories.module.js';
import { BillingModule } from '../billing/billing.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { PoliciesModule } from '../policies/policies.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { AdvisoriesController } from './advisories.controller.js';
import { AuditLogsController } from './audit-logs.controller.js';
import { AuthController } from './auth.controller.js';
import { BillingChangesController } from './billing-changes.controller.js';
import { BillingController } from './billing.controller.js';
import { BillingDoor } from './http/billing-door.js';
import { BillingSights } from './http/billing-sights.js';
import { ChangeAnswers } from './http/change-answers.js';
import { Drafting } from './http/drafting.js';
import { SeatBuying } from './http/seat-buying.js';
import { DocsController } from './docs.controller.js';
import { IndexController } from './index.controller.js';
import { InvoicesController } from './invoices.controller.js';
import { KeysController } from './keys.controller.js';
import { GrantTypes } from './oauth/grant-types.js';
import { NewOrganizationsController } from './new-organizations.controller.js';
import { OpenApiController } from './openapi.controller.js';
import { Endpoints } from './openapi/endpoints.js';
import { OAuthController } from './oauth.controller.js';
import { OrganizationsController } from './organizations.controller.js';
import { OwnersController } from './owners.controller.js';
import { PackagesController } from './packages.controller.js';
import { PoliciesController } from './policies.controller.js';
import { PublishController } from './publish.controller.js';
import { ReleasesController } from './releases.controller.js';
import { RepositoriesController } from './repositories.controller.js';
import { RetirementController } from './retirement.controller.js';
import { SeatsController } from './seats.controller.js';
import { ShortUrlsController } from './short-urls.controller.js';
import { SubscriptionController } from './subscription.controller.js';
import { TokenKeysController } from './token-keys.controller.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [
    AccessModule,
    AccountsModule,
    AdvisoriesModule,
    BillingModule,
    DiscoveryModule,
    OrganizationsModule,
    PackagesModule,
    PoliciesModule,
    RegistryModule,
  ],
  providers: [Endpoints, GrantTypes, BillingDoor, BillingSights, ChangeAnswers, Drafting, SeatBuying],
  exports: [GrantTypes],
  controllers: [
    ...[IndexController, AuthController, UsersController, KeysController, OAuthController, TokenKeysController],
    ...[NewOrganizationsController, OrganizationsController],
    ...[RepositoriesController, PackagesController, ReleasesController, PublishController, DocsController],
    ...[OwnersController, AuditLogsController, RetirementController, ShortUrlsController, PoliciesController],
    ...[AdvisoriesController, OpenApiController],
    ...[BillingController, BillingChangesController, SubscriptionController, InvoicesController, SeatsController],
  ],
})
export class ApiModule {}
