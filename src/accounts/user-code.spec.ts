import { expect, test } from 'vitest';
import { newUserCode, readUserCode, spacedUserCode } from './user-code.js';

test('a new code is eight consonants, and another one each time', () => {
  const codes = Array.from({ length: 500 }, newUserCode);
  for (const code of codes) expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
  expect(new Set(codes).size).toBe(500);
});

test('what is shown can be typed', () => {
  const code = newUserCode();
  expect(spacedUserCode('BCDFGHJK')).toBe('BCDF-GHJK');
  expect(readUserCode(spacedUserCode(code))).toBe(code);
});

test.each(['BCDF-GHJK', 'bcdfghjk', ' bcdf ghjk\n', 'b-c-d-f-g-h-j-k', 'BCDF–GHJK', 'BCDF_GHJK', 'BCDF.GHJK'])(
  '%j is the code',
  (typed) => expect(readUserCode(typed)).toBe('BCDFGHJK'),
);

test.each([
  '',
  'BCDFGHJ',
  'BCDFGHJKL',
  'AEIOUAEI',
  'BCDFGHJ0',
  'BCDFGHJ%',
  "' or 1=1",
  'ＢＣＤＦＧＨＪＫ',
  '🐝'.repeat(8),
])('%j is none', (typed) => expect(readUserCode(typed)).toBeNull());
