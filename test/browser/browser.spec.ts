import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { violations } from '../support/axe.js';
import { addAuthenticator, hasChromium, launch, openProfile, useBrowser } from '../support/browser.js';

/** The harness itself: what it is there to notice, it notices. */
describe.skipIf(!hasChromium())('the browser of the tests', () => {
  const app = useApp({ host: 'localhost' });
  const browsers = useBrowser();
  let bad: Server;
  let browser: Browser;
  let site: string;

  beforeAll(async () => {
    bad = createServer((request, response) => {
      response.writeHead(request.url === '/' ? 200 : request.url === '/broken' ? 500 : 404, {
        ...{ 'content-type': 'text/html', 'content-security-policy': "script-src 'self' 'nonce-x'; img-src *" },
      });
      response.end(PAGE);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => bad.once('listening', resolve));
    site = `http://127.0.0.1:${(bad.address() as AddressInfo).port}`;
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    bad.close();
  });

  const PAGE = `<!doctype html><title>bad</title><div style="width:3000px">wide</div><input>
    <img src="/missing.png" alt=""><img src="http://localhost:1/pixel.png" alt="">
    <p onclick="void 0">inline</p><script>document.title = 'executed'</script>
    <script nonce="x">console.error('a complaint'); setTimeout(() => { throw new Error('a fault') })</script>`;

  test('sees what a page does wrong', async () => {
    const profile = await openProfile(browser, site);
    const { page, context } = profile;
    await page.goto('/');
    await page.goto('/broken');
    const seen = profile.takeProblems().join('\n');
    for (const problem of [
      ...[/console: a complaint/, /script: a fault/, /violates the following Content Security Policy directive/],
      ...[/404: GET .*missing\.png/, /asked somebody else: http:\/\/localhost:1\/pixel\.png/, /500: GET .*\/broken/],
    ])
      expect(seen).toMatch(problem);
    expect(await page.title()).toBe('bad');
    expect(await violations(page)).toEqual([
      ...[expect.stringMatching(/^html-has-lang: /), expect.stringMatching(/^label: /)],
      expect.stringMatching(/^the page is \d{4} wide in a window of/),
    ]);
    await context.close();
  });

  test('keeps profiles apart, and leaves out what a test expects', async () => {
    const [one, two] = [await openProfile(browser, site), await browsers.newProfile(app.url)];
    await one.context.addCookies([{ name: 'mine', value: '1', url: app.url }]);
    expect(await two.context.cookies()).toEqual([]);
    for (const pattern of [/complaint/, /fault/, /Content Security Policy/, /missing/, /somebody else/, /no answer/])
      one.expects(pattern);
    await one.page.goto('/');
    expect(one.problems()).toEqual([]);
    await one.context.close();
  });

  test('has a passkey device', async () => {
    const { page } = await browsers.newProfile(app.url);
    await page.goto('/');
    const device = await addAuthenticator(page);
    expect(await device.count()).toBe(0);
    await page.evaluate(async () => {
      const user = { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' };
      const rules = { residentKey: 'required', userVerification: 'required' } as const;
      await navigator.credentials.create({
        publicKey: {
          ...{ challenge: new Uint8Array(16), rp: { id: 'localhost', name: 'tests' }, user },
          ...{
            pubKeyCredParams: [-7, -257].map((alg) => ({ type: 'public-key' as const, alg })),
            authenticatorSelection: rules,
          },
        },
      });
    });
    expect(await device.count()).toBe(1);
    await device.remove();
  });
});
