import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppOptions, useApp } from '../support/app.js';
import { type BillingApp, useBilling } from '../support/billing.js';
import { billingPages } from '../support/billing-pages.js';
import { buildBillingWorld } from '../support/billing-world.js';
import { launch } from '../support/browser.js';
import { publicPages, type SeenPage, seenPages } from '../support/pages.js';
import { DESKTOP, nameOf, PHONE, Visits } from '../support/visiting.js';
import { buildPublicWorld, buildWorld } from '../support/world.js';

/**
 * Pictures of every page: `npm run screenshots`, into the folder SCREENSHOTS (default ./screenshots); with ONLY=pattern only of
 * those pages whose name it matches. Not a test, but it fails like one where axe finds something serious or the browser complains.
 */
const folder = resolve(process.env['SCREENSHOTS'] ?? 'screenshots');
const wanted = ({ name }: SeenPage): boolean => new RegExp(process.env['ONLY'] ?? '').test(name);
const VIEWS = [DESKTOP, PHONE].flatMap((size) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ ...size, colorScheme })),
);

function take(options: AppOptions, build: typeof buildWorld, pages: readonly SeenPage[]): void {
  const app = useApp(options);
  shoot(pages, async (browser) => new Visits(browser, app, await build(app)));
}

function takeBilling(pages: readonly SeenPage[]): void {
  const billing: BillingApp = useBilling();
  shoot(pages, async (browser) => {
    const world = await buildBillingWorld(billing);
    return new Visits(browser, billing.app, world, billing.sandbox.url);
  });
}

function shoot(pages: readonly SeenPage[], open: (browser: Browser) => Promise<Visits>): void {
  let browser: Browser;
  let visits: Visits;
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    browser = await launch();
    visits = await open(browser);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  test.each(pages)('$name ($state, $who)', async (seen) => {
    const wrong = await visits.visit(seen, VIEWS, async (page, view) => {
      const path = join(folder, `${seen.name}--${seen.state}--${nameOf(view)}.png`);
      await page.screenshot({ path, fullPage: true, animations: 'disabled' });
    });
    for (const one of wrong) console.log(`${seen.name}: ${one}`);
    expect(wrong).toEqual([]);
  });
}

const sites = [
  { name: 'private', options: { host: 'localhost' }, build: buildWorld, pages: seenPages.filter(wanted) },
  {
    name: 'public',
    options: { env: { PUBLIC_REPOSITORY: 'hexpm' } },
    build: buildPublicWorld,
    pages: publicPages.filter(wanted),
  },
] as const;
for (const { name, options, build, pages } of sites)
  describe.skipIf(pages.length === 0)(name, () => take(options, build, pages));
const ofBilling = billingPages.filter(wanted);
describe.skipIf(ofBilling.length === 0)('billing', () => takeBilling(ofBilling));
