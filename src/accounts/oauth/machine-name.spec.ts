import { expect, test } from 'vitest';
import { machineName } from './machine-name.js';

test.each([
  ['laptop', 'laptop'],
  ['  ada’s   laptop\n', 'ada’s laptop'],
  ['a\u202eb\u200bc\u0007\u2028d', 'abcd'],
  ['<b>x</b>', '<b>x</b>'],
  ['🐝'.repeat(300), '🐝'.repeat(100)],
])('%j is shown as %j', (claimed, shown) => expect(machineName(claimed)).toBe(shown));

test.each([undefined, '', ' \t\n', '\u200b\u202e'])('%j is no name', (claimed) =>
  expect(machineName(claimed)).toBeNull(),
);
