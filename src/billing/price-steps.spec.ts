import { describe, expect, test } from 'vitest';
import { type Price } from './plans.js';
import { priceStepOf, renewalFrom } from './price-steps.js';

const time = (text: string): Date => new Date(`${text}T10:20:30Z`);

describe('the first renewal from a day on', () => {
  const ends = (start: string, end: string, earliest: string, plan: 'monthly' | 'annual' = 'monthly') =>
    renewalFrom({ plan, periodStart: time(start), periodEnd: time(end) }, time(earliest))
      .toISOString()
      .slice(0, 10);

  test.each([
    ['2026-01-31', '2026-02-28', '2026-02-28', '2026-02-28'],
    ['2026-01-31', '2026-02-28', '2026-03-01', '2026-03-31'],
    ['2026-02-28', '2026-03-31', '2026-04-01', '2026-04-30'],
    ['2026-03-31', '2026-04-30', '2026-06-01', '2026-06-30'],
    ['2026-06-30', '2026-07-30', '2026-08-31', '2026-09-30'],
    ['2026-12-30', '2027-01-30', '2027-02-01', '2027-02-28'],
    ['2028-01-31', '2028-02-29', '2028-03-30', '2028-03-31'],
    ['2026-11-15', '2026-12-15', '2027-02-01', '2027-02-15'],
  ])('of months from %s to %s, not before %s: %s', (start, end, earliest, expected) => {
    expect(ends(start, end, earliest)).toBe(expected);
  });

  test('of years', () => {
    expect(ends('2026-05-31', '2027-05-31', '2026-07-30', 'annual')).toBe('2027-05-31');
    expect(ends('2025-08-10', '2026-08-10', '2026-09-01', 'annual')).toBe('2027-08-10');
  });

  test('at the very moment, and one second after it', () => {
    const period = { plan: 'monthly', periodStart: time('2026-01-31'), periodEnd: time('2026-02-28') } as const;
    expect(renewalFrom(period, time('2026-02-28'))).toEqual(time('2026-02-28'));
    expect(renewalFrom(period, new Date('2026-02-28T10:20:31Z'))).toEqual(time('2026-03-31'));
  });
});

describe('what is to be done about a price', () => {
  const one = {
    ...{ plan: 'monthly' as const, currency: 'usd', unitAmount: 900, quantity: 3, next: null, nextQuantity: null },
    ...{ periodStart: time('2026-01-31'), periodEnd: time('2026-02-28') },
  };
  const price = (unitAmount: number): Price => ({ plan: 'monthly', currency: 'usd', unitAmount });
  const told = time('2026-02-10');
  const next = (unitAmount: number, plan: 'monthly' | 'annual' = 'monthly') => ({
    plan,
    unitAmount,
    at: told.toISOString(),
  });

  test('nothing, where it is the configured one', () => {
    expect(priceStepOf(one, price(900), told, 60)).toBeNull();
  });

  test('a higher one waits for its notice, counted from the day it was told', () => {
    const step = { kind: 'schedule', price: price(1100), at: time('2026-04-30') };
    expect(priceStepOf(one, price(1100), told, 60)).toEqual(step);
    expect(priceStepOf(one, price(1100), told, 0)).toEqual({ ...step, at: time('2026-02-28') });
  });

  test('a lower one comes with the next renewal', () => {
    const step = { kind: 'schedule', price: price(800), at: time('2026-02-28') };
    expect(priceStepOf(one, price(800), told, 60)).toEqual(step);
  });

  test('one that was planned already is not planned again, but follows the seats', () => {
    const planned = { ...one, next: next(1100), nextQuantity: 3 };
    expect(priceStepOf(planned, price(1100), told, 60)).toBeNull();
    expect(priceStepOf({ ...planned, quantity: 5 }, price(1100), told, 60)).toEqual({
      ...{ kind: 'schedule', price: price(1100), at: told },
    });
  });

  test('one that was planned and is not wanted any more is dropped, or replaced', () => {
    const planned = { ...one, next: next(1100), nextQuantity: 3 };
    expect(priceStepOf(planned, price(900), told, 60)).toEqual({ kind: 'drop' });
    expect(priceStepOf(planned, price(1000), told, 0)).toMatchObject({ kind: 'schedule', price: price(1000) });
  });

  test('a switch of plan that waits is left as it was agreed to, but follows the seats', () => {
    const switching = { ...one, next: next(9000, 'annual'), nextQuantity: 3 };
    expect(priceStepOf(switching, price(1100), told, 60)).toBeNull();
    const price9000 = { plan: 'annual', currency: 'usd', unitAmount: 9000 };
    expect(priceStepOf({ ...switching, quantity: 2 }, price(1100), told, 60)).toEqual({
      ...{ kind: 'schedule', price: price9000, at: told },
    });
  });
});
