import { beforeAll, describe, expect, test } from 'vitest';
import { startApp, useApp } from '../support/app.js';
import { ask, basic } from '../support/http.js';
import { HEX_CLI } from '../support/oauth.js';
import { api, keyOf, PASSWORD, person, team, type Team } from '../support/people.js';

const app = useApp({ env: { API_LIMIT_PER_IP: '25', API_LIMIT_PER_ACTOR: '8' } });
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
});

const me = (key?: string, erlang = false) => ask(`${app.url}/api/users/me`, { key, erlang });
const limits = (headers: Headers) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`)));

test('an actor is limited across all its keys, in the format asked for; others are not', async () => {
  const keys = [await keyOf(app, acme.people.read, api()), await keyOf(app, acme.people.read, api('read'))];
  const before = Math.floor(Date.now() / 1000);
  for (let n = 0; n < 8; n += 1) {
    const { status, headers } = await me(keys[n % 2]);
    const [limit, remaining, reset] = limits(headers);
    expect([status, limit, remaining]).toEqual([200, 8, 7 - n]);
    expect(reset).toBeGreaterThan(before);
    expect(reset).toBeLessThanOrEqual(before + 62);
  }
  for (const erlang of [false, true]) {
    const { status, headers, body } = await me(keys[0], erlang);
    expect([status, limits(headers).slice(0, 2)]).toEqual([429, [8, 0]]);
    expect({ ...(body as object) }).toEqual({
      status: 429,
      message: `API rate limit exceeded for user ${acme.people.read.name}`,
    });
  }
  expect((await me(basic(acme.people.read.name, PASSWORD))).status).toBe(429);
  expect((await me(acme.publishKey)).status).toBe(200);
});

test('an organization is limited by its name', async () => {
  const key = await keyOf(app, acme.organization, api());
  const statuses = [];
  for (let n = 0; n < 9; n += 1) statuses.push((await ask(`${app.url}/api/orgs`, { key })).status);
  expect(statuses).toEqual([...Array.from({ length: 8 }, () => 200), 429]);
});

test('fetching is not limited by it', async () => {
  for (let n = 0; n < 30; n += 1)
    expect((await ask(`${app.url}/repo/repos/${acme.name}/packages/none`, { key: acme.fetchKey })).status).toBe(404);
});

describe('passwords', () => {
  test('a right one is refused too, once there were too many wrong ones; a key still works', async () => {
    const somebody = await person(app);
    const key = await keyOf(app, somebody, api());
    expect((await me(basic(somebody.name, PASSWORD))).status).toBe(200);
    const wrong = await Promise.all(Array.from({ length: 10 }, (_, n) => me(basic(somebody.name, `guess ${n}`))));
    for (const { status, body } of wrong)
      expect([status, body.message]).toEqual([401, 'invalid username and password combination']);
    const refused = await me(basic(somebody.name, PASSWORD));
    expect([refused.status, refused.body.message]).toEqual([
      429,
      'too many failed attempts, please try again in fifteen minutes',
    ]);
    expect((await me(key)).status).toBe(200);
  });
});

// Last: it uses up the limit of this address.
test('failed logins and strangers count by address; 429 comes with the limit’s headers', async () => {
  await app.db.query(`delete from rate_limits where key like 'api-ip%'`);
  const statuses = [];
  for (let n = 0; n < 26; n += 1) statuses.push((await me(n % 2 === 0 ? 'noise' : undefined)).status);
  expect(statuses).toEqual([...Array.from({ length: 25 }, () => 401), 429]);
  const refused = await me('noise');
  expect([refused.status, refused.body.message, limits(refused.headers).slice(0, 2)]).toEqual([
    429,
    'API rate limit exceeded for IP 127.0.0.1',
    [25, 0],
  ]);
  expect((await ask(`${app.url}/api/packages`)).status).toBe(429);
  expect((await me(acme.publishKey)).status).toBe(200);
});

test('who has one IPv6 network has all addresses in it, and one limit', async () => {
  const behind = await startApp({ env: { API_LIMIT_PER_IP: '5', TRUSTED_PROXIES: '127.0.0.1' } });
  try {
    const from = (address: string, path: string, json?: object) =>
      ask(`${behind.url}/api/${path}`, {
        ...{ key: json === undefined ? 'prp_nobody' : undefined, headers: { 'x-forwarded-for': address } },
        ...(json !== undefined && { method: 'POST', json }),
      });
    const token = { grant_type: 'refresh_token', refresh_token: 'x', client_id: HEX_CLI };
    for (const [path, json, failure] of [
      ['users/me', undefined, 401],
      ['oauth/token', token, 400],
    ] as const) {
      const statuses = [];
      for (let n = 1; n <= 6; n += 1) statuses.push((await from(`2001:db8:0:1::${n}`, path, json)).status);
      expect([path, ...statuses]).toEqual([path, ...Array.from({ length: 5 }, () => failure), 429]);
      expect((await from('2001:db8:0:2::1', path, json)).status).toBe(failure);
    }
  } finally {
    await behind.stop();
  }
});
