import { setTimeout as pause } from 'node:timers/promises';
import { type EntityManager } from 'typeorm';
import { beforeEach, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { useApp } from '../support/app.js';
import { browse, Browsing, type Seen } from '../support/browsing.js';
import { ask } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import { api, keyOf, PASSWORD, person, team } from '../support/people.js';
import { AuthenticatorApp } from '../support/totp.js';

/**
 * What ends a proof (a new password, a logout, the end of the account, the first second factor) against what was begun with
 * it a moment before. Nothing here is left to chance: a transaction of the test holds the row that both sides must pass.
 */
const app = useApp();
const NEXT = 'another long phrase';
beforeEach(() => app.db.query(`delete from rate_limits`));

const addressOf = ({ name }: User) => `${name}@example.org`;
const rows = (table: string, user: User) => app.db.query(`select 1 from ${table} where user_id = $1`, [user.id]);

/** While `first` is done and not yet committed, the request is sent; it waits for that commit, and is answered after it. */
async function meanwhile<T>(first: (tx: EntityManager) => Promise<unknown>, request: () => Promise<T>): Promise<T> {
  let answer: Promise<T> | undefined;
  await app.db.transaction(async (tx) => {
    await first(tx);
    answer = request();
    await someoneWaits();
  });
  return answer!;
}

async function someoneWaits(): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  for (let tries = 0; tries < 400; tries += 1) {
    if ((await app.db.query<unknown[]>(waiting)).length > 0) return;
    await pause(25);
  }
  throw new Error('the request does not wait for what is held');
}

const hold = (user: User) => (tx: EntityManager) => tx.query('select 1 from users where id = $1 for update', [user.id]);
/** As logging out everywhere does. */
const endSessions = (tx: EntityManager, user: User) =>
  tx.query('update sessions set revoked_at = now() where user_id = $1', [user.id]);

test('a password opens nothing any more once the first second factor is there', async () => {
  const user = await person(app);
  const browser = new Browsing(app.url);
  const turnOn = async (tx: EntityManager) => {
    await hold(user)(tx);
    const totp = `insert into totps (user_id, secret, confirmed_at, created_at) values ($1, '\\x00', now(), now())`;
    await tx.query(totp, [user.id]);
  };
  const answer = await meanwhile(turnOn, () => browser.post('/login', { login: user.name, password: PASSWORD }));
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('please log in again')]);
  expect(await rows('sessions', user)).toEqual([]);
});

test('a password that was set anew is not overwritten by whoever knew the old one', async () => {
  const user = await person(app);
  const thief = await browse(app, user);
  const setAnew = (tx: EntityManager) => tx.query(`update users set password_hash = 'new' where id = $1`, [user.id]);
  const change = { current_password: PASSWORD, password: NEXT };
  const answer = await meanwhile(setAnew, () => thief.post('/account/password', change));
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('please log in again')]);
  expect(await app.db.query('select password_hash from users where id = $1', [user.id])).toEqual([
    { password_hash: 'new' },
  ]);
});

test('a browser that has been logged out changes no password either', async () => {
  const user = await person(app);
  const thief = await browse(app, user);
  const change = { current_password: PASSWORD, password: NEXT };
  const logOut = async (tx: EntityManager) => (await hold(user)(tx), await endSessions(tx, user));
  const answer = await meanwhile(logOut, () => thief.post('/account/password', change));
  expect([answer.status, answer.location]).toEqual([303, '/login']);
  expect((await thief.get('/login')).text).toContain('You have been logged out.');
});

test('a browser that has been logged out leaves no key behind', async () => {
  const user = await person(app);
  const thief = await browse(app, user);
  // In the order in which a new password does it: the sessions, then the ring of keys.
  const endAll = async (tx: EntityManager) => {
    await endSessions(tx, user);
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`keys of {"userId":"${user.id}"}`]);
  };
  const answer = await meanwhile(endAll, () => thief.post('/account/keys', { name: 'mine', may: 'everything' }));
  expect([answer.status, answer.location]).toEqual([303, '/login']);
  expect(await rows('keys', user)).toEqual([]);
});

test('a key made while the password is set anew with all keys revoked: both come through, and the key is revoked', async () => {
  for (let round = 0; round < 5; round += 1) {
    const user = await person(app);
    const thief = await browse(app, user);
    await new Browsing(app.url).post('/password/forgot', { login: user.name });
    const token = new URL((await mailTo(app, addressOf(user), /new password/)).link).searchParams.get('token')!;
    const makeKeys = Array.from({ length: 8 }, (_, n) => thief.post('/account/keys', { name: `k${n}`, may: 'read' }));
    const fields = { token, password: NEXT, revoke_keys: 'yes' };
    const [reset, ...made] = await Promise.all([new Browsing(app.url).post('/password/reset', fields), ...makeKeys]);
    expect(reset.status).toBe(303);
    for (const { status } of made) expect([200, 303]).toContain(status);
    expect(await app.db.query('select 1 from keys where user_id = $1 and revoked_at is null', [user.id])).toEqual([]);
    await app.db.query(`delete from rate_limits`);
  }
});

test('a closed account gets no address, no second factor and no name any more', async () => {
  for (const [left, path] of [
    ['select 1 from emails where user_id = $1', '/account/emails'],
    ['select 1 from totps where user_id = $1 and confirmed_at is not null', '/account/security/totp/confirm'],
    ['select 1 from users where id = $1 and full_name is not null', '/account'],
  ] as const) {
    const user = await person(app);
    const browser = await browse(app, user);
    const page = await browser.submit('/account/security/totp');
    const phone = new AuthenticatorApp(/<code>([A-Z2-7 ]+)<\/code>/.exec(page.text)![1]!.replaceAll(' ', ''), app);
    const close = async (tx: EntityManager) => {
      await tx.query('update users set deactivated_at = now(), deleted_at = now() where id = $1', [user.id]);
      await endSessions(tx, user);
      await tx.query('delete from emails where user_id = $1', [user.id]);
    };
    const fields = { email: 'a@example.org', code: phone.code(), full_name: 'Ada' };
    expect([path, (await meanwhile(close, () => browser.post(path, fields))).location]).toEqual([path, '/login']);
    expect(await app.db.query(left, [user.id])).toEqual([]);
  }
});

test('whoever accepts an invitation and deletes the account at once is no member in the end', async () => {
  const { organization, people } = await team(app);
  const guest = await person(app);
  const by = { kind: 'user', userId: people.admin.id, name: people.admin.name, origin: {} } as const;
  await app.app.get(Invitations).invite(by, organization, addressOf(guest), 'read');
  const { link } = await mailTo(app, addressOf(guest), /invit/i);
  const token = new URL(link).searchParams.get('token')!;
  const [here, there] = [await browse(app, guest), await browse(app, guest)];
  let deleted: Seen | undefined;
  let accepted: Promise<Seen> | undefined;
  await app.db.transaction(async (tx) => {
    await tx.query('select 1 from organizations where id = $1 for no key update', [organization.id]);
    accepted = here.post('/invitations/accept', { token });
    await someoneWaits();
    deleted = await there.post('/account/delete', { typed: guest.name });
  });
  expect(deleted!.status).toBe(303);
  expect((await accepted!).status).toBe(422);
  expect(await rows('members', guest)).toEqual([]);
});

test('an admin who has been removed leaves no key of the organization behind, by the site or the API', async () => {
  const { organization, name, people } = await team(app);
  const admin = people.admin;
  const browser = await browse(app, admin);
  const key = await keyOf(app, admin, api());
  const remove = async (tx: EntityManager) => {
    await tx.query('delete from members where user_id = $1', [admin.id]);
    const ring = `keys of {"organizationId":"${organization.id}"}`;
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [ring]);
  };
  const form = { name: 'mine', may: 'fetch' };
  expect((await meanwhile(remove, () => browser.post(`/orgs/${name}/keys`, form))).status).toBe(404);
  const member = `insert into members (organization_id, user_id, role, created_at, updated_at) values ($1, $2, 'admin', now(), now())`;
  await app.db.query(member, [organization.id, admin.id]);
  const json = { name: 'mine', permissions: [{ domain: 'repository', resource: name }] };
  const made = () => ask(`${app.url}/api/orgs/${name}/keys`, { method: 'POST', key, json });
  expect((await meanwhile(remove, made)).status).toBe(404);
  const left = await app.db.query(`select 1 from keys where organization_id = $1 and name like 'mine%'`, [
    organization.id,
  ]);
  expect(left).toEqual([]);
});
