import { describe, expect, test } from 'vitest';
import { givenAccount } from './given.js';

const SECRET = 'sk_test_ofNobodysAccount';
const PUBLISHABLE = 'pk_test_ofNobodysAccount';
const keys = (secret?: string, publishable?: string, url?: string) => ({
  ...(secret === undefined ? {} : { STRIPE_TEST_SECRET_KEY: secret }),
  ...(publishable === undefined ? {} : { STRIPE_TEST_PUBLISHABLE_KEY: publishable }),
  ...(url === undefined ? {} : { STRIPE_TEST_API_URL: url }),
});
const live = (key: string) => key.replace('_test_', '_live_');

describe('the account that the stories are told at', () => {
  test('is given by two keys of test mode, and an address if it is not Stripe’s', () => {
    const account = { secretKey: SECRET, publishableKey: PUBLISHABLE };
    expect(givenAccount(keys(SECRET, PUBLISHABLE))).toEqual({ ...account, apiUrl: undefined });
    const restricted = SECRET.replace('sk_', 'rk_');
    expect(givenAccount(keys(restricted, PUBLISHABLE, 'http://127.0.0.1:4010'))).toEqual({
      ...{ secretKey: restricted, publishableKey: PUBLISHABLE, apiUrl: 'http://127.0.0.1:4010' },
    });
  });

  test('is none where nothing is set, or a rehearsal', () => {
    expect(givenAccount({})).toBeUndefined();
    expect(givenAccount(keys('', ''))).toBeUndefined();
    expect(givenAccount(keys(SECRET, PUBLISHABLE, 'sandbox'))).toBe('rehearsal');
  });

  test.each([
    [live(SECRET), PUBLISHABLE, /^STRIPE_TEST_SECRET_KEY is a key of live mode\./],
    [live(SECRET.replace('sk_', 'rk_')), PUBLISHABLE, /^STRIPE_TEST_SECRET_KEY is a key of live mode\./],
    [SECRET, live(PUBLISHABLE), /^STRIPE_TEST_PUBLISHABLE_KEY is a key of live mode\./],
    [SECRET, undefined, /^STRIPE_TEST_PUBLISHABLE_KEY is missing/],
    [undefined, PUBLISHABLE, /^STRIPE_TEST_SECRET_KEY is missing/],
    [PUBLISHABLE, SECRET, /^STRIPE_TEST_SECRET_KEY is no key of test mode/],
  ])('refuses %s and %s in words, and repeats neither', (secret, publishable, words) => {
    let said = '';
    try {
      givenAccount(keys(secret, publishable));
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toMatch(words);
    for (const key of [secret, publishable]) if (key !== undefined) expect(said).not.toContain(key.slice(8));
  });
});
