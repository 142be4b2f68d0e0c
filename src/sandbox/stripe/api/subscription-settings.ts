import { redeem } from '../billing/discounts.js';
import { endDiscount } from '../billing/discounts.js';
import { newItem, periodOf, recurringPrice, type Subscription } from '../billing/items.js';
import { invalid } from '../http/problem.js';
import { cardFor } from '../payments/cards.js';
import { newId, type Work } from '../work.js';
import { mergeMetadata, orNull } from './fields.js';
import { newSetupIntent } from './setup-intents.js';
import { type CreateParams, type UpdateParams } from './subscription-params.js';

/** A subscription that has not begun: its items, and no period yet. */
export function newSubscription(
  work: Work,
  params: Pick<CreateParams, 'customer' | 'items' | 'trial_end' | 'trial_period_days'>,
): Subscription {
  const id = newId('sub');
  if (!params.items.length) throw invalid('A subscription must have at least one active item.', { param: 'items' });
  const items = params.items.map(({ price, quantity, metadata }, index) =>
    newItem(work, id, recurringPrice(work, price, `items[${index}][price]`), quantity ?? 1, {
      metadata: metadata ?? {},
    }),
  );
  const currency = items[0]!.price.currency;
  if (items.some((item) => item.price.currency !== currency))
    throw invalid('All prices of a subscription must have one currency.', { param: 'items' });
  const customer = work.get('customer', params.customer, 'customer');
  if (customer.currency && customer.currency !== currency)
    throw invalid('You cannot combine currencies on a single customer.', { param: 'items' });
  customer.currency = currency;
  return work.add('subscription', emptySubscription(work, id, params.customer, currency, items, trialOf(work, params)));
}

function trialOf(
  work: Work,
  { trial_end: end, trial_period_days: days }: Pick<CreateParams, 'trial_end' | 'trial_period_days'>,
): number | null {
  if (typeof end === 'number') return end;
  return days ? work.now + days * 86_400 : null;
}

function emptySubscription(
  work: Work,
  id: string,
  customer: string,
  currency: string,
  items: Subscription['items']['data'],
  trialEnd: number | null,
): Subscription {
  return {
    ...{
      id,
      object: 'subscription',
      customer,
      currency,
      created: work.now,
      start_date: work.now,
      status: 'incomplete',
      livemode: false,
    },
    items: { object: 'list', data: items, has_more: false, url: `/v1/subscription_items?subscription=${id}` },
    ...{
      application: null,
      application_fee_percent: null,
      automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    },
    ...{
      billing_cycle_anchor: work.now,
      billing_cycle_anchor_config: null,
      billing_schedules: [],
      billing_thresholds: null,
    },
    billing_mode: { type: 'flexible', flexible: { proration_discounts: 'included' } },
    ...{ cancel_at: null, cancel_at_period_end: false, canceled_at: null, collection_method: 'charge_automatically' },
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    ...{
      customer_account: null,
      days_until_due: null,
      default_payment_method: null,
      default_source: null,
      default_tax_rates: [],
    },
    ...{ description: null, discounts: [], ended_at: null, latest_invoice: null, managed_payments: null, metadata: {} },
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    ...{
      next_pending_invoice_item_invoice: null,
      on_behalf_of: null,
      pause_collection: null,
      pending_invoice_item_interval: null,
    },
    payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'off' },
    ...{ pending_setup_intent: null, pending_update: null, schedule: null, transfer_data: null },
    test_clock: work.get('customer', customer).test_clock ?? null,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
    ...{ trial_end: trialEnd, trial_start: trialEnd ? work.now : null },
  };
}

type Settings = Omit<UpdateParams, 'items' | 'billing_cycle_anchor' | 'proration_date'>;

/** What may be set at any time and bills nothing by itself. */
export function applySettings(work: Work, row: Subscription, params: Settings): void {
  mergeMetadata(row, params.metadata);
  if (params.description !== undefined) row.description = orNull(params.description);
  if (params.collection_method) row.collection_method = params.collection_method;
  if (params.days_until_due !== undefined) row.days_until_due = params.days_until_due;
  if (params.default_payment_method) row.default_payment_method = ownCard(work, row, params.default_payment_method);
  if (params.automatic_tax)
    row.automatic_tax = {
      disabled_reason: null,
      enabled: params.automatic_tax.enabled,
      liability: params.automatic_tax.enabled ? { type: 'self' } : null,
    };
  if (params.default_tax_rates !== undefined) row.default_tax_rates = ratesOf(work, params.default_tax_rates || []);
  Object.assign(row.payment_settings!, { ...params.payment_settings });
  Object.assign(row.trial_settings!.end_behavior, { ...params.trial_settings?.end_behavior });
  Object.assign(row.invoice_settings, { ...params.invoice_settings });
  if (params.discounts !== undefined) replaceDiscounts(work, row, params.discounts);
  planLeaving(work, row, params);
}

const ratesOf = (work: Work, ids: string[]) =>
  ids.map((id, index) => structuredClone(work.get('tax_rate', id, `default_tax_rates[${index}]`)));

function ownCard(work: Work, row: Subscription, id: string): string {
  const method = cardFor(work, id, 'default_payment_method');
  if (method.customer === row.customer) return method.id;
  throw invalid(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    { code: 'resource_missing', param: 'default_payment_method' },
  );
}

function replaceDiscounts(work: Work, row: Subscription, given: Exclude<Settings['discounts'], undefined>): void {
  const before = row.discounts;
  row.discounts = redeem(work, given, { customer: row.customer, subscription: row.id });
  for (const id of before) if (!row.discounts.includes(id)) endDiscount(work, id);
}

/** A pending end shows both ways: as a flag and as a date. */
function planLeaving(work: Work, row: Subscription, { cancel_at: at, cancel_at_period_end: atEnd }: Settings): void {
  if (atEnd !== undefined && at !== undefined && atEnd)
    throw invalid('You may only specify one of these parameters: cancel_at, cancel_at_period_end.', {
      code: 'parameters_exclusive',
    });
  if (atEnd === undefined && at === undefined) return;
  row.cancel_at_period_end = atEnd ?? false;
  row.cancel_at = atEnd ? endOf(work, row) : leavingTime(work, row, at);
  row.canceled_at = row.cancel_at === null ? null : work.now;
  if (row.cancellation_details)
    row.cancellation_details.reason = row.cancel_at === null ? null : 'cancellation_requested';
}

function leavingTime(work: Work, row: Subscription, at: Settings['cancel_at']): number | null {
  if (at === undefined || at === '') return null;
  return typeof at === 'number' ? at : endOf(work, row);
}

const endOf = (work: Work, row: Subscription) => Math.max(periodOf(row).end, work.now);

export function describeCancellation(row: Subscription, given: UpdateParams['cancellation_details']): void {
  if (!given || !row.cancellation_details) return;
  if (given.comment !== undefined) row.cancellation_details.comment = orNull(given.comment);
  if (given.feedback !== undefined) row.cancellation_details.feedback = given.feedback || null;
}

/** Nothing is due now and there is no card for later: an intent to leave one. */
export function askForCard(work: Work, row: Subscription): void {
  const customer = work.get('customer', row.customer);
  const hasCard = row.default_payment_method ?? customer.invoice_settings.default_payment_method;
  if (hasCard || row.status === 'incomplete' || row.collection_method === 'send_invoice') return;
  const intent = work.add('setup_intent', newSetupIntent(work, row.customer, 'off_session'));
  row.pending_setup_intent = intent.id;
  work.emit('setup_intent.created', intent);
}
