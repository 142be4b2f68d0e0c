import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AdvisoriesModule } from '../advisories/advisories.module.js';
import { BillingModule } from '../billing/billing.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { PoliciesModule } from '../policies/policies.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { ActivityController } from './account/activity.controller.js';
import { DeleteController } from './account/delete.controller.js';
import { EmailsController } from './account/emails.controller.js';
import { PasswordController } from './account/password.controller.js';
import { ProfileController } from './account/profile.controller.js';
import { SecurityController } from './account/security.controller.js';
import { SessionsController } from './account/sessions.controller.js';
import { TotpController } from './account/totp.controller.js';
import { LoginController } from './session/login.controller.js';
import { PasskeyOptionsController } from './session/passkey-options.controller.js';
import { PasswordResetController } from './session/password-reset.controller.js';
import { SecondFactorController } from './session/second-factor.controller.js';
import { SignUpController } from './session/sign-up.controller.js';
import { SudoController } from './session/sudo.controller.js';
import { VerifyEmailController } from './session/verify-email.controller.js';
import { ApiDocsController } from './api-docs/api-docs.controller.js';
import { AssetsController } from './assets/assets.controller.js';
import { BillingSheet } from './billing/billing-sheet.js';
import { BillingSights } from './billing/billing-sights.js';
import { BillingController } from './billing/billing.controller.js';
import { BillingCardController } from './billing/card.controller.js';
import { BillingChangesController } from './billing/changes.controller.js';
import { BillingDetailsController } from './billing/details.controller.js';
import { EndingController } from './billing/ending.controller.js';
import { InvoiceFilesController } from './billing/invoice-files.controller.js';
import { InvoiceSights } from './billing/invoice-sights.js';
import { InvoiceController } from './billing/invoice.controller.js';
import { PaymentService } from './billing/payment-service.js';
import { PlanController } from './billing/plan.controller.js';
import { SeatsController } from './billing/seats.controller.js';
import { SubscribeController } from './billing/subscribe.controller.js';
import { MailboxController } from './dev/mailbox.controller.js';
import { HomeController } from './home/home.controller.js';
import { KeysController } from './keys/keys.controller.js';
import { KeysPlace } from './keys/keys-place.js';
import { AuthorizationRequests } from './oauth/authorization-request.js';
import { AuthorizeController } from './oauth/authorize.controller.js';
import { CodeGuesses } from './oauth/code-guesses.js';
import { DeviceController } from './oauth/device.controller.js';
import { GrantsController } from './oauth/grants.controller.js';
import { Permitting } from './oauth/permitting.js';
import { RenderedReadmes } from './markdown/rendered-readmes.js';
import { AuditController } from './organizations/audit.controller.js';
import { DeletionController } from './organizations/deletion.controller.js';
import { InvitationController } from './organizations/invitation.controller.js';
import { LeavingController } from './organizations/leaving.controller.js';
import { OrganizationListController } from './organizations/list.controller.js';
import { MembersController } from './organizations/members.controller.js';
import { OrganizationSights } from './organizations/organization-sights.js';
import { OrganizationsPlace } from './organizations/organizations-place.js';
import { OverviewController } from './organizations/overview.controller.js';
import { ReadersController } from './organizations/readers.controller.js';
import { SettingsController } from './organizations/settings.controller.js';
import { SettingsSights } from './organizations/settings-sights.js';
import { OwnersController } from './packages/owners.controller.js';
import { PackageSights } from './packages/package-sights.js';
import { PackageController } from './packages/package.controller.js';
import { PackageListController } from './packages/packages.controller.js';
import { ReleaseActsController } from './packages/release-acts.controller.js';
import { ReleaseSights } from './packages/release-sights.js';
import { PoliciesController } from './policies/policies.controller.js';
import { ShortUrlController } from './short-urls/short-url.controller.js';
import { PersonController } from './people/person.controller.js';

/** Signing up, logging in, and a person's own account. */
const accountPages = [
  ...[SignUpController, LoginController, SecondFactorController, SudoController, PasskeyOptionsController],
  ...[PasswordResetController, VerifyEmailController],
  ...[ProfileController, EmailsController, PasswordController, SecurityController, TotpController],
  ...[SessionsController, ActivityController, DeleteController],
];

const organizationPages = [
  ...[OrganizationListController, OverviewController, MembersController, AuditController, ReadersController],
  ...[SettingsController, LeavingController, DeletionController, InvitationController, PoliciesController],
];

const billingPages = [
  ...[BillingController, BillingDetailsController, BillingCardController],
  ...[SubscribeController, SeatsController, PlanController, BillingChangesController],
  ...[InvoiceController, InvoiceFilesController, EndingController],
];

/** The site. One folder a resource; what they share is in `http/`, `layout/`, `components/` and `assets/`. */
@Module({
  imports: [
    AccessModule,
    AccountsModule,
    AdvisoriesModule,
    BillingModule,
    OrganizationsModule,
    PackagesModule,
    PoliciesModule,
    RegistryModule,
  ],
  providers: [
    OrganizationSights,
    OrganizationsPlace,
    SettingsSights,
    PackageSights,
    ReleaseSights,
    RenderedReadmes,
    CodeGuesses,
    Permitting,
    AuthorizationRequests,
    KeysPlace,
    ...[BillingSights, BillingSheet, InvoiceSights, PaymentService],
  ],
  controllers: [
    ...accountPages,
    ...organizationPages,
    ...billingPages,
    PackageListController,
    PackageController,
    ReleaseActsController,
    OwnersController,
    PersonController,
    DeviceController,
    AuthorizeController,
    GrantsController,
    AssetsController,
    HomeController,
    KeysController,
    ApiDocsController,
    MailboxController,
    ShortUrlController,
  ],
})
export class WebModule {}
