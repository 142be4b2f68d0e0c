import { describe, expect, test } from 'vitest';
import { useSandboxShop } from '../stories/sandbox-account.js';
import {
  canceledAndResumed,
  declinedAndPaidFromTheMail,
  GRACE_DAYS,
  seatsFollowTheMoney,
} from '../stories/browser-stories.js';
import { hasChromium, useBrowser } from '../support/browser.js';

// The stories themselves, which are told at a real account too (npm run test:stripe), are in test/stories.

describe.skipIf(!hasChromium())('people and their money', () => {
  const shop = useSandboxShop({ env: { GRACE_DAYS: String(GRACE_DAYS) } });
  const browsers = useBrowser();

  test('seats follow the money, whether the bank is told yes, no, or nothing', async () => {
    await seatsFollowTheMoney(shop, browsers);
  }, 180_000);

  test('a renewal that is declined: told by mail, walked down the ladder, paid from the mail', async () => {
    // The sandbox tries again three and eight days later; the third time would come after the grace.
    expect(await declinedAndPaidFromTheMail(shop, browsers)).toBe(2);
  }, 180_000);

  test('on a phone: canceled, resumed, and the invoices taken along', async () => {
    await canceledAndResumed(shop, browsers);
  }, 120_000);
});
