import { type Decline } from '../payments/declines.js';
import { type Work } from '../work.js';
import { type Invoice } from './invoices.js';

const day = 86_400;

/**
 * When a renewal that failed is tried again. A refusal for good, and a missing authentication, are not tried again; the end
 * of dunning comes for them all the same. Changes and first payments are left to who made them.
 */
export function planRetry(work: Work, invoice: Invoice, decline?: Decline): void {
  if (invoice.billing_reason !== 'subscription_cycle' || !invoice.auto_advance) return;
  const facts = work.get('invoice_facts', invoice.id);
  const { retryAfterDays } = work.cause.settings;
  facts.failedAt ??= work.now;
  work.schedule('dunning_end', invoice.id, facts.failedAt + retryAfterDays.reduce((sum, days) => sum + days, 0) * day);
  const due = decline && !decline.final ? nextTry(retryAfterDays, facts.failedAt, work.now) : undefined;
  invoice.next_payment_attempt = due ?? null;
  if (due) work.schedule('retry', invoice.id, due);
  else work.unschedule('retry', invoice.id);
}

function nextTry(afterDays: readonly number[], failedAt: number, now: number): number | undefined {
  let at = failedAt;
  for (const days of afterDays) if ((at += days * day) > now) return at;
  return undefined;
}
