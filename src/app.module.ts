import { type DynamicModule, Module } from '@nestjs/common';
import { migrations } from '../migrations/index.js';
import { ApiModule } from './api/api.module.js';
import { ClientTestModule } from './api/client-test/client-test.module.js';
import { AuditModule } from './audit/audit.module.js';
import { BillingModule } from './billing/billing.module.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { entities } from './entities.js';
import { OpsModule } from './ops/ops.module.js';
import { DatabaseModule } from './platform/database.js';
import { type Ground, PlatformModule } from './platform/platform.module.js';
import { WebModule } from './web/web.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** The tables and their changes, for the rooms' pool and for the migrations alike. */
export const tables = { entities, migrations };

/** Every room, wired once. */
@Module({})
export class AppModule {
  static on(ground: Ground): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.on(ground),
        DatabaseModule.with(tables),
        AuditModule,
        BillingModule,
        ApiModule,
        DeliveryModule,
        WebModule,
        WebhooksModule,
        OpsModule,
        // Not there at all without its setting, which production refuses.
        ...(ground.config.clientTestMode ? [ClientTestModule] : []),
      ],
    };
  }
}
