import { describe, expect, test } from 'vitest';
import { Reconciling } from '../../src/billing/reconciling.js';
import { moneyStories } from '../stories/money-stories.js';
import { Selling } from '../stories/selling.js';
import { changesAtStripeAreHeard, detailsAreTheSameAtBoth } from '../stories/telling-stories.js';
import { runCommand } from '../support/commands.js';
import { eventually } from '../support/http.js';
import { useStripeShop } from './shop.js';

const PATIENCE_MS = 60_000;

describe('at an account of Stripe’s: seats, plans and invoices', () => {
  const shop = useStripeShop();
  const selling = new Selling(shop);

  // First, while the product's time is still the real one: Stripe may date its events by either.
  test('changes at Stripe are heard by webhook, or found where none came', async () => {
    await shop.account.begin();
    await changesAtStripeAreHeard(selling);
  });

  test('details, VAT number and card are the same at Stripe', async () => {
    await shop.account.begin();
    // Which of them, and when, is between Stripe and the authorities.
    expect(['pending', 'verified', 'unverified', 'unavailable']).toContain(await detailsAreTheSameAtBoth(selling));
  });

  test.each(Object.entries(moneyStories))('%s', async (_name, story) => {
    await shop.account.begin();
    await story(selling);
  });

  test('admin billing check: as it should be, but for what Stripe cannot reach', async () => {
    const { code, out } = await runCommand(shop.app, ['billing', 'check']);
    console.log(out);
    expect(out).toMatch(/^ok {3}the secret key belongs to account acct_/);
    expect(out).toMatch(/^ok {3}price \S+ is there$/m);
    const bad = out.split('\n').filter((line) => line.startsWith('BAD'));
    expect(bad.filter((line) => !/ no webhook endpoint for | may not take payments yet/.test(line))).toEqual([]);
    expect([code, bad.some((line) => line.includes('no webhook endpoint'))]).toEqual([1, true]);
  });

  // Last: however late and in whatever order all of it is told, there is nothing in it that was not known.
  test('when everything has been told, nothing is different from what Stripe has', async () => {
    await shop.account.tell();
    const unhandled = () => shop.app.db.query<unknown[]>(`select id from stripe_events where handled_at is null`);
    expect(await eventually(unhandled, (rows) => rows.length === 0, PATIENCE_MS)).toEqual([]);
    expect(await selling.get(Reconciling).compareAll()).toMatchObject({ drifted: 0, failed: 0, differences: [] });
  });
});
