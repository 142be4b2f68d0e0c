import { Module } from '@nestjs/common';
import { RegistryModule } from '../registry/registry.module.js';
import { HomeController } from './home.controller.js';

@Module({ imports: [RegistryModule], controllers: [HomeController] })
export class WebModule {}
