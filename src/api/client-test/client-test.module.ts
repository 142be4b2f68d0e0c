import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { AccessModule } from '../../access/access.module.js';
import { AccountsModule } from '../../accounts/accounts.module.js';
import { OrganizationsModule } from '../../organizations/organizations.module.js';
import { ApiModule } from '../api.module.js';
import { Approvals } from './approvals.js';
import { ClientTestController } from './client-test.controller.js';
import { ShownCodes } from './shown-codes.js';
import { TestLoginsController } from './test-logins.controller.js';

/**
 * What the Hex client's own integration tests need besides the API (hex-protocol.md 5). The application has this module only
 * with CLIENT_TEST_MODE (`app.module`), so without it there are no such routes.
 */
@Module({
  imports: [AccessModule, AccountsModule, ApiModule, OrganizationsModule],
  providers: [Approvals, ShownCodes, { provide: APP_INTERCEPTOR, useExisting: ShownCodes }],
  controllers: [ClientTestController, TestLoginsController],
})
export class ClientTestModule {}
