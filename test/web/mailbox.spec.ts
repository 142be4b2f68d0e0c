import { request } from 'node:http';
import { expect, test } from 'vitest';
import { Mails } from '../../src/platform/mail/mails.js';
import { startApp, useApp } from '../support/app.js';
import { mailTo } from '../support/mailbox.js';

const app = useApp();

/** As a browser asks; `fetch` would not let us choose the Host. */
const get = (path: string, headers: Record<string, string> = {}, url = app.url): Promise<[number, string, string]> =>
  new Promise((resolve, reject) => {
    request(url + path, { headers: { accept: 'text/html', ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const policy = String(response.headers['content-security-policy']);
        resolve([response.statusCode!, Buffer.concat(chunks).toString(), policy]);
      });
    })
      .on('error', reject)
      .end();
  });

test('an empty mailbox says so', async () => {
  expect(await get('/dev/mailbox')).toEqual([200, expect.stringContaining('No mail yet'), expect.any(String)]);
});

test('lists mails and shows one: its link, its text, and its markup in a frame that can do nothing', async () => {
  const letter = {
    ...{ subject: 'Join <b>acme</b>', paragraphs: ['<script>alert(1)</script>'], because: 'A test.' },
    action: { label: 'Join', url: `${app.url}/invitations/accept?token=abc&x=1` },
  };
  await app.db.transaction((tx) => app.app.get(Mails).send(tx, { to: 'ada@example.org', cause: 'test', letter }));
  const { id } = await mailTo(app, 'ada@example.org');
  const [, list] = await get('/dev/mailbox');
  expect(list).toContain(`href="/dev/mailbox/${id}"`);
  const [, page] = await get(`/dev/mailbox/${id}`);
  expect(page).toContain('<h1>Join &lt;b>acme&lt;/b></h1>');
  expect(page).toContain(`href="${letter.action.url.replace('&', '&amp;')}"`);
  expect(page).toMatch(/<iframe[^>]* sandbox(="")?[^>]*>/);
  expect(list + page).not.toContain('<script>alert');
  const [status, markup, policy] = await get(`/dev/mailbox/${id}/html`);
  expect([status, markup.includes('<script>')]).toEqual([200, false]);
  expect(policy).toBe(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox",
  );
});

test('what is not there is absent, and no path leads out of the mailbox', async () => {
  for (const id of ['00000000-0000-0000-0000-000000000000', 'x', '..%2F..%2Fsecrets%2Fsecret-key'])
    for (const path of [`/dev/mailbox/${id}`, `/dev/mailbox/${id}/html`]) expect((await get(path))[0]).toBe(404);
});

test('whoever is not at this machine, by this name, finds nothing', async () => {
  for (const headers of [
    { 'x-forwarded-for': '127.0.0.1' },
    { forwarded: 'for=127.0.0.1' },
    { 'x-real-ip': '127.0.0.1' },
    { host: 'evil.example.org' },
  ] as Record<string, string>[])
    expect([headers, (await get('/dev/mailbox', headers))[0]]).toEqual([headers, 404]);
  expect((await get('/dev/mailbox', { host: 'localhost:1' }))[0]).toBe(200);
});

test('where mails go to a relay there is no mailbox', async () => {
  const relayed = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
  try {
    expect((await get('/dev/mailbox', {}, relayed.url))[0]).toBe(404);
  } finally {
    await relayed.stop();
  }
});
