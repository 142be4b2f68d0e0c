import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { newCredential } from '../support/attestation.js';
import { browse, type Browsing } from '../support/browsing.js';
import { person } from '../support/people.js';

const app = useApp({ host: 'localhost' });

const challengeFor = async (browser: Browsing): Promise<string> =>
  (JSON.parse((await browser.post('/passkeys/options/new')).text) as { challenge: string }).challenge;
const add = (browser: Browsing, credential: object) =>
  browser.post('/account/security/passkeys', { name: 'phone', credential: JSON.stringify(credential) });

test('a passkey without attestation is taken, which is what browsers are asked for', async () => {
  const browser = await browse(app, await person(app));
  const added = await add(browser, newCredential(app.url, await challengeFor(browser)));
  expect([added.status, added.text]).toEqual([200, expect.stringContaining('has been added')]);
});

test('no certificate of a stranger makes the service ask an address of their choice', async () => {
  const asked: string[] = [];
  const inside = createServer((request, response) => response.end(void asked.push(request.url!)));
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  try {
    const browser = await browse(app, await person(app));
    const crl = `http://127.0.0.1:${(inside.address() as AddressInfo).port}/metadata`;
    const added = await add(browser, newCredential(app.url, await challengeFor(browser), crl));
    expect([added.status, added.text]).toEqual([422, expect.stringContaining('The passkey could not be used')]);
    expect(asked).toEqual([]);
  } finally {
    await new Promise((resolve) => inside.close(resolve));
  }
});
