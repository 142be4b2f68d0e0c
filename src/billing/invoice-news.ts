import { moneyText } from '../platform/currencies.js';
import { paths } from '../platform/paths.js';
import {
  authenticationNeededLetter,
  changeExpiredLetter,
  disputedLetter,
  paymentFailedLetter,
  type Receipt,
  receiptLetter,
  refundedLetter,
} from './billing.emails.js';
import { byPlan, cardWords, seatsWords } from './mail-words.js';
import {
  about,
  type Found,
  graceEnd,
  type InvoiceFacts,
  type NewsContext,
  type SubscriptionFacts,
} from './news-context.js';
import { declineWords } from './refusals.js';
import { type News } from './telling.js';

/**
 * What is to be told of an invoice: pure, of the state it is in and not of how it came into it. Telling it once is `Telling`'s
 * work, so the same is answered again and again, and a failure that was paid meanwhile is answered no more.
 */
export function invoiceNews(one: InvoiceFacts, found: Found, since: Date, context: NewsContext): News[] {
  const subscription = found.subscriptions.find(({ stripeId }) => stripeId === one.subscriptionId);
  const before = found.invoicesBefore.find(({ stripeId }) => stripeId === one.stripeId);
  const happenedAt = one.paidAt ?? one.createdAt;
  // When money went back is not told by an invoice: only that it did, since it was last read.
  const isNew = (field: 'amountRefunded' | 'dispute') =>
    before === undefined ? happenedAt > since : before[field] !== one[field] || happenedAt > since;
  return [
    ...(one.status === 'paid' && Number(one.total) > 0 && happenedAt > since
      ? [receipt(one, subscription, context)]
      : []),
    ...(isOwed(one) && !isOver(subscription) && (one.createdAt > since || graceEnd(context) !== null)
      ? [owed(one, context)]
      : []),
    ...(isDroppedChange(one) && one.createdAt > since ? [dropped(one, subscription, found, context)] : []),
    ...(Number(one.amountRefunded) > 0 && isNew('amountRefunded') ? [refunded(one, context)] : []),
    ...(isDisputed(one) && isNew('dispute') ? [disputed(one, context)] : []),
  ];
}

/** Whoever starts or changes something pays it while they are there, and is told then and there. */
const CHANGES = ['subscription_create', 'subscription_update'];

const isOwed = ({ status, reason, attempts, need }: InvoiceFacts): boolean =>
  status === 'open' && attempts > 0 && need !== null && !CHANGES.includes(reason);

/** Of what has ended the mail about the end speaks. */
const isOver = (subscription: SubscriptionFacts | undefined): boolean =>
  subscription !== undefined && subscription.endedAt !== null;

const isDroppedChange = ({ status, reason }: InvoiceFacts): boolean =>
  status === 'void' && reason === 'subscription_update';

const SETTLED_DISPUTES = ['won', 'lost', 'warning_closed', 'prevented'];
const isDisputed = ({ dispute }: InvoiceFacts): boolean => dispute !== null && !SETTLED_DISPUTES.includes(dispute);

const aboutInvoice = (one: InvoiceFacts, context: NewsContext) => ({
  ...about(context, (name) => paths.invoice(name, one.stripeId)),
  number: one.number,
});

function receipt(one: InvoiceFacts, subscription: SubscriptionFacts | undefined, context: NewsContext): News {
  const money = (amount: string | number) => moneyText(Number(amount), one.currency);
  const credit = Number(one.total) - Number(one.amountDue);
  const letter = receiptLetter({
    ...aboutInvoice(one, context),
    ...{ paid: money(one.amountPaid), paidAt: one.paidAt ?? one.createdAt },
    ...{ tax: Number(one.tax) === 0 ? null : money(one.tax), credit: credit > 0 ? money(credit) : null },
    ...boughtWith(one, subscription, context.organization.name),
    card: Number(one.amountPaid) > 0 && context.card !== null ? cardWords(context.card) : null,
    pdfUrl: context.page(paths.invoiceAct(context.organization.name, one.stripeId, 'pdf')),
  });
  return { cause: `receipt ${one.stripeId}`, letter };
}

/** Seats and period are said while they are those of the running period: an invoice does not carry them. */
function boughtWith(
  { reason, createdAt }: InvoiceFacts,
  subscription: SubscriptionFacts | undefined,
  name: string,
): Pick<Receipt, 'what' | 'period' | 'seats'> {
  const now = subscription !== undefined && isOfPeriod(createdAt, subscription) ? subscription : null;
  const [period, seats] = now === null ? [null, null] : [{ from: createdAt, to: now.periodEnd }, now.quantity];
  switch (reason) {
    case 'subscription_create':
      return { what: `The first period of the subscription of ${name} is paid.`, period, seats };
    case 'subscription_cycle':
      return { what: `The subscription of ${name} has been renewed.`, period, seats };
    case 'subscription_update': {
      const result = now === null ? '' : `: there are now ${seatsWords(now.quantity)}, paid ${byPlan[now.plan]}`;
      return { what: `The change of the subscription of ${name} is paid and made${result}.`, period, seats };
    }
    default:
      return { what: `An invoice of ${name} is paid.`, period: null, seats: null };
  }
}

/** A change that still waits has not changed what we would tell of. */
const isOfPeriod = (createdAt: Date, { periodStart, periodEnd, pendingQuantity }: SubscriptionFacts): boolean =>
  createdAt.getTime() >= periodStart.getTime() - 60_000 && createdAt < periodEnd && pendingQuantity === null;

/** Of each try that failed; of a question of the bank's once. */
function owed(one: InvoiceFacts, context: NewsContext): News {
  const facts = {
    ...aboutInvoice(one, context),
    ...{ amount: moneyText(Number(one.amountRemaining), one.currency), worksUntil: graceEnd(context) },
  };
  if (one.need === 'authentication') {
    const card = context.card === null ? null : cardWords(context.card);
    return { cause: `authentication ${one.stripeId}`, letter: authenticationNeededLetter({ ...facts, card }) };
  }
  const letter = paymentFailedLetter({ ...facts, why: declineWords(one.problem), nextAttemptAt: one.nextAttemptAt });
  return { cause: `failed ${one.stripeId} ${one.attempts}`, letter };
}

const HOUR_MS = 60 * 60 * 1000;
const WAITING_MS = 23 * HOUR_MS;

/** What is void before its time was given up by somebody who knows it. */
function dropped(
  one: InvoiceFacts,
  subscription: SubscriptionFacts | undefined,
  { before }: Found,
  context: NewsContext,
): News {
  const cause = `dropped ${one.stripeId}`;
  const known = before.find(({ stripeId }) => stripeId === one.subscriptionId)?.pendingUntil;
  const expiresAt = known?.getTime() ?? one.createdAt.getTime() + WAITING_MS;
  if (context.now.getTime() < expiresAt - HOUR_MS) return { cause, letter: null };
  const facts = { amount: moneyText(Number(one.amountDue), one.currency), seats: subscription?.quantity ?? null };
  return { cause, letter: changeExpiredLetter({ ...about(context, paths.billing), ...facts }) };
}

function refunded(one: InvoiceFacts, context: NewsContext): News {
  const amount = moneyText(Number(one.amountRefunded), one.currency);
  const isWhole = Number(one.amountRefunded) >= Number(one.amountPaid);
  const letter = refundedLetter({ ...aboutInvoice(one, context), amount, isWhole });
  return { cause: `refund ${one.stripeId} ${one.amountRefunded}`, letter };
}

function disputed(one: InvoiceFacts, context: NewsContext): News {
  const amount = moneyText(Number(one.amountPaid), one.currency);
  const letter = disputedLetter({ ...aboutInvoice(one, context), amount, paidAt: one.paidAt });
  return { cause: `dispute ${one.stripeId}`, letter, to: 'admins' };
}
