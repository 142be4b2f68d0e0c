import { type SubscribeParams } from '../../billing/checkout.js';
import { type Quote } from '../../billing/gateway.js';
import { type Operation } from '../../billing/operation.entity.js';
import { intervalOf } from '../../billing/plans.js';
import { type PlanParams } from '../../billing/plan-switches.js';
import { type SeatParams } from '../../billing/seat-orders.js';
import { type Subscription } from '../../billing/subscription.entity.js';
import { dayOf } from '../components/when.js';
import { money } from './money.js';
import { planNames, seatsText } from './plan-words.js';

/** What is about to be agreed to, in words. */
export interface Change {
  readonly title: string;
  readonly lead: string;
  /** Null: nothing is owed. */
  readonly quote: Quote | null;
  /** What each period costs from then on. */
  readonly after: string;
  readonly button: string;
  /** Said when it has been done. */
  readonly done: string;
  /** The page on which something else can be asked for. */
  readonly back: 'subscribe' | 'seats' | 'plan';
}

/** Undefined for what is no change with a price. */
export function changeOf({ kind, params }: Operation, subscription: Subscription | null): Change | undefined {
  switch (kind) {
    case 'subscribe':
      return startOf(params as unknown as SubscribeParams);
    case 'seats':
      return subscription === null ? undefined : seatsOf(params as unknown as SeatParams, subscription);
    case 'plan':
      return planOf(params as unknown as PlanParams, subscription);
    default:
      return undefined;
  }
}

const pay = (quote: Quote | null, otherwise: string): string =>
  quote === null || quote.amountDue === 0 ? otherwise : `Pay ${money(quote.amountDue, quote.currency)}`;

function startOf({ price, seats, quote }: SubscribeParams): Change {
  const { plan, unitAmount, currency } = price;
  return {
    ...{ title: 'Confirm the subscription', quote, back: 'subscribe', button: pay(quote, 'Start the subscription') },
    lead: `${planNames[plan]} plan with ${seatsText(seats)}, from today on.`,
    after: `${money(unitAmount * seats, currency)} a ${intervalOf[plan]}, until you cancel`,
    done: `The subscription runs, with ${seatsText(seats)}.`,
  };
}

function seatsOf({ from, seats, quote }: SeatParams, subscription: Subscription): Change {
  const { plan, unitAmount, currency, periodEnd, next } = subscription;
  const isMore = seats > from;
  return {
    ...{ title: isMore ? 'Confirm more seats' : 'Confirm fewer seats', quote, back: 'seats' },
    lead: `${seats} instead of ${seatsText(from)}. ${quote === null ? nothingOwed(isMore) : 'They can be used as soon as they are paid.'}`,
    after: `${money((next?.plan === plan ? next.unitAmount : unitAmount) * seats, currency)} a ${intervalOf[plan]}, from ${dayOf(periodEnd)} on`,
    button: pay(quote, isMore ? 'Add the seats' : 'Give the seats back'),
    done: `There are ${seatsText(seats)} now.`,
  };
}

const nothingOwed = (isMore: boolean): string =>
  isMore ? 'They are paid for in this period already.' : 'Nothing is given back for what is left of this period.';

function planOf({ plan, price, seats, undo, at, quote }: PlanParams, subscription: Subscription | null): Change {
  const name = planNames[plan].toLowerCase();
  const unitAmount = undo ? (subscription?.unitAmount ?? price.unitAmount) : price.unitAmount;
  const when = at === null ? '' : `, from ${dayOf(new Date(at))} on`;
  return {
    ...{ title: undo ? `Stay with the ${name} plan` : `Switch to the ${name} plan`, quote, back: 'plan' },
    lead: undo
      ? 'The switch that was planned is taken back.'
      : at === null
        ? 'It begins at once; what is left of the month is taken off.'
        : `It begins on ${dayOf(new Date(at))}. Nothing is charged before.`,
    after: `${money(unitAmount * seats, price.currency)} a ${intervalOf[plan]}${when}`,
    button: pay(quote, undo ? 'Keep the plan' : 'Switch the plan'),
    done: undo
      ? 'The plan stays as it is.'
      : at === null
        ? 'The plan has been switched.'
        : `The plan is switched on ${dayOf(new Date(at))}.`,
  };
}
