import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { launch } from '../support/browser.js';
import { seenPages } from '../support/pages.js';
import { DESKTOP, nameOf, PHONE, Visits } from '../support/visiting.js';
import { buildWorld } from '../support/world.js';

/**
 * Pictures of every page: `npm run screenshots`, into the folder SCREENSHOTS (default ./screenshots); with ONLY=pattern only of
 * those pages whose name it matches. Not a test, but it fails like one where axe finds something serious or the browser complains.
 */
const folder = resolve(process.env['SCREENSHOTS'] ?? 'screenshots');
const wanted = seenPages.filter(({ name }) => new RegExp(process.env['ONLY'] ?? '').test(name));
const VIEWS = [DESKTOP, PHONE].flatMap((size) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ ...size, colorScheme })),
);

const app = useApp();
let browser: Browser;
let visits: Visits;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  browser = await launch();
  visits = new Visits(browser, app, await buildWorld(app));
}, 120_000);
afterAll(async () => {
  await browser?.close();
});

test.each(wanted)('$name ($state, $who)', async (seen) => {
  const wrong = await visits.visit(seen, VIEWS, async (page, view) => {
    const path = join(folder, `${seen.name}--${seen.state}--${nameOf(view)}.png`);
    await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  });
  for (const one of wrong) console.log(`${seen.name}: ${one}`);
  expect(wrong).toEqual([]);
});
