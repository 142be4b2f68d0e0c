import { unpackTar } from 'modern-tar';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { Members } from '../../src/organizations/members.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { useApp } from '../support/app.js';
import { browse, type Browsing, type Seen } from '../support/browsing.js';
import { docsTarball, publishDocs } from '../support/docs.js';
import { publish } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import { keyOf, person, repositories, team, type Team, TESTS, unique } from '../support/people.js';

const app = useApp();
const HOUR = 60 * 60 * 1000;

type Who = 'anonymous' | 'stranger' | 'read' | 'write' | 'admin' | 'billing' | 'removed';
const everybody: readonly Who[] = ['anonymous', 'stranger', 'read', 'write', 'admin', 'billing', 'removed'];

let acme: Team;
let bill: User;
let browsers: Record<Who, Browsing>;

/** A team with somebody in every role, and a browser for each. */
async function scene(): Promise<void> {
  acme = await team(app);
  [bill] = [await person(app)];
  const [stranger, removed] = [await person(app), await person(app)];
  const members = app.app.get(Members);
  await members.add(TESTS, acme.organization, bill, 'billing');
  await members.add(TESTS, acme.organization, removed, 'admin');
  await members.remove(TESTS, acme.organization, removed);
  const { read, write, admin } = acme.people;
  const users = { anonymous: undefined, stranger, read, write, admin, billing: bill, removed };
  const entries = Object.entries(users).map(async ([who, user]) => [who, await browse(app, user)] as const);
  browsers = Object.fromEntries(await Promise.all(entries)) as typeof browsers;
}

const at = (path = '') => `/orgs/${acme.name}${path}`;
const roleOf = (user: User) => app.app.get(Members).roleOf(acme.organization.id, user.id);
const tokenIn = (link: string): string => new URL(link).searchParams.get('token')!;

describe('each page and form, for each who asks', () => {
  beforeAll(async () => {
    await scene();
    await publish(app.url, acme.name, acme.publishKey, { name: 'wax' });
  });

  /** Who may; the others who belong to it get 403, strangers 404 (as for what does not exist), the anonymous the login. */
  const cells: [string, string, readonly Who[], Record<string, string>?][] = [
    ['GET', '', ['read', 'write', 'admin', 'billing']],
    ['GET', '/members', ['read', 'write', 'admin', 'billing']],
    ['GET', '/audit', ['read', 'write', 'admin']],
    ['GET', '/audit.csv', ['read', 'write', 'admin']],
    ['GET', '/audit.jsonl', ['read', 'write', 'admin']],
    ['GET', '/access', ['admin']],
    ['GET', '/access?package=wax', ['admin']],
    ['GET', '/settings', ['read', 'write', 'admin', 'billing']],
    ['GET', '/export.tar', ['admin']],
    // Forms as they are refused for what is in them, so that nothing changes: 422, or 404 for what is not there.
    ['POST', '/members/nobody/role', ['admin'], { role: 'owner' }],
    ['POST', '/members/PERSON/remove', ['admin']],
    ['POST', '/invitations', ['admin'], { email: 'nobody', role: 'read' }],
    ['POST', '/invitations/0/resend', ['admin']],
    ['POST', '/invitations/0/revoke', ['admin']],
    ['POST', '/settings/profile', ['admin'], { displayName: '', website: 'x', contactEmail: '', about: '' }],
    ['POST', '/settings/rename', ['admin'], { name: 'ab', understood: 'yes' }],
    ['POST', '/settings/hand-over', ['admin'], { to: 'nobody', then: 'read' }],
    ['POST', '/settings/leave', ['read', 'write', 'admin', 'billing'], { typed: 'x' }],
    ['POST', '/settings/delete', ['admin'], { typed: 'x' }],
    ['POST', '/settings/keep', ['admin']],
  ];

  test.each(cells)('%s %s', async (method, path, allowed, fields = {}) => {
    for (const who of everybody) {
      const ask = (name: string): Promise<Seen> => {
        const address = `/orgs/${name}${path.replace('PERSON', unique('ghost'))}`;
        return method === 'GET' ? browsers[who].get(address) : browsers[who].post(address, fields);
      };
      const [real, absent] = [await ask(acme.name), await ask('no_such_team')];
      if (who === 'anonymous') expect([who, real.status, absent.status]).toEqual([who, 303, 303]);
      else if (who === 'stranger' || who === 'removed') {
        expect([who, real.status, absent.status]).toEqual([who, 404, 404]);
        const plain = ({ text }: Seen, name: string) => text.replaceAll(name, 'X').replace(/[0-9a-f-]{36}/g, 'ID');
        expect(plain(real, acme.name)).toBe(plain(absent, 'no_such_team'));
      } else if (allowed.includes(who)) {
        const fine = method === 'GET' ? [200] : path.endsWith('keep') ? [303] : [422, 404];
        expect([who, fine.includes(real.status), real.status]).toEqual([who, true, real.status]);
      } else expect([who, real.status]).toEqual([who, 403]);
    }
  });

  test('nothing of all that has changed anything', async () => {
    expect(await app.app.get(Members).count(acme.organization)).toBe(4);
    expect(await app.app.get(Organizations).byName(acme.name)).toMatchObject({ deletionAt: null, displayName: null });
  });

  test('what a role may not do is not shown', async () => {
    const [billing, reader, admin] = await Promise.all(
      (['billing', 'read', 'admin'] as const).map(async (who) => ({
        overview: (await browsers[who].get(at())).text,
        members: (await browsers[who].get(at('/members'))).text,
        settings: (await browsers[who].get(at('/settings'))).text,
      })),
    );
    expect(billing!.overview).not.toContain('wax');
    for (const tab of ['/audit', '/keys', '/access']) expect(billing!.overview).not.toContain(`href="${at(tab)}"`);
    expect(reader!.overview).toContain('wax');
    expect(reader!.overview).not.toContain(`href="${at('/access')}"`);
    expect(admin!.overview).toContain(`href="${at('/access')}"`);
    for (const { members, settings } of [billing!, reader!]) {
      expect(members).not.toMatch(/<select|Invite|Remove/);
      expect(settings).not.toMatch(/Rename|Hand over|Delete|Export/);
      expect(settings).toContain('Leave');
    }
    expect(admin!.members).toContain('Every member takes a seat');
  });

  test('dangerous acts want a recent proof, and come back to the page', async () => {
    const { admin } = browsers;
    app.clock.advance(2 * HOUR);
    for (const path of ['/settings/rename', '/settings/delete', '/settings/hand-over', '/settings/profile']) {
      const answer = await admin.post(at(path), { name: unique('x'), typed: acme.name, understood: 'yes' });
      expect([answer.status, answer.location]).toEqual([
        303,
        `/sudo?${new URLSearchParams({ return: at('/settings') }).toString()}`,
      ]);
    }
    for (const path of [
      '/invitations',
      `/members/${acme.people.read.name}/role`,
      `/members/${acme.people.read.name}/remove`,
    ])
      expect((await admin.post(at(path), { email: 'a@example.org', role: 'admin' })).location).toContain(
        '/sudo?return=',
      );
    expect((await admin.get(at('/export.tar'))).location).toContain('/sudo?return=');
    expect(await roleOf(acme.people.read)).toBe('read');
    // Who may not do it at all is told so at once.
    expect((await browsers.read.post(at('/settings/rename'), { name: 'x' })).status).toBe(403);
  });
});

describe('what people do', () => {
  beforeEach(scene);

  test('make an organization', async () => {
    const { stranger } = browsers;
    expect((await stranger.get('/orgs')).text).toContain('You belong to no organization yet');
    const form = (await stranger.get('/orgs/new')).text;
    expect(form).toContain('You can try everything for 30 days');
    const name = unique('fresh');
    const made = await stranger.submit('/orgs/new', { name: ` ${name.toUpperCase()} ` });
    expect(made.text).toContain(`${name} is ready. Its trial has begun.`);
    expect(made.text).toContain('No packages yet');
    expect((await stranger.get('/orgs')).text).toMatch(new RegExp(`${name}.*admin.*trial`, 's'));
    for (const [wrong, words] of [
      [name, 'Has already been taken'],
      ['new', 'Is reserved'],
      ['a b', 'Must contain only a-z, 0-9 and underscores'],
      ['', 'Should be at least 3 characters'],
    ] as const) {
      const again = await stranger.post('/orgs/new', { name: wrong });
      expect([again.status, again.text.includes(words)]).toEqual([422, true]);
    }
  });

  test('invite somebody who has an account, and they join', async () => {
    const { admin, stranger } = browsers;
    const address = `${unique('mail')}@example.org`;
    const sent = await admin.submit(at('/invitations'), { email: address, role: 'write' });
    expect(sent.text).toContain(`An invitation is on its way to ${address}.`);
    expect(sent.text).toContain('Withdraw');
    const { link } = await mailTo(app, address);
    const path = link.slice(app.url.length);
    const outside = await browsers.anonymous.get(path);
    expect(outside.text).toContain('Create an account');
    expect(outside.text).toContain(`/login?${new URLSearchParams({ return: path }).toString()}`);
    // Opening it, as mail scanners do, accepts nothing.
    expect((await stranger.get(path)).text).toContain('Accept invitation');
    expect((await browsers.anonymous.post('/invitations/accept', { token: tokenIn(link) })).location).toContain(
      '/login',
    );
    const joined = await stranger.submit('/invitations/accept', { token: tokenIn(link) });
    expect(joined.text).toContain(`Welcome to ${acme.name}.`);
    for (const dead of [await stranger.get(path), await stranger.post('/invitations/accept', { token: tokenIn(link) })])
      expect([dead.status, dead.text.includes('This invitation does not work')]).toEqual([404, true]);
    expect((await browsers.anonymous.get('/invitations/accept?token=x')).status).toBe(404);
  });

  test('invite somebody without an account: the link makes one', async () => {
    const address = `${unique('new')}@example.org`;
    await browsers.admin.post(at('/invitations'), { email: address, role: 'read' });
    const token = tokenIn((await mailTo(app, address)).link);
    const fresh = await browse(app);
    const page = await fresh.get(`/invitations/sign-up?token=${token}`);
    expect(page.text).toContain(address);
    const weak = await fresh.post('/invitations/sign-up', {
      token,
      username: unique('invited'),
      password: 'password1',
    });
    expect(weak.status).toBe(422);
    const username = unique('invited');
    const done = await fresh.submit('/invitations/sign-up', { token, username, password: 'seven bees in a hive' });
    expect(done.text).toContain(`Welcome to ${acme.name}. Your account is ready.`);
    const [row] = await app.db.query<{ address: string; verified: boolean; role: string }[]>(
      `select e.address, e.verified_at is not null as verified, m.role from users u join emails e on e.user_id = u.id
       join members m on m.user_id = u.id where u.name = $1`,
      [username],
    );
    expect(row).toEqual({ address, verified: true, role: 'read' });
    const again = await fresh.post('/invitations/sign-up', {
      token,
      username: unique('x'),
      password: 'seven bees in a hive',
    });
    expect(again.status).toBe(404);
  });

  test('an invitation without a seat: told on the page, no account is made, it works later', async () => {
    const address = `${unique('late')}@example.org`;
    await browsers.admin.post(at('/invitations'), { email: address, role: 'read' });
    const token = tokenIn((await mailTo(app, address, /invites/)).link);
    await app.db.query('update organizations set seats = 4 where id = $1', [acme.organization.id]);
    expect((await browsers.admin.get(at('/members'))).text).toContain('4 of 4 seats in use: none is free');
    const username = unique('late');
    const fresh = await browse(app);
    for (const refused of [
      await browsers.stranger.post('/invitations/accept', { token }),
      await fresh.post('/invitations/sign-up', { token, username, password: 'seven bees in a hive' }),
    ])
      expect([refused.status, refused.text.includes('All seats of this organization are taken')]).toEqual([409, true]);
    await mailTo(app, `${acme.people.admin.name}@example.org`, /All seats/);
    await app.db.query('update organizations set seats = 5 where id = $1', [acme.organization.id]);
    const joined = await fresh.submit('/invitations/sign-up', { token, username, password: 'seven bees in a hive' });
    expect(joined.text).toContain(`Welcome to ${acme.name}`);
  });

  test('send again and withdraw', async () => {
    const address = `${unique('again')}@example.org`;
    await browsers.admin.post(at('/invitations'), { email: address, role: 'read' });
    const first = tokenIn((await mailTo(app, address)).link);
    const id = /\/invitations\/(\d+)\/resend/.exec((await browsers.admin.get(at('/members'))).text)![1]!;
    expect((await browsers.admin.submit(at(`/invitations/${id}/resend`))).text).toContain('has been sent again');
    const second = tokenIn((await mailTo(app, address)).link);
    expect((await browsers.stranger.get(`/invitations/accept?token=${first}`)).status).toBe(404);
    expect((await browsers.stranger.get(`/invitations/accept?token=${second}`)).status).toBe(200);
    expect((await browsers.admin.submit(at(`/invitations/${id}/revoke`))).text).toContain('withdrawn');
    expect((await browsers.stranger.get(`/invitations/accept?token=${second}`)).status).toBe(404);
  });

  test('change roles, remove; the last admin stays, and is told why', async () => {
    const { admin } = browsers;
    const { read, write } = acme.people;
    expect((await admin.submit(at(`/members/${read.name}/role`), { role: 'billing' })).text).toContain(
      'now has the role billing',
    );
    expect(await roleOf(read)).toBe('billing');
    expect((await browsers.read.get(at('/audit'))).status).toBe(403);
    expect((await admin.submit(at(`/members/${write.name}/remove`))).text).toContain('has been removed');
    expect((await browsers.write.get(at())).status).toBe(404);
    for (const act of ['role', 'remove']) {
      const refused = await admin.post(at(`/members/${acme.people.admin.name}/${act}`), { role: 'read' });
      expect([refused.status, refused.text.includes('last admin')]).toEqual([422, true]);
    }
    expect((await browsers.admin.post(at('/settings/leave'), { typed: acme.name })).text).toContain(
      'You are the last admin',
    );
  });

  test('hand over, leave', async () => {
    const handed = await browsers.admin.submit(at('/settings/hand-over'), { to: acme.people.write.name, then: 'read' });
    expect(handed.text).toContain(`${acme.people.write.name} is now an admin of ${acme.name}. Your role is now read.`);
    expect([await roleOf(acme.people.admin), await roleOf(acme.people.write)]).toEqual(['read', 'admin']);
    expect((await browsers.admin.post(at('/settings/leave'), { typed: 'wrong' })).status).toBe(422);
    const left = await browsers.admin.submit(at('/settings/leave'), { typed: acme.name });
    expect(left.text).toContain(`You have left ${acme.name}.`);
    expect(await roleOf(acme.people.admin)).toBeNull();
    const gone = await browsers.write.submit(at('/settings/hand-over'), { to: bill.name, then: 'leave' });
    expect(gone.text).toContain('You have left it');
  });

  test('rename: told first what breaks; members’ old links lead on, others’ do not', async () => {
    expect((await browsers.admin.get(at('/settings'))).text).toContain('This breaks what everybody has configured');
    const name = unique('renamed');
    expect((await browsers.admin.post(at('/settings/rename'), { name })).status).toBe(422);
    const renamed = await browsers.admin.submit(at('/settings/rename'), { name, understood: 'yes' });
    expect(renamed.text).toContain(`${acme.name} is now called ${name}.`);
    const led = await browsers.read.get(`${at('/members')}?x=1`);
    expect([led.status, led.location]).toEqual([303, `/orgs/${name}/members?x=1`]);
    for (const who of ['stranger', 'removed'] as const)
      expect((await browsers[who].get(at('/members'))).status).toBe(404);
    expect((await browsers.read.post(at('/settings/leave'), { typed: acme.name })).status).toBe(404);
  });

  test('delete: announced on every page to all, cancelled by an admin', async () => {
    expect((await browsers.admin.post(at('/settings/delete'), { typed: 'wrong' })).status).toBe(422);
    const told = await browsers.admin.submit(at('/settings/delete'), { typed: acme.name });
    expect(told.text).toContain('Until then every admin can cancel this.');
    for (const path of ['', '/members', '/settings', '/keys']) {
      expect((await browsers.admin.get(at(path))).text).toContain('Cancel the deletion');
      expect((await browsers.write.get(at(path))).text).toContain(`${acme.name} will be deleted on`);
      expect((await browsers.write.get(at(path))).text).not.toContain('Cancel the deletion');
    }
    expect((await browsers.write.post(at('/settings/keep'))).status).toBe(403);
    expect((await browsers.admin.submit(at('/settings/keep'))).text).toContain(`${acme.name} stays.`);
    expect((await browsers.admin.get(at())).text).not.toContain('will be deleted on');
  });

  test('profile: what is wrong is told, what is right is shown', async () => {
    const profile = {
      displayName: 'Acme <b>Ltd</b>',
      website: 'https://acme.example/x',
      contactEmail: 'a&b@acme.example',
      about: 'Wax.\n<script>alert(1)</script>',
    };
    const { admin, read } = browsers;
    for (const [field, value] of [
      ['website', 'javascript:alert(1)'],
      ['website', 'https://user:secret@acme.example'],
      ['contactEmail', 'not an address'],
      ['displayName', 'x'.repeat(101)],
      ['about', 'x'.repeat(501)],
    ] as const)
      expect((await admin.post(at('/settings/profile'), { ...profile, [field]: value })).status).toBe(422);
    expect((await admin.submit(at('/settings/profile'), profile)).text).toContain('has been saved');
    const page = (await read.get(at())).text;
    expect(page).toContain('href="https://acme.example/x"');
    expect(page).toContain('Acme &lt;b>Ltd&lt;/b>');
    expect(page).not.toContain('<script>alert');
    expect(
      (await admin.submit(at('/settings/profile'), { displayName: ' ', website: '', contactEmail: '', about: '' }))
        .status,
    ).toBe(200);
    expect(await app.app.get(Organizations).byName(acme.name)).toMatchObject({ displayName: null, about: null });
  });

  test('the log: filtered, exported, and nothing of others in it', async () => {
    const evil = await browse(app, acme.people.admin);
    const agent = { 'user-agent': '=HYPERLINK("http://evil.example")' };
    await evil.post(
      at('/settings/profile'),
      { displayName: 'Formula', website: '', contactEmail: '', about: '' },
      agent,
    );
    const page = (await browsers.read.get(at('/audit'))).text;
    expect(page).toContain('added a member');
    expect(page).toContain('changed the profile');
    const filtered = (await browsers.read.get(at('/audit?action=organization.profile'))).text;
    expect(filtered).not.toContain('added a member</p>');
    expect(filtered).toContain(`${at('/audit.csv')}?action=organization.profile`);
    for (const query of ['?from=2020-01-01&to=2020-02-01', '?actor=nobody'])
      expect((await browsers.read.get(at(`/audit${query}`))).text).toContain('Nothing fits');
    for (const noise of ['?from=x&to=y&after=x&action[]=1', '?after=999999999999999999'])
      expect([200, 422]).toContain((await browsers.read.get(at(`/audit${noise}`))).status);
    for (const nowhere of ['/orgs/a%00b', at('/access?package=%00'), at('/audit?action=%00'), at('/audit%00')])
      expect([nowhere, (await browsers.admin.get(nowhere)).status]).toEqual([nowhere, 404]);
    expect((await browsers.admin.post(at('/members/a%00b/remove'))).status).toBe(404);
    const csv = await browsers.read.get(at('/audit.csv'));
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.headers.get('content-disposition')).toContain(`${acme.name}-audit.csv`);
    expect(csv.text).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    const lines = csv.text.trim().split('\r\n');
    expect(lines[0]).toBe('time,actor_kind,actor,key,action,details,ip,user_agent,request_id,id');
    const jsonl = (await browsers.read.get(at('/audit.jsonl'))).text.trim().split('\n');
    expect(jsonl.map((line) => (JSON.parse(line) as { action: string }).action)).toContain('organization.profile');
  });

  test('who can read: people, keys of the organization, keys of members, with reasons', async () => {
    await publish(app.url, acme.name, acme.publishKey, { name: 'wax' });
    await keyOf(app, acme.people.read, repositories);
    const page = (await browsers.admin.get(at('/access'))).text;
    for (const part of [acme.people.read.name, 'repositories', `repository:${acme.name}`, 'as read'])
      expect(page).toContain(part);
    expect(page).not.toContain(bill.name);
    expect((await browsers.admin.get(at('/access?package=wax'))).text).toContain('Who can read wax');
    expect((await browsers.admin.get(at('/access?package=nothing'))).status).toBe(404);
    await app.db.query(`update organizations set override = 'blocked' where id = $1`, [acme.organization.id]);
    const shut = (await browsers.admin.get(at('/access'))).text;
    expect(shut).toContain('Nobody can fetch at the moment');
    expect(shut).toContain(acme.people.read.name);
  });

  test('take everything along', async () => {
    await publish(app.url, acme.name, acme.publishKey, { name: 'wax' });
    const docs = docsTarball();
    await publishDocs(`${app.url}/api/repos/${acme.name}/packages/wax/releases/1.0.0`, acme.publishKey, docs);
    const cookies = [...browsers.admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(app.url + at('/export.tar'), { headers: { cookie: cookies } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-tar']);
    expect(answer.headers.get('content-disposition')).toContain(`${acme.name}.tar`);
    const entries = await unpackTar(answer.body!);
    expect(entries.map(({ header }) => header.name)).toContain('tarballs/wax-1.0.0.tar');
    const kept = entries.find(({ header }) => header.name === 'docs/wax-1.0.0.tar.gz');
    expect(docs.equals(kept!.data!)).toBe(true);
  });
});
