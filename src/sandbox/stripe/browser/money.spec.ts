import { expect, test } from 'vitest';
import { money, unitPrice } from './money.js';

test('amounts are counted in the smallest unit of their currency', () => {
  expect([money(6625, 'usd'), money(-1250, 'eur'), money(900, 'jpy')]).toEqual(['$66.25', '-€12.50', '¥900']);
});

test('a price per piece keeps its fractions of a cent', () => {
  expect([unitPrice('900', 'usd'), unitPrice('0.5', 'usd'), unitPrice('120', 'jpy')]).toEqual([
    '$9.00',
    '$0.005',
    '¥120',
  ]);
});
