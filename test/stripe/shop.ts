import { afterAll, beforeAll, expect, inject } from 'vitest';
import { stripeClient } from '../../src/billing/stripe/client.js';
import { type Shop } from '../stories/account.js';
import { StandingClock, StripeAccount } from '../stories/stripe-account.js';
import { startApp, type TestApp } from '../support/app.js';
import { WEBHOOK_SECRET } from '../support/billing.js';
import { type GivenAccount } from './given.js';

export interface StripeShop extends Shop {
  readonly account: StripeAccount;
}

/** What `npm start` is given for a real account; only that Stripe cannot reach it. */
const env = ({ secretKey, publishableKey }: GivenAccount): Record<string, string> => ({
  ...{ BILLING: 'stripe', STRIPE_SECRET_KEY: secretKey, STRIPE_PUBLISHABLE_KEY: publishableKey },
  STRIPE_WEBHOOK_SECRETS: WEBHOOK_SECRET,
});

/** The product for all stories of a file, dealing with the given account; in the end what the stories made there is removed. */
export function useStripeShop(settings: Record<string, string> = {}): StripeShop {
  const holder: { app?: TestApp; account?: StripeAccount } = {};
  beforeAll(async () => {
    const given = inject('stripeAccount');
    const clock = new StandingClock();
    const options = { env: { ...env(given), ...settings }, stripeUrl: given.apiUrl, clock };
    const app = (holder.app = await startApp(options));
    const account = (holder.account = new StripeAccount(stripeClient(app.config.billing.stripe!), app, clock));
    await account.open();
  });
  afterAll(async () => {
    const left = await holder.account?.remove();
    await holder.app?.stop();
    expect(left, 'what is still at Stripe').toEqual([]);
  });
  const there = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the app has not started');
    return part;
  };
  return {
    get app() {
      return there(holder.app);
    },
    get account() {
      return there(holder.account);
    },
  };
}
