import { invalid } from '../http/problem.js';
import { type Cover } from '../records.js';
import { type Work } from '../work.js';
import { type Change, change } from './changing.js';
import { collect, refuseUnpaid } from './collecting.js';
import { coversOf, replaceCovers } from './covers.js';
import { dropPendingUpdate } from './ending.js';
import { finalize } from './finalizing.js';
import { type Invoice } from './invoices.js';
import { periodOf, type Subscription } from './items.js';
import { awaitConfirmation, type PaymentBehavior } from './starting.js';
import { invoiceFailed, isOver } from './standing.js';
import { scheduleTurns } from './turns.js';

const pendingFor = 23 * 3600;

/** Changes what is billed, and has what this costs paid as `behavior` says. A change that was waiting is given up for it. */
export function update(
  work: Work,
  subscription: Subscription,
  wanted: Change,
  behavior: PaymentBehavior,
  offSession: boolean,
): void {
  refuseUnfit(subscription);
  dropPendingUpdate(work, subscription);
  const before = {
    subscription: structuredClone(subscription),
    covers: structuredClone(coversOf(work, subscription.id)),
  };
  const invoice = change(work, subscription, wanted);
  scheduleTurns(work, subscription);
  if (!invoice) return;
  if (behavior === 'pending_if_incomplete') putAside(work, subscription, invoice, before);
  if (!finalize(work, invoice))
    throw invalid(invoice.last_finalization_error!.message!, { code: 'customer_tax_location_invalid' });
  if (invoice.status !== 'open') return;
  demand(work, subscription, invoice, behavior, offSession);
}

function refuseUnfit(subscription: Subscription): void {
  if (isOver(subscription)) {
    throw invalid('A canceled subscription can only update its cancellation_details and metadata.', {
      code: 'invalid_canceled_subscription_fields',
    });
  }
  if (subscription.status === 'incomplete')
    throw invalid('You cannot change the items of an incomplete subscription.', { param: 'items' });
}

/** Until it is paid the subscription stays as it was, and what was changed waits beside it. */
function putAside(
  work: Work,
  subscription: Subscription,
  invoice: Invoice,
  before: { subscription: Subscription; covers: Cover[] },
): void {
  const { items, billing_cycle_anchor, trial_end, trial_start, status, discounts } = before.subscription;
  const covers = structuredClone(coversOf(work, subscription.id));
  work.add('pending_change', {
    id: subscription.id,
    invoice: invoice.id,
    subscription: structuredClone(subscription),
    covers,
  });
  Object.assign(subscription, { items, billing_cycle_anchor, trial_end, trial_start, status, discounts });
  replaceCovers(work, subscription.id, before.covers);
  scheduleTurns(work, subscription);
}

function demand(
  work: Work,
  subscription: Subscription,
  invoice: Invoice,
  behavior: PaymentBehavior,
  offSession: boolean,
): void {
  if (subscription.collection_method === 'send_invoice') return;
  if (behavior === 'default_incomplete') {
    awaitConfirmation(work, subscription, invoice);
    return invoiceFailed(work, invoice);
  }
  collect(work, invoice, { offSession });
  if (behavior === 'error_if_incomplete') refuseUnpaid(work, invoice, false);
  if (behavior === 'pending_if_incomplete' && work.find('pending_change', subscription.id))
    showPending(work, subscription);
}

function showPending(work: Work, subscription: Subscription): void {
  const { subscription: changed } = work.get('pending_change', subscription.id);
  const expires_at = Math.min(work.now + pendingFor, periodOf(subscription).end);
  const reset = changed.billing_cycle_anchor !== subscription.billing_cycle_anchor;
  subscription.pending_update = {
    ...{
      billing_cycle_anchor: reset ? changed.billing_cycle_anchor : null,
      cancel_at_period_end: null,
      discount: null,
    },
    ...{ discounts: null, expires_at, metadata: null, subscription_items: structuredClone(changed.items.data) },
    ...{ trial_end: changed.trial_end === subscription.trial_end ? null : changed.trial_end, trial_from_plan: null },
  };
  work.schedule('pending_update_expiry', subscription.id, expires_at);
}
