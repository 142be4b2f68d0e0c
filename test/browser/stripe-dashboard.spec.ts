import { request } from 'node:http';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';
import { violations } from '../support/axe.js';
import { hasChromium, useBrowser } from '../support/browser.js';

const DAY = 86_400_000;

/** One sandbox with one paying customer. */
function useCustomer() {
  const world = {} as { sandbox: StripeSandbox; stripe: Stripe; subscription: Stripe.Subscription };
  beforeAll(async () => {
    const sandbox = await StripeSandbox.start({});
    const { hostname: host, port } = new URL(sandbox.url);
    const stripe = new Stripe(sandbox.secretKey, { host, port, protocol: 'http', apiVersion: '2026-10-28.endive' });
    const customer = await stripe.customers.create({
      ...{ email: 'billing@acme.example', name: 'Acme Honey', tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }] },
      address: { country: 'DE', line1: 'Bienenstraße 7', city: 'Köln', postal_code: '50667' },
      invoice_settings: { custom_fields: [{ name: 'Purchase order', value: 'PO-4711' }] },
    });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    const product = await stripe.products.create({ name: 'Seats' });
    const price = await stripe.prices.create({
      ...{ product: product.id, currency: 'usd', unit_amount: 900, recurring: { interval: 'month' } },
    });
    const subscription = await stripe.subscriptions.create({
      ...{ customer: customer.id, items: [{ price: price.id, quantity: 7 }], default_payment_method: card.id },
    });
    Object.assign(world, { sandbox, stripe, subscription });
  });
  afterAll(() => world.sandbox?.stop());
  return world;
}

describe.skipIf(!hasChromium())("the sandbox's dashboard", () => {
  const browsers = useBrowser();
  const world = useCustomer();

  const open = async (path: string) => {
    const { page } = await browsers.newProfile(world.sandbox.url);
    await page.goto(path);
    return page;
  };

  const invoicePath = async () => {
    const { data } = await world.stripe.invoices.list({ limit: 1 });
    return new URL(data[0]!.hosted_invoice_url!).pathname;
  };

  test('moves the clock, and what falls due on the way happens', async () => {
    const page = await open('/');
    expect(await page.locator('.banner').innerText()).toMatch(/SANDBOX.*No real money/);
    const before = world.sandbox.now().getTime();
    await page.getByRole('button', { name: '+ 1 day' }).click();
    const moved = world.sandbox.now().getTime() - before;
    expect(moved).toBeGreaterThanOrEqual(DAY);
    expect(moved).toBeLessThan(DAY + 60_000);
    await page.getByRole('button', { name: '+ 1 month' }).click();
    await page.getByRole('button', { name: '+ 1 day' }).click();
    const invoices = await world.stripe.invoices.list({ subscription: world.subscription.id });
    expect(invoices.data.map(({ status }) => status)).toEqual(['paid', 'paid']);
    const due = new Date((await page.locator('time').getAttribute('datetime'))!);
    expect(Math.abs(due.getTime() - world.sandbox.now().getTime())).toBeLessThan(60_000);
  });

  test('goes to what is due next, and to the next renewal', async () => {
    const page = await open('/payments');
    const [due, count] = [world.sandbox.nextDue()!, (await world.stripe.invoices.list()).data.length];
    await page.getByRole('button', { name: 'To what is due next' }).click();
    expect(new URL(page.url()).pathname).toBe('/payments');
    expect(Math.abs(world.sandbox.now().getTime() - due.getTime())).toBeLessThan(60_000);
    await page.getByRole('button', { name: 'To the next renewal' }).click();
    const { data } = await world.stripe.invoices.list();
    expect(data.map(({ status }) => status)).toEqual(Array.from({ length: count + 1 }, () => 'paid'));
  });

  test('does what only a bank or Stripe does: tax ids, refunds, disputes, cards, an end at once', async () => {
    const page = await open('/');
    const [taxId] = (await world.stripe.customers.listTaxIds(world.subscription.customer as string)).data;
    await page.getByRole('button', { name: 'Refuse: DE123456789' }).click();
    const after = await world.stripe.customers.retrieveTaxId(world.subscription.customer as string, taxId!.id);
    expect(after.verification!.status).toBe('unverified');
    await page.goto('/payments');
    await page
      .getByRole('button', { name: /^Dispute/ })
      .first()
      .click();
    await page.getByRole('button', { name: /^Lose/ }).click();
    expect((await world.stripe.disputes.list()).data.map(({ status }) => status)).toEqual(['lost']);
    await page
      .getByRole('button', { name: /^Refund/ })
      .last()
      .click();
    expect((await world.stripe.refunds.list()).data.map(({ amount }) => amount)).toEqual([6300]);
    await page.goto('/');
    await page.getByRole('button', { name: /^Let it expire/ }).click();
    await page.getByRole('button', { name: /^Cancel now/ }).click();
    expect((await world.stripe.subscriptions.retrieve(world.subscription.id)).status).toBe('canceled');
  });

  test('sets how webhooks are delivered, and lists what happened', async () => {
    const page = await open('/events');
    await page.getByLabel('Delivery').selectOption('hold');
    await page.getByLabel('Sent twice').fill('0.25');
    await page.getByLabel('In any order').check();
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await page.getByLabel('Sent twice').inputValue()).toBe('0.25');
    expect(await page.getByLabel('Delivery').inputValue()).toBe('hold');
    expect(await page.getByLabel('In any order').isChecked()).toBe(true);
    expect(await page.locator('.row').first().innerText()).toMatch(/customer\.subscription\.deleted|invoice|charge/);
  });

  test('an invoice is a page and a PDF', async () => {
    const page = await open('/payments');
    await page
      .getByRole('link', { name: /^View invoice/ })
      .last()
      .click();
    const words = await page.locator('main').innerText();
    for (const word of ['$63.00', 'Acme Honey', 'Bienenstraße 7', 'Germany', 'PO-4711', 'DE123456789'])
      expect(words).toContain(word);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Download PDF').click()]);
    expect(download.suggestedFilename()).toMatch(/^Invoice-[\w-]+\.pdf$/);
  });

  test('its pages can be used by everybody, in both lights and on a phone', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const viewport = { width: 390, height: 844 };
      const { page } = await browsers.newProfile(world.sandbox.url, { colorScheme, viewport });
      for (const path of ['/', '/payments', '/events', '/elements/payment', await invoicePath()]) {
        await page.goto(path);
        expect(await violations(page, colorScheme === 'dark'), `${path}, ${colorScheme}`).toEqual([]);
      }
    }
  });
});

describe('what other sites may do to the sandbox', () => {
  const world = useCustomer();

  const send = (path: string, headers: Record<string, string>, method = 'POST'): Promise<number> =>
    new Promise((resolve, reject) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      request(world.sandbox.url + path, { method, headers: { ...type, ...headers } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode!);
      })
        .on('error', reject)
        .end(method === 'POST' ? 'step=month' : undefined);
    });

  test('no form of theirs moves anything', async () => {
    const { url } = world.sandbox;
    const before = world.sandbox.now().getTime();
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1', url.replace('http', 'https')])
      expect(await send('/dashboard/clock', { origin }), origin).toBe(403);
    expect(await send('/dashboard/clock', {})).toBe(403);
    expect(world.sandbox.now().getTime() - before).toBeLessThan(60_000);
    expect(await send('/dashboard/clock', { origin: url })).toBe(303);
    expect(world.sandbox.now().getTime() - before).toBeGreaterThan(27 * DAY);
  });

  test('a name that leads here (DNS rebinding) opens nothing', async () => {
    const { port } = new URL(world.sandbox.url);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1:1', '127.0.0.1.evil.example'])
      for (const path of ['/', '/payments', '/events', '/endive/stripe.js', '/elements/payment'])
        expect(await send(path, { host }, 'GET'), `${host} ${path}`).toBe(421);
    const origin = `http://evil.example:${port}`;
    expect(await send('/dashboard/clock', { host: `evil.example:${port}`, origin })).toBe(421);
    expect(await send('/', { host: `localhost:${port}` }, 'GET')).toBe(200);
  });

  test('they may frame what is made for it, and nothing else', async () => {
    const policy = async (path: string) =>
      (await fetch(world.sandbox.url + path)).headers.get('content-security-policy');
    for (const path of ['/', '/payments', '/events']) expect(await policy(path)).toMatch(/frame-ancestors 'none'/);
    expect(await policy('/elements/payment')).toMatch(/frame-ancestors \*/);
    for (const path of ['/', '/elements/payment']) expect(await policy(path)).toMatch(/script-src 'self';/);
  });
});
