import { z } from 'zod';
import { creditRest } from '../billing/crediting.js';
import { prorationDate } from '../billing/changing.js';
import { endDiscount } from '../billing/discounts.js';
import { dropPendingUpdate, endSubscription } from '../billing/ending.js';
import { type Subscription } from '../billing/items.js';
import { resume } from '../billing/resuming.js';
import { isOver } from '../billing/standing.js';
import { start } from '../billing/starting.js';
import { scheduleTurns } from '../billing/turns.js';
import { update } from '../billing/updating.js';
import { endpoint } from '../http/endpoint.js';
import { page, within } from '../http/lists.js';
import { invalid, missing } from '../http/problem.js';
import { type Work } from '../work.js';
import { cancelParams, type CancelParams, createParams, type CreateParams } from './subscription-params.js';
import { listParams, type ListParams, resumeParams, updateParams, type UpdateParams } from './subscription-params.js';
import { applySettings, askForCard, describeCancellation, newSubscription } from './subscription-settings.js';

export const subscriptionEndpoints = [
  endpoint('POST', '/v1/subscriptions', createParams, create),
  endpoint('GET', '/v1/subscriptions', listParams, (work, params) =>
    page(
      work.all('subscription').filter((row) => fits(row, params)),
      '/v1/subscriptions',
      params,
    ),
  ),
  endpoint('GET', '/v1/subscriptions/:id', z.strictObject({}), (work, _params, { ids }) =>
    work.get('subscription', ids.id!),
  ),
  endpoint('POST', '/v1/subscriptions/:id', updateParams, (work, params, { ids }) =>
    change(work, work.get('subscription', ids.id!), params),
  ),
  endpoint('POST', '/v1/subscriptions/:id/resume', resumeParams, (work, params, { ids }) => {
    const subscription = work.get('subscription', ids.id!);
    resume(work, subscription, params.proration_behavior ?? 'create_prorations');
    work.emit('customer.subscription.updated', subscription);
    return subscription;
  }),
  endpoint('DELETE', '/v1/subscriptions/:id', cancelParams, (work, params, { ids }) =>
    cancel(work, work.get('subscription', ids.id!), params),
  ),
  endpoint('DELETE', '/v1/subscriptions/:id/discount', z.strictObject({}), (work, _params, { ids }) =>
    removeDiscount(work, work.get('subscription', ids.id!)),
  ),
];

function create(work: Work, params: CreateParams): Subscription {
  work.get('customer', params.customer, 'customer');
  const behavior = params.payment_behavior ?? 'allow_incomplete';
  if (behavior === 'pending_if_incomplete')
    throw invalid('pending_if_incomplete is only for updates of a subscription.', { param: 'payment_behavior' });
  const subscription = newSubscription(work, params);
  applySettings(work, subscription, params);
  const { off_session: offSession = false, billing_cycle_anchor: anchor, proration_behavior: proration } = params;
  start(work, subscription, { behavior, offSession, anchor, prorate: proration !== 'none' });
  askForCard(work, subscription);
  if (subscription.status !== 'incomplete') scheduleTurns(work, subscription);
  return subscription;
}

const billingKeys = ['items', 'billing_cycle_anchor', 'trial_end'] as const;
const allowedWhilePending = [
  'items',
  'proration_behavior',
  'proration_date',
  'billing_cycle_anchor',
  'trial_end',
  'payment_behavior',
  'off_session',
];

function change(work: Work, subscription: Subscription, params: UpdateParams): Subscription {
  if (isOver(subscription)) refuseOver(params);
  refuseScheduled(subscription, params);
  const behavior = params.payment_behavior ?? 'allow_incomplete';
  if (behavior === 'pending_if_incomplete') refuseMixed(params);
  const { items = [], billing_cycle_anchor: anchor, trial_end: trialEnd, off_session: offSession = false } = params;
  applySettings(work, subscription, params);
  describeCancellation(subscription, params.cancellation_details);
  if (billingKeys.some((key) => params[key] !== undefined)) {
    const at = prorationDate(work, subscription, params.proration_date);
    const wanted = { items, proration: params.proration_behavior ?? 'create_prorations', at, trialEnd } as const;
    update(work, subscription, { ...wanted, resetAnchor: anchor?.type === 'now' }, behavior, offSession);
  }
  if (!isOver(subscription) && subscription.status !== 'incomplete') scheduleTurns(work, subscription);
  work.emit('customer.subscription.updated', subscription);
  return subscription;
}

/** Where a schedule decides, it decides about the end as well. */
function refuseScheduled(subscription: Subscription, params: UpdateParams): void {
  if (!subscription.schedule || (params.cancel_at === undefined && params.cancel_at_period_end === undefined)) return;
  const message = `The subscription is managed by the subscription schedule \`${subscription.schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`;
  throw invalid(message, { param: params.cancel_at === undefined ? 'cancel_at_period_end' : 'cancel_at' });
}

function refuseOver(params: UpdateParams): void {
  if (Object.keys(params).every((key) => key === 'metadata' || key === 'cancellation_details')) return;
  throw invalid('A canceled subscription can only update its cancellation_details and metadata.', {
    code: 'invalid_canceled_subscription_fields',
  });
}

function refuseMixed(params: UpdateParams): void {
  const other = Object.keys(params).find(
    (key) => params[key as keyof UpdateParams] !== undefined && !allowedWhilePending.includes(key),
  );
  if (!other) return;
  throw invalid(`When \`payment_behavior\` is \`pending_if_incomplete\`, you cannot pass \`${other}\`.`, {
    param: other,
  });
}

function cancel(work: Work, subscription: Subscription, params: CancelParams): Subscription {
  if (isOver(subscription)) throw missing('subscription', subscription.id);
  describeCancellation(subscription, params.cancellation_details);
  dropPendingUpdate(work, subscription);
  if (params.prorate) creditRest(work, subscription);
  endSubscription(work, subscription, 'cancellation_requested');
  return subscription;
}

function removeDiscount(work: Work, subscription: Subscription) {
  const [id] = subscription.discounts;
  if (!id) throw missing('discount', subscription.id);
  const discount = work.get('discount', id);
  subscription.discounts = [];
  endDiscount(work, id);
  work.emit('customer.subscription.updated', subscription);
  return { ...discount, deleted: true };
}

function fits(row: Subscription, { customer, price, created, status, collection_method: method }: ListParams): boolean {
  if (customer && row.customer !== customer) return false;
  if (price && !row.items.data.some((item) => item.price.id === price)) return false;
  if (method && row.collection_method !== method) return false;
  return within(row.created, created) && statusFits(row, status);
}

function statusFits(row: Subscription, wanted: ListParams['status']): boolean {
  if (wanted === 'all') return true;
  if (wanted === 'ended') return isOver(row);
  return wanted ? row.status === wanted : row.status !== 'canceled';
}
