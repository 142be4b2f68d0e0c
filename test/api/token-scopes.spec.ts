import { beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../../src/accounts/keys.js';
import { fromScope, type Permission } from '../../src/accounts/permissions.js';
import { Users } from '../../src/accounts/users.js';
import { type User } from '../../src/accounts/user.entity.js';
import { Grants } from '../../src/accounts/grants.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { useApp } from '../support/app.js';
import { ask, eventually, publish } from '../support/http.js';
import { approvedCode, HEX_CLI, loggedInMachine, post, refresh, registerClient } from '../support/oauth.js';
import { person, team, type Team, TESTS, unique } from '../support/people.js';

// Each kind of parent with each of what it may carry, asked for each scope: what the token does, tried with requests. What
// must come of it is written by hand below, and not computed with the rules that it checks. All pairs of all scopes, without
// requests: src/access/token-scopes.spec.ts.

/** What writes of programs take besides is in write-proofs.spec.ts. */
const app = useApp({ env: { API_WRITES_NEED_TWO_FACTOR: 'false' } });
const HEX = 'hex_core/0.19.0 hex/2.5.2-dev (elixir/1.18.4) (OTP/27) (erts/15.2)';
let acme: Team;
let third: Team;

beforeAll(async () => {
  [acme, third] = [await team(app, 'acme'), await team(app, 'third')];
  await team(app, 'other');
  await publish(app.url, 'acme', acme.publishKey, { name: 'wax' });
});

/** Asked so that nothing comes of it: empty uploads, a key that is not there. */
const deeds: Record<string, (key: string) => Promise<boolean>> = {
  read: async (key) => (await ask(`${app.url}/api/repos/acme`, { key })).status === 200,
  wax: async (key) =>
    (await ask(`${app.url}/api/repos/acme/packages/wax/releases`, { method: 'POST', key })).status === 422,
  comb: async (key) =>
    (await ask(`${app.url}/api/repos/acme/packages/comb/releases`, { method: 'POST', key })).status === 422,
  revoke: async (key) => (await ask(`${app.url}/api/keys/absent`, { method: 'DELETE', key })).status === 404,
  docs: async (key) => (await ask(`${app.url}/api/auth?domain=docs&resource=acme`, { key })).status < 300,
  'fetch acme': async (key) => (await ask(`${app.url}/repo/repos/acme/names`, { key })).status === 200,
  'fetch third': async (key) => (await ask(`${app.url}/repo/repos/third/names`, { key })).status === 200,
  'fetch other': async (key) => (await ask(`${app.url}/repo/repos/other/names`, { key })).status === 200,
};

/** What each word of a scope opens to a writer of acme who reads third, and to the organization acme itself. */
const opens: Record<string, readonly string[]> = {
  api: ['read', 'wax', 'comb', 'revoke'],
  'api:read': ['read'],
  'api:write': ['read', 'wax', 'comb', 'revoke'],
  repositories: ['fetch acme', 'fetch third'],
  'repository:acme': ['fetch acme'],
  'repository:third': ['fetch third'],
  'repository:other': ['fetch other'],
  'package:acme/wax': ['read', 'wax'],
  'package:acme/comb': ['read', 'comb'],
  'docs:acme': ['docs'],
};
const words = Object.keys(opens);
const open = (scope: string): Set<string> => new Set(scope.split(' ').flatMap((word) => opens[word] ?? []));
const sorted = (set: Iterable<string>) => [...set].toSorted();

async function done(key: string): Promise<string[]> {
  const tried = Object.entries(deeds).map(async ([what, may]) => ((await may(key)) ? [what] : []));
  return sorted((await Promise.all(tried)).flat());
}

/** Undefined: not asked for anything in particular, which is all that the parent has. */
const asked = [
  undefined,
  '',
  'everything',
  ...words,
  'api:read repositories',
  'api:write repository:third',
  words.join(' '),
];

/** How a parent gives tokens: what it answers to a scope. */
type Giving = (scope: string | undefined) => Promise<{ status: number; body: { access_token: string; scope: string } }>;

async function keyOf(owner: User | Organization, permissions: readonly Permission[]): Promise<string> {
  const of = 'trialEndsAt' in owner ? { organizationId: owner.id } : { userId: owner.id };
  return (await app.app.get(Keys).create(TESTS, of, { name: unique('parent'), permissions })).secret;
}

const exchanging =
  (client_secret: string): Giving =>
  (scope) =>
    post(app, 'token', {
      grant_type: 'client_credentials',
      client_id: HEX_CLI,
      client_secret,
      ...(scope !== undefined && { scope }),
    });

function refreshing(first: string, client_id = HEX_CLI): Giving {
  let token = first;
  return async (scope) => {
    const answer = await refresh(app, token, { client_id, ...(scope !== undefined && { scope }) });
    token = answer.body.refresh_token as string;
    return answer;
  };
}

/** A writer of acme who reads third. A person keeps few logins, so each has one. */
async function somebody(): Promise<User> {
  const user = await person(app);
  await app.app.get(Members).add(TESTS, acme.organization, user, 'write');
  await app.app.get(Members).add(TESTS, third.organization, user, 'read');
  return user;
}

/** A parent of this kind that carries this, and what it can do itself, where it can be shown at a door. */
const kinds: Record<string, (scope: string) => Promise<{ give: Giving; secret?: string }>> = {
  'a key of a person': async (scope) => {
    const secret = await keyOf(await somebody(), fromScope(scope));
    return { give: exchanging(secret), secret };
  },
  'a key of an organization': async (scope) => {
    const secret = await keyOf(acme.organization, fromScope(scope));
    return { give: exchanging(secret), secret };
  },
  'a login by device': async (scope) => {
    const { refresh_token } = await loggedInMachine(app, await somebody(), scope);
    return { give: refreshing(refresh_token) };
  },
  'a login by code': async (scope) => {
    const scopes = ['api', 'repositories', 'repository', 'package', 'docs'];
    const { client } = await registerClient(app, { scopes });
    const { body } = await approvedCode(app, await somebody(), client, scope);
    const { refresh_token } = (await post(app, 'token', body)).body as { refresh_token: string };
    return { give: refreshing(refresh_token, client.id) };
  },
};

/** What parents carry. Requests take time, so not every kind carries everything; the rule is the same for all. */
const some = ['api', 'api:read', 'repositories', 'package:acme/wax', 'api:write repository:acme'];
const carried: Record<string, readonly string[]> = {
  'a key of a person': [
    ...some,
    'api:write',
    'repository:acme',
    'docs:acme',
    'api repositories',
    'api:read package:acme/wax docs:acme',
  ],
  'a key of an organization': [...some, 'repository:acme', 'docs:acme'],
  'a login by device': [...some, 'api repositories'],
  'a login by code': some.slice(1),
};
const cases = Object.entries(carried).flatMap(([kind, scopes]) => scopes.map((scope) => [kind, scope] as const));

/** What is in both; that reading goes with the permission for a package does not join two packages. */
function both(scope: string, wish: string): string[] {
  const apart = [scope, wish].every((one) => /^package:\S+$/.test(one)) && scope !== wish;
  return apart ? [] : sorted([...open(scope)].filter((deed) => open(wish).has(deed)));
}

describe('a token does what was asked for and its parent may, and nothing else', () => {
  test.each(cases)('%s, for %s', async (kind, scope) => {
    const { give, secret } = await kinds[kind]!(scope);
    const theirs = open(scope);
    // The organization belongs to no other.
    if (kind === 'a key of an organization') theirs.delete('fetch third');
    if (secret !== undefined) expect(await done(secret)).toEqual(sorted(theirs));
    const seen = new Map<string, string[]>();
    for (const wish of asked) {
      const { status, body } = await give(wish);
      expect([wish, status]).toEqual([wish, 200]);
      const wanted = (wish === undefined ? sorted(theirs) : both(scope, wish)).filter((deed) => theirs.has(deed));
      // Not by its scope, which is all that a proxy reads, nor by what it does here.
      expect([wish, body.scope, sorted(open(body.scope))]).toEqual([wish, body.scope, wanted]);
      const does = seen.get(body.scope) ?? (await done(`Bearer ${body.access_token}`));
      seen.set(body.scope, does);
      expect([wish, body.scope, does]).toEqual([wish, body.scope, wanted]);
    }
  });
});

describe('a token dies with its parent', () => {
  const dies = async (token: string, end: () => Promise<unknown>) => {
    const key = `Bearer ${token}`;
    expect(await done(key)).toEqual(expect.arrayContaining(['fetch acme', 'read']));
    await end();
    expect(
      await eventually(
        () => done(key),
        (can) => can.length === 0,
        30_000,
      ),
    ).toEqual([]);
  };
  const made = async (owner: User | Organization) => {
    const name = unique('mortal');
    const of = 'trialEndsAt' in owner ? { organizationId: owner.id } : { userId: owner.id };
    const permissions = fromScope('api repositories');
    const { secret } = await app.app.get(Keys).create(TESTS, of, { name, permissions });
    return {
      token: (await exchanging(secret)(undefined)).body.access_token,
      end: () => app.app.get(Keys).revoke(TESTS, of, name),
    };
  };

  test('the key of a person, revoked', async () => {
    const { token, end } = await made(acme.people.write);
    await dies(token, end);
  });

  test('the key of an organization, revoked', async () => {
    const { token, end } = await made(acme.organization);
    await dies(token, end);
  });

  test('all keys, revoked at once', async () => {
    const user = await somebody();
    const { token } = await made(user);
    await dies(token, () => app.app.get(Keys).revokeAll(TESTS, { userId: user.id }));
  });

  test('a login, ended', async () => {
    const user = await somebody();
    const { grant, access_token } = await loggedInMachine(app, user);
    await dies(access_token, () => app.app.get(Grants).revoke(TESTS, user, grant.id));
  });

  test('the account behind a key and a login, deactivated', async () => {
    const user = await somebody();
    const [{ token }, { access_token }] = [await made(user), await loggedInMachine(app, user)];
    await dies(token, () => app.app.get(Users).setActive(TESTS, user.name, false));
    expect(await done(`Bearer ${access_token}`)).toEqual([]);
  });
});

describe('an organization that may not fetch', () => {
  const stands = (name: string, columns: string) =>
    app.db.query(`update organizations set trial_ends_at = now() - interval '400 days', ${columns} where name = $1`, [
      name,
    ]);
  const fetched = (token: string, name: string) =>
    ask(`${app.url}/repo/repos/${name}/names`, { key: `Bearer ${token}`, headers: { 'user-agent': HEX } });
  /** The gates hear of a changed standing a moment later. */
  const soon = (token: string, name: string, status: number) =>
    eventually(
      () => fetched(token, name),
      (answer) => answer.status === status,
      30_000,
    );

  test.each(['a key of a person', 'a key of an organization', 'a login by device', 'a login by code'])(
    '%s is given a token without it, for ten minutes, and no error; the fetch tells why',
    async (kind) => {
      const { give } = await kinds[kind]!('api:read repositories');
      const before = await give(undefined);
      expect(before.body).toMatchObject({ scope: expect.stringMatching(/repository:acme/), expires_in: 1800 });
      await stands('acme', `override = null, access_until = null`);
      const narrowed = await give(undefined);
      const rest = kind === 'a key of an organization' ? 'api:read' : 'api:read repository:third';
      expect([narrowed.status, narrowed.body]).toMatchObject([200, { scope: rest, expires_in: 600 }]);
      // What was minted before is no way around, and both are told the same, as mix prints it.
      for (const { body } of [before, narrowed]) {
        const refused = await soon(body.access_token, 'acme', 403);
        const words = /^organization has no active billing subscription: packages can be neither fetched nor published/;
        expect([refused.status, refused.bytes.toString()]).toEqual([403, expect.stringMatching(words)]);
        expect(refused.headers.get('x-hex-message')).toMatch(/; level=fatal$/);
        expect(await deeds['read']!(`Bearer ${body.access_token}`)).toBe(true);
      }
      // One who asked for something else is told nothing of it.
      const little = await give('api:read');
      expect(little.body).toMatchObject({ scope: 'api:read', expires_in: 1800 });
      expect((await fetched(little.body.access_token, 'acme')).bytes.toString()).toContain('key not authorized');
      // Paid: a new token has it at once; the narrowed one stays what it is, and says so.
      await stands('acme', `override = 'comped'`);
      const after = await give(undefined);
      expect(after.body).toMatchObject({ scope: before.body.scope, expires_in: 1800 });
      expect((await soon(after.body.access_token, 'acme', 200)).status).toBe(200);
      const outdated = await fetched(narrowed.body.access_token, 'acme');
      expect([outdated.status, outdated.bytes.toString()]).toEqual([
        403,
        expect.stringContaining('not yet with this token'),
      ]);
    },
  );

  test('documentation is withheld like packages', async () => {
    const { give } = await kinds['a key of an organization']!('docs:acme');
    await stands('acme', `override = null, access_until = null`);
    expect((await give('docs:acme')).body.scope).toBe('');
    await stands('acme', `override = 'comped'`);
    expect((await give('docs:acme')).body.scope).toBe('docs:acme');
  });

  test('while only publishing has stopped, nothing is withheld', async () => {
    const { give } = await kinds['a key of a person']!('api repositories');
    await app.db.query(
      `update organizations set override = null, trial_ends_at = now() - interval '1 day' where name = 'acme'`,
    );
    expect((await give(undefined)).body).toMatchObject({
      scope: 'api repository:acme repository:third',
      expires_in: 1800,
    });
    await stands('acme', `override = 'comped'`);
  });

  test('what somebody has no place in any more is not minted either', async () => {
    const user = await somebody();
    const secret = await keyOf(user, fromScope('repository:acme repository:third'));
    await app.app.get(Members).remove(TESTS, acme.organization, user);
    const { body } = await exchanging(secret)(undefined);
    expect(body).toMatchObject({ scope: 'repository:third', expires_in: 1800 });
    const refused = await fetched(body.access_token, 'acme');
    expect([refused.status, refused.bytes.toString()]).toEqual([403, 'key not authorized for this action\n']);
  });
});
