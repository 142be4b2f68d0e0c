import { describe, expect, test } from 'vitest';
import { ShortUrls } from '../../src/platform/short-urls.js';
import { useApp } from '../support/app.js';
import { ask } from '../support/http.js';
import { api, keyOf, person } from '../support/people.js';

const app = useApp();
const DIFFS = 'https://hex.pm/diffs?diffs[]=ecto:1.0.0:2.0.0&diffs[]=plug:1.0.0:1.1.0';
const short = (url: unknown, erlang = false, key?: string) =>
  ask(`${app.url}/api/short_url`, { method: 'POST', json: { url }, erlang, key });

describe('a short URL', () => {
  test.each([false, true])('leads where it was made for (Erlang terms: %s)', async (erlang) => {
    const { status, body } = await short(DIFFS, erlang);
    expect([status, body]).toEqual([201, { url: expect.stringMatching(`^${app.url}/l/[A-Za-z1-9]{8}$`) as string }]);
    const followed = await ask((body as { url: string }).url, { headers: { accept: 'text/html' } });
    expect([followed.status, followed.headers.get('location')]).toEqual([303, DIFFS]);
  });

  test('is one for one address, whoever asks', async () => {
    const first = await short(DIFFS);
    const again = await short(DIFFS, false, await keyOf(app, await person(app), api('read')));
    expect(again.body).toEqual(first.body);
    expect((await short(`${DIFFS}&diffs[]=jason:1.0.0:1.1.0`)).body).not.toEqual(first.body);
    expect((await short(`${app.url}/packages`)).status).toBe(201);
  });

  test.each([
    ['https://evil.example/', 'must be a page with diffs of hex.pm, or of this server'],
    ['nonsense', 'must be a page with diffs of hex.pm, or of this server'],
    [undefined, "can't be blank"],
    [7, "can't be blank"],
  ])('of %s there is none', async (url, message) => {
    for (const erlang of [false, true])
      expect((await short(url, erlang)).body).toEqual({
        ...{ status: 422, message: 'Validation error(s)' },
        errors: { url: message },
      });
  });

  test('that nobody made is not there', async () => {
    for (const code of ['absent', 'x'.repeat(300), '..%2f', '%27'])
      expect((await ask(`${app.url}/l/${code}`, { headers: { accept: 'text/html' } })).status).toBe(404);
  });

  test('is a letter longer where another address has its code', async () => {
    const shortUrls = app.app.get(ShortUrls);
    const code = await shortUrls.shorten('https://hex.pm/diff/a/1..2');
    await app.db.query(`update short_urls set url = 'https://hex.pm/diff/b/1..2' where code = $1`, [code]);
    const longer = await shortUrls.shorten('https://hex.pm/diff/a/1..2');
    expect([longer.length, longer.startsWith(code)]).toEqual([9, true]);
    expect(await shortUrls.find(longer)).toBe('https://hex.pm/diff/a/1..2');
    expect(await shortUrls.find(code)).toBe('https://hex.pm/diff/b/1..2');
  });

  test('ends a year after it was last asked for', async () => {
    const shortUrls = app.app.get(ShortUrls);
    const DAY = 24 * 60 * 60 * 1000;
    const [kept, gone] = [await shortUrls.shorten(`${app.url}/kept`), await shortUrls.shorten(`${app.url}/gone`)];
    app.clock.advance(300 * DAY);
    await shortUrls.shorten(`${app.url}/kept`);
    app.clock.advance(100 * DAY);
    await shortUrls.sweep();
    expect([await shortUrls.find(kept), await shortUrls.find(gone)]).toEqual([`${app.url}/kept`, null]);
  });

  test('is not made without end', async () => {
    const statuses: number[] = [];
    for (let number = 0; number < 31; number += 1) statuses.push((await short(`${DIFFS}&n=${number}`)).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([201, 429]);
    for (const erlang of [false, true])
      expect((await short(DIFFS, erlang)).body).toEqual({
        status: 429,
        message: 'at most 30 short URLs can be made in an hour',
      });
  });
});

test('the index of the API lists what there is', async () => {
  for (const erlang of [false, true]) {
    const { status, body } = await ask(`${app.url}/api`, { erlang });
    expect(status).toBe(200);
    for (const [name, path] of [
      ['package_release_docs_url', '/api/repos/{repository}/packages/{name}/releases/{version}/docs'],
      ['package_owners_url', '/api/repos/{repository}/packages/{name}/owners'],
      ['package_retirement_url', '/api/repos/{repository}/packages/{name}/retire'],
      ['short_url_url', '/api/short_url'],
    ])
      expect((body as Record<string, string>)[name!]).toBe(app.url + path!);
  }
});
