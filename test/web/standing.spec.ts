import { beforeAll, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { Members } from '../../src/organizations/members.js';
import { useApp } from '../support/app.js';
import { browse } from '../support/browsing.js';
import { ask, publish } from '../support/http.js';
import { api, keyOf, person, team, type Team, TESTS } from '../support/people.js';

const app = useApp();
const DAY = 24 * 60 * 60 * 1000;
let acme: Team;
let payer: User;

beforeAll(async () => {
  acme = await team(app);
  payer = await person(app);
  await app.app.get(Members).add(TESTS, acme.organization, payer, 'billing');
});

/** Days from now; null: as nobody ever paid. */
async function stand(payment: string | null, accessDays: number | null, trialDays = -400): Promise<void> {
  const at = (days: number) => new Date(app.clock.now().getTime() + days * DAY);
  await app.db.query(`update organizations set payment = $2, access_until = $3, trial_ends_at = $4 where name = $1`, [
    ...[acme.name, payment, accessDays === null ? null : at(accessDays), at(trialDays)],
  ]);
}

const see = async (who: User, path = '') => (await (await browse(app, who)).get(`/orgs/${acme.name}${path}`)).text;

interface Step {
  readonly stands: Parameters<typeof stand>;
  readonly badge: string;
  readonly banner: string;
  readonly words: string;
  readonly button: string;
}

const steps: [string, Step][] = [
  [
    'a trial in its last week',
    {
      ...{ stands: [null, null, 6.9], badge: 'trial', banner: 'The trial ends in 6 days', button: 'Subscribe' },
      words: 'Then publishing stops, while packages that are there can still be fetched.',
    },
  ],
  [
    'past due',
    {
      ...{ stands: ['past_due', 9], badge: 'past due', banner: 'The last payment failed' },
      ...{ words: 'Everything works until', button: 'Pay the open invoice' },
    },
  ],
  [
    'publishing stopped',
    {
      ...{ stands: ['past_due', -1], badge: 'publishing stopped', banner: 'Publishing has stopped' },
      ...{ words: 'The last payment failed. Packages can be fetched until', button: 'Pay the open invoice' },
    },
  ],
  [
    'export only',
    {
      ...{ stands: ['ended', -31], badge: 'export only', banner: 'Packages can be neither fetched nor published' },
      ...{ words: 'The subscription has ended. Nothing is deleted', button: 'Subscribe again' },
    },
  ],
];

describe.each(steps)('%s', (_what, { stands, badge, banner, words, button }) => {
  beforeAll(() => stand(...stands));

  test('is on every page of the organization, for every member; who may pay is shown where', async () => {
    const link = `href="/orgs/${acme.name}/billing"`;
    for (const [who, path, pays] of [
      ...[[acme.people.admin, '', true] as const, [acme.people.admin, '/settings', true] as const],
      ...[[acme.people.admin, '/keys', true] as const, [acme.people.admin, '/access', true] as const],
      ...[[payer, '/members', true] as const, [acme.people.write, '/audit', false] as const],
      [acme.people.read, '', false] as const,
    ]) {
      const text = await see(who, path);
      expect(text).toContain(`<p class="notice-title">${banner}</p>`);
      expect(text).toContain(words);
      expect([path, text.includes(link), text.includes(`>${button}</a>`)]).toEqual([path, pays, pays]);
      expect(text.includes('Members with the role admin or billing can settle it.')).toBe(!pays);
    }
  });

  test('is named in the lists of organizations', async () => {
    const visitor = await browse(app, acme.people.read);
    for (const page of ['/', '/orgs']) expect((await visitor.get(page)).text).toContain(`>${badge}</span>`);
  });
});

test.each<[string, Parameters<typeof stand>, string]>([
  ['a trial that has more than a week', [null, null, 7.1], 'The trial ends in 7 days'],
  ['paid', ['paid', 45], 'Paid for until'],
  ['canceled, and still paid for', ['canceling', 10], 'The subscription has been canceled. Everything works until'],
])('no banner: %s', async (_what, stands, words) => {
  await stand(...stands);
  const text = await see(acme.people.admin);
  expect(text).toContain(words);
  expect(text).not.toContain('notice-title');
});

test('with export only, what was published can be retired and taken away', async () => {
  await stand('paid', 30);
  expect((await publish(app.url, acme.name, acme.publishKey, { name: 'wax' })).status).toBe(201);
  await stand('ended', -31);
  const retire = `${app.url}/api/repos/${acme.name}/packages/wax/releases/1.0.0/retire`;
  const json = { reason: 'security', message: 'get away' };
  expect((await ask(retire, { method: 'POST', key: acme.publishKey, json })).status).toBe(204);
  const { status, text } = await (await browse(app, acme.people.admin)).get(`/orgs/${acme.name}/export.tar`);
  expect([status, text.includes('wax-1.0.0.tar')]).toEqual([200, true]);
});

describe('where nobody pays', () => {
  const free = useApp({ env: { BILLING: 'off' } });

  test('every organization is free of charge, whatever its trial says, and nothing is said about money', async () => {
    const it = await team(free);
    await free.db.query(`update organizations set trial_ends_at = now() - interval '400 days' where name = $1`, [
      it.name,
    ]);
    expect((await publish(free.url, it.name, it.publishKey, { name: 'wax' })).status).toBe(201);
    const { body } = await ask(`${free.url}/api/orgs/${it.name}`, { key: await keyOf(free, it.people.admin, api()) });
    expect(body).toMatchObject({
      billing_active: true,
      standing: { state: 'comped', fetching: true, publishing: true, until: null, reason: null, next: null },
    });
    const visitor = await browse(free, it.people.admin);
    const page = (await visitor.get(`/orgs/${it.name}`)).text;
    expect([page.includes('free of charge'), page.includes('notice-title')]).toEqual([true, false]);
    expect((await visitor.get('/orgs/new')).text).not.toContain('credit card');
  });
});
