import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { type Interval } from './periods.js';

type Price = Objects['price'];
export type Subscription = Objects['subscription'];
export type Item = Subscription['items']['data'][number];

export function newItem(
  work: Work,
  subscription: string,
  price: Price,
  quantity: number,
  more: Partial<Item> = {},
): Item {
  return {
    ...{ id: newId('si', 14), object: 'subscription_item', subscription, quantity, created: work.now, metadata: {} },
    ...{
      price: structuredClone(price),
      plan: planOf(price),
      billing_thresholds: null,
      current_trial: null,
      discounts: [],
    },
    ...{ tax_rates: [], current_period_start: work.now, current_period_end: work.now, ...more },
  };
}

export function givePrice(item: Item, price: Price): void {
  item.price = structuredClone(price);
  item.plan = planOf(price);
}

/** The price of a subscription: recurring, in use, and all of one interval. */
export function recurringPrice(work: Work, id: string, param: string): Price {
  const price = work.get('price', id, param);
  if (!price.active)
    throw invalid('The price specified is inactive. This field only accepts active prices.', { param });
  if (price.recurring) return price;
  throw invalid(
    'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
    { param },
  );
}

export function intervalOf(items: readonly Item[]): Interval {
  const [first, ...others] = items.map((item) => item.price.recurring!);
  if (!first) throw invalid('A subscription must have at least one active item.', { param: 'items' });
  const same = others.every(
    (other) => other.interval === first.interval && other.interval_count === first.interval_count,
  );
  if (!same)
    throw invalid('The sandbox does not know subscriptions of items with different intervals.', { param: 'items' });
  return { interval: first.interval, interval_count: first.interval_count };
}

export const amountOf = (price: Price, quantity: number) =>
  Math.round(Number(price.unit_amount_decimal ?? price.unit_amount ?? 0) * quantity);

export const periodOf = ({ items: { data } }: Subscription) => ({
  start: Math.min(...data.map((item) => item.current_period_start)),
  end: Math.min(...data.map((item) => item.current_period_end)),
});

function planOf(price: Price): Item['plan'] {
  const { interval, interval_count, meter, trial_period_days, usage_type } = price.recurring!;
  return {
    ...{
      id: price.id,
      object: 'plan',
      active: price.active,
      amount: price.unit_amount,
      amount_decimal: price.unit_amount_decimal,
    },
    ...{
      billing_scheme: price.billing_scheme,
      created: price.created,
      currency: price.currency,
      interval,
      interval_count,
    },
    ...{ livemode: false, metadata: price.metadata, meter, nickname: price.nickname, product: price.product },
    ...{ tiers_mode: null, transform_usage: null, trial_period_days, usage_type },
  };
}
