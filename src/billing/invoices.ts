import { Injectable } from '@nestjs/common';
import { zipSync } from 'fflate';
import { DataSource } from 'typeorm';
import { notFound } from '../platform/errors.js';
import { notOpen } from './buying.js';
import { Gateway } from './gateway.js';
import { Invoice } from './invoice.entity.js';

/** An organization's invoices, as last read. Drafts are not shown: they may still change. */
@Injectable()
export class Invoices {
  constructor(
    private readonly database: DataSource,
    private readonly gateway: Gateway,
  ) {}

  /** Newest first. */
  async list(organizationId: string): Promise<Invoice[]> {
    const all = await this.database.manager.find(Invoice, {
      where: { organizationId },
      // Of one second the numbers tell which came later.
      order: { createdAt: 'desc', number: { direction: 'desc', nulls: 'first' } },
    });
    return all.filter(({ status }) => status !== 'draft');
  }

  async one(organizationId: string, stripeId: string): Promise<Invoice> {
    const found = await this.database.manager.findOneBy(Invoice, { organizationId, stripeId });
    if (found === null || found.status === 'draft') throw notFound('invoice');
    return found;
  }

  async openOne(organizationId: string, stripeId: string): Promise<Invoice> {
    const found = await this.one(organizationId, stripeId);
    if (found.status !== 'open') throw notOpen();
    return found;
  }

  async pdf(organizationId: string, stripeId: string): Promise<{ name: string; bytes: Uint8Array }> {
    const invoice = await this.one(organizationId, stripeId);
    return { name: fileName(invoice), bytes: await this.gateway.invoicePdf(stripeId) };
  }

  /** All PDFs as one ZIP; they are compressed already. */
  async archive(organizationId: string): Promise<Uint8Array> {
    const files: Record<string, Uint8Array> = {};
    for (const invoice of await this.list(organizationId))
      files[fileName(invoice)] = await this.gateway.invoicePdf(invoice.stripeId);
    return zipSync(files, { level: 0 });
  }
}

const fileName = ({ number, stripeId, createdAt }: Invoice): string =>
  `${createdAt.toISOString().slice(0, 10)}-${(number ?? stripeId).replace(/[^\w-]/g, '_')}.pdf`;
