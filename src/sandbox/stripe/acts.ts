import { type Act } from './browser-port.js';
import { endSubscription } from './billing/ending.js';
import { isOver } from './billing/standing.js';
import { settleTaxId } from './billing/tax-ids.js';
import { invalid } from './http/problem.js';
import { closeDispute, openDispute, warnOfFraud } from './payments/disputes.js';
import { failRefund, refund } from './payments/refunds.js';
import { type Work } from './work.js';

/** Does what only the bank or somebody in Stripe's dashboard can do. */
export function perform(work: Work, act: Act): void {
  switch (act.act) {
    case 'cancel_subscription':
      return cancelNow(work, act.subscription);
    case 'refund_charge':
      return void refund(work, work.get('charge', act.charge), act.amount);
    case 'fail_refund':
      return failRefund(work, work.get('refund', act.refund));
    case 'open_dispute':
      return void openDispute(work, work.get('charge', act.charge), act.reason ?? 'general');
    case 'close_dispute':
      return closeDispute(work, work.get('dispute', act.dispute), act.outcome);
    case 'warn_of_fraud':
      return warnOfFraud(work, work.get('charge', act.charge));
    case 'settle_tax_id':
      return settleTaxId(work, work.get('tax_id', act.tax_id), act.status);
    case 'expire_card':
      return expireCard(work, act.payment_method);
    case 'renew_card':
      return renewCard(work, act.payment_method, act.exp_month, act.exp_year);
  }
}

function cancelNow(work: Work, id: string): void {
  const subscription = work.get('subscription', id);
  if (isOver(subscription)) throw invalid('This subscription has already ended.');
  endSubscription(work, subscription, 'cancellation_requested');
}

/** The card ended with the last month. */
function expireCard(work: Work, id: string): void {
  const method = work.get('payment_method', id);
  const last = new Date(work.now * 1000);
  last.setUTCDate(0);
  Object.assign(method.card!, { exp_month: last.getUTCMonth() + 1, exp_year: last.getUTCFullYear() });
  work.emit('payment_method.updated', method);
}

/** The bank sent its holder a new card, and told Stripe. */
function renewCard(work: Work, id: string, exp_month: number, exp_year: number): void {
  const method = work.get('payment_method', id);
  Object.assign(method.card!, { exp_month, exp_year });
  work.emit('payment_method.automatically_updated', method);
}
