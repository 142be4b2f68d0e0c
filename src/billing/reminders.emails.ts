import { type Reason } from '../organizations/standing.js';
import { type Letter } from '../platform/mail/letter.js';
import { type About, day, moment, seatsWords, toPayers } from './mail-words.js';

/** The mails that the calendar brings. Money comes as text (`moneyText`). */

export interface TrialEnd {
  /** What follows, in a sentence; in the others too. */
  readonly then: string;
  readonly endsAt: Date;
  readonly members: number;
  /** What seats for all members cost by the month and by the year. */
  readonly monthly: string;
  readonly annual: string;
}

export const trialEndingLetter = (it: About & TrialEnd): Letter => ({
  subject: `The trial of ${it.organization} ends on ${day(it.endsAt)}`,
  paragraphs: [
    `The trial of ${it.organization} ends on ${moment(it.endsAt)}. ${it.then}`,
    `To go on, start a subscription. For its present members, ${seatsWords(it.members)}, it costs ${it.monthly} a month or ${it.annual} a year, before tax.`,
  ],
  action: { label: 'Start a subscription', url: it.url },
  afterwards: ['If you do not want to go on, do nothing: nothing is charged.'],
  because: toPayers(it.organization),
});

export interface Owed {
  /** Null where no single invoice is open any more. */
  readonly amount: string | null;
  readonly need: 'payment' | 'authentication';
  readonly until: Date;
  readonly then: string;
}

const owes = ({ organization, amount, need }: About & Pick<Owed, 'amount' | 'need'>): string => {
  const what = amount ?? 'A payment';
  return need === 'authentication'
    ? `${what} for ${organization} still waits for you to confirm it with your bank.`
    : `${what} for ${organization} could not be paid and is still open.`;
};

const payAction = ({ need, url }: About & Pick<Owed, 'need'>) => ({
  label: need === 'authentication' ? 'Confirm the payment' : 'Pay now',
  url,
});

export const pastDueLetter = (it: About & Owed): Letter => ({
  subject: `A payment for ${it.organization} is still open`,
  paragraphs: [owes(it), `Until ${day(it.until)} everything works as before. ${it.then}`],
  action: payAction(it),
  afterwards: ['This mail comes every three days until it is paid.'],
  because: toPayers(it.organization),
});

export const stoppingUnpaidLetter = (it: About & Owed): Letter => ({
  subject: `Publishing stops for ${it.organization} on ${day(it.until)}`,
  paragraphs: [owes(it), `Everything works until ${moment(it.until)}. ${it.then}`],
  action: payAction(it),
  because: toPayers(it.organization),
});

export const stoppingCancelledLetter = (it: About & { until: Date; then: string }): Letter => ({
  subject: `The subscription of ${it.organization} ends on ${day(it.until)}`,
  paragraphs: [
    `The subscription of ${it.organization} was cancelled and ends on ${moment(it.until)}. ${it.then}`,
    'Until then it can be resumed, as if it had not been cancelled.',
  ],
  action: { label: 'See the subscription', url: it.url },
  because: toPayers(it.organization),
});

/** What brought it down, within a sentence. */
const because: Record<Reason, string> = {
  trial_ended: 'its trial has ended',
  payment_failed: 'it is not paid for',
  canceled: 'its subscription has ended',
};

const wayBack: Record<Reason, string> = {
  trial_ended: 'Start a subscription, and everything works again at once.',
  payment_failed: 'Pay what is open or start a subscription again, and everything works again at once.',
  canceled: 'Start a subscription again, and everything works again at once.',
};

export const publishingStoppedLetter = (it: About & { cause: Reason; until: Date }): Letter => ({
  subject: `Publishing has stopped for ${it.organization}`,
  paragraphs: [
    `Nothing can be published in ${it.organization} now, because ${because[it.cause]}. Packages can be fetched until ${day(it.until)}; after that they can only be looked at and exported.`,
    wayBack[it.cause],
  ],
  action: { label: 'Go to billing', url: it.url },
  because: toPayers(it.organization),
});

export const fetchingStopsLetter = (it: About & { cause: Reason; until: Date }): Letter => ({
  subject: `Packages of ${it.organization} cannot be fetched from ${day(it.until)} on`,
  paragraphs: [
    `From ${moment(it.until)} on the packages of ${it.organization} cannot be fetched any more, because ${because[it.cause]}. Builds that need them will then fail.`,
    wayBack[it.cause],
  ],
  action: { label: 'Go to billing', url: it.url },
  because: toPayers(it.organization),
});

export const fetchingStoppedLetter = (it: About & { cause: Reason }): Letter => ({
  subject: `Packages of ${it.organization} cannot be fetched any more`,
  paragraphs: [
    `The packages of ${it.organization} can be neither published nor fetched now, because ${because[it.cause]}. They can be looked at and exported on the site. Nothing is deleted.`,
    wayBack[it.cause],
  ],
  action: { label: 'Go to billing', url: it.url },
  because: toPayers(it.organization),
});

export const cardExpiringLetter = (
  it: About & { card: string; lastDay: Date; chargeAt: Date; isOver: boolean },
): Letter => ({
  subject: `The card of ${it.organization} ${it.isOver ? 'has expired' : 'expires soon'}`,
  paragraphs: [
    it.isOver
      ? `The card that pays for ${it.organization} (${it.card}) was valid until ${day(it.lastDay)}. The next payment is on ${day(it.chargeAt)}.`
      : `The card that pays for ${it.organization} (${it.card}) is valid until ${day(it.lastDay)}, and the next payment is on ${day(it.chargeAt)}.`,
    'Please give another card before then. If your bank has sent you a new one with the same number, it may have told Stripe already; giving it again does no harm.',
  ],
  action: { label: 'Replace the card', url: it.url },
  because: toPayers(it.organization),
});

/** Something that was ordered and whose payment was begun. */
export const paymentWaitsLetter = (
  it: About & { what: 'start' | 'change'; amount: string | null; until: Date },
): Letter => ({
  subject: `${it.organization}: ${it.what === 'start' ? 'the subscription' : 'a change'} still waits for its payment`,
  paragraphs: [
    `${it.what === 'start' ? 'The subscription' : 'A change of the subscription'} of ${it.organization} was ordered but not paid${it.amount === null ? '' : `: ${it.amount} are open`}.`,
    `It waits until ${moment(it.until)}. If it is not paid by then it is dropped, and nothing is charged.`,
  ],
  action: { label: 'Pay', url: it.url },
  because: toPayers(it.organization),
});
