import { type Organization } from '../organizations/organization.entity.js';
import { type Standing } from '../organizations/standing.js';
import { type CardSummary } from './customer.entity.js';
import { type Invoice } from './invoice.entity.js';
import { type About } from './mail-words.js';
import { type Subscription } from './subscription.entity.js';

export type InvoiceFacts = Omit<Invoice, 'organizationId' | 'fetchedAt'>;
export type SubscriptionFacts = Omit<Subscription, 'organizationId' | 'fetchedAt'>;

/** What a reading of Stripe found, beside what was known before it. */
export interface Found {
  readonly before: readonly Subscription[];
  readonly subscriptions: readonly SubscriptionFacts[];
  readonly invoicesBefore: readonly Invoice[];
  readonly invoices: readonly InvoiceFacts[];
}

/** What it takes to put a finding into words. */
export interface NewsContext {
  readonly organization: Pick<Organization, 'name' | 'accessUntil' | 'paidUntil'>;
  /** After the reading. */
  readonly standing: Standing;
  readonly card: CardSummary | null;
  readonly now: Date;
  /** The address of one of `paths`. */
  readonly page: (path: string) => string;
}

export const about = ({ organization, page }: NewsContext, path: (name: string) => string): About => ({
  organization: organization.name,
  url: page(path(organization.name)),
});

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Whoever is read for the first time, or again after a backup was put back, is not told of what is long past: a week counts.
 * Whoever was known is told of everything since a week before the last reading, however long that is ago.
 */
export function freshSince({ before, invoicesBefore }: Found, now: Date): Date {
  const readings = [...before, ...invoicesBefore].map(({ fetchedAt }) => fetchedAt.getTime());
  return new Date(Math.max(...(readings.length === 0 ? [now.getTime()] : readings)) - WEEK_MS);
}

/** In the grace everything works, until this day. Null: not in the grace. */
export const graceEnd = ({ standing }: NewsContext): Date | null =>
  standing.state === 'past_due' ? standing.until : null;
