import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Member } from '../organizations/member.entity.js';
import { type Organization } from '../organizations/organization.entity.js';
import { type Customer } from './customer.entity.js';
import { Customers } from './customers.js';
import { type Invoice } from './invoice.entity.js';
import { Invoices } from './invoices.js';
import { Journal } from './journal.js';
import { type Operation } from './operation.entity.js';
import { Subscription } from './subscription.entity.js';
import { currentOf } from './terms.js';

/** All that an organization's billing page and its API show, from rows alone. */
export interface BillingOverview {
  readonly customer: Customer | null;
  /** The one that counts, dead ones included; null: there never was one. */
  readonly subscription: Subscription | null;
  /** Newest first. */
  readonly invoices: readonly Invoice[];
  /** What Stripe has been asked and has not answered. */
  readonly open: Operation | null;
  readonly members: number;
}

@Injectable()
export class Overviews {
  constructor(
    private readonly database: DataSource,
    private readonly customers: Customers,
    private readonly invoices: Invoices,
    private readonly journal: Journal,
  ) {}

  async of({ id: organizationId }: Organization): Promise<BillingOverview> {
    const { manager } = this.database;
    const [customer, subscriptions, invoices, open, members] = await Promise.all([
      this.customers.of(organizationId),
      manager.findBy(Subscription, { organizationId }),
      this.invoices.list(organizationId),
      this.journal.open(organizationId),
      manager.countBy(Member, { organizationId }),
    ]);
    return { customer, subscription: currentOf(subscriptions), invoices, open, members };
  }
}
