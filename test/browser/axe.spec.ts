import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { hasChromium, launch } from '../support/browser.js';
import { seenPages } from '../support/pages.js';
import { DESKTOP, PHONE, Visits } from '../support/visiting.js';
import { buildWorld } from '../support/world.js';

const VIEWS = [
  { ...DESKTOP, colorScheme: 'light' },
  { ...PHONE, colorScheme: 'dark' },
] as const;

describe.skipIf(!hasChromium())('every page is for everybody', () => {
  const app = useApp();
  let browser: Browser;
  let visits: Visits;
  beforeAll(async () => {
    browser = await launch();
    visits = new Visits(browser, app, await buildWorld(app));
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  test.each(seenPages)('$name, as $who sees it', async (seen) => {
    expect(await visits.visit(seen, VIEWS)).toEqual([]);
  });
});
