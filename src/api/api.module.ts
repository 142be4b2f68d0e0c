import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { AuthController } from './auth.controller.js';
import { IndexController } from './index.controller.js';
import { KeysController } from './keys.controller.js';
import { GrantTypes } from './oauth/grant-types.js';
import { OAuthController } from './oauth.controller.js';
import { OrganizationsController } from './organizations.controller.js';
import { PackagesController } from './packages.controller.js';
import { PublishController } from './publish.controller.js';
import { ReleasesController } from './releases.controller.js';
import { RepositoriesController } from './repositories.controller.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [AccessModule, AccountsModule, OrganizationsModule, PackagesModule, RegistryModule],
  providers: [GrantTypes],
  controllers: [
    ...[IndexController, AuthController, UsersController, KeysController, OAuthController, OrganizationsController],
    ...[RepositoriesController, PackagesController, ReleasesController, PublishController],
  ],
})
export class ApiModule {}
