import { expect, test } from 'vitest';
import { nextCharge } from './next-charge.js';

type Terms = Parameters<typeof nextCharge>[0];
type Whose = Parameters<typeof nextCharge>[1];

const at = new Date('2026-12-01T00:00:00Z');
const terms = (more: Partial<Terms> = {}): Terms => ({
  ...{ status: 'active', quantity: 3, unitAmount: 900, periodEnd: at, cancelAt: null, next: null, currency: 'usd' },
  ...{ discount: null, ...more },
});
const nobody: Whose = { balance: '0', discount: null };
const discount = (more: object) => ({
  ...{
    name: 'Early bees',
    percentOff: null,
    amountOff: null,
    currency: null,
    until: null,
    promotionCode: null,
    ...more,
  },
});

test('seats and price of what is coming, at the end of the period', () => {
  expect(nextCharge(terms(), nobody)).toEqual({
    ...{ at, seats: 3, unitAmount: 900, subtotal: 2700, off: 0, credit: 0, amount: 2700 },
  });
  const next = { plan: 'annual', unitAmount: 9000, at: at.toISOString() } as const;
  expect(nextCharge(terms({ next }), nobody)).toMatchObject({ unitAmount: 9000, amount: 27_000 });
  const later = { ...next, at: '2027-01-01T00:00:00Z' };
  expect(nextCharge(terms({ next: later }), nobody)).toMatchObject({ unitAmount: 900, amount: 2700 });
});

test('nothing where it ends or does not run; while a renewal is owed the next one still comes', () => {
  expect(nextCharge(terms({ cancelAt: at }), nobody)).toBeNull();
  for (const status of ['canceled', 'unpaid', 'incomplete', 'paused', 'a_word_of_tomorrow'])
    expect(nextCharge(terms({ status }), nobody)).toBeNull();
  expect(nextCharge(terms({ status: 'past_due' }), nobody)?.amount).toBe(2700);
});

test('less a discount that still holds then, its own before the customer’s, and less credit', () => {
  const fifth = discount({ percentOff: 20 });
  expect(nextCharge(terms({ discount: fifth }), nobody)).toMatchObject({ off: 540, amount: 2160 });
  expect(nextCharge(terms(), { ...nobody, discount: fifth })).toMatchObject({ off: 540, amount: 2160 });
  expect(nextCharge(terms({ discount: discount({ percentOff: 20, until: at.toISOString() }) }), nobody)?.off).toBe(0);
  expect(nextCharge(terms({ discount: discount({ amountOff: 500, currency: 'eur' }) }), nobody)?.off).toBe(0);
  const much = discount({ amountOff: 5000, currency: 'usd' });
  expect(nextCharge(terms({ discount: much }), { ...nobody, balance: '-100' })).toMatchObject({
    ...{ off: 2700, credit: 0, amount: 0 },
  });
  expect(nextCharge(terms(), { ...nobody, balance: '-700' })).toMatchObject({ credit: 700, amount: 2000 });
  expect(nextCharge(terms(), { ...nobody, balance: '300' })).toMatchObject({ credit: 0, amount: 2700 });
});
