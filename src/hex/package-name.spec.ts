import { describe, expect, it } from 'vitest';
import { FormatError } from './format-error.js';
import {
  checkOrganizationName,
  checkPackageName,
  isOrganizationName,
  isPackageName,
  isReservedName,
  MAX_NAME_LENGTH,
} from './package-name.js';

const longest = 'a'.repeat(MAX_NAME_LENGTH);

function messageOf(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

describe('package names', () => {
  it.each(['ab', 'a1', 'a_', 'phoenix_html', 'x509', 'acme', longest])('takes %s', (name) => {
    expect(isPackageName(name)).toBe(true);
    expect(messageOf(() => checkPackageName(name))).toBeNull();
  });

  it.each([
    ...['', 'a', '1a', '_a', 'A', 'aB', 'a-b', 'a.b', 'a b', ' ab', 'ab ', 'ab\n', '\nab', 'a/b', '../a', 'a%2fb'],
    ...['é', 'aé', 'a\0', 'аb', '__proto__', `${longest}a`],
  ])('refuses %j', (name) => {
    expect(isPackageName(name)).toBe(false);
    expect(messageOf(() => checkPackageName(name))).not.toBeNull();
  });

  it('says what is wrong', () => {
    expect(messageOf(() => checkPackageName('a'))).toBe('should be at least 2 characters');
    expect(messageOf(() => checkPackageName(`${longest}a`))).toBe('should be at most 128 characters');
    expect(messageOf(() => checkPackageName('a-b'))).toMatch(/lower-case letter/);
    expect(messageOf(() => checkPackageName('elixir'))).toBe('is reserved');
  });

  it.each(['hex', 'hexpm', 'mix', 'ssl', 'nul', 'com1', 'lpt9', 'all', 'docs', 'static', 'gen_http'])(
    'reserves %s for packages and organizations',
    (name) => {
      expect(isReservedName(name)).toBe(true);
      expect(messageOf(() => checkPackageName(name))).toBe('is reserved');
      expect(messageOf(() => checkOrganizationName(name))).toMatch(/is reserved/);
    },
  );

  it.each(['', 'constructor', '__proto__', 'hexagon', 'com0'])('does not reserve %j', (name) => {
    expect(isReservedName(name)).toBe(false);
  });
});

describe('organization names', () => {
  it.each(['abc', '123', '_a_', 'acme', '__proto__', longest])('takes %s', (name) => {
    expect(isOrganizationName(name)).toBe(true);
    expect(messageOf(() => checkOrganizationName(name))).toBeNull();
  });

  it.each(['', 'ab', 'Acme', 'ac-me', 'ac me', 'acme\n', 'acme.git', `${longest}a`])('refuses %j', (name) => {
    expect(isOrganizationName(name)).toBe(false);
    expect(messageOf(() => checkOrganizationName(name))).not.toBeNull();
  });
});
