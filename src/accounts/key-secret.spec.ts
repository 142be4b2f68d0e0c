import { expect, test } from 'vitest';
import { isKeySecret, KEY_PATTERN, newKeySecret } from './key-secret.js';

test('a new one is recognised, by scanners too, and is never the same twice', () => {
  const secrets = Array.from({ length: 500 }, newKeySecret);
  expect(secrets.every(isKeySecret)).toBe(true);
  expect(secrets.every((secret) => KEY_PATTERN.test(secret))).toBe(true);
  expect(new Set(secrets).size).toBe(500);
});

test('every letter and digit turns up, about equally often', () => {
  const counts = new Map<string, number>();
  for (let n = 0; n < 1000; n += 1)
    for (const char of newKeySecret().slice(4, 36)) counts.set(char, (counts.get(char) ?? 0) + 1);
  expect(counts.size).toBe(62);
  // 32,000 draws from 62: 516 each, give or take; a modulo of bytes would favour some by a quarter.
  expect(Math.min(...counts.values())).toBeGreaterThan(400);
  expect(Math.max(...counts.values())).toBeLessThan(640);
});

test('the format stays: old keys must be recognised for ever', () => {
  expect(isKeySecret(`prp_${'0'.repeat(32)}28qADX`)).toBe(true);
});

test('one changed character is noticed, wherever it is', () => {
  const secret = newKeySecret();
  for (let at = 0; at < secret.length; at += 1) {
    const other = secret[at] === 'a' ? 'b' : 'a';
    expect([at, isKeySecret(secret.slice(0, at) + other + secret.slice(at + 1))]).toEqual([at, false]);
  }
});

test.each([
  '',
  'prp_',
  'x',
  ' ',
  `${newKeySecret()} `,
  ` ${newKeySecret()}`,
  `${newKeySecret()}\n`,
  newKeySecret().toUpperCase(),
  newKeySecret().slice(0, -1),
  `${newKeySecret()}0`,
])('noise: %j', (text) => {
  expect(isKeySecret(text)).toBe(false);
});
