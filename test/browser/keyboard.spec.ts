import { type Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { hasChromium, useBrowser } from '../support/browser.js';
import { person } from '../support/people.js';
import { logIn } from '../support/world.js';

describe.skipIf(!hasChromium())('by keyboard alone', () => {
  const app = useApp();
  const browsers = useBrowser();

  /** What has the focus, by its words. */
  const focused = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element?.id || element?.getAttribute('aria-label') || element?.textContent || '';
    });

  async function press(page: Page, ...keys: string[]): Promise<string> {
    for (const key of keys) await page.keyboard.press(key);
    return focused(page);
  }

  test('one skips to the content, and sees where one is', async () => {
    const { page } = await browsers.newProfile(app.url);
    await page.goto('/');
    expect(await press(page, 'Tab')).toBe('Skip to content');
    const skip = await page.locator('.skip').boundingBox();
    expect(skip!.y).toBeGreaterThanOrEqual(0);
    expect(await press(page, 'Enter')).toBe('content');
    expect(await press(page, 'Tab')).toBe('Create an account');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(outline).toBe('solid');
  });

  test('the menu opens, is gone through, and closes with its button in focus', async () => {
    const profile = await browsers.newProfile(app.url);
    await logIn(app, profile, await person(app, 'kay'));
    const { page } = profile;
    await page.goto('/packages');
    await page.locator('.menu summary').focus();
    expect(await press(page, 'Enter', 'Tab')).toBe('Profile and security');
    expect(await press(page, 'Tab', 'Tab', 'Tab')).toBe('Log out');
    expect(await press(page, 'Escape')).toContain('Account of kay');
    expect(await page.locator('.menu-items').isVisible()).toBe(false);
  });

  test('after a mistake the field that is wrong has the focus and says what is wrong', async () => {
    const { page } = await browsers.newProfile(app.url);
    await page.goto('/signup');
    await page.locator('main form').evaluate((form: HTMLFormElement) => (form.noValidate = true));
    await page.getByLabel('E-mail address').fill('nobody');
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    const [name, invalid, words] = await page.evaluate(() => {
      const field = document.activeElement as HTMLInputElement;
      const told = (field.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id));
      return [field.name, field.getAttribute('aria-invalid'), told.map((one) => one?.textContent).join(' ')];
    });
    expect([name, invalid]).toEqual(['email', 'true']);
    expect(words).toMatch(/\w+ .*address/i);
    expect(await page.getByRole('alert').textContent()).toMatch(/\w/);
  });
});
