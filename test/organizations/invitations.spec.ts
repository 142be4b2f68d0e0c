import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { type Actor } from '../../src/audit/actor.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { useApp } from '../support/app.js';
import { allMailsTo, mailTo } from '../support/mailbox.js';
import { person, TESTS, unique } from '../support/people.js';

const app = useApp();
const DAY = 24 * 60 * 60 * 1000;
let admin: User;
let guest: User;
let it: Organization;
let address: string;

const as = (user: User): Actor => ({ kind: 'user', userId: user.id, name: user.name, origin: {} });
const invitations = () => app.app.get(Invitations);
const tokenOf = async (to: string): Promise<string> =>
  new URL((await mailTo(app, to, /invites/)).link).searchParams.get('token')!;
const audits = (action: string) =>
  app.db.query<{ params: Record<string, unknown> }[]>(
    `select params from audit_entries where action = $1 and subject_organization_id = $2 order by id`,
    [action, it.id],
  );

beforeAll(async () => {
  [admin, guest] = [await person(app), await person(app)];
});

beforeEach(async () => {
  it = await app.app.get(Organizations).create(TESTS, unique('host'), admin);
  address = `${unique('guest')}@example.org`;
});

test('from the mail to a member: link, role, seat, log, a word to the admins', async () => {
  await invitations().invite(as(admin), it, address, 'write');
  const mail = await mailTo(app, address);
  expect(mail.subject).toBe(`${admin.name} invites you to ${it.name}`);
  expect(mail.link).toMatch(new RegExp(`^${app.url}/invitations/accept\\?token=[A-Za-z0-9_-]{43}$`));
  const token = new URL(mail.link).searchParams.get('token')!;
  expect(await invitations().look(token)).toMatchObject({ role: 'write', address, inviter: admin.name });
  expect(await app.app.get(Members).count(it)).toBe(1);
  expect(await invitations().accept(as(guest), guest, token)).toMatchObject({
    seated: true,
    organization: { id: it.id },
  });
  expect(await app.app.get(Members).roleOf(it.id, guest.id)).toBe('write');
  expect((await audits('invitation.accept')).map(({ params }) => params)).toEqual([
    { organization: it.name, address, role: 'write', user: guest.name, seated: true },
  ]);
  const told = await mailTo(app, `${admin.name}@example.org`, /has joined/);
  expect(told.text).toContain(`They accepted the invitation that ${admin.name} sent to`);
  expect(await invitations().list(it)).toEqual([]);
});

test('the link is nowhere in clear: not in the rows, not in the log', async () => {
  await invitations().invite(as(admin), it, address, 'read');
  const token = await tokenOf(address);
  await invitations().look(token);
  const rows = await app.db.query<{ row: string }[]>(`select i::text as row from invitations i`);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.map(({ row }) => row).join()).not.toContain(token);
  expect(app.log()).not.toContain(token);
});

describe('links that do not work look alike', () => {
  const dead = async (token: unknown) => {
    expect(await invitations().look(token)).toBeNull();
    await expect(invitations().accept(as(guest), guest, token)).rejects.toMatchObject({
      ...{ kind: 'not_found', code: 'not_found', message: 'invitation not found' },
    });
    expect(await app.app.get(Members).roleOf(it.id, guest.id)).toBeNull();
  };

  test.each([undefined, '', 'x', 'A'.repeat(43), 'A'.repeat(44), ['a'], 7, `${'A'.repeat(42)}\0`])('noise: %j', dead);

  test('revoked', async () => {
    await invitations().invite(as(admin), it, address, 'read');
    const [{ id } = { id: '' }] = await invitations().list(it);
    await invitations().revoke(as(admin), it, id);
    await dead(await tokenOf(address));
    await expect(invitations().revoke(as(admin), it, id)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('used', async () => {
    await invitations().invite(as(admin), it, address, 'read');
    const [token, other] = [await tokenOf(address), await person(app)];
    await invitations().accept(as(other), other, token);
    await dead(token);
  });

  test('sent again: the old one is dead, the new one works, with the newer role', async () => {
    await invitations().invite(as(admin), it, address, 'read');
    const first = await tokenOf(address);
    await invitations().invite(as(admin), it, address.toUpperCase(), 'billing');
    const second = await tokenOf(address.toUpperCase());
    expect(await invitations().list(it)).toHaveLength(1);
    await dead(first);
    await invitations().accept(as(guest), guest, second);
    expect(await app.app.get(Members).roleOf(it.id, guest.id)).toBe('billing');
  });

  test('of somebody who was removed: what they held out is withdrawn', async () => {
    const second = await person(app);
    await app.app.get(Members).add(TESTS, it, second, 'admin');
    await invitations().invite(as(second), it, address, 'admin');
    const token = await tokenOf(address);
    await app.app.get(Members).remove(as(admin), it, second);
    await dead(token);
  });
});

test('a member uses an invitation up without a seat, and keeps their role', async () => {
  await app.db.query('update organizations set seats = 1 where id = $1', [it.id]);
  await invitations().invite(as(admin), it, address, 'read');
  const token = await tokenOf(address);
  expect(await invitations().accept(as(admin), admin, token)).toMatchObject({ seated: false });
  expect(await app.app.get(Members).roleOf(it.id, admin.id)).toBe('admin');
  expect(await invitations().look(token)).toBeNull();
});

test('no seat: told clearly, the invitation stays open, the admins get one mail a day', async () => {
  await invitations().invite(as(admin), it, address, 'read');
  const token = await tokenOf(address);
  await app.db.query('update organizations set seats = 1 where id = $1', [it.id]);
  for (let time = 0; time < 3; time += 1)
    await expect(invitations().accept(as(guest), guest, token)).rejects.toMatchObject({
      ...{ kind: 'conflict', code: 'no_seat', message: expect.stringContaining('all seats') as string },
    });
  const about = (await allMailsTo(app, `${admin.name}@example.org`)).filter(({ subject }) => subject.includes(it.name));
  expect(about.map(({ subject }) => subject)).toEqual([`All seats of ${it.name} are taken`]);
  await app.db.query('update organizations set seats = 2 where id = $1', [it.id]);
  expect(await invitations().accept(as(guest), guest, token)).toMatchObject({ seated: true });
});

test('what is not an address is told, and nothing is sent', async () => {
  for (const wrong of ['', 'ada', 'a@b@c', 'a b@example.org', 'x@y\r\nbcc: z@example.org', `${'a'.repeat(250)}@x.org`])
    await expect(invitations().invite(as(admin), it, wrong, 'read')).rejects.toMatchObject({
      fields: { email: 'is not an e-mail address' },
    });
  expect(await invitations().list(it)).toEqual([]);
});

test('one address is not flooded, from however many organizations', async () => {
  for (let time = 0; time < 5; time += 1) {
    const other = await app.app.get(Organizations).create(TESTS, unique('flood'), admin);
    await invitations().invite(as(admin), other, time % 2 ? address : address.toUpperCase(), 'read');
  }
  await expect(invitations().invite(as(admin), it, address, 'read')).rejects.toMatchObject({ kind: 'rate_limited' });
});

test('an organization cannot send without end', async () => {
  const tries = await Promise.allSettled(
    Array.from({ length: 55 }, () => invitations().invite(as(admin), it, `${unique('many')}@example.org`, 'read')),
  );
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
}, 60_000);

test('another organization’s invitation is absent, by its number too', async () => {
  await invitations().invite(as(admin), it, address, 'read');
  const [{ id } = { id: '' }] = await invitations().list(it);
  const other = await app.app.get(Organizations).create(TESTS, unique('other'), guest);
  await expect(invitations().revoke(as(guest), other, id)).rejects.toMatchObject({ kind: 'not_found' });
  await expect(invitations().resend(as(guest), other, id)).rejects.toMatchObject({ kind: 'not_found' });
  for (const noise of ['x', '', '1e3', '99999999999999999999'])
    await expect(invitations().revoke(as(admin), it, noise)).rejects.toMatchObject({ kind: 'not_found' });
});

// Last, since the clock only goes forward.
test('seven days and not longer; then it can be sent again', async () => {
  await invitations().invite(as(admin), it, address, 'read');
  const token = await tokenOf(address);
  app.clock.advance(7 * DAY - 60_000);
  expect(await invitations().look(token)).not.toBeNull();
  app.clock.advance(2 * 60_000);
  expect(await invitations().look(token)).toBeNull();
  await expect(invitations().accept(as(guest), guest, token)).rejects.toMatchObject({ kind: 'not_found' });
  const [{ id } = { id: '' }] = await invitations().list(it);
  await invitations().resend(as(admin), it, id);
  expect(await invitations().accept(as(guest), guest, await tokenOf(address))).toMatchObject({ seated: true });
});
