import { beforeAll, describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { type Ask, ask, publish } from '../support/http.js';
import { api, keyOf, person, repositories, team, type Team } from '../support/people.js';
import { tarball } from '../support/tarballs.js';

// What clients ask for by mistake means what they meant (hex-protocol.md 3.1, 4.2): `hexpm:ORG` for an organization's repository, slashes
// twice or at the end, the public repository by its name or without.

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
let acme: Team;
let admin: string;
let ada: string;

beforeAll(async () => {
  acme = await team(app, 'acme');
  admin = await keyOf(app, acme.people.admin, api(), repositories);
  ada = await keyOf(app, await person(app, 'ada'), api());
  await publish(app.url, 'acme', acme.publishKey, { name: 'wax' });
  const bytes = await tarball({ name: 'honey' });
  expect((await ask(`${app.url}/api/publish`, { method: 'POST', key: ada, bytes })).status).toBe(201);
});

const get = async (path: string, key: string) => {
  const { status, body, headers } = await ask(app.url + path, { key });
  return { status, body: body as unknown, location: headers.get('location'), etag: headers.get('etag') };
};

const ways: [string, (path: string) => string][] = [
  ['hexpm:ORG', (path) => path.replace('/acme', '/hexpm:acme')],
  ['hexpm%3AORG', (path) => path.replace('/acme', '/hexpm%3Aacme')],
  ['HEXPM%3aORG', (path) => path.replace('/acme', '/HEXPM%3aacme')],
  [
    'a slash twice after the base, as a trailing one of HEX_API_URL makes it',
    (path) => path.replace('/api/', '/api//'),
  ],
  ['slashes twice everywhere', (path) => path.replaceAll('/', '//')],
  ['a slash at the end', (path) => path.replace(/(?=\?|$)/, '/')],
  [
    'all at once',
    (path) =>
      path
        .replace('/acme', '/hexpm:acme')
        .replaceAll('/', '//')
        .replace(/(?=\?|$)/, '/'),
  ],
];

describe.each(ways)('%s', (_what, way) => {
  test.each([
    '/api/repos/acme',
    '/api/repos/acme/packages',
    '/api/repos/acme/packages?search=wax&sort=downloads',
    '/api/repos/acme/packages/wax',
    '/api/repos/acme/packages/wax/releases/1.0.0',
    '/api/repos/acme/packages/wax/owners',
    '/api/repos/acme/packages/wax/audit-logs',
    '/api/repos/acme/packages/absent',
    '/api/orgs/acme',
    '/api/orgs/acme/members',
    '/api/orgs/acme/keys',
    '/api/orgs/acme/audit-logs',
  ])('GET %s', async (path) => {
    const meant = await get(path, admin);
    expect(meant.status).toBe(path.endsWith('absent') ? 404 : 200);
    expect(way(path)).not.toBe(path);
    expect(await get(way(path), admin)).toEqual(meant);
  });

  test('and what changes something', async () => {
    const send = async (path: string, question: Ask) =>
      (await ask(app.url + way(path), { key: admin, ...question })).status;
    const bytes = await tarball({ name: 'comb' });
    expect(await send('/api/repos/acme/publish', { method: 'POST', bytes })).toBe(201);
    const release = '/api/repos/acme/packages/comb/releases/1.0.0';
    expect(await send('/api/repos/acme/packages/comb/releases', { method: 'POST', bytes })).toBe(200);
    expect(await send(`${release}/retire`, { method: 'POST', json: { reason: 'other', message: 'a test' } })).toBe(204);
    expect(await send(`${release}/retire`, { method: 'DELETE' })).toBe(204);
    expect(await send('/api/orgs/acme/keys', { method: 'POST', json: { name: 'alias' } })).toBe(201);
    expect(await send('/api/orgs/acme/keys/alias', { method: 'DELETE' })).toBe(200);
    expect(await send(release, { method: 'DELETE' })).toBe(204);
  });
});

describe('the public repository, with its name and without', () => {
  test.each(['', '/releases/1.0.0', '/owners', '/owners/ada', '/audit-logs'])('packages/honey%s', async (rest) => {
    const meant = await get(`/api/packages/honey${rest}`, ada);
    expect(meant.status).toBe(200);
    for (const repository of ['hexpm', 'hexpm:hexpm', 'hexpm%3Ahexpm'])
      for (const slash of ['/', '//'])
        expect(await get(`/api${slash}repos/${repository}${slash}packages/honey${rest}`, ada)).toEqual(meant);
  });

  test('and what changes something', async () => {
    const send = async (path: string, question: Ask) =>
      (await ask(`${app.url}/api/${path}`, { key: ada, ...question })).status;
    const release = 'packages/honey/releases/1.0.0';
    for (const road of ['', 'repos/hexpm/', 'repos//hexpm:hexpm/']) {
      const bytes = await tarball({ name: 'honey', description: `by ${road || 'no name'}` });
      expect(await send(`${road}publish?replace=true`, { method: 'POST', bytes })).toBe(200);
      expect(await send(`${road}packages/honey/releases`, { method: 'POST', bytes })).toBe(200);
      expect(await send(`${road}${release}/retire`, { method: 'POST', json: { reason: 'other' } })).toBe(204);
      expect(await send(`${road}${release}/retire`, { method: 'DELETE' })).toBe(204);
    }
  });

  test('is not mistaken for an organization, nor an organization for it', async () => {
    expect((await get('/api/orgs/hexpm', ada)).status).toBe(404);
    expect((await get('/api/repos/acme:hexpm', ada)).status).toBe(404);
    expect((await get('/api/repos/hexpm:acme', ada)).status).toBe(404);
    expect((await get('/api/repos/hexpm:hexpm:acme', admin)).status).toBe(404);
  });
});
