import { type Locator } from 'playwright-core';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';
import { hasChromium, useBrowser } from '../support/browser.js';
import { atTill, openShop, type Shop, type Till } from '../support/shop.js';

describe.skipIf(!hasChromium())('the stand-in for Stripe.js, on a page of another origin', () => {
  const browsers = useBrowser();
  let sandbox: StripeSandbox;
  let stripe: Stripe;
  let shop: Shop;
  beforeAll(async () => {
    sandbox = await StripeSandbox.start({});
    const { hostname: host, port } = new URL(sandbox.url);
    stripe = new Stripe(sandbox.secretKey, { host, port, protocol: 'http', apiVersion: '2026-10-28.endive' });
    shop = await openShop(sandbox.url);
  });
  afterAll(async () => {
    await shop?.close();
    await sandbox?.stop();
  });

  const till = (clientSecret: string): Promise<Till> =>
    atTill(browsers, { shop, stripe: sandbox.url, publishableKey: sandbox.publishableKey, clientSecret });

  async function setup(): Promise<{ id: string; secret: string }> {
    const customer = await stripe.customers.create({ email: 'till@example.com' });
    const intent = await stripe.setupIntents.create({
      ...{ customer: customer.id, usage: 'off_session', allowed_payment_method_types: ['card'] },
    });
    return { id: intent.id, secret: intent.client_secret! };
  }

  /** The first invoice of a subscription, unpaid: its payment intent's secret. */
  async function payment(): Promise<{ subscription: string; secret: string }> {
    const customer = await stripe.customers.create({ email: 'till@example.com' });
    const product = await stripe.products.create({ name: 'Seats' });
    const price = await stripe.prices.create({
      ...{ product: product.id, currency: 'usd', unit_amount: 900, recurring: { interval: 'month' } },
    });
    const subscription = await stripe.subscriptions.create({
      ...{ customer: customer.id, items: [{ price: price.id, quantity: 3 }], payment_behavior: 'default_incomplete' },
      expand: ['latest_invoice.confirmation_secret'],
    });
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    return { subscription: subscription.id, secret: invoice.confirmation_secret!.client_secret };
  }

  const press = (at: Till, name: string) => at.bank.getByRole('button', { name }).click();
  const statusOf = async (id: string) => (await stripe.setupIntents.retrieve(id)).status;

  test('a card that works is set up, and the page has never seen its number', async () => {
    const { id, secret } = await setup();
    const at = await till(secret);
    await at.type('4242424242424242');
    await at.confirm('confirmSetup');
    expect(await at.outcome()).toMatchObject({ setupIntent: { id, status: 'succeeded' } });
    const { payment_method: method } = await stripe.setupIntents.retrieve(id, { expand: ['payment_method'] });
    const { card, billing_details: billing } = method as Stripe.PaymentMethod;
    expect([card!.last4, card!.exp_month, card!.exp_year]).toEqual(['4242', 12, 2034]);
    expect(billing.address).toMatchObject({ country: 'US', postal_code: '10001' });
    const heard = await at.page.evaluate(() => JSON.stringify((window as any).shop.changes));
    expect(JSON.parse(heard).at(-1)).toMatchObject({ elementType: 'payment', complete: true, empty: false });
    expect(heard).not.toMatch(/4242/);
  });

  test('3D Secure: passed', async () => {
    const { id, secret } = await setup();
    const at = await till(secret);
    await at.type('4000002500003155');
    await at.confirm('confirmSetup');
    expect(await at.bank.locator('body').innerText()).toMatch(/no real money/);
    await press(at, 'Complete authentication');
    expect(await at.outcome()).toMatchObject({ setupIntent: { id, status: 'succeeded' } });
    expect(await at.page.locator('dialog').count()).toBe(0);
    expect(await statusOf(id)).toBe('succeeded');
  });

  test.each([
    ['failed', (at: Till) => press(at, 'Fail authentication')],
    ['cancelled', (at: Till) => press(at, 'Cancel')],
    ['closed with Escape', (at: Till) => at.page.keyboard.press('Escape')],
  ])('3D Secure: %s, and another card works afterwards', async (_, leave) => {
    const { id, secret } = await setup();
    const at = await till(secret);
    await at.type('4000002500003155');
    await at.confirm('confirmSetup');
    await at.bank.getByRole('button', { name: 'Complete' }).waitFor();
    await leave(at);
    expect(await at.outcome()).toMatchObject({
      error: { code: 'setup_intent_authentication_failure', setup_intent: { id, status: 'requires_payment_method' } },
    });
    await at.fields.getByRole('button', { name: /4242/ }).click();
    await at.confirm('confirmSetup');
    expect(await at.outcome()).toMatchObject({ setupIntent: { status: 'succeeded' } });
  });

  test('a tab that is closed in the middle leaves the intent as it is, and the challenge can be taken up again', async () => {
    const { id, secret } = await setup();
    const at = await till(secret);
    await at.type('4000002500003155');
    await at.confirm('confirmSetup');
    await at.bank.getByRole('button', { name: 'Complete' }).waitFor();
    await at.page.close();
    expect(await statusOf(id)).toBe('requires_action');
    const again = await till(secret);
    await again.begin('handleNextAction', { clientSecret: secret });
    await press(again, 'Complete authentication');
    expect(await again.outcome()).toMatchObject({ setupIntent: { id, status: 'succeeded' } });
    await again.begin('handleNextAction', { clientSecret: secret });
    expect((await again.outcome()).thrown).toMatch(/not in the requires_action state/);
  });

  test('a declined card says why', async () => {
    const { id, secret } = await setup();
    const at = await till(secret);
    at.profile.expects(/^402: POST/);
    await at.fields.getByRole('button', { name: /0002/ }).click();
    await at.confirm('confirmSetup');
    expect((await at.outcome()).error).toMatchObject({
      ...{ type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' },
      setup_intent: { id, status: 'requires_payment_method' },
    });
  });

  test('a payment with a card that always wants 3D Secure', async () => {
    const { subscription, secret } = await payment();
    const at = await till(secret);
    await at.type('4000002760003184');
    await at.confirm('confirmPayment');
    expect(await at.bank.locator('dl').innerText()).toMatch(/\$27\.00/);
    await press(at, 'Fail authentication');
    expect((await at.outcome()).error).toMatchObject({ code: 'payment_intent_authentication_failure' });
    await at.confirm('confirmPayment');
    await press(at, 'Complete authentication');
    expect(await at.outcome()).toMatchObject({ paymentIntent: { status: 'succeeded', amount: 2700 } });
    expect((await stripe.subscriptions.retrieve(subscription)).status).toBe('active');
  });

  test('with redirect: "always" the page goes to return_url, with what it needs to look again', async () => {
    const { id, secret } = await setup();
    const at = await till(secret);
    await at.type('4242424242424242');
    const there = at.page.waitForURL(/\/done\?/);
    await at.begin('confirmSetup', { elements: true, confirmParams: { return_url: `${shop.url}/done?org=acme` } });
    await there;
    expect(Object.fromEntries(new URL(at.page.url()).searchParams)).toEqual({
      ...{ org: 'acme', setup_intent: id, setup_intent_client_secret: secret, redirect_status: 'succeeded' },
    });
  });

  test.each([
    ['Complete authentication', 'succeeded'],
    ['Fail authentication', 'failed'],
  ])('the bank as a whole page, and the way back: %s', async (answer, redirectStatus) => {
    const { id, secret } = await setup();
    const { next_action: next } = await stripe.setupIntents.confirm(id, {
      ...{ payment_method: 'pm_card_authenticationRequiredOnSetup', return_url: `${shop.url}/done?org=acme` },
    });
    const profile = await browsers.newProfile(sandbox.url);
    profile.expects(new RegExp(`^asked somebody else: ${shop.url}/`));
    await profile.page.goto(next!.redirect_to_url!.url!);
    await profile.page.getByRole('button', { name: answer }).click();
    await profile.page.waitForURL(/\/done\?/);
    expect(Object.fromEntries(new URL(profile.page.url()).searchParams)).toEqual({
      ...{ org: 'acme', setup_intent: id, setup_intent_client_secret: secret, redirect_status: redirectStatus },
    });
  });

  test('what is wrong is told beside its field, in order, and nothing is sent', async () => {
    const { id, secret } = await setup();
    const at = await till(secret);
    const wrong = async () => {
      await at.confirm('confirmSetup');
      return (await at.outcome()).error;
    };
    expect(await wrong()).toEqual({
      ...{ type: 'validation_error', code: 'incomplete_number', message: 'Your card number is incomplete.' },
    });
    const [number, expiry] = [at.fields.getByLabel('Card number'), at.fields.getByLabel('Expiration date')];
    expect(await number.getAttribute('aria-invalid')).toBe('true');
    expect(await at.fields.locator('#number-problem').innerText()).toBe('Your card number is incomplete.');
    await number.pressSequentially('4242424242424241');
    expect(await number.inputValue()).toBe('4242 4242 4242 4241');
    expect((await wrong()).code).toBe('invalid_number');
    await number.fill('4242 4242 4242 4242');
    expect((await wrong()).code).toBe('incomplete_expiry');
    await expiry.pressSequentially('122');
    expect((await wrong()).code).toBe('incomplete_expiry');
    await expiry.fill('01 / 20');
    expect((await wrong()).code).toBe('invalid_expiry_year_past');
    await expiry.fill('12 / 40');
    expect((await wrong()).code).toBe('incomplete_cvc');
    await at.fields.getByLabel('Security code').pressSequentially('123');
    expect((await wrong()).code).toBe('incomplete_zip');
    await at.fields.getByLabel('Country').selectOption('Sweden');
    await at.confirm('confirmSetup');
    expect(await at.outcome()).toMatchObject({ setupIntent: { id, status: 'succeeded' } });
  });

  test('by keyboard alone, also through the bank', async () => {
    const { secret } = await setup();
    const at = await till(secret);
    const { keyboard } = at.page;
    await at.page.evaluate(() => (window as any).shop.element.focus());
    // The wish travels to the frame as a message: what is typed before it has arrived is typed nowhere.
    await expect.poll(() => isFocused(at.fields.getByLabel('Card number')), { timeout: 30_000 }).toBe(true);
    await keyboard.type('4000002500003155');
    await keyboard.press('Tab');
    await keyboard.type('1234');
    await keyboard.press('Tab');
    await keyboard.type('123');
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.type('10001');
    await at.page.evaluate(() => document.getElementById('pay')!.focus());
    await at.confirm('confirmSetup');
    await at.bank.getByRole('button', { name: 'Complete' }).waitFor();
    await expect.poll(() => isFocused(at.page.locator('dialog iframe')), { timeout: 30_000 }).toBe(true);
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    expect(await at.outcome()).toMatchObject({ setupIntent: { status: 'succeeded' } });
    expect(await at.page.evaluate(() => document.activeElement?.id)).toBe('pay');
  });

  test('a secret of nothing, and a call written wrongly', async () => {
    const at = await till((await setup()).secret);
    await at.begin('handleNextAction', { clientSecret: 'nonsense' });
    expect((await at.outcome()).thrown).toMatch(/Invalid value for intent secret/);
    at.profile.expects(/^404: GET/);
    const error = await at.page.evaluate(async () => {
      const elements = (window as any).shop.stripe.elements({ clientSecret: 'seti_unknown_secret_unknown' });
      const element = elements.create('payment');
      const failed = new Promise((fail) => element.on('loaderror', fail));
      element.mount(document.body.appendChild(document.createElement('div')));
      return failed;
    });
    expect(error).toMatchObject({ elementType: 'payment', error: { code: 'resource_missing' } });
    await at.begin('confirmSetup', { elements: true });
    expect((await at.outcome()).thrown).toMatch(/return_url/);
  });
});

const isFocused = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => element.ownerDocument.activeElement === element);
