import { type Work } from '../work.js';
import { periodOf, type Subscription } from './items.js';

/** When the subscription will next have to be looked at. */
export function scheduleTurns(work: Work, subscription: Subscription): void {
  const { end } = periodOf(subscription);
  if (subscription.cancel_at_period_end) subscription.cancel_at = end;
  const { upcomingBefore, trialWillEndBefore } = work.cause.settings;
  work.schedule('period_end', subscription.id, end);
  remind(work, 'upcoming', subscription.id, end - upcomingBefore);
  if (subscription.trial_end && subscription.trial_end > work.now) {
    remind(work, 'trial_will_end', subscription.id, Math.max(work.now, subscription.trial_end - trialWillEndBefore));
  }
  const leaves = subscription.cancel_at;
  if (leaves && leaves < end) work.schedule('cancel_at', subscription.id, leaves);
  else work.unschedule('cancel_at', subscription.id);
}

function remind(work: Work, kind: 'upcoming' | 'trial_will_end', subject: string, at: number): void {
  if (at >= work.now) work.schedule(kind, subject, at);
  else work.unschedule(kind, subject);
}

export function unscheduleTurns(work: Work, subscription: Subscription): void {
  const kinds = [
    'period_end',
    'upcoming',
    'trial_will_end',
    'cancel_at',
    'incomplete_expiry',
    'pending_update_expiry',
  ] as const;
  for (const kind of kinds) work.unschedule(kind, subscription.id);
}
