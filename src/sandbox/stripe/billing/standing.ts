import { type Work } from '../work.js';
import { replaceCovers } from './covers.js';
import { type Invoice } from './invoices.js';
import { periodOf, type Subscription } from './items.js';
import { scheduleTurns } from './turns.js';

// What becomes of a subscription when its invoices are paid, fail or are given up.

export const isOver = ({ status }: Subscription) => ['canceled', 'incomplete_expired'].includes(status);

export function subscriptionOf(work: Work, invoice: Invoice): Subscription | undefined {
  const id = invoice.parent?.subscription_details?.subscription;
  return id ? work.find('subscription', id) : undefined;
}

export function invoicePaid(work: Work, invoice: Invoice, method: string | null): void {
  const subscription = subscriptionOf(work, invoice);
  if (!subscription || isOver(subscription)) return;
  if (subscription.status === 'incomplete') begin(work, subscription);
  if (subscription.status === 'paused') goOn(work, subscription);
  if (method && subscription.payment_settings?.save_default_payment_method === 'on_subscription') {
    subscription.default_payment_method = method;
  }
  applyPending(work, subscription, invoice);
  recover(work, subscription);
  work.emit('customer.subscription.updated', subscription);
}

function begin(work: Work, subscription: Subscription): void {
  subscription.status = 'active';
  work.unschedule('incomplete_expiry', subscription.id);
  scheduleTurns(work, subscription);
}

function goOn(work: Work, subscription: Subscription): void {
  subscription.status = 'active';
  scheduleTurns(work, subscription);
  work.emit('customer.subscription.updated', subscription);
  work.emit('customer.subscription.resumed', subscription);
}

/** The change that waited for this payment holds from now on. */
function applyPending(work: Work, subscription: Subscription, invoice: Invoice): void {
  const change = work.find('pending_change', subscription.id);
  if (change?.invoice !== invoice.id) return;
  const told = subscription.pending_update !== null;
  const { items, billing_cycle_anchor, trial_end, trial_start, status, discounts } = structuredClone(
    change.subscription,
  );
  Object.assign(subscription, {
    items,
    billing_cycle_anchor,
    trial_end,
    trial_start,
    status,
    discounts,
    pending_update: null,
  });
  replaceCovers(work, subscription.id, change.covers);
  forgetPending(work, subscription);
  scheduleTurns(work, subscription);
  if (!told) return;
  work.emit('customer.subscription.updated', subscription);
  work.emit('customer.subscription.pending_update_applied', subscription);
}

function forgetPending(work: Work, subscription: Subscription): void {
  work.remove('pending_change', subscription.id);
  work.unschedule('pending_update_expiry', subscription.id);
}

/** Past due is over when the newest invoice that counts is paid, or was given up. */
function recover(work: Work, subscription: Subscription): void {
  if (subscription.status !== 'past_due' && subscription.status !== 'unpaid') return;
  const newest = work
    .all('invoice')
    .filter((invoice) => counts(invoice, subscription.id))
    .at(-1);
  if (newest?.status === 'open') return;
  subscription.status = 'active';
  if (periodOf(subscription).end > work.now) scheduleTurns(work, subscription);
}

const counts = (invoice: Invoice, subscription: string) =>
  invoice.parent?.subscription_details?.subscription === subscription &&
  !['void', 'draft'].includes(invoice.status ?? '');

/** A change that waits for its payment keeps the subscription as it was; anything else that is not paid is past due. */
export function invoiceFailed(work: Work, invoice: Invoice): void {
  const subscription = subscriptionOf(work, invoice);
  if (subscription?.status !== 'active' && subscription?.status !== 'trialing') return;
  if (work.find('pending_change', subscription.id)?.invoice === invoice.id) return;
  subscription.status = 'past_due';
  work.emit('customer.subscription.updated', subscription);
}

/** The invoice is void or uncollectible: nobody waits for it any more. */
export function invoiceGivenUp(work: Work, invoice: Invoice): void {
  const subscription = subscriptionOf(work, invoice);
  if (!subscription || isOver(subscription)) return;
  if (work.find('pending_change', subscription.id)?.invoice === invoice.id) dropPending(work, subscription);
  if (subscription.status === 'incomplete' && invoice.status === 'void') expire(work, subscription);
  recover(work, subscription);
  work.emit('customer.subscription.updated', subscription);
}

function dropPending(work: Work, subscription: Subscription): void {
  const told = subscription.pending_update !== null;
  subscription.pending_update = null;
  forgetPending(work, subscription);
  if (!told) return;
  work.emit('customer.subscription.updated', subscription);
  work.emit('customer.subscription.pending_update_expired', subscription);
}

function expire(work: Work, subscription: Subscription): void {
  subscription.status = 'incomplete_expired';
  subscription.ended_at = work.now;
  work.unschedule('incomplete_expiry', subscription.id);
}
