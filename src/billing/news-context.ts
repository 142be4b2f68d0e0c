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
  /** When the customer was read before; null: never, or what was read then is lost. */
  readonly lastRead: Date | null;
  /** The one that is charged. */
  readonly card: CardSummary | null;
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
export const freshSince = ({ lastRead }: Found, now: Date): Date => new Date((lastRead ?? now).getTime() - WEEK_MS);

/** In the grace everything works, until this day. Null: not in the grace. */
export const graceEnd = ({ standing }: NewsContext): Date | null =>
  standing.state === 'past_due' ? standing.until : null;

/** What follows the time in which everything works. */
export function thenWords({ next }: Standing): string {
  switch (next?.state) {
    case 'publishing_stopped':
      return 'Then publishing stops; packages that are there can still be fetched for some time.';
    case 'export_only':
      return 'Then packages can be neither published nor fetched, only looked at and exported.';
    case 'trial':
      return 'Then the trial goes on until its end.';
    default:
      return 'Nothing is deleted.';
  }
}
