import { type User } from '../../src/accounts/user.entity.js';
import { EmailAddresses } from '../../src/accounts/email-addresses.js';
import { Passkey } from '../../src/accounts/passkey.entity.js';
import { SecondFactorChanges } from '../../src/accounts/second-factor-changes.js';
import { Sessions } from '../../src/accounts/sessions.js';
import { Totps } from '../../src/accounts/totps.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Deletions } from '../../src/organizations/deletions.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { Profiles } from '../../src/organizations/profiles.js';
import { Owners } from '../../src/packages/owners.js';
import { Policies } from '../../src/policies/policies.js';
import { type TestApp } from './app.js';
import { type Profile } from './browser.js';
import { type Answer, ask, publish } from './http.js';
import { api, keyOf, onlyPackage, person, repositories, repository, TESTS } from './people.js';
import { approver, loggedInMachine } from './oauth.js';
import { type PackageSpec, tarball } from './tarballs.js';
import { AuthenticatorApp } from './totp.js';

/** A house that has been lived in, for looking at pages: one busy organization, one that has only just been made. */
export interface World {
  /** `acme`: people in every role, packages with a past. */
  readonly busy: Organization;
  /** `newcomer`: its admin and nothing else. */
  readonly empty: Organization;
  readonly people: Readonly<Record<Exclude<Who, 'anonymous'>, User>>;
}

/**
 * Whose eyes a page is seen with. `founder` is the admin of the empty organization, `stranger` belongs to none, nor does
 * `guarded`, who has second factors.
 */
export type Who = 'anonymous' | 'admin' | 'writer' | 'reader' | 'billing' | 'founder' | 'stranger' | 'guarded';

const NAMES = {
  ...{ admin: 'ada', writer: 'wim', reader: 'rea', billing: 'bill', founder: 'noa', stranger: 'sam' },
  guarded: 'gus',
} as const;

const DAY = 24 * 60 * 60 * 1000;

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
  await more(test, { busy, people });
  await secondFactors(test, people.guarded);
  return { busy, empty, people };
}

/** What makes pages full: a profile, a machine that is logged in, an address to confirm; and organizations in trouble. */
async function more(test: TestApp, { busy, people: { admin, reader } }: Pick<World, 'busy' | 'people'>): Promise<void> {
  const about = 'Makers of everything that falls on coyotes.\nAsk in the channel #packages before you publish.';
  await test.app.get(Profiles).change(TESTS, busy, {
    ...{ displayName: 'Acme Corporation', website: 'https://acme.example.org/', about },
    contactEmail: 'packages@acme.example.org',
  });
  await policies(test, busy);
  await loggedInMachine(test, admin, 'api:read repositories');
  await test.app.get(EmailAddresses).add(TESTS, admin, 'ada.lovelace@department-of-engines.example.org');
  const organizations = test.app.get(Organizations);
  const sunset = await organizations.create(TESTS, 'sunset', admin);
  await test.app.get(Deletions).announce(TESTS, sunset, 'sunset');
  await organizations.create(TESTS, 'dormant', admin);
  must(await publish(test.url, 'dormant', await keyOf(test, admin, api()), { name: 'old_wax' }));
  await organizations.setTrialEnd(TESTS, 'dormant', new Date(Date.now() - 90 * DAY));
  for (const [name, accessUntil] of [['overdue', Date.now() + 9 * DAY] as const, ['idle', Date.now() - DAY] as const]) {
    const late = await organizations.create(TESTS, name, admin);
    await test.app.get(Members).add(TESTS, late, reader, 'read');
    await organizations.setTrialEnd(TESTS, name, new Date(Date.now() - 90 * DAY));
    const columns = [late.id, new Date(accessUntil)];
    await test.db.query(`update organizations set payment = 'past_due', access_until = $2 where id = $1`, columns);
  }
}

async function policies(test: TestApp, busy: Organization): Promise<void> {
  const verb = test.app.get(Policies);
  const override = { requirement: null, advisoryId: null, retirementReason: null, comment: null };
  const open = { advisoryMinSeverity: null, retirementReasons: [], cooldown: null };
  await verb.save(TESTS, busy, 'strict-prod', {
    ...{ description: 'What is deployed to production may use', visibility: 'private' },
    repositories: [
      {
        repository: 'hexpm',
        restriction: { advisoryMinSeverity: 'high', retirementReasons: ['invalid', 'security'], cooldown: '7d' },
        overrides: [
          { ...override, action: 'deny', package: 'left_pad', comment: 'Its owner changed, and nobody knows to whom' },
          {
            ...{ ...override, action: 'advisory', package: 'plug_cowboy', requirement: '~> 2.7' },
            ...{ advisoryId: 'EEF-CVE-2026-32686', comment: 'We do not use the parser that it is about' },
          },
          { ...override, action: 'cooldown', package: 'plug', requirement: '== 1.18.4' },
        ],
      },
      { repository: 'acme', restriction: { ...open, retirementReasons: ['security'] }, overrides: [] },
    ],
  });
  await verb.save(TESTS, busy, 'open-source', {
    ...{ description: null, visibility: 'public' },
    repositories: [{ repository: 'hexpm', restriction: { ...open, cooldown: '2w' }, overrides: [] }],
  });
}

async function secondFactors(test: TestApp, user: User): Promise<void> {
  const [totps, { actor, session }] = [test.app.get(Totps), await approver(test, user)];
  await totps.begin(user);
  const app = new AuthenticatorApp((await totps.begun(user))!.secret.replaceAll(' ', ''), test);
  await test.app.get(SecondFactorChanges).turnOnTotp(actor, session, user, app.code());
  const { manager } = test.db;
  for (const [name, isSynced] of [['Blue key', false] as const, ['Password manager on the phone', true] as const])
    await manager.save(
      manager.create(Passkey, {
        ...{ userId: user.id, name, credentialId: name, publicKey: Buffer.alloc(8), isSynced },
        ...{ counter: '0', transports: [], createdAt: new Date(), lastUsedAt: isSynced ? new Date() : null },
      }),
    );
}

/** The same people, and what they have published for everybody. For a site with PUBLIC_REPOSITORY. */
export async function buildPublicWorld(test: TestApp): Promise<World> {
  const world = await buildWorld(test);
  const key = await keyOf(test, world.people.writer, api());
  const specs: PackageSpec[] = ['honey', 'wax', 'smoker'].map((name) => ({
    name,
    description: `${name}, for everybody`,
  }));
  for (const spec of specs)
    must(await ask(`${test.url}/api/publish`, { method: 'POST', key, bytes: await tarball(spec) }));
  const repository = (await test.app.get(Organizations).publicRepository())!;
  const honey = { repository, name: 'honey' };
  await test.app.get(Owners).set(TESTS, { ...honey, user: world.people.reader }, 'maintainer');
  return world;
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
