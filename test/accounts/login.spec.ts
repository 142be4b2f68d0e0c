import { beforeEach, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { startApp, useApp } from '../support/app.js';
import { browse, Browsing } from '../support/browsing.js';
import { ask, basic } from '../support/http.js';
import { allMailsTo, mailTo } from '../support/mailbox.js';
import { PASSWORD, person } from '../support/people.js';
import { setUpTotp } from '../support/totp.js';

const app = useApp();
beforeEach(() => app.db.query(`delete from rate_limits`));

const logIn = (user: Pick<User, 'name'>, password = PASSWORD, more: Record<string, string> = {}, url = app.url) =>
  new Browsing(url).post('/login', { login: user.name, password, ...more });

/** A browser that owes the second factor. */
async function halfway(user: User): Promise<Browsing> {
  const browser = new Browsing(app.url);
  const { location } = await browser.post('/login', { login: user.name, password: PASSWORD });
  expect(location).toBe('/login/second-factor?return=%2F');
  return browser;
}

/** A person with an authenticator app and recovery codes. */
async function careful() {
  const user = await person(app);
  const set = await setUpTotp(app, await browse(app, user));
  expect(set.codes).toHaveLength(10);
  return { user, ...set };
}

const isIn = async (browser: Browsing): Promise<boolean> => (await browser.get('/account')).status === 200;
const copies = (browser: Browsing, count: number): Browsing[] =>
  Array.from({ length: count }, () => {
    const copy = new Browsing(browser.url);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    return copy;
  });

describe('with a password', () => {
  test('by name or confirmed address, in any case; then out again', async () => {
    const user = await person(app);
    for (const login of [user.name, user.name.toUpperCase(), ` ${user.name}@Example.org `]) {
      const browser = new Browsing(app.url);
      const answer = await browser.post('/login', { login, password: PASSWORD, return: '/account/sessions' });
      expect([answer.status, answer.location]).toEqual([303, '/account/sessions']);
      expect(answer.headers.get('set-cookie')).toMatch(/propolis-session=[\w-]{43}; .*HttpOnly; SameSite=Lax/);
      expect(await isIn(browser)).toBe(true);
      const kept = copies(browser, 1)[0]!;
      await browser.post('/logout');
      expect(await isIn(kept)).toBe(false);
    }
  });

  test('never leads to another site', async () => {
    const user = await person(app);
    for (const back of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
      expect((await logIn(user, PASSWORD, { return: back })).location).toBe('/');
  });

  test('a wrong one and nobody’s are refused in the same words; a locked account only tells who has the right one', async () => {
    const user = await person(app);
    await app.db.query('update users set deactivated_at = now() where id = $1', [user.id]);
    const [wrong, nobody, right] = [
      await logIn(user, 'wrong'),
      await logIn({ name: 'nobody_at_all' }, 'wrong'),
      await logIn(user),
    ];
    for (const answer of [wrong, nobody])
      expect([answer.status, answer.text]).toEqual([
        422,
        expect.stringContaining('The user name or the password is wrong.'),
      ]);
    expect([right.status, right.text]).toEqual([422, expect.stringContaining('has been deactivated')]);
    expect(wrong.headers.get('www-authenticate')).toBeNull();
  });

  test('guesses count in all processes together, on the site and in the API; then a right one is refused too', async () => {
    const user = await person(app);
    const other = await startApp({ databaseUrl: app.config.databaseUrl, env: { JOBS_CONCURRENCY: '0' } });
    try {
      const guesses = Array.from({ length: 12 }, (_, n) =>
        n % 3 === 0
          ? ask(`${app.url}/api/users/me`, { key: basic(user.name, `guess ${n}`) })
          : logIn(user, `guess ${n}`, {}, n % 3 === 1 ? app.url : other.url),
      );
      const statuses = (await Promise.all(guesses)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 429)).toHaveLength(2);
      for (const url of [app.url, other.url]) {
        const right = await logIn(user, PASSWORD, {}, url);
        expect([right.status, right.text]).toEqual([429, expect.stringMatching(/please try again in 15 minutes/)]);
      }
      expect((await ask(`${other.url}/api/users/me`, { key: basic(user.name, PASSWORD) })).status).toBe(429);
    } finally {
      await other.stop();
    }
  });

  test('many right ones at once from one address are no guesses', async () => {
    const user = await person(app);
    const answers = await Promise.all(Array.from({ length: 25 }, () => logIn(user)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 25 }, () => 303));
  });

  test('a login from a new device is told by mail, the first one and a familiar one are not', async () => {
    const user = await person(app);
    const address = `${user.name}@example.org`;
    for (let n = 0; n < 2; n += 1) await logIn(user);
    expect(await allMailsTo(app, address)).toEqual([]);
    const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';
    await new Browsing(app.url).post('/login', { login: user.name, password: PASSWORD }, { 'user-agent': agent });
    const mail = await mailTo(app, address, /New login/);
    expect(mail.text).toMatch(/Chrome on Windows[\s\S]*this network/);
    await logIn(user);
    expect(await allMailsTo(app, address)).toHaveLength(1);
  });

  test('so is the first one after a long silence, which might be anybody’s', async () => {
    const user = await person(app);
    await logIn(user);
    app.clock.advance(120 * 24 * 60 * 60 * 1000);
    await logIn(user);
    await mailTo(app, `${user.name}@example.org`, /New login/);
  });
});

describe('with a second factor', () => {
  test('the password alone opens nothing: no page, no API', async () => {
    const { user, app: phone } = await careful();
    const browser = await halfway(user);
    expect(await isIn(browser)).toBe(false);
    const api = await ask(`${app.url}/api/users/me`, { key: basic(user.name, PASSWORD) });
    expect([api.status, api.body.message]).toEqual([401, expect.stringContaining('two-factor')]);
    const code = phone.next();
    const done = await browser.post('/login/second-factor', { code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect([done.status, done.location, await isIn(browser)]).toEqual([303, '/', true]);
    expect((await browser.get('/account/sessions')).text).toContain('password and code');
  });

  test('a code is taken one step early or late, and once, however it is written', async () => {
    const { user, app: phone } = await careful();
    app.clock.advance(120_000);
    for (const [step, status] of [
      [-2, 422],
      [2, 422],
      [-1, 303],
      [-1, 422],
      [0, 303],
      [-1, 422],
      [1, 303],
      [0, 422],
    ] as const) {
      await app.db.query(`delete from rate_limits`);
      const answer = await (await halfway(user)).post('/login/second-factor', { code: phone.code(step) });
      expect([step, answer.status]).toEqual([step, status]);
    }
    await app.db.query(`delete from rate_limits`);
    const spaced = [...phone.code(1)].join(' ');
    expect((await (await halfway(user)).post('/login/second-factor', { code: spaced })).status).toBe(422);
  });

  test('of four uses of one code at once, in four browsers, one succeeds', async () => {
    const { user, app: phone } = await careful();
    const browsers = await Promise.all(Array.from({ length: 4 }, () => halfway(user)));
    const code = phone.next();
    const statuses = await Promise.all(
      browsers.map(async (browser) => (await browser.post('/login/second-factor', { code })).status),
    );
    expect(statuses.toSorted()).toEqual([303, 422, 422, 422]);
  });

  test('a recovery code works once, of many at once one; its use is told', async () => {
    const { user, codes } = await careful();
    const browsers = copies(await halfway(user), 4);
    const typed = codes[0]!.toUpperCase().replaceAll('-', ' ');
    const answers = await Promise.all(
      browsers.map((browser) => browser.post('/login/second-factor', { recovery_code: typed })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 422, 422, 422]);
    expect((await mailTo(app, `${user.name}@example.org`, /recovery code/)).text).toContain('9 of them are left');
  });

  test('a login that waits is over after a quarter of an hour, after its use, and with a new password', async () => {
    const { user, app: phone } = await careful();
    const [late, used, outdated] = [await halfway(user), await halfway(user), await halfway(user)];
    const twice = copies(used, 1)[0]!;
    expect((await used.post('/login/second-factor', { code: phone.next() })).status).toBe(303);
    expect((await twice.post('/login/second-factor', { code: phone.next() })).location).toContain('/login?');
    await app.db.query('update users set password_hash = $2 where id = $1', [user.id, 'another']);
    expect((await outdated.post('/login/second-factor', { code: phone.next() })).location).toContain('/login?');
    app.clock.advance(15 * 60_000);
    expect((await late.get('/login/second-factor')).location).toContain('/login?');
  });

  test('five wrong codes, then even the right one is refused, in every process and from every browser', async () => {
    const { user, app: phone } = await careful();
    const other = await startApp({ databaseUrl: app.config.databaseUrl, env: { JOBS_CONCURRENCY: '0' } });
    try {
      const [here, there] = [await halfway(user), await halfway(user)];
      Object.assign(there, { url: other.url });
      const wrong = (browser: Browsing) => browser.post('/login/second-factor', { code: '000000' });
      const statuses = [];
      for (const browser of [here, there, here, there, here, there]) statuses.push((await wrong(browser)).status);
      expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
      const right = await here.post('/login/second-factor', { code: phone.next() });
      expect([right.status, right.text]).toEqual([429, expect.stringContaining('please try again in 10 minutes')]);
    } finally {
      await other.stop();
    }
  });

  test('an account without one is not asked for one, and a stranger to the second step is sent back', async () => {
    expect((await logIn(await person(app))).location).toBe('/');
    expect((await new Browsing(app.url).get('/login/second-factor')).location).toContain('/login?');
    expect((await new Browsing(app.url).post('/login/second-factor', { code: '1' })).location).toContain('/login?');
  });

  test('half set up it protects nothing yet; a wrong first code does not turn it on', async () => {
    const user = await person(app);
    const browser = await browse(app, user);
    await browser.submit('/account/security/totp');
    expect((await browser.post('/account/security/totp/confirm', { code: '000000' })).status).toBe(422);
    expect((await logIn(user)).location).toBe('/');
  });
});
