import { expect, test } from 'vitest';
import * as billing from '../../src/billing/billing.emails.js';
import * as prices from '../../src/billing/prices.emails.js';
import * as reminders from '../../src/billing/reminders.emails.js';
import { type Letter } from '../../src/platform/mail/letter.js';
import { renderLetter } from '../../src/platform/mail/render.js';

const about = { organization: 'acme', url: 'https://propolis.example/orgs/acme/billing' };
const invoice = {
  organization: 'acme',
  url: 'https://propolis.example/orgs/acme/billing/invoices/in_1',
  number: 'A-7',
};
const then = 'Then publishing stops; packages that are there can still be fetched for some time.';
const at = new Date('2026-03-01T09:30:00Z');
const later = new Date('2026-03-16T09:30:00Z');

/** Each mail with plausible words; its text part is a file whose diff is the review. */
const mails: Record<string, Letter> = {
  started: billing.subscriptionStartedLetter({ ...about, plan: 'monthly', seats: 3, price: '$9.00', nextAt: at }),
  receipt: billing.receiptLetter({
    ...{ ...invoice, what: 'The subscription of acme has been renewed.', paid: '$32.13', paidAt: at, tax: '$5.13' },
    ...{ credit: '$1.00', period: { from: at, to: later }, seats: 3, card: 'Visa ending in 4242' },
    pdfUrl: `${invoice.url}/pdf`,
  }),
  'payment-failed': billing.paymentFailedLetter({
    ...{ ...invoice, amount: '$27.00', why: 'The card has expired.', nextAttemptAt: at, worksUntil: later },
  }),
  'authentication-needed': billing.authenticationNeededLetter({
    ...{ ...invoice, amount: '$27.00', worksUntil: later, card: 'Visa ending in 3184' },
  }),
  'change-expired': billing.changeExpiredLetter({ ...about, amount: '$12.50', seats: 3 }),
  'start-expired': billing.startExpiredLetter(about),
  cancelled: billing.cancelledLetter({ ...about, endsAt: at, then }),
  resumed: billing.resumedLetter({ ...about, seats: 3, nextAt: at }),
  ended: billing.endedLetter({ ...about, isUnpaid: true, now: 'Nothing can be published now.' }),
  refunded: billing.refundedLetter({ ...invoice, amount: '$9.00', isWhole: false }),
  disputed: billing.disputedLetter({ ...invoice, amount: '$27.00', paidAt: at }),
  'trial-ending': reminders.trialEndingLetter({
    ...{ ...about, then, endsAt: at, members: 3, monthly: '$27.00', annual: '$270.00' },
  }),
  'past-due': reminders.pastDueLetter({ ...invoice, then, amount: '$27.00', need: 'payment', until: later }),
  'stopping-unpaid': reminders.stoppingUnpaidLetter({
    ...{ ...invoice, then, amount: '$27.00', need: 'authentication', until: later },
  }),
  'stopping-cancelled': reminders.stoppingCancelledLetter({ ...about, then, until: later }),
  'publishing-stopped': reminders.publishingStoppedLetter({ ...about, cause: 'payment_failed', until: later }),
  'fetching-stops': reminders.fetchingStopsLetter({ ...about, cause: 'trial_ended', until: later }),
  'fetching-stopped': reminders.fetchingStoppedLetter({ ...about, cause: 'canceled' }),
  'card-expiring': reminders.cardExpiringLetter({
    ...{ ...about, card: 'Mastercard ending in 4444', lastDay: at, chargeAt: later, isOver: false },
  }),
  'payment-waits': reminders.paymentWaitsLetter({ ...invoice, what: 'change', amount: '$12.50', until: later }),
  'price-raised': prices.priceRaisedLetter({ ...about, plan: 'monthly', before: '$9.00', after: '$11.00', at }),
  'price-lowered': prices.priceLoweredLetter({ ...about, plan: 'annual', before: '$90.00', after: '$80.00', at }),
  'price-stays': prices.priceStaysLetter({ ...about, plan: 'monthly', before: '$9.00', after: '$11.00' }),
};

test.each(Object.entries(mails))('%s', async (name, letter) => {
  const { subject, text } = renderLetter(letter);
  await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`../golden/mails/billing-${name}.txt`);
});

test('every mail of the room has its file', () => {
  const written = [billing, reminders, prices]
    .flatMap((file) => Object.keys(file))
    .filter((name) => name.endsWith('Letter'));
  expect(Object.keys(mails)).toHaveLength(written.length);
});
