import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppOptions, useApp } from '../support/app.js';
import { useBilling } from '../support/billing.js';
import { billingPages } from '../support/billing-pages.js';
import { buildBillingWorld } from '../support/billing-world.js';
import { hasChromium, launch } from '../support/browser.js';
import { publicPages, type SeenPage, seenPages } from '../support/pages.js';
import { DESKTOP, PHONE, Visits } from '../support/visiting.js';
import { buildPublicWorld, buildWorld } from '../support/world.js';

/** Of the four views that `npm run screenshots` judges this one, and whether the page fits a phone: the suite has to be quick. */
const VIEW = { ...DESKTOP, colorScheme: 'light' } as const;

describe.skipIf(!hasChromium())('every page is for everybody', () => {
  // Passkeys want a name.
  describe('of a site whose packages are private', () => look({ host: 'localhost' }, buildWorld, seenPages));
  describe('of one with a public repository', () =>
    look({ env: { PUBLIC_REPOSITORY: 'hexpm' } }, buildPublicWorld, publicPages));
  describe('of what is paid', () => {
    const billing = useBilling();
    lookAt(billingPages, async (browser) => {
      const world = await buildBillingWorld(billing);
      return new Visits(browser, billing.app, world, billing.sandbox.url);
    });
  });
});

function look(options: AppOptions, build: typeof buildWorld, pages: readonly SeenPage[]): void {
  const app = useApp(options);
  lookAt(pages, async (browser) => new Visits(browser, app, await build(app)));
}

/** Each person goes through their pages in the order of the list; several people at a time. */
function lookAt(pages: readonly SeenPage[], open: (browser: Browser) => Promise<Visits>): void {
  let browser: Browser;
  let visits: Visits;
  beforeAll(async () => {
    browser = await launch();
    visits = await open(browser);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  test.concurrent.each([...new Set(pages.map(({ who }) => who))])(
    'as %s sees it',
    async (who) => {
      const wrong: string[] = [];
      for (const seen of pages.filter((page) => page.who === who))
        for (const one of await visits.visit(seen, [VIEW], undefined, PHONE)) wrong.push(`${seen.name}: ${one}`);
      expect(wrong).toEqual([]);
    },
    // Of a few people at once, on a machine that does much else.
    240_000,
  );
}
