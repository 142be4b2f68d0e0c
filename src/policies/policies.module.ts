import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { Policies } from './policies.js';

@Module({ imports: [OrganizationsModule], providers: [Policies], exports: [Policies] })
export class PoliciesModule {}
