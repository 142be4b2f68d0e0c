import { type Work } from '../work.js';
import { finalize } from './finalizing.js';
import { draftInvoice } from './invoices.js';
import { type Subscription } from './items.js';
import { creditUnused } from './prorations.js';

/** Gives back, to the customer's balance, what was paid for the time that will not be used. */
export function creditRest(work: Work, subscription: Subscription): void {
  for (const item of subscription.items.data) creditUnused(work, subscription, item, work.now);
  const credited = work
    .all('invoiceitem')
    .some(({ invoice, parent }) => invoice === null && parent?.subscription_details?.subscription === subscription.id);
  if (!credited) return;
  const period = { start: work.now, end: work.now };
  finalize(work, draftInvoice(work, subscription, { reason: 'subscription_update', lines: [], period }));
}
