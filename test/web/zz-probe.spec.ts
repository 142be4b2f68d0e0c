import { unpackTar } from 'modern-tar';
import { Readable } from 'node:stream';
import { beforeAll, expect, test } from 'vitest';
import { Releases } from '../../src/packages/releases.js';
import { Exporting } from '../../src/packages/exporting.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { Members } from '../../src/organizations/members.js';
import { Renaming } from '../../src/registry/renaming.js';
import { useApp } from '../support/app.js';
import { browse, type Browsing } from '../support/browsing.js';
import { ask, publish } from '../support/http.js';
import { api, keyOf, person, team, type Team, TESTS, unique } from '../support/people.js';
import { routesOf, isPage } from '../support/routes.js';

const app = useApp();
let acme: Team; let other: Team; let admin: Browsing;
beforeAll(async () => {
  acme = await team(app); other = await team(app);
  admin = await browse(app, acme.people.admin);
  await publish(app.url, acme.name, acme.publishKey, { name: 'one' });
});

test('nul in all', async () => {
  const bad: string[] = [];
  for (const route of routesOf(app)) {
    const [method, path] = route.split(' ') as [string, string];
    const tries = [path.replace(/:\w+/g, 'a%00b'), path.replace(/:organization|:scope|:first/g, acme.name).replace(/:\w+/g, 'a%00b'),
      path.replace(/:\w+/g, acme.name) + '?token=%00&search=%00&user_code=%00&return=%00&client_id=%00&code=%00&before=%00&package=%00&organization=%00&page=%00&tab=%00&after=%00',
      path.replace(/:organization|:scope/g, acme.name).replace(/:\w+/g, 'one') + '?x=%00',
      path.replace(/:organization|:scope|:first/g, acme.name).replace(/:\w+/g, '\u202e' + 'é'.repeat(90)),
      path.replace(/:organization|:scope|:first/g, acme.name).replace(/:\w+/g, '%ED%A0%80'),
      path.replace(/:organization|:scope|:first/g, acme.name).replace(/:\w+/g, '9'.repeat(3000)),
      path.replace(/:organization|:scope|:first/g, acme.name).replace(/:\w+/g, '-1'),
      path.replace(/:organization|:scope|:first/g, acme.name).replace(/:\w+/g, '__proto__') + '?__proto__=x&constructor[]=y&search[]=a&search[]=b&token=a&token=b&page=1e99&page=NaN&sort=__proto__&tab=constructor',
    ];
    if (/logout|sign-up|signup|POST \/login/.test(route)) continue;
    admin = await browse(app, acme.people.admin);
    for (const it of tries) {
      const s = method === 'GET' ? await admin.get(enc(it)) : await admin.post(enc(it), { a: 'b' });
      if (s.status >= 500) bad.push(`${s.status} ${method} ${it.slice(0, 100)}`);
    }
  }
  console.log(bad.join('\n') || 'no 5xx');
});
const enc = (t: string) => encodeURI(t).replace(/%25/g, '%');
test('odd days', async () => {
  const out: string[] = [];
  for (const q of ['to=9999-12-31', 'from=0000-01-01', 'from=0001-01-01&to=0001-01-01', 'after=0', 'from=9999-12-31'])
    for (const f of ['audit', 'audit.csv', 'audit.jsonl']) out.push(`${q} ${f} ${(await admin.get(`/orgs/${acme.name}/${f}?${q}`)).status}`);
  console.log(out.join('\n'));
});
