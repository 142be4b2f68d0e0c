import { Get, Param } from '@nestjs/common';
import { Readable } from 'node:stream';
import { Invoices } from '../../billing/invoices.js';
import { type Answer, download } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { BillingSights } from './billing-sights.js';

/** Invoices as files. */
@Pages('orgs/:organization/billing')
export class InvoiceFilesController {
  constructor(
    private readonly sights: BillingSights,
    private readonly invoices: Invoices,
  ) {}

  @Get('invoices/:id/pdf')
  async pdf(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Param('id') id: string,
  ): Promise<Answer> {
    const { organization } = await this.sights.see(visitor, name);
    const file = await this.invoices.pdf(organization.id, id);
    return download(Readable.from([Buffer.from(file.bytes)]), 'application/pdf', file.name);
  }

  @Get('invoices.zip')
  async all(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const { organization } = await this.sights.see(visitor, name);
    const bytes = await this.invoices.archive(organization.id);
    return download(Readable.from([Buffer.from(bytes)]), 'application/zip', `${organization.name}-invoices.zip`);
  }
}
