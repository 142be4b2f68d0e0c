import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Organization } from '../organizations/organization.entity.js';
import { conflict, notOpen } from './buying.js';
import { CustomerLocks } from './customer-locks.js';
import { Gateway } from './gateway.js';
import { type Invoice } from './invoice.entity.js';
import { orThrow } from './refusals.js';
import { Subscriptions } from './subscriptions.js';

/** Gives up what waits for a payment: more seats, another plan, a start. Nothing has been charged for it. */
@Injectable()
export class Abandoning {
  constructor(
    private readonly database: DataSource,
    private readonly gateway: Gateway,
    private readonly locks: CustomerLocks,
    private readonly subscriptions: Subscriptions,
    private readonly audit: Audit,
  ) {}

  abandon(actor: Actor, organization: Organization, invoice: Invoice): Promise<void> {
    return this.locks.hold(organization.id, async () => {
      const synced = await this.subscriptions.syncHeld(organization.id);
      const now = synced?.snapshot.invoices.find(({ stripeId }) => stripeId === invoice.stripeId);
      const whose = synced?.snapshot.subscriptions.find(({ stripeId }) => stripeId === now?.subscriptionId);
      if (now?.status !== 'open' || whose === undefined) throw notOpen();
      if (whose.status !== 'incomplete' && whose.pendingQuantity === null)
        throw conflict('invoice_owed', 'This invoice is for a period that has begun and cannot be abandoned.');
      await this.database.transaction((tx) =>
        this.audit.record(
          tx,
          actor,
          'billing.abandon',
          { organizationId: organization.id },
          { organization: organization.name, invoice: invoice.number ?? invoice.stripeId },
        ),
      );
      // A start that is given up leaves neither a subscription nor a bill that could still be paid.
      if (whose.status === 'incomplete')
        orThrow(await this.gateway.cancelNow(whose.stripeId, `abandon:${whose.stripeId}`));
      await this.forget(now.stripeId);
      await this.subscriptions.syncHeld(organization.id);
    });
  }

  /** Ending an unpaid start may have voided its invoice already; then there is nothing left to void. */
  private async forget(invoiceId: string): Promise<void> {
    const answer = await this.gateway.voidInvoice(invoiceId, `abandon:${invoiceId}`);
    if (answer.outcome !== 'refused') orThrow(answer);
  }
}
