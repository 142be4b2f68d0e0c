import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { DeliveryDoor } from './delivery.door.js';
import { Files } from './files.js';
import { HotObjects } from './hot-objects.js';
import { Readers } from './readers.js';
import { Sending } from './sending.js';

@Module({
  imports: [AccessModule, AccountsModule, PackagesModule, RegistryModule],
  providers: [DeliveryDoor, Readers, Files, Sending, HotObjects],
  exports: [DeliveryDoor],
})
export class DeliveryModule {}
