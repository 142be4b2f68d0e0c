import { beforeAll, describe, expect, test } from 'vitest';
import { paths } from '../../src/platform/paths.js';
import { payer, useBilling } from '../support/billing.js';
import { hasChromium, useBrowser } from '../support/browser.js';
import { team, type Team } from '../support/people.js';
import { logIn } from '../support/world.js';

describe.skipIf(!hasChromium())('proof', () => {
  const billing = useBilling();
  const browsers = useBrowser();
  let acme: Team;
  beforeAll(async () => {
    acme = await team(billing.app);
    await payer(billing, acme.name);
  });
  test('card with 3DS, subscribe, seats with 3184', async () => {
    const profile = await browsers.newProfile(billing.app.url);
    profile.expects(new RegExp(`^asked somebody else: ${billing.sandbox.url}/`));
    await logIn(billing.app, profile, acme.people.admin);
    const { page } = profile;
    const type = async (card: string) => {
      const fields = page.frameLocator('[data-stripe-fields] iframe');
      await fields.getByLabel('Card number').pressSequentially(card);
      await fields.getByLabel('Expiration date').pressSequentially('1234');
      await fields.getByLabel('Security code').pressSequentially('123');
      await fields.getByLabel('ZIP code').fill('10001');
    };
    await page.goto(paths.billingCard(acme.name));
    await type('4000002500003155');
    await page.getByRole('button', { name: 'Save card' }).dblclick();
    await page.frameLocator('dialog iframe').getByRole('button', { name: 'Complete' }).click();
    await page.waitForURL(`**${paths.billing(acme.name)}`);
    expect(await page.locator('main').innerText()).toContain('Visa ending in 3155 is charged from now on.');
    await page.getByRole('link', { name: 'Subscribe' }).click();
    await page.getByRole('button', { name: 'See the price' }).click();
    await page.getByRole('button', { name: 'Pay $27.00' }).click();
    expect(await page.locator('main').innerText()).toContain('The subscription runs, with 3 seats.');
    await page.getByRole('link', { name: 'Replace' }).click();
    await type('4000002760003184');
    await page.getByRole('button', { name: 'Save card' }).click();
    await page.frameLocator('dialog iframe').getByRole('button', { name: 'Complete' }).click();
    await page.waitForURL(`**${paths.billing(acme.name)}`);
    await page.getByRole('link', { name: 'Change seats' }).click();
    await page.getByLabel('Seats from now on').fill('5');
    await page.getByRole('button', { name: 'See the price' }).click();
    await page.getByRole('button', { name: 'Pay $18.00' }).click();
    await page.getByRole('button', { name: 'Authenticate payment' }).click();
    await page.frameLocator('dialog iframe').getByRole('button', { name: 'Fail' }).click();
    await page.locator('[data-stripe-problem]:not(:empty)').waitFor();
    console.log(await page.locator('[data-stripe-problem]').allInnerTexts(), await page.locator('[data-stripe] button').first().innerText());
    await page.reload();
    console.log(await page.locator('main').innerText());
    await page.getByText('Pay with another card').click();
    await type('4242424242424242');
    await page.locator('[data-stripe=payment] button').click();
    await page.waitForURL(`**${paths.billing(acme.name)}`, { timeout: 30000 });
    console.log((await page.locator('main').innerText()).slice(0, 600));
  }, 90_000);
});
