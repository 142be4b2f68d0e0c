import { Injectable } from '@nestjs/common';
import { type Challenge } from '../../billing/gateway.js';
import { type Invoice } from '../../billing/invoice.entity.js';
import { Invoices } from '../../billing/invoices.js';
import { Payments } from '../../billing/payments.js';
import { DomainError } from '../../platform/errors.js';
import { type Html } from '../http/answers.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { BillingSheet } from './billing-sheet.js';
import { invoicePage } from './invoice.page.js';
import { PaymentService } from './payment-service.js';
import { settlingPage } from './settling.page.js';
import { waitingOf } from './waiting.js';

/** The invoice as its page shows it; only for one that waits Stripe is asked, for the secret that the browser needs. */
@Injectable()
export class InvoiceSights {
  constructor(
    private readonly sheet: BillingSheet,
    private readonly invoices: Invoices,
    private readonly payments: Payments,
    private readonly service: PaymentService,
  ) {}

  one({ organization }: Sight, id: string): Promise<Invoice> {
    return this.invoices.one(organization.id, id);
  }

  async show(visitor: Visitor, sight: Sight, id: string, atOnce: boolean): Promise<Html> {
    const [invoice, { subscription, customer }] = [await this.one(sight, id), await this.sheet.overview(sight)];
    const waiting = waitingOf(invoice, subscription);
    const challenge = waiting === undefined ? null : await this.challenge(sight, id);
    const { service } = this;
    return invoicePage(visitor, sight, {
      ...{ invoice, waiting, challenge, service, atOnce },
      card: customer?.card ?? null,
    });
  }

  settling(visitor: Visitor, sight: Sight, invoice: Invoice, tried: number): Html {
    return settlingPage(visitor, sight, { invoice, tried, service: this.service });
  }

  private async challenge({ organization }: Sight, id: string): Promise<Challenge | 'unreachable' | null> {
    try {
      return await this.payments.challenge(organization.id, id);
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'unavailable') return 'unreachable';
      throw error;
    }
  }
}
