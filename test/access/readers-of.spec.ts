import { beforeAll, expect, test } from 'vitest';
import { Access } from '../../src/access/access.js';
import { type Caller, Callers } from '../../src/access/callers.js';
import { ReadersOf } from '../../src/access/readers-of.js';
import { Keys } from '../../src/accounts/keys.js';
import { type Permission } from '../../src/accounts/permissions.js';
import { type User } from '../../src/accounts/user.entity.js';
import { roles } from '../../src/organizations/member.entity.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { useApp } from '../support/app.js';
import { api, onlyPackage, person, repositories, repository, TESTS, unique } from '../support/people.js';

const app = useApp();
const HOUR = 60 * 60 * 1000;
let people: User[];

beforeAll(async () => {
  people = await Promise.all(Array.from({ length: 8 }, () => person(app)));
  // Shut by the operator: neither they nor their keys get in, whatever their role.
  await app.db.query('update users set deactivated_at = now() where id = $1', [people[7]!.id]);
});

/** mulberry32: the same rounds each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

/** Of all scenes: what people hold of earlier ones may open later ones. */
const keys: Holder[] = [];

interface Holder {
  readonly name: string;
  readonly secret: string;
}

/** Those whose keys still work, once for a scene: who somebody is does not hang on what they ask for. */
async function recognized(): Promise<Map<Holder, Caller | null>> {
  const callers = new Map<Holder, Caller | null>();
  for (const key of keys)
    callers.set(
      key,
      await app.app
        .get(Callers)
        .identifyKey(key.secret, {})
        .catch(() => null),
    );
  return callers;
}

/** The gate's own answer to a key, told by asking it. */
async function opens(caller: Caller | null, name: string, pkg?: string): Promise<boolean> {
  try {
    if (caller === null) return false;
    await app.app.get(Access).repository(caller, 'repository.fetch', name, pkg);
    return true;
  } catch {
    return false;
  }
}

async function personOpens(user: User, name: string, pkg?: string): Promise<boolean> {
  try {
    const fresh = await app.db.getRepository<User>('users').findOneByOrFail({ id: user.id });
    await app.app.get(Access).repository(app.app.get(Callers).visiting(fresh, {}), 'repository.fetch', name, pkg);
    return true;
  } catch {
    return false;
  }
}

const standings: Record<string, string> = {
  trial: `trial_ends_at = now() + interval '9 days'`,
  paid: `trial_ends_at = now() - interval '9 days', access_until = now() + interval '1 day'`,
  'publishing stopped': `trial_ends_at = now() - interval '9 days'`,
  'export only': `trial_ends_at = now() - interval '90 days'`,
  blocked: `override = 'blocked'`,
  comped: `trial_ends_at = now() - interval '9 days', override = 'comped'`,
  closing: `deletion_at = now() + interval '9 days'`,
};

const kinds = (own: string): Permission[][] => [
  ...[
    [api()],
    [api('read')],
    [repositories],
    [repository(own)],
    [repository('elsewhere')],
    [onlyPackage(`${own}/wax`)],
  ],
  ...[
    [{ domain: 'docs', resource: own } as const],
    [api('read'), repository(own)],
    [repository('elsewhere'), repositories],
  ],
];

async function scene(seed: number): Promise<{ it: Organization; standing: string }> {
  const roll = dice(seed);
  const it = await app.app.get(Organizations).create(TESTS, unique('readable'), people[0]!);
  for (const user of people.slice(1)) if (roll(3) > 0) await app.app.get(Members).add(TESTS, it, user, roles[roll(4)]!);
  const owners = [...people.map(({ id }) => ({ userId: id })), { organizationId: it.id }, { organizationId: it.id }];
  for (const owner of owners)
    for (let number = roll(4); number > 0; number -= 1) {
      const permissions = kinds(it.name)[roll(9)]!;
      const expiresAt = roll(4) === 0 ? new Date(app.clock.now().getTime() + HOUR) : null;
      const made = await app.app.get(Keys).create(TESTS, owner, { name: unique('held'), permissions, expiresAt });
      if (roll(5) === 0) await app.app.get(Keys).revoke(TESTS, owner, made.key.name);
      keys.push({ name: made.key.name, secret: made.secret });
    }
  const standing = Object.keys(standings)[roll(7)]!;
  await app.db.query(`update organizations set ${standings[standing]} where id = $1`, [it.id]);
  return { it: (await app.app.get(Organizations).byId(it.id))!, standing };
}

test.each(Array.from({ length: 8 }, (_, seed) => seed))(
  'scene %i: the list is exactly those whom the gate lets in',
  async (seed) => {
    const { it, standing } = await scene(seed);
    const callers = await recognized();
    for (const pkg of [undefined, 'wax']) {
      const list = await app.app.get(ReadersOf).list(it, pkg);
      const held = [];
      for (const [key, caller] of callers) if (await opens(caller, it.name, pkg)) held.push(key.name);
      const let_in = [];
      for (const user of people) if (await personOpens(user, it.name, pkg)) let_in.push(user.name);
      expect([
        standing,
        list.keys
          .filter(({ kind }) => kind === 'key')
          .map(({ name }) => name)
          .toSorted(),
      ]).toEqual([standing, held.toSorted()]);
      expect([standing, list.people.map(({ name }) => name).toSorted()]).toEqual([standing, let_in.toSorted()]);
      for (const key of list.keys) expect(key.by.length).toBeGreaterThan(0);
      // Those who wait are let in as soon as the organization stands.
      if (list.waiting.people.length > 0) expect(['export only', 'blocked']).toContain(standing);
      await app.db.query(`update organizations set override = 'comped', deletion_at = null where id = $1`, [it.id]);
      const waiting = list.waiting.keys.map(({ name }) => name);
      for (const [{ name }, caller] of callers)
        expect([name, await opens(caller, it.name, pkg)]).toEqual([
          name,
          held.includes(name) || waiting.includes(name),
        ]);
      await app.db.query(`update organizations set override = null where id = $1`, [it.id]);
      await app.db.query(`update organizations set ${standings[standing]} where id = $1`, [it.id]);
    }
  },
);

test('an expired key is off the list in the moment the gate refuses it', async () => {
  const it = await app.app.get(Organizations).create(TESTS, unique('readable'), people[0]!);
  const expiresAt = new Date(app.clock.now().getTime() + HOUR);
  const owner = { organizationId: it.id };
  const made = await app.app
    .get(Keys)
    .create(TESTS, owner, { name: 'brief', permissions: [repository(it.name)], expiresAt });
  const names = async () =>
    (await app.app.get(ReadersOf).list(it)).keys.filter(({ owner: of }) => of === null).map(({ name }) => name);
  const lets = async () =>
    opens(
      await app.app
        .get(Callers)
        .identifyKey(made.secret, {})
        .catch(() => null),
      it.name,
    );
  expect([await names(), await lets()]).toEqual([['brief'], true]);
  app.clock.advance(HOUR + 1000);
  expect([await names(), await lets()]).toEqual([[], false]);
});
