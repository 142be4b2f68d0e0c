import { Global, Module } from '@nestjs/common';
import { Audit } from './audit.js';
import { Trail } from './trail.js';

@Global()
@Module({ providers: [Audit, Trail], exports: [Audit, Trail] })
export class AuditModule {}
