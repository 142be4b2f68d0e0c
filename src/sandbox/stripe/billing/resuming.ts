import { invalid } from '../http/problem.js';
import { type Work } from '../work.js';
import { change } from './changing.js';
import { collect } from './collecting.js';
import { finalize } from './finalizing.js';
import { type Subscription } from './items.js';

/** A paused subscription begins a new period; it is active again when that is paid. */
export function resume(
  work: Work,
  subscription: Subscription,
  proration: 'create_prorations' | 'always_invoice' | 'none',
): void {
  if (subscription.status !== 'paused') throw invalid('You can only resume a subscription that is paused.');
  const invoice = change(work, subscription, { items: [], proration, at: work.now, resetAnchor: true });
  if (invoice && finalize(work, invoice)) collect(work, invoice, { offSession: false });
}
