import { describe, expect, test } from 'vitest';
import {
  canceledAndResumed,
  declinedAndPaidFromTheMail,
  GRACE_DAYS,
  seatsFollowTheMoney,
} from '../stories/browser-stories.js';
import { hasChromium, useBrowser } from '../support/browser.js';
import { useStripeShop } from './shop.js';

/** Stripe says itself how often it tries again; its dashboard is to be set as docs/billing.md says. */
const FEWEST_RETRIES = 1;

describe.skipIf(!hasChromium())('at an account of Stripe’s: people and their money', () => {
  const shop = useStripeShop({ GRACE_DAYS: String(GRACE_DAYS) });
  const browsers = useBrowser();

  test('seats follow the money, whether the bank is told yes, no, or nothing', () =>
    seatsFollowTheMoney(shop, browsers));

  test('a renewal that is declined: told by mail, walked down the ladder, paid from the mail', async () => {
    expect(await declinedAndPaidFromTheMail(shop, browsers)).toBeGreaterThanOrEqual(FEWEST_RETRIES);
  });

  test('on a phone: canceled, resumed, and the invoices taken along', () => canceledAndResumed(shop, browsers));
});
