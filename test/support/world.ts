import { type User } from '../../src/accounts/user.entity.js';
import { Sessions } from '../../src/accounts/sessions.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { type TestApp } from './app.js';
import { type Profile } from './browser.js';
import { type Answer, ask, publish } from './http.js';
import { api, keyOf, onlyPackage, person, repositories, repository, TESTS } from './people.js';
import { type PackageSpec } from './tarballs.js';

/** A house that has been lived in, for looking at pages: one busy organization, one that has only just been made. */
export interface World {
  /** `acme`: people in every role, packages with a past. */
  readonly busy: Organization;
  /** `newcomer`: its admin and nothing else. */
  readonly empty: Organization;
  readonly people: Readonly<Record<Exclude<Who, 'anonymous'>, User>>;
}

/** Whose eyes a page is seen with. `founder` is the admin of the empty organization, `stranger` belongs to none. */
export type Who = 'anonymous' | 'admin' | 'writer' | 'reader' | 'billing' | 'founder' | 'stranger';

const NAMES = {
  ...{ admin: 'ada', writer: 'wim', reader: 'rea', billing: 'bill', founder: 'noa', stranger: 'sam' },
} as const;

export async function buildWorld(test: TestApp): Promise<World> {
  const entries = Object.entries(NAMES).map(async ([who, name]) => [who, await person(test, name)] as const);
  const people = Object.fromEntries(await Promise.all(entries)) as World['people'];
  const organizations = test.app.get(Organizations);
  const busy = await organizations.create(TESTS, 'acme', people.admin);
  const empty = await organizations.create(TESTS, 'newcomer', people.founder);
  const members = test.app.get(Members);
  await members.add(TESTS, busy, people.writer, 'write');
  await members.add(TESTS, busy, people.reader, 'read');
  await members.add(TESTS, busy, people.billing, 'billing');
  for (let number = 1; number <= 12; number += 1)
    await members.add(TESTS, busy, await person(test, `colleague${number}`), number % 3 === 0 ? 'write' : 'read');
  const invitations = test.app.get(Invitations);
  await invitations.invite(TESTS, busy, 'eve@example.org', 'write');
  await invitations.invite(TESTS, busy, 'an.address.as.long.as.they.come@department.example.org', 'billing');
  await keys(test, { busy, people });
  await packages(test, await keyOf(test, people.writer, api(), repositories));
  await sessions(test, people.admin);
  return { busy, empty, people };
}

async function keys(test: TestApp, { busy, people }: Pick<World, 'busy' | 'people'>): Promise<void> {
  await keyOf(test, people.admin, api());
  await keyOf(test, people.admin, api('read'), repositories);
  await keyOf(test, busy, repository('acme'));
  await keyOf(test, busy, onlyPackage('acme/acme_http'));
}

const README = `# acme_http

A small HTTP client for **Elixir**, with retries, and with tracing where it helps.

\`\`\`elixir
def deps do
  [{:acme_http, "~> 2.1", organization: "acme"}]
end
\`\`\`

| option    | default | meaning           |
| --------- | ------- | ----------------- |
| \`retries\` | 3       | tries after a 5xx |
| \`timeout\` | 5000    | milliseconds      |

- [Guide](https://example.org/guide)
- ![a picture](https://example.org/picture.png)

> Be kind to servers: leave the pauses as they are.
`;

const RELEASES: readonly PackageSpec[] = [
  ...['0.9.0', '1.0.0', '1.1.0', '2.0.0-rc.1', '2.0.0', '2.1.0'].map((version) => ({
    ...{ name: 'acme_http', version, description: 'A small HTTP client with retries', licenses: ['Apache-2.0'] },
    files: { 'mix.exs': '# mix', 'README.md': README, 'lib/acme_http.ex': 'defmodule AcmeHttp do\nend\n' },
    requirements: [
      { name: 'jason', requirement: '~> 1.4' },
      { name: 'telemetry', requirement: '>= 1.0.0', optional: true },
    ],
  })),
  ...['auth', 'billing', 'cache', 'events', 'flags', 'geo', 'json', 'metrics', 'queue', 'schema'].map(
    (part, index) => ({
      ...{
        name: `acme_${part}`,
        version: `0.${index + 1}.0`,
        description: `What every service of Acme needs of ${part}`,
      },
      requirements: index % 2 === 0 ? [{ name: 'acme_http', requirement: '~> 2.0', repository: 'acme' }] : [],
    }),
  ),
  // As bare and as long as can be.
  { name: 'acme_x', description: '', licenses: [] },
  {
    name: 'acme_a_package_with_a_name_so_long_that_no_column_of_any_table_was_made_for_it',
    ...{ version: '1.0.0-alpha.1.something.very.long.20261122', description: 'Words '.repeat(40).trim() },
  },
];

/** A world that is not what it claims would make pages look emptier than they are. */
function must({ status, body }: Answer): void {
  if (status >= 400) throw new Error(`${status}: ${JSON.stringify(body)}`);
}

async function packages({ url }: TestApp, key: string): Promise<void> {
  for (const release of RELEASES) must(await publish(url, 'acme', key, release));
  const retire = (version: string, reason: string, message: string) =>
    ask(`${url}/api/repos/acme/packages/acme_http/releases/${version}/retire`, {
      ...{ method: 'POST', key, json: { reason, message } },
    });
  must(await retire('0.9.0', 'deprecated', 'use 2.x'));
  must(await retire('1.0.0', 'security', 'leaks the Authorization header on redirects, see CVE-2026-0001'));
  const fetched = ['acme_http-2.1.0', 'acme_http-2.0.0', 'acme_http-1.1.0', 'acme_json-0.7.0'];
  for (const [index, name] of fetched.entries())
    for (let time = 0; time < 8 - 2 * index; time += 1)
      must(await ask(`${url}/repo/repos/acme/tarballs/${name}.tar`, { key }));
}

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
  '<b>no browser</b> at all',
];

async function sessions({ app, db }: TestApp, user: User): Promise<void> {
  for (const userAgent of BROWSERS)
    await db.transaction((tx) => app.get(Sessions).start(tx, user, { ip: '203.0.113.7', userAgent }, 'password'));
}

/** Logs a profile in without its forms: for looking at what comes after. */
export async function logIn({ app, db, url }: TestApp, { context }: Profile, user: User): Promise<void> {
  const origin = { ip: '127.0.0.1', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0' };
  const { token } = await db.transaction((tx) => app.get(Sessions).start(tx, user, origin, 'password'));
  await context.addCookies([{ name: 'propolis-session', value: token, url, httpOnly: true, sameSite: 'Lax' }]);
}
