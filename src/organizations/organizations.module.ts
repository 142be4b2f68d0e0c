import { Module } from '@nestjs/common';
import { Members } from './members.js';
import { Organizations } from './organizations.js';
import { Seats } from './seats.js';

@Module({ providers: [Organizations, Members, Seats], exports: [Organizations, Members] })
export class OrganizationsModule {}
