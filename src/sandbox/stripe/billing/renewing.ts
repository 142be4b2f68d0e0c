import { type Work } from '../work.js';
import { periodLine } from './changing.js';
import { collect } from './collecting.js';
import { forgetCovers } from './covers.js';
import { endDiscount } from './discounts.js';
import { dropPendingUpdate, endSubscription } from './ending.js';
import { finalize } from './finalizing.js';
import { draftInvoice, type Invoice } from './invoices.js';
import { intervalOf, periodOf, type Subscription } from './items.js';
import { nextStep } from './periods.js';
import { isOver } from './standing.js';
import { scheduleTurns } from './turns.js';

/** The period is over: the subscription ends, or the next period begins with a draft that is charged an hour later. */
export function turnPeriod(work: Work, subscription: Subscription): void {
  const { end } = periodOf(subscription);
  if (isOver(subscription) || subscription.status === 'paused' || end > work.now) return;
  if (leaves(subscription, end)) return endSubscription(work, subscription, 'cancellation_requested');
  dropPendingUpdate(work, subscription);
  if (subscription.status === 'trialing' && !endTrial(work, subscription)) return;
  const invoice = renewal(work, subscription);
  for (const id of subscription.discounts)
    if ((work.get('discount', id).end ?? Infinity) <= work.now) drop(work, subscription, id);
  forgetCovers(work, subscription.id);
  if (subscription.status === 'unpaid') invoice.auto_advance = false;
  else scheduleCollection(work, invoice);
  scheduleTurns(work, subscription);
  work.emit('customer.subscription.updated', subscription);
}

const leaves = ({ cancel_at, cancel_at_period_end }: Subscription, end: number) =>
  cancel_at_period_end || (cancel_at !== null && cancel_at <= end);

/** The draft of the period that begins now; a preview of the next renewal is made with it too. */
export function renewal(work: Work, subscription: Subscription): Invoice {
  const { start, end } = periodOf(subscription);
  const next = nextStep(subscription.billing_cycle_anchor, intervalOf(subscription.items.data), end);
  const lines = subscription.items.data.map((item) => periodLine(work, item, { start: end, end: next }));
  return draftInvoice(work, subscription, { reason: 'subscription_cycle', lines, period: { start, end } });
}

function scheduleCollection(work: Work, invoice: Invoice): void {
  invoice.automatically_finalizes_at = work.now + work.cause.settings.finalizeAfter;
  work.schedule('finalize', invoice.id, invoice.automatically_finalizes_at);
}

/** @returns whether the subscription goes on */
function endTrial(work: Work, subscription: Subscription): boolean {
  const customer = work.get('customer', subscription.customer);
  const hasCard = subscription.default_payment_method ?? customer.invoice_settings.default_payment_method;
  const otherwise = subscription.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice';
  if (!hasCard && otherwise === 'cancel') endSubscription(work, subscription, 'payment_failed');
  if (!hasCard && otherwise === 'pause') pause(work, subscription);
  if (!hasCard && otherwise !== 'create_invoice') return false;
  subscription.status = 'active';
  return true;
}

function pause(work: Work, subscription: Subscription): void {
  subscription.status = 'paused';
  work.emit('customer.subscription.updated', subscription);
  work.emit('customer.subscription.paused', subscription);
}

function drop(work: Work, subscription: Subscription, discount: string): void {
  subscription.discounts = subscription.discounts.filter((id) => id !== discount);
  endDiscount(work, discount);
}

/** An hour after its making the draft is charged, without anybody there. */
export function collectRenewal(work: Work, invoice: Invoice): void {
  if (invoice.status !== 'draft' || !finalize(work, invoice)) return;
  if (invoice.status === ('open' as string) && invoice.collection_method === 'charge_automatically')
    collect(work, invoice, { offSession: true });
}

/** The last try has failed. */
export function endDunning(work: Work, invoice: Invoice, subscription: Subscription | undefined): void {
  invoice.next_payment_attempt = null;
  if (!subscription || isOver(subscription) || invoice.status !== 'open') return;
  const { afterRetries } = work.cause.settings;
  if (afterRetries === 'cancel') return endSubscription(work, subscription, 'payment_failed');
  if (afterRetries === 'pause') return pause(work, subscription);
  if (afterRetries === 'unpaid') subscription.status = 'unpaid';
  work.emit('customer.subscription.updated', subscription);
}
