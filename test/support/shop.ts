import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type FrameLocator, type Page } from 'playwright-core';
import { type Browsers, type Profile } from './browser.js';

/** A site that takes cards, of another origin than the Stripe sandbox: one page, as strict as the Stripe docs allow. */
export interface Shop {
  readonly url: string;
  close(): Promise<void>;
}

const page = (stripe: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<script src="${stripe}/endive/stripe.js"></script></head>
<body><h1>Shop</h1><div id="payment"></div><button id="pay">Pay</button></body></html>`;

/** `stripe`: the origin of the sandbox. */
export async function openShop(stripe: string): Promise<Shop> {
  const policy = [
    ...["default-src 'none'", `script-src ${stripe}`, `frame-src ${stripe}`, `connect-src ${stripe}`],
    ...["style-src 'self'", 'img-src data:', "base-uri 'none'", "frame-ancestors 'none'"],
  ].join('; ');
  const server = createServer((_request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
      .end(page(stripe)),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((done) => server.close(() => done())),
  };
}

/** Somebody at the shop's till. */
export interface Till {
  readonly profile: Profile;
  readonly page: Page;
  /** The fields, in their frame. */
  readonly fields: FrameLocator;
  /** The bank's window, when it is open. */
  readonly bank: FrameLocator;
  /** Types a card, and what else is asked for. */
  type(card: string): Promise<void>;
  /** `stripe[call](…)` begins; its answer is `outcome()`. */
  begin(call: string, options: object): Promise<void>;
  /** `begin`, with the mounted element and no redirect. */
  confirm(call: 'confirmSetup' | 'confirmPayment'): Promise<void>;
  outcome(): Promise<any>;
}

interface TillOptions {
  readonly shop: Shop;
  readonly stripe: string;
  readonly publishableKey: string;
  readonly clientSecret: string;
}

export async function atTill(
  browsers: Browsers,
  { shop, stripe, publishableKey, clientSecret }: TillOptions,
): Promise<Till> {
  const profile = await browsers.newProfile(shop.url);
  profile.expects(new RegExp(`^asked somebody else: ${stripe}/`));
  const { page } = profile;
  await page.goto('/');
  await mount(page, publishableKey, clientSecret);
  const fields = page.frameLocator('#payment iframe');
  const begin = (call: string, options: object) =>
    page.evaluate(
      ([name, given]) => {
        const { shop: at } = window as any;
        const elements = 'elements' in given ? { elements: at.elements } : {};
        at.outcome = at.stripe[name]({ ...given, ...elements }).catch((error: Error) => ({ thrown: String(error) }));
      },
      [call, options] as const,
    );
  return {
    ...{ profile, page, fields, begin, bank: page.frameLocator('dialog iframe') },
    type: async (card) => {
      await fields.getByLabel('Card number').pressSequentially(card);
      await fields.getByLabel('Expiration date').pressSequentially('1234');
      await fields.getByLabel('Security code').pressSequentially('123');
      await fields.getByLabel('ZIP code').fill('10001');
    },
    confirm: (call) => begin(call, { elements: true, redirect: 'if_required' }),
    outcome: () => page.evaluate(() => (window as any).shop.outcome),
  };
}

const mount = (page: Page, key: string, clientSecret: string): Promise<void> =>
  page.evaluate(
    ([pk, secret]) => {
      const stripe = (window as any).Stripe(pk);
      const elements = stripe.elements({ clientSecret: secret });
      const element = elements.create('payment');
      (window as any).shop = { stripe, elements, element, changes: [] };
      element.on('change', (event: unknown) => (window as any).shop.changes.push(event));
      const shown = new Promise<void>((ready, fail) => {
        element.on('ready', () => ready());
        element.on('loaderror', ({ error }: { error: { message: string } }) => fail(new Error(error.message)));
      });
      element.mount('#payment');
      return shown;
    },
    [key, clientSecret] as const,
  );
