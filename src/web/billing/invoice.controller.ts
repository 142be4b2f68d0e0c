import { Get, Param, Post, Query } from '@nestjs/common';
import { Abandoning } from '../../billing/abandoning.js';
import { type Invoice } from '../../billing/invoice.entity.js';
import { Payments } from '../../billing/payments.js';
import { declineWords } from '../../billing/refusals.js';
import { Subscriptions } from '../../billing/subscriptions.js';
import { DomainError } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, seeOther } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { BillingSights } from './billing-sights.js';
import { InvoiceSights } from './invoice-sights.js';
import { numberOf } from './invoice-words.js';
import { money } from './money.js';
import { noteOf } from './outcomes.js';

/** One invoice, and what can be done about it. */
@Pages('orgs/:organization/billing/invoices/:id')
export class InvoiceController {
  constructor(
    private readonly sights: BillingSights,
    private readonly invoices: InvoiceSights,
    private readonly payments: Payments,
    private readonly abandoning: Abandoning,
    private readonly subscriptions: Subscriptions,
  ) {}

  @Get()
  async show(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Param('id') id: string,
    @Query('now') now?: unknown,
  ): Promise<Answer> {
    return this.invoices.show(visitor, await this.sights.see(visitor, name), id, now === 'yes');
  }

  /** With the card on file. Should the bank ask, its question comes on the page that follows. */
  @Post('pay')
  async pay(@Visiting() visitor: Visitor, @Param('organization') name: string, @Param('id') id: string) {
    const sight = await this.sights.see(visitor, name);
    const page = paths.invoice(name, id);
    const before = await this.invoices.one(sight, id);
    if (before.status !== 'open') return seeOther(page, settled(before));
    const operation = await this.payments.pay(sight.actor, sight.organization, id);
    const after = await this.invoices.one(sight, id);
    if (after.status === 'paid') return seeOther(paths.billing(name), paidNote(after));
    if (after.need === 'authentication') return seeOther(`${page}?now=yes`);
    return seeOther(page, noteOf(operation, 'The payment is being processed.'));
  }

  @Post('abandon')
  async abandon(@Visiting() visitor: Visitor, @Param('organization') name: string, @Param('id') id: string) {
    const sight = await this.sights.see(visitor, name);
    const invoice = await this.invoices.one(sight, id);
    try {
      await this.abandoning.abandon(sight.actor, sight.organization, invoice);
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'conflict') throw error;
      return seeOther(paths.invoice(name, id), { text: error.message, tone: 'bad' });
    }
    return seeOther(paths.billing(name), 'It has been abandoned. Nothing was charged.');
  }

  /** Back from Stripe's form, or from the bank. The address says nothing that counts: Stripe is asked what became of it. */
  @Get('done')
  async done(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Param('id') id: string,
    @Query('tried') tried?: unknown,
  ): Promise<Answer> {
    const sight = await this.sights.see(visitor, name);
    await this.invoices.one(sight, id);
    await this.look(sight);
    const after = await this.invoices.one(sight, id);
    if (after.status === 'paid') return seeOther(paths.billing(name), paidNote(after));
    if (after.status !== 'open') return seeOther(paths.invoice(name, id), settled(after));
    if (after.need === 'authentication' || after.problem !== null)
      return seeOther(paths.invoice(name, id), { text: failure(after), tone: 'bad' });
    return this.invoices.settling(visitor, sight, after, Math.min(99, Number(tried) || 0));
  }

  /** That Stripe cannot be reached in this moment is said by the page, which looks again. */
  private async look({ organization }: Sight): Promise<void> {
    try {
      await this.subscriptions.sync(organization.id);
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'unavailable') throw error;
    }
  }
}

const paidNote = (invoice: Invoice): string =>
  `${money(invoice.amountPaid, invoice.currency)} has been paid. Invoice ${numberOf(invoice)} is below.`;

const settled = (invoice: Invoice): string =>
  invoice.status === 'paid' ? paidNote(invoice) : 'This invoice is not to be paid any more.';

const failure = ({ problem, need }: Invoice): string =>
  need === 'authentication'
    ? 'The payment was not confirmed, and nothing was charged.'
    : `${declineWords(problem) ?? 'The payment was refused.'} Nothing was charged.`;
