import { beforeEach, describe, expect, test } from 'vitest';
import { PasswordLanes } from '../../src/accounts/sign-in/passwords.js';
import { startApp, type TestApp, useApp } from '../support/app.js';
import { Browsing } from '../support/browsing.js';
import { allMailsTo, mailTo } from '../support/mailbox.js';
import { person, unique } from '../support/people.js';
import { watchConnections } from '../support/sent-statements.js';

const app = useApp();
const PASSWORD = 'wax and comb and smoke';
const newAddress = () => `${unique('new')}@example.org`;

beforeEach(() => app.db.query(`delete from rate_limits`));

async function linkTo(address: string): Promise<string> {
  const sent = await new Browsing(app.url).post('/signup', { email: address });
  expect([sent.status, sent.text]).toEqual([200, expect.stringContaining('Look into your mailbox')]);
  return (await mailTo(app, address, /Finish/)).link;
}

const tokenOf = (link: string) => new URL(link).searchParams.get('token')!;
const complete = (token: string, username: string, more: Record<string, string> = {}) =>
  new Browsing(app.url).post('/signup/complete', { token, username, password: PASSWORD, ...more });
const usersNamed = async (names: string[]) =>
  (await app.db.query<{ name: string }[]>('select name from users where name = any ($1)', [names])).length;

test('the mailbox first, then name and password, then one is logged in', async () => {
  const address = newAddress();
  const link = await linkTo(address);
  expect(link.startsWith(`${app.url}/signup/complete?token=`)).toBe(true);
  const browser = new Browsing(app.url);
  const page = await browser.get(link);
  expect([page.status, page.text]).toEqual([200, expect.stringContaining(address)]);
  const name = unique('newcomer');
  const done = await browser.submit('/signup/complete', {
    ...{ token: tokenOf(link), username: name.toUpperCase(), password: PASSWORD, full_name: 'Ada “L.”' },
  });
  expect(done.text).toContain(`Welcome, ${name}`);
  const account = await browser.get('/account');
  expect([account.status, account.text]).toEqual([200, expect.stringContaining('Ada “L.”')]);
  const rows = await app.db.query<unknown[]>(
    `select u.name, e.address, e.is_primary, e.verified_at is not null as verified from users u
     join emails e on e.user_id = u.id where u.name = $1`,
    [name],
  );
  expect(rows).toEqual([{ name, address, is_primary: true, verified: true }]);
});

test('looking at a link does not use it up; using it does, and of twenty at once one wins', async () => {
  const link = await linkTo(newAddress());
  for (let look = 0; look < 3; look += 1) expect((await new Browsing(app.url).get(link)).status).toBe(200);
  const names = Array.from({ length: 20 }, () => unique('racer'));
  const answers = await Promise.all(names.map((name) => complete(tokenOf(link), name)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([303, ...Array.from({ length: 19 }, () => 404)]);
  expect(await usersNamed(names)).toBe(1);
  expect((await new Browsing(app.url).get(link)).text).toContain('does not work any more');
});

test('a newer link ends the earlier one; a day ends it too', async () => {
  const address = newAddress();
  const first = await linkTo(address);
  const second = await linkTo(address);
  expect((await complete(tokenOf(first), unique('late'))).status).toBe(404);
  app.clock.advance(24 * 60 * 60 * 1000 + 1000);
  expect((await complete(tokenOf(second), unique('late'))).status).toBe(404);
});

test('mistakes are told by field, and do not use the link up', async () => {
  const taken = await person(app);
  const token = tokenOf(await linkTo(newAddress()));
  for (const [fields, problem] of [
    [{ username: taken.name }, 'Has already been taken'],
    [{ username: 'a b' }, 'Must be 3 to 64 letters'],
    [{ password: 'short' }, 'Must be at least 8 characters'],
    [{ password: 'password123' }, 'Is one of those that attackers try first'],
    [{ username: 'hieronymus', password: 'hieronymus rules' }, 'Must not contain the user name'],
    [{ username: '' }, 'Can&#39;t be blank'],
  ] as [Record<string, string>, string][]) {
    const answer = await complete(token, unique('fine'), fields);
    expect([fields, answer.status]).toEqual([fields, 422]);
    expect(answer.text.replaceAll("'", '&#39;')).toContain(problem);
    expect(answer.text).not.toContain(PASSWORD);
  }
  expect((await complete(token, unique('fine'))).status).toBe(303);
});

test('a name that somebody had is not given out again', async () => {
  const name = unique('gone');
  await app.db.query(`insert into reserved_names (name, since) values ($1, now())`, [name]);
  const answer = await complete(tokenOf(await linkTo(newAddress())), name);
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('Has already been taken')]);
});

describe('whether an address has an account', () => {
  let quiet: TestApp;

  /** What a form asks of the database until it is answered; jobs run elsewhere. */
  async function statementsOf(path: string, fields: Record<string, string>) {
    const seen = watchConnections(quiet);
    const { status, text } = await new Browsing(quiet.url).post(path, fields);
    return { status, text: text.replaceAll(Object.values(fields)[0]!, 'TYPED'), statements: seen.end() };
  }

  test.each(['/signup', '/password/forgot', '/login'])('%s answers and works the same for all', async (path) => {
    quiet = await startApp({ env: { JOBS_CONCURRENCY: '0' } });
    try {
      const known = await person(quiet);
      const field = path === '/signup' ? 'email' : 'login';
      const more: Record<string, string> = path === '/login' ? { password: 'a wrong guess' } : {};
      const ask = (typed: string) => statementsOf(path, { [field]: typed, ...more });
      await ask('warm@example.org');
      const yes = await ask(`${known.name}@example.org`);
      const no = await ask(`${unique('nobody')}@example.org`);
      expect(yes).toEqual(no);
      expect(yes.statements.length).toBeGreaterThan(2);
    } finally {
      await quiet.stop();
    }
  });

  test('is told to its mailbox: a mail with the way to log in, and no link that makes an account', async () => {
    const known = await person(app);
    const address = `${known.name}@example.org`;
    await new Browsing(app.url).post('/signup', { email: address });
    const mail = await mailTo(app, address, /already/);
    expect(mail.text).toContain(known.name);
    expect(mail.text).not.toContain('token=');
  });

  test('is not told to an address without one that asks for a new password', async () => {
    const address = newAddress();
    const { status } = await new Browsing(app.url).post('/password/forgot', { login: address });
    expect(status).toBe(200);
    await new Browsing(app.url).post('/signup', { email: address });
    await mailTo(app, address, /Finish/);
    expect((await allMailsTo(app, address)).map(({ subject }) => subject)).toEqual(['Finish signing up']);
  });
});

test('links are tried thirty times, addresses written to five times an hour', async () => {
  const browser = new Browsing(app.url);
  const address = newAddress();
  const statuses = [];
  for (let n = 0; n < 6; n += 1) statuses.push((await browser.post('/signup', { email: address })).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  const guess = () => browser.get(`/signup/complete?token=${'x'.repeat(43)}`);
  const guesses = [];
  for (let n = 0; n < 31; n += 1) guesses.push((await guess()).status);
  expect(guesses).toEqual([...Array.from({ length: 30 }, () => 404), 429]);
  const refused = await guess();
  expect(refused.text).toMatch(/please try again in 1[45] minutes/);
});

test('by invitation only, where the operator wants that', async () => {
  const closed = await startApp({ env: { SIGN_UP: 'invited' } });
  try {
    const browser = new Browsing(closed.url);
    expect((await browser.get('/signup')).text).toContain('Accounts are made by invitation here');
    expect((await browser.post('/signup', { email: newAddress() })).status).toBe(403);
    expect((await browser.get('/login')).text).not.toContain('href="/signup">Sign up</a></p>');
    expect(await closed.db.query('select 1 from email_proofs')).toEqual([]);
  } finally {
    await closed.stop();
  }
});

test('passwords to be kept are hashed in the lanes of those that are judged: a full one takes no more', async () => {
  const user = await person(app);
  await new Browsing(app.url).post('/password/forgot', { login: user.name });
  const reset = tokenOf((await mailTo(app, `${user.name}@example.org`, /new password/)).link);
  const token = tokenOf(await linkTo(newAddress()));
  const lanes = app.app.get(PasswordLanes);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const waiting = Array.from({ length: 100 }, () => lanes.run('127.0.0.1', () => held));
  const attempts = [
    () => complete(token, 'patient'),
    () => new Browsing(app.url).post('/password/reset', { token: reset, password: PASSWORD }),
  ];
  for (const attempt of attempts) expect((await attempt()).status).toBe(503);
  release();
  await Promise.all(waiting);
  for (const attempt of attempts) expect((await attempt()).status).toBe(303);
});
