import { beforeEach, describe, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { Browsing } from '../support/browsing.js';
import { ask, basic } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import { PASSWORD, person, unique } from '../support/people.js';

const app = useApp();
const open = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
const closed = useApp({ env: { SIGN_UP: 'invited' } });
const password = 'wax and comb and smoke';

beforeEach(() => app.db.query(`delete from rate_limits`));

const register = (json: object, erlang = false, at = app) =>
  ask(`${at.url}/api/users`, { method: 'POST', json, erlang });
const newcomer = () => {
  const username = unique('newcomer');
  return { username, password, email: `${username}@example.org` };
};
const accounts = (name: string) => app.db.query<unknown[]>('select 1 from users where name = $1', [name]);

describe('POST /api/users', () => {
  test.each([false, true])(
    'answers with the user that will be, once the mailbox is proved (Erlang: %s)',
    async (erlang) => {
      const wanted = newcomer();
      const { username, email } = wanted;
      const answer = await register({ ...wanted, username: username.toUpperCase(), full_name: 'Ada L.' }, erlang);
      const url = `${app.url}/api/users/${username}`;
      expect(answer).toMatchObject({ status: 201, body: { username, url, email, full_name: 'Ada L.' } });
      expect(answer.headers.get('location')).toBe(url);
      expect(await accounts(username)).toEqual([]);

      const { link, text } = await mailTo(app, email, /Finish/);
      expect(text).toContain(`the user name ${username}`);
      const browser = new Browsing(app.url);
      const page = await browser.get(link);
      for (const filled of [`value="${username}"`, 'value="Ada L."', email]) expect(page.text).toContain(filled);
      const token = new URL(link).searchParams.get('token')!;
      const done = await browser.submit('/signup/complete', { token, username, full_name: 'Ada L.', password });
      expect(done.text).toContain(`Welcome, ${username}`);
      const me = await ask(`${app.url}/api/users/me`, { key: basic(username, password) });
      expect(me.body).toMatchObject({ username, full_name: 'Ada L.', email });
    },
  );

  test('a list of addresses is taken too', async () => {
    const { username, email } = newcomer();
    expect((await register({ username, password, emails: [{ email }] })).status).toBe(201);
    await mailTo(app, email, /Finish/);
  });

  test('tells nobody who is here already: neither by a name nor by an address', async () => {
    const known = await person(app);
    const [address, name] = [`${known.name}@example.org`, newcomer()];
    const byAddress = await register({ ...newcomer(), email: address });
    const byName = await register({ ...name, username: known.name });
    const fresh = await register(newcomer());
    expect([byAddress.status, byName.status, fresh.status]).toEqual([201, 201, 201]);
    expect(Object.keys(byAddress.body)).toEqual(Object.keys(fresh.body));
    await mailTo(app, address, /^You already have an account$/);
    // Only who reads the mailbox learns that the name is taken.
    const { link } = await mailTo(app, name.email, /Finish/);
    const token = new URL(link).searchParams.get('token')!;
    const taken = await new Browsing(app.url).post('/signup/complete', { token, username: known.name, password });
    expect([taken.status, taken.text]).toEqual([422, expect.stringContaining('Has already been taken')]);
  });

  test('where names are public anyway a taken one is told', async () => {
    const known = await person(open);
    const answer = await register({ ...newcomer(), username: known.name }, true, open);
    expect(answer).toMatchObject({ status: 422, body: { errors: { username: 'has already been taken' } } });
  });

  test.each<[object, object]>([
    [{ username: 'a b' }, { username: 'must be 3 to 64 letters, digits, "_", "-" or "."' }],
    [{ username: 'hexpm' }, { username: 'is reserved' }],
    [{ username: undefined }, { username: expect.stringMatching(/string/) as string }],
    [{ password: 'password123' }, { password: 'is one of those that attackers try first, please choose another one' }],
    [{ password: 'short' }, { password: 'must be at least 8 characters' }],
    [{ email: 'nowhere' }, { email: 'is not an e-mail address' }],
    [{ email: undefined }, { email: "can't be blank" }],
    [
      { username: 'x', email: 'y', password: 'z' },
      {
        username: 'must be 3 to 64 letters, digits, "_", "-" or "."',
        ...{ email: 'is not an e-mail address', password: 'must be at least 8 characters' },
      },
    ],
  ])('%j is refused, by field', async (wrong, errors) => {
    const answer = await register({ ...newcomer(), ...wrong });
    expect(answer).toMatchObject({ status: 422, body: { message: 'Validation error(s)', errors } });
  });

  test('not where accounts are made by invitation', async () => {
    expect(await register(newcomer(), false, closed)).toMatchObject({
      ...{ status: 403, body: { message: expect.stringContaining('by invitation') as string } },
    });
  });

  test('only so many mails to one address', async () => {
    const { email } = newcomer();
    const statuses = [];
    for (let time = 0; time < 6; time += 1) statuses.push((await register({ ...newcomer(), email })).status);
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
  });
});

describe('POST /api/users/NAME/reset', () => {
  const reset = (name: string) => ask(`${app.url}/api/users/${name}/reset`, { method: 'POST', json: {}, erlang: true });

  test('sends a link to whoever has an account, and says the same of everybody', async () => {
    const known = await person(app);
    expect(await reset(known.name)).toMatchObject({ status: 204, body: undefined });
    expect(await reset(unique('nobody'))).toMatchObject({ status: 204, body: undefined });
    expect((await mailTo(app, `${known.name}@example.org`)).link).toContain('/password/reset?token=');
    expect((await ask(`${app.url}/api/users/me`, { key: basic(known.name, PASSWORD) })).status).toBe(200);
  });

  test('not without end', async () => {
    const { name } = await person(app);
    const statuses = [];
    for (let time = 0; time < 6; time += 1) statuses.push((await reset(name)).status);
    expect(statuses).toEqual([204, 204, 204, 204, 204, 429]);
  });
});
