import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../../src/accounts/keys.js';
import { Members } from '../../src/organizations/members.js';
import { settings, startApp, type TestApp } from '../support/app.js';
import { cloneDatabase } from '../support/database.js';
import { ask, eventually, publish } from '../support/http.js';
import { api, keyOf, repositories, repository, team, type Team, TESTS } from '../support/people.js';
import { type Service, startService } from '../support/programs.js';

/** Two service processes on one Postgres and one store, and this process as a third that changes things. */
let services: Service[] = [];
let here: TestApp;
let acme: Team;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'propolis-two-'));
  const databaseUrl = await cloneDatabase();
  here = await startApp({ databaseUrl, env: { DATA_DIR: dataDir } });
  const { PORT: _, ...env }: Record<string, string> = { ...settings(dataDir, 0), DATABASE_URL: databaseUrl };
  // One clock and one issuer, as behind a load balancer: tokens of one are good at the other.
  services = await Promise.all([0, 1].map(() => startService({ ...env, PUBLIC_URL: here.url })));
  acme = await team(here);
  expect((await publish(services[0]!.url, acme.name, acme.publishKey, { name: 'wax' })).status).toBe(201);
});

afterAll(async () => {
  const codes = await Promise.all(services.map((service) => service.stop()));
  await here?.stop();
  await rm(dataDir, { recursive: true, force: true });
  expect(codes).toEqual([0, 0]);
});

const statuses = (key: string, path = 'packages/wax') =>
  Promise.all(
    [...services, here].map(async ({ url }) => (await ask(`${url}/repo/repos/${acme.name}/${path}`, { key })).status),
  );

/** After `change` every process must answer `status` within a second, to a reader that all of them knew. */
async function refusedWithinASecond(key: string, status: number, change: () => Promise<unknown>): Promise<void> {
  expect(
    await eventually(
      () => statuses(key),
      (all) => all.every((one) => one === 200),
      30_000,
    ),
  ).toEqual([200, 200, 200]);
  await change();
  expect(
    await eventually(
      () => statuses(key),
      (all) => all.every((one) => one === status),
      1000,
    ),
  ).toEqual([status, status, status]);
}

const DAY = 24 * 60 * 60 * 1000;
/** Long enough for every process to have answered and remembered, short of the age at which they forget by themselves. */
const SOON = 4000;

type Opens = 'everything' | 'fetching' | 'nothing';
type Answered = 'yes' | 'no' | number;

const inWords = (status: number): Answered => (status < 300 ? 'yes' : status === 403 ? 'no' : status);

const publishes = (key: string, name: string) =>
  Promise.all(
    [...services, here].map(
      async ({ url }, index) =>
        (await publish(url, acme.name, key, { name: `${name}_at_${index}` }, '?replace=true')).status,
    ),
  );

describe('two processes', () => {
  test('refuse a revoked key within a second, whoever revoked it', async () => {
    const owner = acme.people.write;
    const manager = await keyOf(here, owner, api());
    const key = await keyOf(here, owner, repositories);
    const { name } = (await here.app.get(Keys).bySecret(key))!;
    await refusedWithinASecond(key, 401, async () => {
      const answer = await ask(`${services[1]!.url}/api/keys/${name}`, { method: 'DELETE', key: manager });
      expect(answer.status).toBe(200);
    });
  });

  test('refuse the token of a revoked key within a second', async () => {
    const key = await keyOf(here, acme.organization, repository(acme.name));
    const body = { grant_type: 'client_credentials', client_id: 'ci', client_secret: key, scope: 'repositories' };
    const { body: minted } = await ask(`${services[0]!.url}/api/oauth/token`, { method: 'POST', json: body });
    const { name } = (await here.app.get(Keys).bySecret(key))!;
    await refusedWithinASecond(`Bearer ${minted.access_token}`, 401, () =>
      here.app.get(Keys).revoke(TESTS, { organizationId: acme.organization.id }, name),
    );
  });

  test('refuse a removed member within a second', async () => {
    const key = await keyOf(here, acme.people.read, repositories);
    await refusedWithinASecond(key, 403, () =>
      here.app.get(Members).remove(TESTS, acme.organization, acme.people.read),
    );
  });

  describe('follow the standing within a second', () => {
    let readers: string[];
    let publishers: string[];

    beforeAll(async () => {
      readers = [acme.fetchKey, await keyOf(here, acme.people.write, repositories)];
      publishers = [acme.publishKey, await keyOf(here, acme.organization, api())];
    });
    afterAll(() => stand(`trial_ends_at = $2, access_until = null, payment = null, deletion_at = null`, DAY));

    /** `at`: milliseconds from now, in place of $2. */
    const stand = (columns: string, at: number) =>
      here.db.query(`update organizations set ${columns} where name = $1 and $2::timestamptz is not null`, [
        ...[acme.name, new Date(Date.now() + at)],
      ]);

    /** To keys of people and of the organization, at every process. */
    async function expectOpen(open: Opens): Promise<void> {
      const [fetching, publishing] = [open !== 'nothing', open === 'everything'];
      const wanted = [
        ...readers.map(() => Array<Answered>(3).fill(fetching ? 'yes' : 'no')),
        ...publishers.map(() => Array<Answered>(3).fill(publishing ? 'yes' : 'no')),
      ];
      const found = () =>
        Promise.all([
          ...readers.map(async (key) => (await statuses(key)).map(inWords)),
          ...publishers.map(async (key, index) => (await publishes(key, `by_key_${index}`)).map(inWords)),
        ]);
      const same = (answers: Answered[][]) => JSON.stringify(answers) === JSON.stringify(wanted);
      expect(await eventually(found, same, 1000)).toEqual(wanted);
    }

    const paid = `trial_ends_at = now() - interval '400 days', access_until = $2`;

    test.each<[string, string, number, Opens]>([
      ['trial', 'trial_ends_at = $2', DAY, 'everything'],
      ['trial ended', 'trial_ends_at = $2', -1000, 'fetching'],
      ['trial long ended', 'trial_ends_at = $2', -31 * DAY, 'nothing'],
      ['active', `${paid}, payment = 'paid'`, DAY, 'everything'],
      ['past due', `${paid}, payment = 'past_due'`, DAY, 'everything'],
      ['publishing stopped', `${paid}, payment = 'past_due'`, -1000, 'fetching'],
      ['paid again', `${paid}, payment = 'paid'`, DAY, 'everything'],
      ['canceling', `${paid}, payment = 'canceling'`, DAY, 'everything'],
      ['canceled', `${paid}, payment = 'ended'`, -1000, 'fetching'],
      ['export only', `${paid}, payment = 'ended'`, -31 * DAY, 'nothing'],
      ['comped', `override = 'comped'`, 0, 'everything'],
      ['blocked', `override = 'blocked'`, 0, 'nothing'],
      ['no longer blocked, and paid', `${paid}, override = null, payment = 'paid'`, DAY, 'everything'],
      ['closing', `deletion_at = $2`, DAY, 'fetching'],
      ['kept', 'deletion_at = null', 0, 'everything'],
    ])('when a third changes it: %s', async (_step, columns, at, open) => {
      await stand(columns, at);
      await expectOpen(open);
    });

    test.each<[string, string, number, Opens, Opens]>([
      ['the trial ends', 'trial_ends_at = $2, access_until = null, payment = null', 0, 'everything', 'fetching'],
      ['the grace ends', `${paid}, payment = 'past_due'`, 0, 'everything', 'fetching'],
      ['the time for fetching ends', `${paid}, payment = 'ended'`, -30 * DAY, 'fetching', 'nothing'],
      [
        'the hour of deletion comes',
        `${paid.replace('$2', `now() + interval '1 day'`)}, deletion_at = $2`,
        0,
        'fetching',
        'nothing',
      ],
    ])('when by time alone %s', async (_what, columns, offset, before, after) => {
      const moment = Date.now() + SOON;
      await stand(columns, SOON + offset);
      await expectOpen(before);
      expect(Date.now(), 'this machine is too slow for this test').toBeLessThan(moment);
      await new Promise((resolve) => setTimeout(resolve, moment + 20 - Date.now()));
      await expectOpen(after);
    });
  });

  test('refuse within a second even when their change feeds have just been cut', async () => {
    const key = await keyOf(here, acme.organization, repository(acme.name));
    const { name } = (await here.app.get(Keys).bySecret(key))!;
    await refusedWithinASecond(key, 401, async () => {
      const cut = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'propolis change feed' and datname = current_database()`;
      await here.db.query(cut);
      await here.app.get(Keys).revoke(TESTS, { organizationId: acme.organization.id }, name);
    });
  });

  test('show a publish made at the other, and a replaced release’s new bytes', async () => {
    const published = await publish(services[0]!.url, acme.name, acme.publishKey, { name: 'honey' });
    expect(published.status).toBe(201);
    expect(
      await eventually(
        () => statuses(acme.fetchKey, 'packages/honey'),
        (all) => all.every((one) => one === 200),
        1000,
      ),
    ).toEqual([200, 200, 200]);
    await statuses(acme.fetchKey, 'tarballs/honey-1.0.0.tar');
    const again = await publish(
      services[1]!.url,
      acme.name,
      acme.publishKey,
      { name: 'honey', description: 'Other bytes' },
      '?replace=true',
    );
    expect(again.status).toBe(200);
    const fetched = () =>
      ask(`${services[0]!.url}/repo/repos/${acme.name}/tarballs/honey-1.0.0.tar`, { key: acme.fetchKey });
    expect(
      (await eventually(fetched, ({ bytes }) => bytes.equals(again.tarball), 1000)).bytes.equals(again.tarball),
    ).toBe(true);
  });
});
