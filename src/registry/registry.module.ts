import { Module } from '@nestjs/common';
import { CONFIG } from '../platform/config.js';
import { RegistryJobs } from './registry.jobs.js';
import { Registry } from './registry.js';
import { loadRegistryKey, REGISTRY_KEY, SigningKey } from './signing-key.js';

@Module({
  providers: [
    { provide: REGISTRY_KEY, inject: [CONFIG], useFactory: loadRegistryKey },
    SigningKey,
    Registry,
    RegistryJobs,
  ],
  exports: [Registry, SigningKey],
})
export class RegistryModule {}
