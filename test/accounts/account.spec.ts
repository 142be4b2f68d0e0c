import { beforeEach, describe, expect, test } from 'vitest';
import { Keys } from '../../src/accounts/keys.js';
import { PasswordChanges } from '../../src/accounts/password-changes.js';
import { type User } from '../../src/accounts/user.entity.js';
import { Users } from '../../src/accounts/users.js';
import { Members } from '../../src/organizations/members.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { startApp, useApp } from '../support/app.js';
import { browse, Browsing, type Seen } from '../support/browsing.js';
import { ask, basic, eventually, publish } from '../support/http.js';
import { allMailsTo, mailTo } from '../support/mailbox.js';
import { api, keyOf, PASSWORD, person, team, TESTS, unique } from '../support/people.js';
import { setUpTotp } from '../support/totp.js';

const app = useApp();
const NEXT = 'another long phrase';
const HOUR = 60 * 60 * 1000;
beforeEach(() => app.db.query(`delete from rate_limits`));

const addressOf = ({ name }: Pick<User, 'name'>) => `${name}@example.org`;
const isIn = async (browser: Browsing): Promise<boolean> => (await browser.get('/account')).status === 200;
const logIn = (user: Pick<User, 'name'>, password: string) =>
  new Browsing(app.url).post('/login', { login: user.name, password });
const tokenOf = (link: string) => new URL(link).searchParams.get('token')!;
const audit = async (user: User, action: string) =>
  app.db.query<{ params: Record<string, unknown> }[]>(
    'select params from audit_entries where subject_user_id = $1 and action = $2',
    [user.id, action],
  );

describe('pages of the account', () => {
  const pages = ['', '/emails', '/password', '/security', '/sessions', '/activity', '/delete'];

  test('are for who is logged in; others come back to them after the login', async () => {
    for (const page of pages) {
      const { status, location } = await new Browsing(app.url).get(`/account${page}`);
      expect([page, status, location]).toEqual([page, 303, `/login?return=${encodeURIComponent(`/account${page}`)}`]);
    }
    const browser = await browse(app, await person(app));
    for (const page of pages) expect([page, (await browser.get(`/account${page}`)).status]).toEqual([page, 200]);
  });

  test('the profile: name and website, nothing that is no website, one public address', async () => {
    const user = await person(app);
    const browser = await browse(app, user);
    for (const website of ['javascript:alert(1)', 'data:text/html,x', 'example.org', 'https://a b'])
      expect((await browser.post('/account', { website })).text).toContain('Must be an http or https address');
    const [email] = await app.app.get(Users).emails(user.id);
    const fields = { full_name: '  Ada <b>L.</b>  ', website: 'https://ada.example/', public_email: email!.id };
    const saved = await browser.submit('/account', fields);
    expect(saved.text).toContain('Your profile has been saved.');
    expect(saved.text).toContain('Ada &lt;b>L.&lt;/b>');
    expect(await app.app.get(Users).byId(user.id)).toMatchObject({
      fullName: 'Ada <b>L.</b>',
      website: fields.website,
    });
    expect((await app.app.get(Users).emails(user.id))[0]!.isPublic).toBe(true);
  });

  test('the activity shows own entries page by page, and not where others are', async () => {
    const user = await person(app);
    const browser = await browse(app, user);
    for (let n = 0; n < 35; n += 1) await keyOf(app, user, api());
    const by = { kind: 'user', userId: '999', name: 'somebody', origin: { ip: '203.0.113.9' } } as const;
    await app.app.get(Keys).create(by, { userId: user.id }, { name: 'theirs', permissions: [] });
    const first = await browser.get('/account/activity');
    expect(first.text).toContain('key: theirs');
    expect(first.text).not.toContain('203.0.113.9');
    const older = /href="(\/account\/activity\?before=\d+)"/.exec(first.text)![1]!;
    expect((await browser.get(older)).text).toContain('Account made');
  });
});

describe('addresses', () => {
  const add = async (browser: Browsing, email: string) => browser.post('/account/emails', { email });
  const idOf = async (user: User, address: string) =>
    (await app.app.get(Users).emails(user.id)).find((email) => email.address === address)!.id;

  test('added, confirmed by the link, made primary (both addresses hear of it), the old one removed', async () => {
    const user = await person(app);
    const browser = await browse(app, user);
    const [before, after] = [addressOf(user), `${unique('second')}@example.org`];
    expect((await add(browser, after)).location).toBe('/account/emails');
    const { link } = await mailTo(app, after, /Confirm/);
    const id = await idOf(user, after);
    expect((await browser.post(`/account/emails/${id}/primary`)).status).toBe(409);
    expect((await logIn({ name: after }, PASSWORD)).status).toBe(422);
    // Programs that check mails open links; only the button counts, and it needs no login.
    await new Browsing(app.url).get(link);
    expect((await browser.get('/account/emails')).text).toContain('not confirmed');
    const stranger = new Browsing(app.url);
    const tokens = Array.from({ length: 20 }, () => stranger.post('/verify-email', { token: tokenOf(link) }));
    const statuses = (await Promise.all(tokens)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([303, ...Array.from({ length: 19 }, () => 404)]);
    expect((await logIn({ name: after }, PASSWORD)).status).toBe(303);
    await mailTo(app, before, /address was added/);
    expect((await browser.post(`/account/emails/${id}/primary`)).status).toBe(303);
    await mailTo(app, before, /primary e-mail address has changed/);
    await mailTo(app, after, /primary e-mail address has changed/);
    expect((await browser.post(`/account/emails/${id}/remove`)).text).toContain(
      'Make another address the primary one first',
    );
    await browser.post(`/account/emails/${await idOf(user, before)}/remove`);
    expect(await app.app.get(Users).emails(user.id)).toMatchObject([{ address: after, isPrimary: true }]);
  });

  test('somebody else’s looks like any other, until its link is used', async () => {
    const [user, owner] = [await person(app), await person(app)];
    const browser = await browse(app, user);
    const free = `${unique('free')}@example.org`;
    const [taken, other] = [await add(browser, addressOf(owner)), await add(browser, free)];
    expect([taken.status, taken.location]).toEqual([other.status, other.location]);
    const page = (await browser.get('/account/emails')).text;
    expect(page.match(/not confirmed/g)).toHaveLength(2);
    const { link } = await mailTo(app, addressOf(owner), /Confirm/);
    const refused = await new Browsing(app.url).post('/verify-email', { token: tokenOf(link) });
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('belongs to another account')]);
    expect((await app.app.get(Users).byLogin(addressOf(owner)))!.id).toBe(owner.id);
  });

  test('of others cannot be touched', async () => {
    const [user, other] = [await person(app), await person(app)];
    const browser = await browse(app, user);
    const id = await idOf(other, addressOf(other));
    for (const act of ['primary', 'remove', 'resend'])
      expect((await browser.post(`/account/emails/${id}/${act}`)).status).toBe(404);
    expect((await browser.post('/account/emails/x/remove')).status).toBe(404);
  });
});

describe('a forgotten password', () => {
  const linkFor = async (user: User) => {
    await new Browsing(app.url).post('/password/forgot', { login: user.name });
    return (await mailTo(app, addressOf(user), /new password/)).link;
  };
  const reset = (link: string, more: Record<string, string> = {}): Promise<Seen> =>
    new Browsing(app.url).post('/password/reset', { token: tokenOf(link), password: NEXT, ...more });

  test('set anew once; sessions end, keys too if wished; it is told; the second factor stays', async () => {
    const user = await person(app);
    const browser = await browse(app, user);
    const { app: phone } = await setUpTotp(app, browser);
    const key = await keyOf(app, user, api());
    const link = await linkFor(user);
    expect((await new Browsing(app.url).get(link)).text).toContain('name="revoke_keys" value="yes" checked');
    expect((await reset(link, { password: 'password1' })).status).toBe(422);
    const statuses = (await Promise.all(Array.from({ length: 10 }, () => reset(link, { revoke_keys: 'yes' })))).map(
      ({ status }) => status,
    );
    expect(statuses.toSorted()).toEqual([303, ...Array.from({ length: 9 }, () => 404)]);
    expect(await isIn(browser)).toBe(false);
    expect((await ask(`${app.url}/api/users/me`, { key })).status).toBe(401);
    expect((await logIn(user, PASSWORD)).status).toBe(422);
    const again = new Browsing(app.url);
    expect((await again.post('/login', { login: user.name, password: NEXT })).location).toContain('second-factor');
    expect((await again.post('/login/second-factor', { code: phone.next() })).status).toBe(303);
    const mail = await mailTo(app, addressOf(user), /password was changed/);
    expect(mail.text).toMatch(/Sessions that were ended by it: 1\.[\s\S]*API keys that were revoked with it: 1\./);
    expect(await audit(user, 'password.reset')).toHaveLength(1);
  });

  test('without the tick keys stay', async () => {
    const user = await person(app);
    const key = await keyOf(app, user, api());
    await reset(await linkFor(user));
    expect((await ask(`${app.url}/api/users/me`, { key })).status).toBe(200);
  });

  test('the link is over after an hour, with another password, with another primary address, with a newer link', async () => {
    const user = await person(app);
    const [old, newer] = [await linkFor(user), await linkFor(user)];
    expect((await reset(old)).status).toBe(404);
    await app.app.get(PasswordChanges).set(TESTS, user.name, 'set by the operator');
    expect((await reset(newer)).status).toBe(404);
    const third = await linkFor(user);
    await app.db.query('update emails set address = $2 where user_id = $1', [
      user.id,
      `${unique('moved')}@example.org`,
    ]);
    expect((await reset(third)).status).toBe(404);
    await app.db.query('update emails set address = $2 where user_id = $1', [user.id, addressOf(user)]);
    const fourth = await linkFor(user);
    app.clock.advance(HOUR);
    expect((await reset(fourth)).status).toBe(404);
    expect((await logIn(user, 'set by the operator')).status).toBe(303);
  });

  test('nothing is sent to a locked account', async () => {
    const user = await person(app);
    await app.app.get(Users).setActive(TESTS, user.name, false);
    await new Browsing(app.url).post('/password/forgot', { login: addressOf(user) });
    const other = await person(app);
    await linkFor(other);
    expect(await allMailsTo(app, addressOf(user))).toEqual([]);
  });
});

describe('a changed password', () => {
  test('wants the current one, ends the other sessions in every process, and is told', async () => {
    const user = await person(app);
    const [here, there] = [await browse(app, user), await browse(app, user)];
    const other = await startApp({ databaseUrl: app.config.databaseUrl, env: { JOBS_CONCURRENCY: '0' } });
    try {
      Object.assign(there, { url: other.url });
      expect(await isIn(there)).toBe(true);
      const change = (current_password: string) => here.post('/account/password', { current_password, password: NEXT });
      expect((await change('wrong')).text).toContain('Is not your current password');
      expect((await change(PASSWORD)).status).toBe(303);
      expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    } finally {
      await other.stop();
    }
    await mailTo(app, addressOf(user), /password was changed/);
    expect((await logIn(user, NEXT)).status).toBe(303);
  });

  test('five wrong guesses at the current one, then the right one is refused as well', async () => {
    const browser = await browse(app, await person(app));
    const change = (current_password: string) =>
      browser.post('/account/password', { current_password, password: NEXT });
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await change(`wrong ${n}`)).status);
    statuses.push((await change(PASSWORD)).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
  });
});

describe('sudo', () => {
  const DANGEROUS = [
    '/account/security/totp',
    '/account/security/recovery-codes',
    '/account/delete',
    '/account/emails',
  ];

  test('is asked for an hour after the login, given by the password, and leads back', async () => {
    const user = await person(app);
    const browser = await browse(app, user);
    app.clock.advance(HOUR + 16 * 60_000);
    for (const path of DANGEROUS) {
      const { location } = await browser.post(path, { typed: user.name, email: 'x@example.org' });
      expect([path, location]).toEqual([path, expect.stringMatching(/^\/sudo\?return=/)]);
    }
    const page = await browser.get('/sudo?return=/account/emails');
    expect(page.text).toContain('name="password"');
    const back = { return: '/account/emails' };
    expect((await browser.post('/sudo', { ...back, password: 'wrong' })).status).toBe(422);
    expect((await browser.post('/sudo', { ...back, password: PASSWORD })).location).toBe('/account/emails');
    expect((await browser.post('/account/security/totp')).location).toBe('/account/security/totp');
    expect((await browser.post('/sudo', { return: '//evil.example', password: PASSWORD })).location).toBe('/');
  });

  test('takes the second factor where there is one; other sessions must prove it as soon as there is', async () => {
    const user = await person(app);
    const [browser, elsewhere] = [await browse(app, user), await browse(app, user)];
    const { app: phone, codes } = await setUpTotp(app, browser);
    expect((await elsewhere.post('/account/security/totp/remove')).location).toMatch(/^\/sudo/);
    expect((await elsewhere.post('/sudo', { password: PASSWORD })).text).toContain('Please use your second factor.');
    expect((await elsewhere.get('/sudo')).text).not.toContain('name="password"');
    expect((await elsewhere.post('/sudo', { code: phone.code() })).status).toBe(422);
    expect((await elsewhere.post('/sudo', { code: phone.next() })).status).toBe(303);
    app.clock.advance(2 * HOUR);
    expect((await elsewhere.post('/sudo', { recovery_code: codes[3]! })).status).toBe(303);
    expect((await elsewhere.post('/account/security/totp/remove')).location).toBe('/account/security');
    await mailTo(app, addressOf(user), /authenticator app was removed/);
    expect((await logIn(user, PASSWORD)).location).toBe('/');
    expect(await app.db.query('select 1 from recovery_codes where user_id = $1', [user.id])).toEqual([]);
  });

  test('five wrong codes, then none is taken', async () => {
    const browser = await browse(app, await person(app));
    const { app: phone } = await setUpTotp(app, browser);
    const statuses = [];
    for (const code of ['000000', '111111', '222222', '333333', '444444', phone.next()])
      statuses.push((await browser.post('/sudo', { code })).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
  });
});

describe('recovery codes', () => {
  test('are shown once, made anew on wish, and only where there is a second factor', async () => {
    const user = await person(app);
    const browser = await browse(app, user);
    expect((await browser.post('/account/security/recovery-codes')).status).toBe(409);
    const { codes } = await setUpTotp(app, browser);
    expect((await browser.get('/account/security')).text).not.toContain(codes[0]!);
    const renewed = await browser.post('/account/security/recovery-codes');
    expect([renewed.status, renewed.text.includes(codes[0]!)]).toEqual([200, false]);
    expect((await browser.post('/sudo', { recovery_code: codes[0]! })).status).toBe(422);
    await mailTo(app, addressOf(user), /New recovery codes/);
  });
});

describe('sessions', () => {
  test('are listed with device and place, and end one by one or all but this, at once and everywhere', async () => {
    const user = await person(app);
    const [here, second, third] = [await browse(app, user), await browse(app, user), await browse(app, user)];
    const page = (await here.get('/account/sessions')).text;
    expect(page).toMatch(/An unknown device[\s\S]*this one[\s\S]*this network/);
    const ids = [...new Set([...page.matchAll(/sessions\/(\d+)\/revoke/g)].map((match) => match[1]!))];
    expect(ids).toHaveLength(3);
    const rows = await app.db.query<{ id: string }[]>('select id from sessions where user_id = $1 order by id', [
      user.id,
    ]);
    await here.post(`/account/sessions/${rows[1]!.id}/revoke`);
    expect([await isIn(here), await isIn(second), await isIn(third)]).toEqual([true, false, true]);
    expect((await here.submit('/account/sessions/revoke-others')).text).toContain('One other login has ended.');
    expect([await isIn(here), await isIn(third)]).toEqual([true, false]);
    const stranger = await browse(app, await person(app));
    expect((await stranger.post(`/account/sessions/${rows[0]!.id}/revoke`)).status).toBe(404);
    expect((await here.post(`/account/sessions/${rows[0]!.id}/revoke`)).location).toBe('/');
    expect(await isIn(here)).toBe(false);
  });
});

describe('the end of an account', () => {
  test('is refused while they are the last admin anywhere, and the page says what to do', async () => {
    const { organization, people, name } = await team(app);
    const browser = await browse(app, people.admin);
    const page = (await browser.get('/account/delete')).text;
    expect(page).toContain(`href="/orgs/${name}/settings"`);
    expect(page).not.toContain('name="typed"');
    const refused = await browser.post('/account/delete', { typed: people.admin.name });
    expect([refused.status, await isIn(browser)]).toEqual([409, true]);
    await app.app.get(Members).changeRole(TESTS, organization, people.write, 'admin');
    expect((await browser.get('/account/delete')).text).toContain(`You leave ${name}.`);
    expect((await browser.post('/account/delete', { typed: people.admin.name })).status).toBe(303);
    expect(await app.app.get(Members).roleOf(organization.id, people.admin.id)).toBeNull();
  });

  test('two last admins who go at once: one stays', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { organization, people } = await team(app);
      await app.app.get(Members).changeRole(TESTS, organization, people.write, 'admin');
      const statuses = await Promise.all(
        [people.admin, people.write].map(
          async (user) => (await (await browse(app, user)).post('/account/delete', { typed: user.name })).status,
        ),
      );
      expect(statuses.toSorted()).toEqual([303, 409]);
    }
  });

  test('ends everything at once; what was published stays under the name, which is never given out again', async () => {
    const acme = await team(app);
    const user = acme.people.write;
    await publish(app.url, acme.name, acme.publishKey, { name: 'wax', version: '1.0.0' });
    const browser = await browse(app, user);
    await setUpTotp(app, browser);
    const wrong = await browser.post('/account/delete', { typed: 'somebody' });
    expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('Is not your user name')]);
    expect((await browser.submit('/account/delete', { typed: user.name })).text).toContain('has been deleted');
    await mailTo(app, addressOf(user), /has been deleted/);
    expect(await isIn(browser)).toBe(false);
    expect((await ask(`${app.url}/api/users/me`, { key: acme.publishKey })).status).toBe(401);
    expect((await logIn(user, PASSWORD)).text).toContain('The user name or the password is wrong.');
    for (const table of ['emails', 'totps', 'recovery_codes', 'members'])
      expect([table, await app.db.query(`select 1 from ${table} where user_id = $1`, [user.id])]).toEqual([table, []]);
    const release = await ask(`${app.url}/api/repos/${acme.name}/packages/wax/releases/1.0.0`, {
      key: await keyOf(app, acme.people.admin, api()),
    });
    expect(release.body.publisher.username).toBe(user.name);
    expect(await audit(user, 'user.delete')).toHaveLength(1);
    const again = { name: user.name, email: addressOf(user), password: PASSWORD };
    await expect(app.app.get(Users).create(TESTS, again)).rejects.toMatchObject({
      fields: { username: 'has already been taken' },
    });
    const admin = await person(app);
    await expect(app.app.get(Organizations).create(TESTS, user.name, admin)).rejects.toMatchObject({
      fields: { name: 'has already been taken' },
    });
    // The address is free: its owner may come back under another name.
    expect(await app.app.get(Users).create(TESTS, { ...again, name: unique('back') })).toBeDefined();
    await expect(app.app.get(Users).setActive(TESTS, user.name, true)).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('what is over is removed by the daily job', async () => {
  const { AccountsJobs } = await import('../../src/accounts/accounts.jobs.js');
  const user = await person(app);
  const browser = await browse(app, user);
  await setUpTotp(app, browser);
  await logIn(user, PASSWORD);
  await new Browsing(app.url).post('/passkeys/options/login');
  await new Browsing(app.url).post('/password/forgot', { login: user.name });
  await mailTo(app, addressOf(user), /new password/);
  await browser.post('/logout');
  const left = async () => {
    const tables = ['email_proofs', 'pending_logins', 'passkey_challenges', 'sessions', 'totps'];
    const counts = tables.map((table) => app.db.query<unknown[]>(`select 1 from ${table}`));
    return (await Promise.all(counts)).map(({ length }) => length);
  };
  expect((await left()).every((count) => count > 0)).toBe(true);
  app.clock.advance(30 * 24 * HOUR);
  await app.app.get(AccountsJobs).purge();
  const month = await left();
  expect([month.slice(0, 3), month[3]! > 0, month[4]! > 0]).toEqual([[0, 0, 0], true, true]);
  app.clock.advance(200 * 24 * HOUR);
  await app.app.get(AccountsJobs).purge();
  expect((await left())[3]).toBe(0);
});

test('hostile ids and characters are refused, not faults of ours', async () => {
  const browser = await browse(app, await person(app));
  const acts = ['sessions/ID/revoke', 'emails/ID/remove', 'security/passkeys/ID/remove', 'security/passkeys/ID/rename'];
  for (const id of ['x', '%01', '9999999999999999999999', '-1', '1%20or%201=1'])
    for (const path of acts) {
      const { status } = await browser.post(`/account/${path.replace('ID', id)}`, { name: 'x' });
      expect([path, id, status]).toEqual([path, id, 404]);
    }
  const anonymous = new Browsing(app.url);
  for (const credential of ['{"id":"a\\u0000b"}', 'not json', '{"id":"abc","response":{"clientDataJSON":"x"}}', 'null'])
    expect([credential, (await anonymous.post('/login/passkey', { credential })).status]).toEqual([credential, 422]);
  for (const path of ['/login', '/signup', '/password/forgot', '/signup/complete'])
    expect([path, (await anonymous.post(path, { login: 'a\0b', email: 'a\0b', token: '\0' })).status]).toEqual([
      path,
      400,
    ]);
  const passkey = { name: 'x', credential: '{"id":"\\u0000"}' };
  expect((await browser.post('/account/security/passkeys', passkey)).status).toBe(422);
  expect((await browser.post('/account', { full_name: 'a\u202eb' })).status).toBe(422);
});

test('a new key is told to its owner', async () => {
  const user = await person(app);
  await keyOf(app, user, api('read'));
  const mail = await mailTo(app, addressOf(user), /A new API key/);
  expect(mail.text).toContain('May: api:read');
});

test('a password alone stops fetching too in the moment the second factor is on', async () => {
  const { people, name, publishKey } = await team(app);
  await publish(app.url, name, publishKey, { name: 'comb', version: '1.0.0' });
  const user = people.read;
  const fetching = async () =>
    (await ask(`${app.url}/repo/repos/${name}/tarballs/comb-1.0.0.tar`, { key: basic(user.name, PASSWORD) })).status;
  expect(await fetching()).toBe(200);
  await setUpTotp(app, await browse(app, user));
  expect(await eventually(fetching, (status) => status !== 200, 2000)).toBe(401);
});
