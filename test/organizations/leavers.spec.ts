import { type EntityManager } from 'typeorm';
import { beforeEach, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { Users } from '../../src/accounts/users.js';
import { type Actor } from '../../src/audit/actor.js';
import { AccountDeletion } from '../../src/organizations/account-deletion.js';
import { Deletions } from '../../src/organizations/deletions.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { Profiles } from '../../src/organizations/profiles.js';
import { Renaming } from '../../src/registry/renaming.js';
import { useApp } from '../support/app.js';
import { browse } from '../support/browsing.js';
import { ask, publish } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import { api, keyOf, person, TESTS, unique } from '../support/people.js';

/** Whoever is shut out, or goes, is out in that moment: no door stays open behind them, and nobody is left without an admin. */
const app = useApp();
let [ada, bob, cyd]: User[] = [];
let it: Organization;

const as = (user: User): Actor => ({ kind: 'user', userId: user.id, name: user.name, origin: {} });
const members = () => app.app.get(Members);
const invitations = () => app.app.get(Invitations);
const deactivate = (user: User) => app.app.get(Users).setActive(TESTS, user.name, false);

beforeEach(async () => {
  [ada, bob, cyd] = await Promise.all(Array.from({ length: 3 }, () => person(app)));
  it = await app.app.get(Organizations).create(TESTS, unique('leave'), ada!);
  await members().add(TESTS, it, bob!, 'admin');
});

async function invited(by: User): Promise<string> {
  const address = `${unique('door')}@example.org`;
  await invitations().invite(as(by), it, address, 'admin');
  return new URL((await mailTo(app, address, /invites/)).link).searchParams.get('token')!;
}

describe('what an admin has held out ends when they', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['are removed', () => members().remove(as(ada!), it, bob!)],
    ['leave', () => members().leave(as(bob!), it, bob!)],
    ['are no admin any more', () => members().changeRole(as(ada!), it, bob!, 'read')],
    ['hand over and go', () => members().handOver(as(bob!), it, bob!, ada!, null)],
    ['hand over and stay', () => members().handOver(as(bob!), it, bob!, ada!, 'read')],
    ['delete their account', () => app.app.get(AccountDeletion).delete(as(bob!), bob!, bob!.name)],
    ['are locked out by the operator', () => deactivate(bob!)],
  ])('%s', async (_what, go) => {
    const [token, other] = [await invited(bob!), await invited(ada!)];
    await go();
    expect(await invitations().look(token)).toBeNull();
    await expect(invitations().accept(as(cyd!), cyd!, token)).rejects.toMatchObject({ kind: 'not_found' });
    // Those of others stay.
    await invitations().accept(as(cyd!), cyd!, other);
    expect(await members().roleOf(it.id, cyd!.id)).toBe('admin');
  });
});

/** What `act` comes to that waits for the organization's lock while another connection does `meanwhile` under it. */
async function whileWaiting<T>(act: () => Promise<T>, meanwhile: (tx: EntityManager) => Promise<unknown>): Promise<T> {
  let waiting!: Promise<T>;
  await app.db.transaction(async (tx) => {
    await tx.query('select 1 from organizations where id = $1 for update', [it.id]);
    waiting = act();
    waiting.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await meanwhile(tx);
  });
  return waiting;
}

const demoted = (tx: EntityManager) =>
  tx.query(`update members set role = 'read' where organization_id = $1 and user_id = $2`, [it.id, bob!.id]);

test.each<[string, () => Promise<unknown>]>([
  ['invite', () => invitations().invite(as(bob!), it, 'door@example.org', 'admin')],
  ['have it deleted', () => app.app.get(Deletions).announce(as(bob!), it, it.name)],
  ['rename it', () => app.app.get(Renaming).rename(as(bob!), it, unique('taken_along'))],
  [
    'change what it says of itself',
    () => app.app.get(Profiles).change(as(bob!), it, { displayName: 'x', website: '', contactEmail: '', about: '' }),
  ],
])('an admin who is demoted while they wait cannot %s', async (_what, act) => {
  await expect(whileWaiting(act, demoted)).rejects.toMatchObject({ code: 'not_authorized' });
});

describe('a writer who is removed while they wait for a package', () => {
  const left = () =>
    app.db.query<object[]>('select version, retirement_reason as retired from releases where publisher_id = $1', [
      cyd!.id,
    ]);
  let key: string;

  beforeEach(async () => {
    await members().add(TESTS, it, cyd!, 'write');
    key = await keyOf(app, cyd!, api());
    expect((await publish(app.url, it.name, key, { name: 'wax' })).status).toBe(201);
  });

  test.each<[string, string, () => Promise<number>]>([
    ['revert', 'by a key', async () => (await ask(at(''), { method: 'DELETE', key })).status],
    [
      'retire',
      'by a key',
      async () => (await ask(at('/retire'), { method: 'POST', key, json: { reason: 'other' } })).status,
    ],
    [
      'revert',
      'on the site',
      async () => (await (await browse(app, cyd)).post(page('revert'), { version: '1.0.0' })).status,
    ],
    [
      'retire',
      'on the site',
      async () => (await (await browse(app, cyd)).post(page('retire'), { reason: 'other' })).status,
    ],
  ])('does not %s it %s', async (_what, _how, act) => {
    let answer!: Promise<number>;
    await app.db.transaction(async (tx) => {
      await tx.query(`select 1 from packages where name = 'wax' for update`);
      answer = act();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await members().remove(as(ada!), it, cyd!);
    });
    expect(await answer).toBe(404);
    expect(await left()).toEqual([{ version: '1.0.0', retired: null }]);
  });

  const at = (act: string) => `${app.url}/api/repos/${it.name}/packages/wax/releases/1.0.0${act}`;
  const page = (act: string) => `/packages/${it.name}/wax/1.0.0/${act}`;
});

describe('somebody who is locked out counts for nothing as an admin', () => {
  beforeEach(() => deactivate(bob!));

  test.each<[string, () => Promise<unknown>]>([
    ['leaving', () => members().leave(as(ada!), it, ada!)],
    ['stepping down', () => members().changeRole(as(ada!), it, ada!, 'read')],
    ['removal by the operator', () => members().remove(TESTS, it, ada!)],
    ['deletion of the account', () => app.app.get(AccountDeletion).delete(as(ada!), ada!, ada!.name)],
  ])('the last one who is not stays: %s', async (_what, go) => {
    await expect(go()).rejects.toMatchObject({ code: 'last_admin' });
    expect(await members().roleOf(it.id, ada!.id)).toBe('admin');
  });

  test('nothing is handed over to them', async () => {
    await expect(members().handOver(as(ada!), it, ada!, bob!, null)).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('and they can be removed', async () => {
    await members().remove(as(ada!), it, bob!);
    expect(await members().count(it)).toBe(1);
  });
});

describe('an account that is deleted while somebody', () => {
  const ROUNDS = 12;
  const deleted = (user: User) => app.app.get(AccountDeletion).delete(as(user), user, user.name);
  const ghosts = async () =>
    (
      await app.db.query<{ name: string }[]>(
        `select o.name from members m join users u on u.id = m.user_id join organizations o on o.id = m.organization_id
         where u.deleted_at is not null`,
      )
    ).map(({ name }) => name);

  test('adds it, joins nothing', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const gone = await person(app);
      await Promise.allSettled([deleted(gone), members().add(as(ada!), it, gone, 'admin')]);
      expect(await ghosts()).toEqual([]);
    }
  });

  test('makes an organization for it, has none', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const gone = await person(app);
      const made = app.app.get(Organizations).create(as(gone), unique('ghost'), gone);
      await Promise.allSettled([deleted(gone), made]);
      expect(await ghosts()).toEqual([]);
    }
  });
});
