import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { change } from './changing.js';
import { collect } from './collecting.js';
import { endSubscription } from './ending.js';
import { finalize } from './finalizing.js';
import { type Item, periodOf, type Subscription } from './items.js';
import { scheduleTurns } from './turns.js';

export type Schedule = Objects['subscription_schedule'];
export type Phase = Schedule['phases'][number];
export type PhaseItem = Phase['items'][number];

/** A schedule of a running subscription: its first phase is the period that it is in. */
export function scheduleFrom(work: Work, subscription: Subscription): Schedule {
  if (subscription.schedule)
    throw invalid('You cannot migrate a subscription that is already attached to a schedule.', {
      param: 'from_subscription',
    });
  const { start, end } = periodOf(subscription);
  const phase = newPhase(subscription, subscription.items.data.map(phaseItem), start, end);
  const schedule = work.add('subscription_schedule', newSchedule(work, subscription, phase));
  subscription.schedule = schedule.id;
  work.schedule('phase', schedule.id, end);
  work.emit('customer.subscription.updated', subscription);
  return schedule;
}

function newSchedule(work: Work, subscription: Subscription, phase: Phase): Schedule {
  return {
    ...{
      id: newId('sub_sched'),
      object: 'subscription_schedule',
      application: null,
      canceled_at: null,
      completed_at: null,
    },
    ...{
      billing_mode: structuredClone(subscription.billing_mode),
      created: work.now,
      customer: subscription.customer,
      customer_account: null,
    },
    ...{
      current_phase: { start_date: phase.start_date, end_date: phase.end_date },
      end_behavior: 'release',
      livemode: false,
    },
    default_settings: {
      ...{
        application_fee_percent: null,
        billing_cycle_anchor: 'automatic',
        billing_thresholds: null,
        collection_method: 'charge_automatically',
      },
      ...{ default_payment_method: null, description: null, on_behalf_of: null, transfer_data: null },
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
    },
    ...{
      metadata: {},
      pause_schedules: [],
      phases: [phase],
      released_at: null,
      released_subscription: null,
      status: 'active',
    },
    ...{ subscription: subscription.id, test_clock: subscription.test_clock },
  };
}

export function newPhase(subscription: Subscription, items: PhaseItem[], start_date: number, end_date: number): Phase {
  return {
    ...{ add_invoice_items: [], application_fee_percent: null, billing_cycle_anchor: null, billing_thresholds: null },
    ...{
      collection_method: null,
      currency: subscription.currency,
      default_payment_method: null,
      description: null,
      discounts: [],
    },
    ...{
      end_date,
      invoice_settings: null,
      items,
      metadata: {},
      on_behalf_of: null,
      proration_behavior: 'create_prorations',
    },
    ...{ start_date, transfer_data: null, trial_end: null },
  };
}

export const newPhaseItem = (price: string, quantity: number): PhaseItem => ({
  ...{ billing_thresholds: null, discounts: [], metadata: {}, plan: price, price, quantity, tax_rates: [] },
});

const phaseItem = (item: Item): PhaseItem => newPhaseItem(item.price.id, item.quantity ?? 1);

/** The next change of phase is due when the present one ends. */
export function planPhase(work: Work, schedule: Schedule): void {
  const current = schedule.phases.find(({ start_date, end_date }) => start_date <= work.now && work.now < end_date);
  schedule.current_phase = current ? { start_date: current.start_date, end_date: current.end_date } : null;
  const next = current?.end_date ?? schedule.phases.find(({ start_date }) => start_date > work.now)?.start_date;
  if (next) work.schedule('phase', schedule.id, next);
}

/** A phase begins: the subscription is billed as it says. After the last one the schedule lets go of it, or ends it. */
export function enterPhase(work: Work, schedule: Schedule): void {
  const subscription = work.get('subscription', schedule.subscription!);
  const phase = schedule.phases.find(({ start_date, end_date }) => start_date <= work.now && work.now < end_date);
  if (!phase) return finish(work, schedule, subscription);
  apply(work, subscription, phase);
  planPhase(work, schedule);
  scheduleTurns(work, subscription);
  work.emit('customer.subscription.updated', subscription);
  work.emit('subscription_schedule.updated', schedule);
}

const prorations = ['none', 'always_invoice', 'create_prorations'] as const;

function apply(work: Work, subscription: Subscription, { items, proration_behavior }: Phase): void {
  const present = subscription.items.data;
  const changes = items.map(({ price, quantity }, index) => ({
    id: present[index]?.id,
    price,
    quantity: quantity ?? 1,
  }));
  const gone = present.slice(items.length).map(({ id }) => ({ id, deleted: true }));
  const proration = prorations.find((known) => known === proration_behavior) ?? 'create_prorations';
  const invoice = change(work, subscription, { items: [...changes, ...gone], proration, at: work.now });
  if (invoice && finalize(work, invoice)) collect(work, invoice, { offSession: true });
}

function finish(work: Work, schedule: Schedule, subscription: Subscription): void {
  if (schedule.end_behavior === 'cancel') {
    complete(work, schedule, subscription);
    return endSubscription(work, subscription, 'cancellation_requested');
  }
  release(work, schedule);
}

function complete(work: Work, schedule: Schedule, subscription: Subscription): void {
  subscription.schedule = null;
  Object.assign(schedule, { status: 'completed', completed_at: work.now, current_phase: null });
  work.emit('subscription_schedule.completed', schedule);
}

/** The subscription goes on as it is, without the schedule. */
export function release(work: Work, schedule: Schedule): void {
  const subscription = work.get('subscription', schedule.subscription!);
  Object.assign(schedule, { status: 'released', released_at: work.now, released_subscription: subscription.id });
  Object.assign(schedule, { subscription: null, current_phase: null });
  subscription.schedule = null;
  work.unschedule('phase', schedule.id);
  work.emit('customer.subscription.updated', subscription);
  work.emit('subscription_schedule.released', schedule);
}
