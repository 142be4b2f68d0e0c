import { beforeAll, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { browse, type Browsing } from '../support/browsing.js';
import { team, type Team } from '../support/people.js';
import { isPage, routesOf } from '../support/routes.js';

/** What no page of ours is called: told clearly, on every route, instead of found out by the database. */
const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
let acme: Team;
let admin: Browsing;

beforeAll(async () => {
  acme = await team(app);
  admin = await browse(app, acme.people.admin);
});

/** With `name` where the route has the organization's, and `rest` in place of every other name. */
const filled = (path: string, name: string, rest: string): string =>
  path
    .split('/')
    .map((part) => (/^:(organization|scope|first)/.test(part) ? name : part.startsWith(':') ? rest : part))
    // Routes that differ in the names of their parameters are printed as one.
    .map((part) => (part.includes('|:') ? rest : part))
    .join('/');

const statuses = async (make: (path: string) => readonly string[]): Promise<[string, number][]> => {
  const seen: [string, number][] = [];
  for (const [method, path] of routesOf(app)
    .filter(isPage)
    .map((route) => route.split(' ') as [string, string]))
    for (const address of make(path)) {
      const answer = method === 'GET' ? await admin.get(address) : await admin.post(address, {});
      seen.push([`${method} ${address}`, answer.status]);
    }
  return seen;
};

test('a NUL in the path or in the query: nothing is there, on every page and form', async () => {
  const seen = await statuses((path) => [
    ...(path.includes(':') ? [filled(path, 'a%00b', 'a%00b'), filled(path, acme.name, '%00')] : []),
    `${filled(path, acme.name, 'x')}?token=%00&search=%00&page=%00`,
  ]);
  expect(seen.length).toBeGreaterThan(100);
  expect(seen.filter(([address, status]) => address.includes('%00') && status !== 404)).toEqual([]);
});

test('it is told as a page', async () => {
  const { text, headers } = await admin.get('/users/a%00b');
  expect(headers.get('content-type')).toContain('text/html');
  expect(text).toContain('There is nothing here');
});

test.each([
  ['written from right to left', '\u202e\u0627\u0644'],
  ['that is half a letter', '%ED%A0%80'],
  ['without end', '9'.repeat(3000)],
  ['of a number below zero', '-1'],
  ['of every object', '__proto__'],
  ['of no letters', '\u{1f98a}'],
])('a name %s fails nowhere', async (_what, odd) => {
  const encoded = odd.startsWith('%') ? odd : encodeURIComponent(odd);
  const seen = await statuses((path) =>
    path.includes(':') ? [filled(path, encoded, encoded), filled(path, acme.name, encoded)] : [],
  );
  expect(seen.filter(([, status]) => status >= 500)).toEqual([]);
});
