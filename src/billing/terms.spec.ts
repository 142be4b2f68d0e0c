import { describe, expect, test } from 'vitest';
import { currentOf, termsOf, type TermsOfInvoice, type TermsOfSubscription } from './terms.js';

const day = (number: number): Date => new Date(Date.UTC(2026, 0, number));

const subscription = (status: string, more: Partial<TermsOfSubscription> = {}): TermsOfSubscription => ({
  ...{ stripeId: 'sub_1', status, quantity: 4, periodStart: day(1), periodEnd: day(32), cancelAt: null, endedAt: null },
  ...{ createdAt: day(1), ...more },
});

const renewal = (status: string, more: Partial<TermsOfInvoice> = {}): TermsOfInvoice => ({
  ...{ subscriptionId: 'sub_1', status, reason: 'subscription_cycle', attempts: 2, createdAt: day(1), paidAt: null },
  ...{ amountRefunded: 0, total: 3600, ...more },
});

const GRACE = 15;
const nothing = { payment: null, paidUntil: null, accessUntil: null, seats: null };

describe('the terms of a subscription', () => {
  test('none, or one that was never paid, gives nothing; while its first payment is awaited its seats are the limit', () => {
    expect(termsOf([], [], GRACE)).toEqual(nothing);
    expect(termsOf([subscription('incomplete_expired')], [], GRACE)).toEqual(nothing);
    expect(termsOf([subscription('incomplete')], [], GRACE)).toEqual({ ...nothing, seats: 4 });
  });

  test('active reaches the grace after its period, and no further', () => {
    const terms = { payment: 'paid', paidUntil: day(32), accessUntil: day(47), seats: 4 };
    expect(termsOf([subscription('active')], [], GRACE)).toEqual(terms);
    expect(termsOf([subscription('trialing')], [], GRACE)).toEqual(terms);
  });

  test('an end that was asked for is the end, without grace', () => {
    const terms = { payment: 'canceling', paidUntil: day(32), accessUntil: day(32), seats: 4 };
    expect(termsOf([subscription('active', { cancelAt: day(32) })], [], GRACE)).toEqual(terms);
  });

  test.each(['past_due', 'unpaid'])('%s: grace counts from when the oldest renewal fell due', (status) => {
    const bills = [renewal('open', { createdAt: day(3) }), renewal('open', { createdAt: day(2) }), renewal('paid')];
    const terms = { payment: 'past_due', paidUntil: day(2), accessUntil: day(17), seats: 4 };
    expect(termsOf([subscription(status)], bills, GRACE)).toEqual(terms);
  });

  test('a bill for more seats that is not paid is no debt', () => {
    const bills = [renewal('open', { reason: 'subscription_update', createdAt: day(9) })];
    expect(termsOf([subscription('past_due')], bills, GRACE).accessUntil).toEqual(day(16));
  });

  test('canceled ends when it ended; by dunning, with the grace at the latest', () => {
    const over = subscription('canceled', { endedAt: day(20) });
    expect(termsOf([over], [], GRACE)).toEqual({
      payment: 'ended',
      paidUntil: day(20),
      accessUntil: day(20),
      seats: null,
    });
    const owed = { payment: 'past_due', paidUntil: day(1), accessUntil: day(16), seats: null };
    expect(termsOf([over], [renewal('open')], GRACE)).toEqual(owed);
  });

  test('a renewal paid after dunning had ended it is paid for; refunded it is not', () => {
    const over = subscription('canceled', { endedAt: day(16) });
    const late = { payment: 'canceling', paidUntil: day(32), accessUntil: day(32), seats: 4 };
    expect(termsOf([over], [renewal('paid', { paidAt: day(18) })], GRACE)).toEqual(late);
    const refunded = renewal('paid', { paidAt: day(18), amountRefunded: 3600 });
    expect(termsOf([over], [refunded], GRACE).payment).toBe('ended');
    expect(termsOf([over], [renewal('paid', { paidAt: day(1) })], GRACE).payment).toBe('ended');
  });

  test.each(['paused', 'a_word_of_tomorrow'])('%s opens nothing', (status) => {
    const terms = termsOf([subscription(status)], [], GRACE);
    expect(terms).toEqual({ payment: 'ended', paidUntil: day(1), accessUntil: day(1), seats: null });
  });

  test('of several the living one counts, then the youngest', () => {
    const [dead, old, young] = [
      subscription('canceled', { stripeId: 'dead', createdAt: day(9) }),
      subscription('active', { stripeId: 'old' }),
      subscription('past_due', { stripeId: 'young', createdAt: day(5) }),
    ];
    expect(currentOf([dead, young, old])?.stripeId).toBe('old');
    expect(currentOf([dead, young])?.stripeId).toBe('young');
  });
});
