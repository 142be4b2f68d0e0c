import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { type Work } from '../work.js';
import { periodLine } from './changing.js';
import { collect, refuseUnpaid } from './collecting.js';
import { finalize } from './finalizing.js';
import { draftInvoice, type Invoice } from './invoices.js';
import { amountOf, intervalOf, type Subscription } from './items.js';
import { nextStep, previousStep } from './periods.js';
import { intentOf } from './payments-of.js';
import { scheduleTurns } from './turns.js';

export type PaymentBehavior =
  'allow_incomplete' | 'default_incomplete' | 'error_if_incomplete' | 'pending_if_incomplete';
const incompleteFor = 23 * 3600;

export interface Start {
  behavior: PaymentBehavior;
  offSession: boolean;
  /** The first period ends there instead of after a whole interval. */
  anchor?: number;
  prorate: boolean;
}

/** The subscription's first period, and the first try to have it paid. */
export function start(work: Work, subscription: Subscription, { behavior, offSession, anchor, prorate }: Start): void {
  const invoice = firstInvoice(work, subscription, anchor, prorate);
  work.emit('customer.subscription.created', subscription);
  if (!finalize(work, invoice))
    throw invalid(invoice.last_finalization_error!.message!, { code: 'customer_tax_location_invalid' });
  if (invoice.status === 'open') demand(work, subscription, invoice, behavior, offSession);
  else scheduleTurns(work, subscription);
}

/** The draft that begins a subscription; also what a preview of a new one shows. */
export function firstInvoice(
  work: Work,
  subscription: Subscription,
  anchor: number | undefined,
  prorate: boolean,
): Invoice {
  const trialing = subscription.trial_end !== null && subscription.trial_end > work.now;
  const interval = intervalOf(subscription.items.data);
  subscription.billing_cycle_anchor = trialing ? subscription.trial_end! : (anchor ?? work.now);
  const end = trialing ? subscription.trial_end! : (anchor ?? nextStep(work.now, interval, work.now));
  const share = anchor && !trialing ? shareOf(work.now, anchor, previousStep(anchor, interval, anchor), prorate) : 1;
  const lines = subscription.items.data.map((item) => {
    const amount = trialing ? 0 : Math.round(amountOf(item.price, item.quantity ?? 1) * share);
    return periodLine(work, item, { start: work.now, end }, amount);
  });
  subscription.status = trialing ? 'trialing' : 'active';
  return draftInvoice(work, subscription, {
    reason: 'subscription_create',
    lines,
    period: { start: work.now, end: work.now },
  });
}

const shareOf = (now: number, anchor: number, before: number, prorate: boolean) =>
  prorate ? (anchor - now) / (anchor - before) : 0;

function demand(
  work: Work,
  subscription: Subscription,
  invoice: Invoice,
  behavior: PaymentBehavior,
  offSession: boolean,
): void {
  if (subscription.collection_method === 'send_invoice') return scheduleTurns(work, subscription);
  subscription.status = 'incomplete';
  work.schedule('incomplete_expiry', subscription.id, work.now + incompleteFor);
  if (behavior === 'default_incomplete') awaitConfirmation(work, subscription, invoice);
  else collect(work, invoice, { offSession });
  if (behavior === 'error_if_incomplete') refuseUnpaid(work, invoice, false);
  if (invoice.status === 'open' && !intentOf(work, invoice.id)?.last_payment_error && invoice.attempted)
    noCardAtAll(work, invoice);
  work.emit('customer.subscription.updated', subscription);
}

/** Without any card there is nothing to try: as if the request had not been. */
function noCardAtAll(work: Work, invoice: Invoice): void {
  if (intentOf(work, invoice.id)?.status === 'requires_payment_method') refuseUnpaid(work, invoice);
}

/** Nothing is tried: the browser will confirm, with the card that is there or another one. */
export function awaitConfirmation(work: Work, subscription: Subscription, invoice: Invoice): void {
  const intent = intentOf(work, invoice.id);
  const customer: Objects['customer'] = work.get('customer', subscription.customer);
  const method = subscription.default_payment_method ?? customer.invoice_settings.default_payment_method;
  if (!intent || !method) return;
  intent.payment_method = method;
  intent.status = 'requires_confirmation';
}
