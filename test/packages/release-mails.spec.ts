import { beforeAll, describe, expect, test } from 'vitest';
import { MailSettings } from '../../src/accounts/mail-settings.js';
import { type User } from '../../src/accounts/user.entity.js';
import { Users } from '../../src/accounts/users.js';
import { Members } from '../../src/organizations/members.js';
import { releasePublishedLetter } from '../../src/packages/packages.emails.js';
import { ReleaseMails } from '../../src/packages/release-mails.js';
import { renderLetter } from '../../src/platform/mail/render.js';
import { useApp } from '../support/app.js';
import { ask, publish } from '../support/http.js';
import { allMailsTo, mailTo } from '../support/mailbox.js';
import { api, keyOf, person, team, type Team, TESTS, unique } from '../support/people.js';
import { tarball } from '../support/tarballs.js';

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
});

const addressOf = ({ name }: User) => `${name}@example.org`;
/** Only those about this package. */
const about = async (user: User, name: string) =>
  (await allMailsTo(app, addressOf(user))).filter(({ subject }) => subject.includes(`${name} `));
const put = (name: string, description = 'x', key = acme.publishKey) =>
  publish(app.url, acme.name, key, { name, description });

describe('a private release', () => {
  test('is told to the admins, not to others of the organization', async () => {
    const name = unique('wax');
    await put(name);
    const { subject, link } = await mailTo(app, addressOf(acme.people.admin), new RegExp(`${name} `));
    expect(subject).toBe(`${acme.name}: ${name} 1.0.0 was published`);
    expect(link).toBe(`${app.url}/packages/${acme.name}/${name}/1.0.0`);
    expect(await about(acme.people.write, name)).toEqual([]);
    expect(await about(acme.people.read, name)).toEqual([]);
  });

  test('is not told to the admin who published it, but to the other one', async () => {
    const [name, second] = [unique('wax'), await person(app)];
    await app.app.get(Members).add(TESTS, acme.organization, second, 'admin');
    await put(name, 'x', await keyOf(app, acme.people.admin, api()));
    await mailTo(app, addressOf(second), new RegExp(`${name} `));
    expect(await about(acme.people.admin, name)).toEqual([]);
    await app.app.get(Members).remove(TESTS, acme.organization, second);
  });

  test('is told once, however often; again when its bytes are replaced, not when they are the same', async () => {
    const name = unique('wax');
    await put(name);
    await mailTo(app, addressOf(acme.people.admin), new RegExp(`${name} `));
    await put(name);
    const repositoryId = (
      await app.db.query<{ id: string }[]>('select id from repositories where name = $1', [acme.name])
    )[0]!.id;
    const event = { repositoryId, package: name, version: '1.0.0', replaced: false, revision: '0' };
    await Promise.all([1, 2, 3].map(() => app.app.get(ReleaseMails).send(event)));
    expect(await about(acme.people.admin, name)).toHaveLength(1);
    await put(name, 'other words');
    await mailTo(app, addressOf(acme.people.admin), /was replaced/);
    expect(await about(acme.people.admin, name)).toHaveLength(2);
  });

  test('is told to nobody who does not want to hear of it', async () => {
    const [name, other] = [unique('wax'), unique('wax')];
    const { admin } = acme.people;
    const change = async (wanted: boolean) => {
      const user = (await app.app.get(Users).byId(admin.id))!;
      await app.app.get(MailSettings).setReleases(TESTS, user, wanted);
    };
    await change(false);
    await put(name);
    await change(true);
    await put(other);
    await mailTo(app, addressOf(admin), new RegExp(`${other} `));
    expect(await about(admin, name)).toEqual([]);
    const entries = await app.db.query<{ params: object }[]>(
      `select params from audit_entries where action = 'email.options' order by id`,
    );
    expect(entries.map(({ params }) => params)).toMatchObject([{ releases: false }, { releases: true }]);
  });
});

test('a public release is told to its owners', async () => {
  const [name, owner, other] = [unique('wax'), await person(app), await person(app)];
  const put = async (version: string, user: User) =>
    ask(`${app.url}/api/publish`, {
      ...{ method: 'POST', key: await keyOf(app, user, api()), bytes: await tarball({ name, version }) },
    });
  await put('1.0.0', owner);
  await app.db.query(`insert into package_owners select id, $2, 'maintainer', now() from packages where name = $1`, [
    name,
    other.id,
  ]);
  await put('1.1.0', other);
  const mail = await mailTo(app, addressOf(owner), new RegExp(`${name} `));
  expect([mail.subject, mail.link]).toEqual([`${name} 1.1.0 was published`, `${app.url}/packages/${name}/1.1.0`]);
  expect(await about(other, name)).toEqual([]);
  expect(await about(acme.people.admin, name)).toEqual([]);
});

const release = {
  ...{ package: 'wax', version: '1.2.0', publisher: 'wim', settingsUrl: 'https://propolis.example/account/emails' },
};
const mails = {
  'release-published': releasePublishedLetter({
    ...{ ...release, organization: 'acme', replaced: false, url: 'https://propolis.example/packages/acme/wax/1.2.0' },
  }),
  'release-replaced': releasePublishedLetter({
    ...{ ...release, organization: undefined, replaced: true, url: 'https://propolis.example/packages/wax/1.2.0' },
  }),
};

test.each(Object.entries(mails))('%s', async (name, letter) => {
  const { subject, text } = renderLetter(letter);
  await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`../golden/mails/packages-${name}.txt`);
});
