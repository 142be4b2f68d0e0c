import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/billing.module.js';
import { StripeController } from './stripe.controller.js';

@Module({ imports: [BillingModule], controllers: [StripeController] })
export class WebhooksModule {}
