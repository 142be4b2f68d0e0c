import { type Work } from '../work.js';
import { stopCollecting, voidInvoice } from './closing.js';
import { forgetCovers } from './covers.js';
import { type Subscription } from './items.js';
import { unscheduleTurns } from './turns.js';

type Reason = NonNullable<NonNullable<Subscription['cancellation_details']>['reason']>;

/** The subscription is over for good. Its open invoices stay payable, but are not collected any more. */
export function endSubscription(work: Work, subscription: Subscription, reason: Reason): void {
  dropPendingUpdate(work, subscription);
  unscheduleTurns(work, subscription);
  subscription.status = 'canceled';
  subscription.ended_at = work.now;
  subscription.canceled_at ??= work.now;
  subscription.cancellation_details = {
    comment: null,
    feedback: null,
    feedback_option: null,
    ...subscription.cancellation_details,
    reason,
  };
  for (const invoice of work
    .all('invoice')
    .filter(({ status, parent }) => isOpen(status) && parent?.subscription_details?.subscription === subscription.id)) {
    stopCollecting(work, work.get('invoice', invoice.id));
  }
  dropPendingItems(work, subscription);
  endSchedule(work, subscription);
  forgetCovers(work, subscription.id);
  work.emit('customer.subscription.deleted', subscription);
}

const isOpen = (status: string | null) => status === 'open' || status === 'draft';

function dropPendingItems(work: Work, subscription: Subscription): void {
  for (const { id, invoice, parent } of work.all('invoiceitem')) {
    if (invoice === null && parent?.subscription_details?.subscription === subscription.id)
      work.remove('invoiceitem', id);
  }
}

function endSchedule(work: Work, subscription: Subscription): void {
  if (!subscription.schedule) return;
  const schedule = work.get('subscription_schedule', subscription.schedule);
  Object.assign(schedule, { status: 'canceled', canceled_at: work.now, current_phase: null });
  work.unschedule('phase', schedule.id);
  work.emit('subscription_schedule.canceled', schedule);
}

/** A change that waits for its payment is given up together with its invoice. */
export function dropPendingUpdate(work: Work, subscription: Subscription): void {
  const change = work.find('pending_change', subscription.id);
  if (change) voidInvoice(work, work.get('invoice', change.invoice));
}
