import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Organization } from '../organizations/organization.entity.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import { CustomerLocks } from './customer-locks.js';
import { Customer } from './customer.entity.js';
import { type Answer, type Details, Gateway } from './gateway.js';
import { fieldProblem, orThrow } from './refusals.js';

@Injectable()
export class CustomerRows {
  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async save(
    actor: Actor,
    { id: organizationId, name }: Organization,
    details: Details,
    stripeId: string | null,
    currency?: string,
  ): Promise<void> {
    const now = this.clock.now();
    const usual = [...this.config.billing.prices.keys()][0]!;
    await this.database.transaction(async (tx) => {
      const known = await tx.findOneBy(Customer, { organizationId });
      const isOtherTaxId = known?.taxId !== details.taxId;
      const row = { ...details, stripeId, ...(isOtherTaxId ? { taxIdStatus: null } : {}), updatedAt: now };
      const fresh = { ...{ organizationId, balance: '0', createdAt: now }, currency: currency ?? usual };
      if (known === null) await tx.insert(Customer, { ...fresh, ...row });
      else await tx.update(Customer, { organizationId }, row);
      const { country, kind } = details;
      await this.audit.record(tx, actor, 'billing.details', { organizationId }, { organization: name, kind, country });
    });
  }
}

/** An organization's billing details, and its customer at Stripe. */
@Injectable()
export class Customers {
  constructor(
    private readonly database: DataSource,
    private readonly gateway: Gateway,
    private readonly locks: CustomerLocks,
    private readonly rows: CustomerRows,
  ) {}

  of(organizationId: string): Promise<Customer | null> {
    return this.database.manager.findOneBy(Customer, { organizationId });
  }

  /** With its customer at Stripe. Throws `conflict` before the details have been given. */
  async ready(organizationId: string): Promise<Customer & { stripeId: string }> {
    const customer = await this.of(organizationId);
    if (customer?.stripeId == null)
      throw new DomainError('conflict', 'billing_details_needed', 'Please give the billing details first.');
    return { ...customer, stripeId: customer.stripeId };
  }

  /** `currency` counts for a new customer only: Stripe bills a customer in one currency for ever. */
  async save(actor: Actor, organization: Organization, details: Details, currency?: string): Promise<void> {
    await this.locks.hold(organization.id, async () => {
      const known = await this.of(organization.id);
      if (known?.stripeId == null) return this.create(actor, organization, details, known, currency);
      orThrow(await this.gateway.updateCustomer(known.stripeId, details), fieldProblem);
      await this.rows.save(actor, organization, details, known.stripeId);
    });
  }

  /** The row comes first: should the answer be lost, the next try knows that there may be a customer and looks for it. */
  private async create(
    actor: Actor,
    organization: Organization,
    details: Details,
    known: Customer | null,
    currency: string | undefined,
  ): Promise<void> {
    const found = known === null ? null : await this.gateway.findCustomer(organization, known.email);
    await this.rows.save(actor, organization, details, found, currency);
    const answer: Answer<string | void> =
      found === null
        ? await this.gateway.createCustomer(organization, details)
        : await this.gateway.updateCustomer(found, details);
    const id = orThrow(answer, fieldProblem) ?? found!;
    await this.database.manager.update(Customer, { organizationId: organization.id }, { stripeId: id });
  }
}
