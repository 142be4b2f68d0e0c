import { beforeAll, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { type Actor } from '../../src/audit/actor.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { type Role } from '../../src/organizations/member.entity.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { useApp } from '../support/app.js';
import { mailTo } from '../support/mailbox.js';
import { person, TESTS, unique } from '../support/people.js';

/**
 * What `organizations/seats` promises, attacked by two transactions on two connections at once, many times over. Each of
 * these fails within three rounds or so when `Seats.lock` only reads the row.
 */
const app = useApp({ env: { DATABASE_POOL_SIZE: '12' } });
const ROUNDS = 10;
let [ada, bob, cyd, dan]: User[] = [];

beforeAll(async () => {
  [ada, bob, cyd, dan] = await Promise.all(Array.from({ length: 4 }, () => person(app)));
});

const as = (user: User): Actor => ({ kind: 'user', userId: user.id, name: user.name, origin: {} });
const members = () => app.app.get(Members);

async function organization(...others: [User, Role][]): Promise<Organization> {
  const made = await app.app.get(Organizations).create(TESTS, unique('race'), ada!);
  for (const [user, role] of others) await members().add(TESTS, made, user, role);
  return made;
}

async function admins({ id }: Organization): Promise<number> {
  const [row] = await app.db.query<{ count: number }[]>(
    `select count(*)::int as count from members where organization_id = $1 and role = 'admin'`,
    [id],
  );
  return row!.count;
}

const outcomes = (results: PromiseSettledResult<unknown>[]) =>
  results.map((result) =>
    result.status === 'fulfilled' ? 'done' : ((result.reason as { code?: string }).code ?? String(result.reason)),
  );

test.each<[string, (it: Organization) => Promise<unknown>[]]>([
  [
    'demote each other',
    (it) => [members().changeRole(as(ada!), it, bob!, 'read'), members().changeRole(as(bob!), it, ada!, 'write')],
  ],
  ['remove each other', (it) => [members().remove(as(ada!), it, bob!), members().remove(as(bob!), it, ada!)]],
  ['leave', (it) => [members().leave(as(ada!), it, ada!), members().leave(as(bob!), it, bob!)]],
  [
    'leave and demote',
    (it) => [members().leave(as(ada!), it, ada!), members().changeRole(as(ada!), it, bob!, 'billing')],
  ],
  [
    'are demoted by the operator',
    (it) => [members().changeRole(TESTS, it, ada!, 'read'), members().changeRole(TESTS, it, bob!, 'read')],
  ],
])('two admins %s at once: one admin remains', async (_what, race) => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const it = await organization([bob!, 'admin'], [cyd!, 'read']);
    const results = await Promise.allSettled(race(it));
    expect([await admins(it), outcomes(results)]).not.toEqual([0, expect.anything()]);
    for (const outcome of outcomes(results)) expect(['done', 'last_admin', 'not_authorized']).toContain(outcome);
  }
});

test('the only admin hands over to somebody who is removed at once: one admin remains', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const it = await organization([cyd!, 'read']);
    const results = await Promise.allSettled([
      members().handOver(as(ada!), it, ada!, cyd!, null),
      members().remove(TESTS, it, cyd!),
    ]);
    expect([await admins(it), outcomes(results)]).toEqual([1, expect.anything()]);
  }
});

test('two admins throw each other out at once: exactly one of them does', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const it = await organization([bob!, 'admin'], [cyd!, 'admin']);
    const results = await Promise.allSettled([
      members().remove(as(ada!), it, bob!),
      members().remove(as(bob!), it, ada!),
    ]);
    expect(outcomes(results).toSorted()).toEqual(['done', 'not_authorized']);
    expect(await admins(it)).toBe(2);
  }
});

test('two people accept the last seat at once: one joins, the other is told', async () => {
  const invitations = app.app.get(Invitations);
  for (let round = 0; round < ROUNDS; round += 1) {
    const it = await organization([cyd!, 'read']);
    const addresses = ['one', 'two'].map((who) => `${unique(who)}@example.org`);
    for (const address of addresses) await invitations.invite(TESTS, it, address, 'read');
    const links = await Promise.all(addresses.map((address) => tokenOf(address)));
    await app.db.query('update organizations set seats = 3 where id = $1', [it.id]);
    const results = await Promise.allSettled([
      invitations.accept(as(bob!), bob!, links[0]),
      invitations.accept(as(dan!), dan!, links[1]),
    ]);
    expect(outcomes(results).toSorted()).toEqual(['done', 'no_seat']);
    expect(await members().count(it)).toBe(3);
    // The one who was told may try again as soon as there is a seat.
    expect(await invitations.list(it)).toHaveLength(1);
  }
}, 120_000);

test('one link, used ten times at once by ten people: one joins', async () => {
  const invitations = app.app.get(Invitations);
  const people = await Promise.all(Array.from({ length: 10 }, () => person(app)));
  for (let round = 0; round < 5; round += 1) {
    const it = await organization();
    const address = `${unique('ten')}@example.org`;
    await invitations.invite(TESTS, it, address, 'write');
    const token = await tokenOf(address);
    const results = await Promise.allSettled(people.map((user) => invitations.accept(as(user), user, token)));
    expect(outcomes(results).toSorted()).toEqual(['done', ...Array<string>(9).fill('not_found')]);
    expect(await members().count(it)).toBe(2);
  }
}, 60_000);

test('two invitations to one address at once are one', async () => {
  const invitations = app.app.get(Invitations);
  const it = await organization();
  for (let round = 0; round < 5; round += 1) {
    const address = `${unique('twice')}@example.org`;
    const spellings = [address, address.toUpperCase()];
    await Promise.all(spellings.map((one) => invitations.invite(TESTS, it, one, 'read')));
    const open = (await invitations.list(it)).filter((one) => one.address.toLowerCase() === address);
    expect(open).toHaveLength(1);
  }
});

test('an invitation accepted and revoked at once: one of the two', async () => {
  const invitations = app.app.get(Invitations);
  for (let round = 0; round < 10; round += 1) {
    const it = await organization();
    const address = `${unique('late')}@example.org`;
    await invitations.invite(TESTS, it, address, 'read');
    const token = await tokenOf(address);
    const [{ id } = { id: '' }] = await invitations.list(it);
    const results = await Promise.allSettled([
      invitations.accept(as(bob!), bob!, token),
      invitations.revoke(TESTS, it, id),
    ]);
    expect(outcomes(results).toSorted()).toEqual(['done', 'not_found']);
    expect(await members().count(it)).toBe(results[0].status === 'fulfilled' ? 2 : 1);
  }
});

const tokenOf = async (address: string): Promise<string> =>
  new URL((await mailTo(app, address)).link).searchParams.get('token')!;
