import { invalid } from '../http/problem.js';
import { type Work } from '../work.js';
import { addCover } from './covers.js';
import { givePrice, intervalOf, type Item, newItem, periodOf, recurringPrice, type Subscription } from './items.js';
import { draftInvoice, type Invoice } from './invoices.js';
import { itemLine, type Line } from './lines.js';
import { nextStep } from './periods.js';
import { creditUnused, debitRemaining } from './prorations.js';

// One change of a subscription's items, anchor or trial: what is credited, what is debited, and whether it is invoiced now.
// The preview and the charge are this same function.

export interface ItemChange {
  id?: string;
  price?: string;
  quantity?: number;
  deleted?: boolean;
  metadata?: Record<string, string>;
}

export interface Change {
  items: readonly ItemChange[];
  proration: 'create_prorations' | 'always_invoice' | 'none';
  /** The moment that prorations are reckoned from. */
  at: number;
  resetAnchor?: boolean;
  trialEnd?: number | 'now';
}

/** @returns the draft of what is invoiced at once, if anything is */
export function change(work: Work, subscription: Subscription, wanted: Change): Invoice | undefined {
  const before = structuredClone(subscription.items.data);
  const interval = intervalOf(before);
  const dropped = applyItems(work, subscription, wanted.items);
  const fresh = intervalOf(subscription.items.data);
  const otherInterval = fresh.interval !== interval.interval || fresh.interval_count !== interval.interval_count;
  const trialEnds = wanted.trialEnd !== undefined && applyTrial(work, subscription, wanted.trialEnd);
  if (subscription.status === 'trialing' && !trialEnds) return undefined;
  if (otherInterval || wanted.resetAnchor || trialEnds) return restart(work, subscription, wanted, before);
  return prorate(work, subscription, wanted, before, dropped);
}

function applyItems(work: Work, subscription: Subscription, changes: readonly ItemChange[]): Item[] {
  const dropped: Item[] = [];
  for (const [index, wanted] of changes.entries()) {
    const item = wanted.id ? itemOf(subscription, wanted.id, index) : undefined;
    if (item && wanted.deleted) dropped.push(take(subscription, item));
    else if (item) alter(work, item, wanted, index);
    else subscription.items.data.push(extraItem(work, subscription, wanted, index));
  }
  return dropped;
}

function itemOf(subscription: Subscription, id: string, index: number): Item {
  const item = subscription.items.data.find((each) => each.id === id);
  if (item) return item;
  throw invalid(`No such subscription item: '${id}'`, { code: 'resource_missing', param: `items[${index}][id]` });
}

function take(subscription: Subscription, item: Item): Item {
  subscription.items.data = subscription.items.data.filter((each) => each !== item);
  return item;
}

/** A new price without a quantity is one of it. */
function alter(work: Work, item: Item, wanted: ItemChange, index: number): void {
  const other = wanted.price && wanted.price !== item.price.id;
  if (other) givePrice(item, recurringPrice(work, wanted.price!, `items[${index}][price]`));
  item.quantity = wanted.quantity ?? (other ? 1 : item.quantity);
  Object.assign(item.metadata, wanted.metadata);
}

function extraItem(work: Work, subscription: Subscription, wanted: ItemChange, index: number): Item {
  if (!wanted.price)
    throw invalid(`Missing required param: items[${index}][price].`, {
      code: 'parameter_missing',
      param: `items[${index}][price]`,
    });
  const { start, end } = periodOf(subscription);
  const period = { current_period_start: start, current_period_end: end };
  return newItem(
    work,
    subscription.id,
    recurringPrice(work, wanted.price, `items[${index}][price]`),
    wanted.quantity ?? 1,
    period,
  );
}

/** @returns whether the trial ends now */
function applyTrial(work: Work, subscription: Subscription, end: number | 'now'): boolean {
  if (end === 'now') {
    if (subscription.status !== 'trialing') return false;
    subscription.trial_end = work.now;
    subscription.status = 'active';
    return true;
  }
  Object.assign(subscription, {
    trial_start: subscription.trial_start ?? work.now,
    trial_end: end,
    status: 'trialing',
  });
  for (const item of subscription.items.data) item.current_period_end = end;
  subscription.billing_cycle_anchor = end;
  return false;
}

/** Periods begin anew: what was paid ahead is credited, a whole period is billed. */
function restart(work: Work, subscription: Subscription, { proration, at }: Change, before: readonly Item[]): Invoice {
  if (proration !== 'none') for (const item of before) creditUnused(work, subscription, item, at);
  const end = nextStep(work.now, intervalOf(subscription.items.data), work.now);
  subscription.billing_cycle_anchor = work.now;
  const lines = subscription.items.data.map((item) => periodLine(work, item, { start: work.now, end }));
  return draftInvoice(work, subscription, {
    reason: 'subscription_update',
    lines,
    period: { start: work.now, end: work.now },
    prorationDate: at,
  });
}

/** Moves an item to a period and bills it. */
export function periodLine(work: Work, item: Item, period: { start: number; end: number }, amount?: number): Line {
  item.current_period_start = period.start;
  item.current_period_end = period.end;
  const line = itemLine(work, item, period, amount);
  addCover(work, item, line, line.id);
  return line;
}

function prorate(
  work: Work,
  subscription: Subscription,
  { proration, at }: Change,
  before: readonly Item[],
  dropped: readonly Item[],
): Invoice | undefined {
  if (proration === 'none') return undefined;
  const old = new Map(before.map((item) => [item.id, item]));
  for (const item of dropped) creditUnused(work, subscription, item, at);
  for (const item of subscription.items.data.filter((each) => differs(each, old.get(each.id)))) {
    creditUnused(work, subscription, item, at);
    debitRemaining(work, subscription, item, at);
  }
  if (proration !== 'always_invoice' || !hasPending(work, subscription)) return undefined;
  const period = { start: work.now, end: work.now };
  return draftInvoice(work, subscription, { reason: 'subscription_update', lines: [], period, prorationDate: at });
}

const differs = (item: Item, old: Item | undefined) =>
  !old || old.price.id !== item.price.id || old.quantity !== item.quantity;

const hasPending = (work: Work, subscription: Subscription) =>
  work
    .all('invoiceitem')
    .some((item) => item.invoice === null && item.parent?.subscription_details?.subscription === subscription.id);

/** @throws Problem when a proration date lies outside the period */
export function prorationDate(work: Work, subscription: Subscription, given?: number): number {
  const { start, end } = periodOf(subscription);
  if (given === undefined || (given >= start && given <= end)) return given ?? work.now;
  throw invalid('The proration date must be within the current period.', { param: 'proration_date' });
}
