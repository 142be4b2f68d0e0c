import { moneyText, type SeatPrices } from '../platform/currencies.js';
import { paths } from '../platform/paths.js';
import { type Invoice } from './invoice.entity.js';
import { cardWords } from './mail-words.js';
import { about, type NewsContext, thenWords } from './news-context.js';
import {
  cardExpiringLetter,
  fetchingStoppedLetter,
  fetchingStopsLetter,
  type Owed,
  pastDueLetter,
  paymentWaitsLetter,
  publishingStoppedLetter,
  stoppingCancelledLetter,
  stoppingUnpaidLetter,
  trialEndingLetter,
} from './reminders.emails.js';
import { type Watched } from './reminders.queries.js';
import { type News } from './telling.js';
import { isLiving } from './terms.js';

/** What the calendar has to tell an organization: pure, of its rows and the hour. */

export interface Reminded extends Watched {
  readonly context: NewsContext;
  readonly currency: string;
  readonly prices: SeatPrices;
  readonly publishingStoppedDays: number;
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** So long before its end something is spoken of. */
const WARNED_MS = 3 * DAY_MS;
/** A step that was missed, because nothing ran here, is told of for so long. */
const LATE_MS = 7 * DAY_MS;
/** So often an open payment is spoken of. */
const EVERY_MS = 3 * DAY_MS;

export const reminderNews = (it: Reminded): News[] => [...standingNews(it), ...cardNews(it), ...waitingNews(it)];

function standingNews(it: Reminded): News[] {
  switch (it.context.standing.state) {
    case 'trial':
      return trialNews(it);
    case 'past_due':
      return graceNews(it);
    case 'canceling':
      return endNews(it);
    case 'publishing_stopped':
      return publishingNews(it);
    case 'export_only':
      return fetchingNews(it);
    default:
      return [];
  }
}

/** A week before and a day before; of a trial that was shorter than that not at all. */
function trialNews({ organization, members, context, currency, prices }: Reminded): News[] {
  const { trialEndsAt: endsAt, createdAt } = organization;
  const [left, length] = [remaining(endsAt, context), endsAt.getTime() - createdAt.getTime()];
  const days = [1, 7].find((lead) => left <= lead * DAY_MS);
  if (days === undefined || length <= days * DAY_MS) return [];
  const seats = Math.max(members, 1);
  const letter = trialEndingLetter({
    ...about(context, paths.billing),
    ...{ endsAt, members: seats, then: thenWords(context.standing) },
    monthly: moneyText(prices.monthly * seats, currency),
    annual: moneyText(prices.annual * seats, currency),
  });
  return [{ cause: `trial ${days} ${endsAt.toISOString()}`, letter }];
}

/** Every three days, the last time three days before publishing stops; never within a day of another mail about the same. */
function graceNews(it: Reminded): News[] {
  const { context, organization } = it;
  const { until } = context.standing;
  if (until === null || isTold(it, DAY_MS, 'failed ', 'authentication ', 'past due ', 'stopping ')) return [];
  const invoice = it.openInvoices.find(({ reason }) => reason === 'subscription_cycle');
  const facts = { ...owed(invoice, context), until, then: thenWords(context.standing) };
  if (remaining(until, context) <= WARNED_MS)
    return [{ cause: `stopping ${until.toISOString()}`, letter: stoppingUnpaidLetter(facts) }];
  const since = organization.paidUntil ?? context.now;
  const times = Math.floor((context.now.getTime() - since.getTime()) / EVERY_MS);
  return times < 1 ? [] : [{ cause: `past due ${since.toISOString()} ${times}`, letter: pastDueLetter(facts) }];
}

function owed(
  invoice: Invoice | undefined,
  context: NewsContext,
): Omit<Owed, 'until' | 'then'> & ReturnType<typeof about> {
  if (invoice === undefined) return { ...about(context, paths.billing), amount: null, need: 'payment' };
  const amount = moneyText(Number(invoice.amountRemaining), invoice.currency);
  const page = about(context, (name) => paths.invoice(name, invoice.stripeId));
  return { ...page, amount, need: invoice.need ?? 'payment' };
}

function endNews(it: Reminded): News[] {
  const { until, next } = it.context.standing;
  const isNear = until !== null && remaining(until, it.context) <= WARNED_MS;
  // Where a trial goes on afterwards nothing stops.
  if (!isNear || next?.state === 'trial' || isTold(it, DAY_MS, 'cancelled ')) return [];
  const letter = stoppingCancelledLetter({
    ...about(it.context, paths.billing),
    ...{ until, then: thenWords(it.context.standing) },
  });
  return [{ cause: `stopping ${until.toISOString()}`, letter }];
}

function publishingNews(it: Reminded): News[] {
  const { context, publishingStoppedDays } = it;
  const { until, reason } = context.standing;
  const facts = { ...about(context, paths.billing), cause: reason ?? 'canceled', until: until! } as const;
  const began = new Date(until!.getTime() - publishingStoppedDays * DAY_MS);
  // The mail about the end of a subscription has said the same.
  const isNews = isRecent(began, context) && !isTold(it, LATE_MS, 'ended ');
  const isEnding = remaining(until!, context) <= WARNED_MS && publishingStoppedDays * DAY_MS > WARNED_MS;
  const at = until!.toISOString();
  return [
    ...(isNews ? [{ cause: `publishing stopped ${began.toISOString()}`, letter: publishingStoppedLetter(facts) }] : []),
    ...(isEnding ? [{ cause: `fetching stops ${at}`, letter: fetchingStopsLetter(facts) }] : []),
  ];
}

function fetchingNews({ organization, context, publishingStoppedDays }: Reminded): News[] {
  const { trialEndsAt, accessUntil } = organization;
  const ended = Math.max(trialEndsAt.getTime(), accessUntil?.getTime() ?? 0);
  const began = new Date(ended + publishingStoppedDays * DAY_MS);
  if (!isRecent(began, context)) return [];
  const cause = context.standing.reason ?? 'canceled';
  const letter = fetchingStoppedLetter({ ...about(context, paths.billing), cause });
  return [{ cause: `fetching stopped ${began.toISOString()}`, letter }];
}

/** From the first of its last month on, if it is to be charged after that month. */
function cardNews({ customer, subscription, context }: Reminded): News[] {
  const card = customer?.card;
  if (!card || subscription?.status !== 'active' || subscription.cancelAt !== null) return [];
  const { periodEnd: chargeAt } = subscription;
  // Months count from nought: this is the first of the month after.
  const [from, over] = [Date.UTC(card.expYear, card.expMonth - 1), Date.UTC(card.expYear, card.expMonth)];
  const now = context.now.getTime();
  if (now < from || chargeAt.getTime() < over || chargeAt.getTime() <= now) return [];
  const page = about(context, paths.billingCard);
  const facts = { card: cardWords(card), lastDay: new Date(over - 1), chargeAt, isOver: now >= over };
  const letter = cardExpiringLetter({ ...page, ...facts });
  return [{ cause: `card ${card.id} ${card.expYear}-${card.expMonth}`, letter }];
}

/** Of the 23 hours that Stripe waits, at half. */
const WAITING_MS = 23 * HOUR_MS;
const HALF_MS = 12 * HOUR_MS;

function waitingNews({ subscription, openInvoices, context }: Reminded): News[] {
  if (subscription === null) return [];
  const isStart = subscription.status === 'incomplete';
  const until = isStart ? new Date(subscription.createdAt.getTime() + WAITING_MS) : subscription.pendingUntil;
  const left = until === null ? 0 : remaining(until, context);
  if (until === null || left <= 0 || left > HALF_MS || !(isStart || isLiving(subscription))) return [];
  const [reason, what] = isStart
    ? (['subscription_create', 'start'] as const)
    : (['subscription_update', 'change'] as const);
  const invoice = openInvoices.findLast((one) => one.subscriptionId === subscription.stripeId && one.reason === reason);
  const letter = paymentWaitsLetter({ ...owed(invoice, context), what, until });
  return [{ cause: `waits ${subscription.stripeId} ${until.toISOString()}`, letter }];
}

const remaining = (until: Date, { now }: NewsContext): number => until.getTime() - now.getTime();

const isRecent = (began: Date, { now }: NewsContext): boolean => now.getTime() - began.getTime() <= LATE_MS;

const isTold = ({ told, context }: Reminded, within: number, ...kinds: string[]): boolean =>
  told.some(
    ({ cause, sentAt }) =>
      context.now.getTime() - sentAt.getTime() < within && kinds.some((kind) => cause.startsWith(kind)),
  );
