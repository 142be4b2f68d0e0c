import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { AssetsController } from './assets/assets.controller.js';
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

/** The site. One folder a resource; what they share is in `http/`, `layout/`, `components/` and `assets/`. */
@Module({
  imports: [AccessModule, AccountsModule, OrganizationsModule, PackagesModule, RegistryModule],
  providers: [CodeGuesses, Permitting, AuthorizationRequests, KeysPlace],
  controllers: [DeviceController, AuthorizeController, GrantsController, AssetsController, HomeController, KeysController, MailboxController],
})
export class WebModule {}
