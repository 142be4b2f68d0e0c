import { type Standing } from '../organizations/standing.js';
import { moneyText } from '../platform/currencies.js';
import { paths } from '../platform/paths.js';
import {
  cancelledLetter,
  endedLetter,
  resumedLetter,
  startExpiredLetter,
  subscriptionStartedLetter,
} from './billing.emails.js';
import { day } from './mail-words.js';
import { about, type Found, type NewsContext, type SubscriptionFacts, thenWords } from './news-context.js';
import { type Subscription } from './subscription.entity.js';
import { type News } from './telling.js';
import { isLiving } from './terms.js';

/** What is to be told of a subscription; like `invoiceNews` of its state, but for cancelled and resumed, which are a difference. */
export function subscriptionNews(one: SubscriptionFacts, found: Found, since: Date, context: NewsContext): News[] {
  const before = found.before.find(({ stripeId }) => stripeId === one.stripeId);
  const paid = found.invoices.filter(
    ({ subscriptionId, status }) => subscriptionId === one.stripeId && status === 'paid',
  );
  if (paid.length === 0) return neverPaid(one, since, context);
  const startedAt = paid.find(({ reason }) => reason === 'subscription_create')?.paidAt ?? one.createdAt;
  if (one.endedAt !== null) return one.endedAt > since ? [ended(one, context)] : [];
  if (!isLiving(one)) return [];
  return [...(startedAt > since ? [started(one, context)] : []), ...intention(one, before, since, context)];
}

function started(one: SubscriptionFacts, context: NewsContext): News {
  const { plan, quantity: seats, periodEnd: nextAt } = one;
  const price = moneyText(one.unitAmount, one.currency);
  const letter = subscriptionStartedLetter({ ...about(context, paths.billing), plan, seats, price, nextAt });
  return { cause: `started ${one.stripeId}`, letter };
}

/** Whether it goes on. The time of the request tells one cancellation from the next. */
function intention(
  one: SubscriptionFacts,
  before: Subscription | undefined,
  since: Date,
  context: NewsContext,
): News[] {
  const isNew = before === undefined ? one.canceledAt !== null && one.canceledAt > since : before.cancelAt === null;
  if (one.cancelAt !== null && isNew) return [cancelled(one, one.cancelAt, context)];
  if (one.cancelAt !== null || before === undefined || before.cancelAt === null) return [];
  const letter = resumedLetter({ ...about(context, paths.billing), seats: one.quantity, nextAt: one.periodEnd });
  return [{ cause: `resumed ${one.stripeId} ${timeOf(before)}`, letter }];
}

function cancelled(one: SubscriptionFacts, endsAt: Date, context: NewsContext): News {
  const letter = cancelledLetter({ ...about(context, paths.billing), endsAt, then: thenWords(context.standing) });
  return { cause: `cancelled ${one.stripeId} ${timeOf(one)}`, letter };
}

const timeOf = ({ canceledAt, cancelAt }: Pick<SubscriptionFacts, 'canceledAt' | 'cancelAt'>): string =>
  (canceledAt ?? cancelAt!).toISOString();

function ended(one: SubscriptionFacts, context: NewsContext): News {
  const letter = endedLetter({
    ...about(context, paths.billing),
    ...{ isUnpaid: one.pastDueSince !== null, now: sinceEnd(context.standing) },
  });
  return { cause: `ended ${one.stripeId}`, letter };
}

const HOUR_MS = 60 * 60 * 1000;
/** Stripe waits 23 hours for a first payment. What ended well before was given up by somebody. */
const GIVEN_UP_MS = 22 * HOUR_MS;

function neverPaid(one: SubscriptionFacts, since: Date, context: NewsContext): News[] {
  const isExpired =
    one.status === 'incomplete_expired' &&
    (one.endedAt ?? context.now).getTime() - one.createdAt.getTime() >= GIVEN_UP_MS;
  if (!isExpired || one.createdAt <= since) return [];
  return [{ cause: `expired ${one.stripeId}`, letter: startExpiredLetter(about(context, paths.billing)) }];
}

/** How things stand after the end. */
function sinceEnd({ state, until }: Standing): string {
  switch (state) {
    case 'publishing_stopped':
      return `Nothing can be published now. Packages can be fetched until ${day(until!)}; after that they can only be looked at and exported.`;
    case 'export_only':
      return 'Packages can be neither published nor fetched now, only looked at and exported. Nothing is deleted.';
    case 'trial':
      return `The trial goes on until ${day(until!)}.`;
    case 'past_due':
      return `Everything works until ${day(until!)}.`;
    default:
      return 'Nothing is deleted.';
  }
}
