import { beforeAll, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { type Answer, ask, eventually, publish } from '../support/http.js';
import { api, keyOf, team, type Team } from '../support/people.js';

// Answers are remembered for long, so that only their own end can make them forgotten in time.
const app = useApp({ env: { ACCESS_CACHE_SECONDS: '600' } });
const DAY = 24 * 60 * 60 * 1000;
const HEX = 'hex_core/0.19.0 hex/2.5.2-dev (elixir/1.18.4) (OTP/27) (erts/15.2)';
const OTHERS = [
  'hex_core/0.19.0 hex/2.4.2 (elixir/1.18.4) (OTP/27) (erts/15.2)',
  'hex_core/0.19.0 hex/2.5.0-rc.1 (elixir/1.18.4) (OTP/27) (erts/15.2)',
  'hex_core/0.12.0 (rebar3/3.24.0) (OTP/27) (erts/15.2)',
];

let acme: Team;

beforeAll(async () => {
  acme = await team(app);
  expect((await publish(app.url, acme.name, acme.publishKey, { name: 'wax' })).status).toBe(201);
});

const fetched = (path = 'packages/wax', userAgent = HEX, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${app.url}/repo/repos/${acme.name}/${path}`, {
    ...{ key: acme.fetchKey, headers: { 'user-agent': userAgent, ...headers } },
  });
const asked = (path: string, key = acme.publishKey, userAgent = HEX): Promise<Answer> =>
  ask(`${app.url}/api/${path}`, { key, headers: { 'user-agent': userAgent } });
const said = ({ headers }: Answer): string | null => headers.get('x-hex-message');

/** Paid for until `days` from now; negative: it has ended. */
async function pays(payment: string | null, days: number): Promise<void> {
  const now = app.clock.now().getTime();
  await app.db.query(`update organizations set trial_ends_at = $2, access_until = $3, payment = $4 where name = $1`, [
    ...[acme.name, new Date(now - 400 * DAY), new Date(now + days * DAY), payment],
  ]);
}

/** What a fetch is told once every process has heard of the change. */
const soon = (wanted: RegExp | null): Promise<Answer> =>
  eventually(fetched, (answer) => (wanted === null ? said(answer) === null : wanted.test(said(answer) ?? '')), 1000);

test('a trial is spoken of in its last week, from the very moment', async () => {
  app.clock.advance(23 * DAY - 20_000);
  expect([(await fetched()).status, said(await fetched())]).toEqual([200, null]);
  app.clock.advance(21_000);
  const words =
    /^"organization \S+: the trial ends on [\d-]+ [\d:]+ UTC, then publishing stops; subscribe at http\S+"; level=warn$/;
  expect(said(await fetched())).toMatch(words);
  expect(said(await asked(`orgs/${acme.name}`))).toMatch(words);
});

test('while a payment is late, on answers of the repository and of the API, and all goes on', async () => {
  await pays('past_due', 15);
  const words = new RegExp(
    `^"organization ${acme.name}: the last payment failed, everything works until [\\d-]+ [\\d:]+ UTC, then publishing stops; ` +
      `pay the open invoice at ${app.url}/orgs/${acme.name}/billing"; level=warn$`,
  );
  const answer = await soon(words);
  expect([answer.status, said(answer), answer.headers.get('vary')]).toEqual([
    200,
    expect.stringMatching(words),
    'authorization, user-agent',
  ]);
  const same = await fetched('packages/wax', HEX, { 'if-none-match': answer.headers.get('etag')! });
  expect([same.status, said(same)]).toEqual([304, said(answer)]);
  expect(said(await fetched('tarballs/wax-1.0.0.tar'))).toBe(said(answer));
  for (const path of [
    `orgs/${acme.name}`,
    `orgs/${acme.name}/members`,
    `orgs/${acme.name}/keys`,
    `repos/${acme.name}/packages`,
    `repos/${acme.name}/packages/wax`,
    `repos/${acme.name}/packages/wax/releases/1.0.0`,
    `auth?domain=package&resource=${acme.name}/wax`,
  ]) {
    const { status, headers } = await asked(path);
    expect([path, status, headers.get('x-hex-message')]).toEqual([path, 200, said(answer)]);
  }
  const retired = await ask(`${app.url}/api/repos/${acme.name}/packages/wax/releases/1.0.0/retire`, {
    ...{ method: 'POST', key: acme.publishKey, json: { reason: 'security', message: 'get away' } },
    headers: { 'user-agent': HEX },
  });
  expect([retired.status, said(retired)]).toEqual([204, said(answer)]);
});

test.each(OTHERS)('never to %s', async (userAgent) => {
  for (const answer of [
    await fetched('packages/wax', userAgent),
    await asked(`orgs/${acme.name}`, acme.publishKey, userAgent),
  ])
    expect([answer.status, said(answer)]).toEqual([200, null]);
});

test('never to outsiders, nor about others', async () => {
  const stranger = await team(app);
  for (const answer of [
    await asked(`orgs/${acme.name}`, stranger.publishKey),
    await asked(`repos/${acme.name}/packages/wax`, stranger.publishKey),
    await asked(`auth?domain=repository&resource=${acme.name}`, await keyOf(app, stranger.people.read, api())),
    await ask(`${app.url}/repo/repos/${acme.name}/packages/wax`, {
      key: stranger.fetchKey,
      headers: { 'user-agent': HEX },
    }),
    await ask(`${app.url}/repo/repos/${acme.name}/packages/wax`, { headers: { 'user-agent': HEX } }),
  ]) {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect([answer.status, said(answer)]).toEqual([answer.status, null]);
  }
  expect(said(await asked(`orgs/${stranger.name}`, stranger.publishKey))).toBeNull();
  expect(said(await asked('orgs'))).toBeNull();
});

test('while publishing has stopped: a warning to those who fetch, the refusal itself to those who publish', async () => {
  await pays('past_due', -1);
  const answer = await soon(/publishing has stopped because the last payment failed.*"; level=warn$/);
  expect([answer.status, said(answer)]).toEqual([200, expect.stringContaining('pay the open invoice at')]);
  const refused = await publish(app.url, acme.name, acme.publishKey, { name: 'wax', version: '1.1.0' });
  expect([refused.status, said(refused), refused.body.message]).toEqual([
    403,
    null,
    expect.stringMatching(/^organization has no active billing subscription: publishing has stopped because the last /),
  ]);
});

test('at the end of the ladder the refusal speaks, in the header too, since mix does not show the body', async () => {
  await pays('ended', -31);
  const answer = await soon(/level=fatal$/);
  const words = 'packages can be neither fetched nor published because the subscription has ended; subscribe again at';
  const message = `organization has no active billing subscription: ${words} ${app.url}/orgs/${acme.name}/billing`;
  expect([answer.status, answer.bytes.toString(), said(answer)]).toEqual([
    ...[403, `${message}\n`, `"${message}"; level=fatal`],
  ]);
  expect(said(await fetched('packages/wax', OTHERS[0]))).toBeNull();
});

test('not a word where all is well', async () => {
  await pays('paid', 30);
  const answer = await soon(null);
  expect([answer.status, said(answer), answer.headers.get('vary')]).toEqual([200, null, 'authorization']);
});
