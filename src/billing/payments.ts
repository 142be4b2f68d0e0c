import { Injectable } from '@nestjs/common';
import { type Actor } from '../audit/actor.js';
import { type Organization } from '../organizations/organization.entity.js';
import { notOpen } from './buying.js';
import { type Challenge, Gateway } from './gateway.js';
import { Invoices } from './invoices.js';
import { Journal } from './journal.js';
import { type Operation } from './operation.entity.js';
import { Operations } from './operations.js';

/** Open invoices and how they come to be paid, or not. */
@Injectable()
export class Payments {
  constructor(
    private readonly gateway: Gateway,
    private readonly invoices: Invoices,
    private readonly journal: Journal,
    private readonly operations: Operations,
  ) {}

  /**
   * Tries the card on file, while the person is there to answer their bank. What came of it the invoice shows afterwards; a
   * refusal's words are in the operation's outcome.
   */
  async pay(actor: Actor, organization: Organization, invoiceId: string): Promise<Operation> {
    const { number } = await this.invoices.openOne(organization.id, invoiceId);
    const { id } = await this.journal.draft(actor, organization.id, 'pay', { invoice: invoiceId, number });
    return this.operations.carryOut(actor, organization, id, {
      prepare: async (_tx, { invoices }) => {
        if (invoices.find(({ stripeId }) => stripeId === invoiceId)?.status !== 'open') throw notOpen();
      },
      ask: (key) => this.gateway.payInvoice(invoiceId, key),
    });
  }

  /** What the browser needs; null when nothing is to be paid any more. */
  async challenge(organizationId: string, invoiceId: string): Promise<Challenge | null> {
    await this.invoices.one(organizationId, invoiceId);
    return this.gateway.challenge(invoiceId);
  }
}
