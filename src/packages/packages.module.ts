import { Module } from '@nestjs/common';
import { Packages } from './packages.js';
import { Publishing } from './publishing.js';
import { Releases } from './releases.js';

@Module({ providers: [Packages, Releases, Publishing], exports: [Packages, Releases, Publishing] })
export class PackagesModule {}
