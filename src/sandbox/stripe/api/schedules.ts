import { type Stripe } from 'stripe';
import { z } from 'zod';
import { endSubscription } from '../billing/ending.js';
import { type Subscription, recurringPrice } from '../billing/items.js';
import { step } from '../billing/periods.js';
import {
  newPhase,
  newPhaseItem,
  type Phase,
  planPhase,
  release,
  type Schedule,
  scheduleFrom,
} from '../billing/schedules.js';
import { endpoint } from '../http/endpoint.js';
import { page } from '../http/lists.js';
import { type Fields, flag, integer, labels, listing, metadata, text } from '../http/params.js';
import { invalid } from '../http/problem.js';
import { type Work } from '../work.js';
import { mergeMetadata } from './fields.js';
import { prorationBehavior } from './subscription-params.js';

const time = z.union([z.literal('now'), integer]);
const phaseParams = z.strictObject({
  ...{
    start_date: time.optional(),
    end_date: time.optional(),
    proration_behavior: prorationBehavior.optional(),
    metadata: labels.optional(),
  },
  duration: z
    .strictObject({ interval: z.enum(['day', 'week', 'month', 'year']), interval_count: integer.optional() })
    .optional(),
  items: z.array(z.strictObject({ price: text, quantity: integer.optional() })),
} satisfies Fields<Stripe.SubscriptionScheduleUpdateParams.Phase>);
type PhaseParams = z.output<typeof phaseParams>;

const createParams = z.strictObject({
  ...{ from_subscription: text, metadata: metadata.optional() },
} satisfies Fields<Stripe.SubscriptionScheduleCreateParams>);
const updateParams = z.strictObject({
  ...{
    end_behavior: z.enum(['cancel', 'release']).optional(),
    metadata: metadata.optional(),
    phases: z.array(phaseParams).optional(),
  },
  proration_behavior: prorationBehavior.optional(),
} satisfies Fields<Stripe.SubscriptionScheduleUpdateParams>);
const releaseParams = z.strictObject({
  preserve_cancel_date: flag.optional(),
} satisfies Fields<Stripe.SubscriptionScheduleReleaseParams>);
const cancelParams = z.strictObject({
  invoice_now: flag.optional(),
  prorate: flag.optional(),
} satisfies Fields<Stripe.SubscriptionScheduleCancelParams>);
const listParams = z.strictObject({
  ...listing,
  customer: text.optional(),
  scheduled: flag.optional(),
} satisfies Fields<Stripe.SubscriptionScheduleListParams>);

export const scheduleEndpoints = [
  endpoint('POST', '/v1/subscription_schedules', createParams, (work, params) => {
    const schedule = scheduleFrom(work, work.get('subscription', params.from_subscription, 'from_subscription'));
    mergeMetadata(schedule, params.metadata);
    work.emit('subscription_schedule.created', schedule);
    return schedule;
  }),
  endpoint('GET', '/v1/subscription_schedules', listParams, (work, params) =>
    page(
      work.all('subscription_schedule').filter((row) => !params.customer || row.customer === params.customer),
      '/v1/subscription_schedules',
      params,
    ),
  ),
  endpoint('GET', '/v1/subscription_schedules/:id', z.strictObject({}), (work, _params, { ids }) =>
    work.get('subscription_schedule', ids.id!),
  ),
  endpoint('POST', '/v1/subscription_schedules/:id', updateParams, (work, params, { ids }) => {
    const schedule = running(work, ids.id!);
    mergeMetadata(schedule, params.metadata);
    schedule.end_behavior = params.end_behavior ?? schedule.end_behavior;
    if (params.phases) replacePhases(work, schedule, params.phases);
    work.emit('subscription_schedule.updated', schedule);
    return schedule;
  }),
  endpoint('POST', '/v1/subscription_schedules/:id/release', releaseParams, (work, _params, { ids }) => {
    const schedule = running(work, ids.id!);
    release(work, schedule);
    return schedule;
  }),
  endpoint('POST', '/v1/subscription_schedules/:id/cancel', cancelParams, (work, _params, { ids }) => {
    const schedule = running(work, ids.id!);
    endSubscription(work, work.get('subscription', schedule.subscription!), 'cancellation_requested');
    return schedule;
  }),
];

function running(work: Work, id: string): Schedule {
  const schedule = work.get('subscription_schedule', id);
  if (schedule.status === 'active' || schedule.status === 'not_started') return schedule;
  throw invalid(`You cannot change a subscription schedule that is ${schedule.status}.`);
}

/** The phase that runs must be among the new ones, with the start that it had. */
function replacePhases(work: Work, schedule: Schedule, given: readonly PhaseParams[]): void {
  const subscription = work.get('subscription', schedule.subscription!);
  const current = schedule.current_phase?.start_date;
  const param = 'phases[0][start_date]';
  if (given[0]?.start_date === undefined) {
    throw invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
  const phases: Phase[] = [];
  for (const [index, params] of given.entries())
    phases.push(phaseOf(work, subscription, params, phases.at(-1)?.end_date, index));
  if (current && phases[0]?.start_date !== current) {
    throw invalid('You can not modify the start date of the current phase.', { param });
  }
  schedule.phases = phases;
  planPhase(work, schedule);
}

function phaseOf(
  work: Work,
  subscription: Subscription,
  params: PhaseParams,
  after: number | undefined,
  index: number,
): Phase {
  const begins = params.start_date === 'now' ? work.now : (params.start_date ?? after ?? work.now);
  const name = `phases[${index}]`;
  const items = params.items.map(({ price, quantity }, at) =>
    newPhaseItem(recurringPrice(work, price, `${name}[items][${at}][price]`).id, quantity ?? 1),
  );
  const phase = newPhase(subscription, items, begins, endOf(work, begins, params, name));
  if (phase.end_date <= begins) throw invalid('A phase must end after it starts.', { param: `${name}[end_date]` });
  return {
    ...phase,
    proration_behavior: params.proration_behavior ?? 'create_prorations',
    metadata: params.metadata ?? {},
  };
}

function endOf(work: Work, begins: number, { end_date: end, duration, items }: PhaseParams, name: string): number {
  if (end !== undefined) return end === 'now' ? work.now : end;
  if (duration) return step(begins, { interval_count: 1, ...duration }, 1);
  const recurring = items[0] && work.get('price', items[0].price).recurring;
  if (!recurring)
    throw invalid(`Missing required param: ${name}[end_date].`, {
      code: 'parameter_missing',
      param: `${name}[end_date]`,
    });
  return step(begins, recurring, 1);
}
