import { type Letter } from '../platform/mail/letter.js';
import { type About, byPlan, day, perSeat, seatsWords, toPayers, worksUntil } from './mail-words.js';
import { type Plan } from './plans.js';

/** The mails about what happened to subscriptions and invoices. Money comes as text (`moneyText`). */

type Fact = readonly [label: string, value: string];
const given = (...facts: readonly (readonly [label: string, value: string | null])[]): Fact[] =>
  facts.filter((fact): fact is Fact => fact[1] !== null);

/** `number` is null for an invoice that has none yet. */
const invoiceWords = (number: string | null): string => (number === null ? '' : ` (invoice ${number})`);

export interface Started {
  readonly plan: Plan;
  readonly seats: number;
  readonly price: string;
  readonly nextAt: Date;
}

export const subscriptionStartedLetter = (it: About & Started): Letter => ({
  subject: `The subscription of ${it.organization} has started`,
  paragraphs: [`${it.organization} now has ${seatsWords(it.seats)}, paid ${byPlan[it.plan]}.`],
  action: { label: 'See the subscription', url: it.url },
  facts: [
    ['Price', `${perSeat(it.price, it.plan)}, before tax and reductions`],
    ['Next payment', day(it.nextAt)],
  ],
  because: toPayers(it.organization),
});

export interface Receipt {
  /** What the payment brought about, in a sentence. */
  readonly what: string;
  readonly number: string | null;
  readonly paid: string;
  readonly paidAt: Date;
  /** Null: none. */
  readonly tax: string | null;
  readonly credit: string | null;
  /** Null where it is not known any more. */
  readonly period: { readonly from: Date; readonly to: Date } | null;
  readonly seats: number | null;
  readonly card: string | null;
  readonly pdfUrl: string;
}

export const receiptLetter = (it: About & Receipt): Letter => ({
  subject: `Receipt for ${it.organization}: ${it.paid}`,
  paragraphs: [it.what, 'Thank you.'],
  action: { label: 'See the invoice', url: it.url },
  facts: given(
    ...([
      ['Invoice', it.number],
      ['Paid', `${it.paid} on ${day(it.paidAt)}`],
      ['Tax in it', it.tax],
      ['Taken from your credit', it.credit],
      ['Period', it.period && `${day(it.period.from)} to ${day(it.period.to)}`],
      ['Seats', it.seats === null ? null : String(it.seats)],
      ['Card on file', it.card],
    ] as const),
  ),
  afterwards: [`The invoice as a PDF: ${it.pdfUrl}`],
  because: toPayers(it.organization),
});

export interface Failure {
  readonly number: string | null;
  readonly amount: string;
  /** In words; undefined where the bank's reason is not known. */
  readonly why: string | undefined;
  readonly nextAttemptAt: Date | null;
  readonly worksUntil: Date | null;
}

export const paymentFailedLetter = (it: About & Failure): Letter => ({
  subject: `A payment for ${it.organization} failed`,
  paragraphs: [
    `${it.amount} for ${it.organization}${invoiceWords(it.number)} could not be paid. ${it.why ?? 'The bank gave no reason.'}`,
    it.nextAttemptAt === null
      ? 'It is not tried again by itself. Please pay it, with this card or with another one.'
      : `It is tried again on ${day(it.nextAttemptAt)}. You can also pay now, with this card or with another one.`,
    ...worksUntil(it.worksUntil),
  ],
  action: { label: 'Pay the invoice', url: it.url },
  because: toPayers(it.organization),
});

export const authenticationNeededLetter = (
  it: About & Pick<Failure, 'number' | 'amount' | 'worksUntil'> & { card: string | null },
): Letter => ({
  subject: `The bank wants you to confirm a payment for ${it.organization}`,
  paragraphs: [
    `The bank${it.card === null ? '' : ` of your card (${it.card})`} wants to ask you before it pays ${it.amount} for ${it.organization}${invoiceWords(it.number)}. Without you this cannot be done.`,
    'Open the page and confirm the payment as your bank asks you to: in its app, or with a code.',
    ...worksUntil(it.worksUntil),
  ],
  action: { label: 'Confirm the payment', url: it.url },
  because: toPayers(it.organization),
});

export const changeExpiredLetter = (it: About & { amount: string; seats: number | null }): Letter => ({
  subject: `A change for ${it.organization} was not paid and has been dropped`,
  paragraphs: [
    `${it.amount} for a change of the subscription of ${it.organization} was not paid in time, so the change has been dropped. Nothing was charged for it.`,
    it.seats === null
      ? 'The subscription is as it was before.'
      : `The subscription is as it was before, with ${seatsWords(it.seats)}.`,
  ],
  action: { label: 'Look at the subscription', url: it.url },
  because: toPayers(it.organization),
});

export const startExpiredLetter = (it: About): Letter => ({
  subject: `The subscription of ${it.organization} was not paid and has not started`,
  paragraphs: [
    `The first payment for ${it.organization} was not made within 23 hours, so the subscription has not started. Nothing was charged.`,
    'You can start it again at any time.',
  ],
  action: { label: 'Start the subscription', url: it.url },
  because: toPayers(it.organization),
});

export const cancelledLetter = (it: About & { endsAt: Date; then: string }): Letter => ({
  subject: `The subscription of ${it.organization} ends on ${day(it.endsAt)}`,
  paragraphs: [
    `The subscription of ${it.organization} has been cancelled. Everything works until ${day(it.endsAt)}, and nothing more is charged.`,
    it.then,
    'Until then it can be resumed on the billing page, as if it had not been cancelled.',
  ],
  action: { label: 'See the subscription', url: it.url },
  because: toPayers(it.organization),
});

export const resumedLetter = (it: About & { seats: number; nextAt: Date }): Letter => ({
  subject: `The subscription of ${it.organization} goes on`,
  paragraphs: [
    `The subscription of ${it.organization} has been resumed, with ${seatsWords(it.seats)}. The next payment is on ${day(it.nextAt)}.`,
  ],
  action: { label: 'See the subscription', url: it.url },
  because: toPayers(it.organization),
});

export const endedLetter = (it: About & { isUnpaid: boolean; now: string }): Letter => ({
  subject: `The subscription of ${it.organization} has ended`,
  paragraphs: [
    it.isUnpaid
      ? `The subscription of ${it.organization} has ended because it was not paid.`
      : `The subscription of ${it.organization} has ended, as it was cancelled.`,
    it.now,
    'You can start a subscription again at any time; then everything is as it was.',
  ],
  action: { label: 'Start a subscription', url: it.url },
  because: toPayers(it.organization),
});

export const refundedLetter = (it: About & { amount: string; number: string | null; isWhole: boolean }): Letter => ({
  subject: `${it.amount} go back to ${it.organization}`,
  paragraphs: [
    it.isWhole
      ? `The payment for ${it.organization}${invoiceWords(it.number)} is paid back in full: ${it.amount}.`
      : `Of the payment for ${it.organization}${invoiceWords(it.number)}, ${it.amount} are paid back.`,
    'They go to the card that was charged. Banks take up to ten days to show it.',
  ],
  action: { label: 'See the invoice', url: it.url },
  because: toPayers(it.organization),
});

export const disputedLetter = (it: About & { amount: string; paidAt: Date | null; number: string | null }): Letter => ({
  subject: `A payment of ${it.organization} is disputed`,
  paragraphs: [
    `The bank tells us that the holder of the card does not accept a payment of ${it.amount}${it.paidAt === null ? '' : ` of ${day(it.paidAt)}`} for ${it.organization}${invoiceWords(it.number)}, and is looking into it. That can take some weeks.`,
    'Nothing changes for the organization by this. If it is a mistake, the holder of the card can tell the bank so, which is the shortest way; otherwise please talk to the operator of this server.',
  ],
  action: { label: 'See the invoice', url: it.url },
  because: `You get this mail because you are an admin of ${it.organization}.`,
});
