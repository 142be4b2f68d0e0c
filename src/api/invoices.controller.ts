import { Controller, Get, HttpCode, Param, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Caller } from '../access/callers.js';
import { Abandoning } from '../billing/abandoning.js';
import { type Refusal } from '../billing/gateway.js';
import { Invoices } from '../billing/invoices.js';
import { type Operation } from '../billing/operation.entity.js';
import { Payments } from '../billing/payments.js';
import { refusalWords } from '../billing/refusals.js';
import { type Organization } from '../organizations/organization.entity.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { BillingDoor, type Need } from './http/billing-door.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { InvoiceShape, invoiceView } from './views/billing.view.js';
import { z } from 'zod';
import { Endpoint, Resource } from './openapi/endpoint.js';
import { PAY_ANSWERS } from './openapi/money-answers.js';

/** Invoices, and how an open one is paid or given up. */
@Resource('Billing')
@Controller('api/orgs/:organization/billing/invoices')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class InvoicesController {
  constructor(
    private readonly door: BillingDoor,
    private readonly invoices: Invoices,
    private readonly payments: Payments,
    private readonly abandoning: Abandoning,
    private readonly urls: Urls,
  ) {}

  @Get()
  @Endpoint({ summary: 'Invoices, newest first', needs: 'billing.manage', answer: z.array(InvoiceShape) })
  async list(@From() caller: Caller, @Param('organization') name: string) {
    const organization = await this.door.organization(caller, name);
    return (await this.invoices.list(organization.id)).map((one) => invoiceView(this.urls, organization, one));
  }

  @Get(':id')
  @Endpoint({ summary: 'An invoice', needs: 'billing.manage', answer: InvoiceShape })
  async show(@From() caller: Caller, @Param('organization') name: string, @Param('id') id: string) {
    return this.sight(await this.door.organization(caller, name), id);
  }

  @Get(':id/pdf')
  @Endpoint({ summary: 'An invoice to keep', needs: 'billing.manage', answer: 'pdf' })
  async pdf(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.door.organization(caller, name);
    const { name: file, bytes } = await this.invoices.pdf(organization.id, id);
    void reply.type('application/pdf').header('cache-control', 'private, no-store');
    void reply.header('content-disposition', `attachment; filename="${file}"`);
    return Buffer.from(bytes);
  }

  /** Tries the card on file. A 402 is no failure of the program: it says where a person, or Stripe.js, goes on. */
  @Post(':id/pay')
  @HttpCode(200)
  @Endpoint({
    summary: 'Pay an open invoice with the card on file',
    needs: 'billing.manage',
    answer: InvoiceShape,
    also: PAY_ANSWERS,
  })
  async pay(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.door.organization(caller, name);
    const operation = await this.payments.pay(caller.actor, organization, id);
    // Nobody knows yet; the page and `GET …/invoices/ID` will.
    if (operation.state === 'unclear') void reply.status(202);
    const invoice = await this.invoices.one(organization.id, id);
    if (invoice.status === 'open' && operation.state !== 'unclear') {
      const wanted = await this.door.paymentRequired(reply, organization, invoice, refusalOf(operation));
      if (wanted !== null) return wanted;
    }
    return this.sight(organization, id);
  }

  /** For a change that waits for its payment: nothing has been charged for it, and nothing will be. */
  @Post(':id/abandon')
  @HttpCode(200)
  @Endpoint({ summary: 'Give up a change that waits for its payment', needs: 'billing.manage', answer: InvoiceShape })
  async abandon(@From() caller: Caller, @Param('organization') name: string, @Param('id') id: string) {
    const organization = await this.door.organization(caller, name);
    await this.abandoning.abandon(caller.actor, organization, await this.invoices.openOne(organization.id, id));
    return this.sight(organization, id);
  }

  private async sight(organization: Organization, id: string) {
    return invoiceView(this.urls, organization, await this.invoices.one(organization.id, id));
  }
}

/** Why the card was refused. */
function refusalOf({ state, outcome }: Operation): Need | undefined {
  const refusal = outcome as unknown as Refusal;
  if (state !== 'refused' || !refusal.declineCode) return undefined;
  return { code: refusal.code, declineCode: refusal.declineCode, message: refusalWords(refusal) };
}
