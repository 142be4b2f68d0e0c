import { beforeAll, describe, expect, test } from 'vitest';
import { type User } from '../../src/accounts/user.entity.js';
import { type Actor } from '../../src/audit/actor.js';
import { type Repository } from '../../src/organizations/repository.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { Owners } from '../../src/packages/owners.js';
import { Packages } from '../../src/packages/packages.js';
import { useApp } from '../support/app.js';
import { ask } from '../support/http.js';
import { api, keyOf, person, team, unique } from '../support/people.js';
import { tarball } from '../support/tarballs.js';

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
let ada: User;
let bob: User;
let key: string;
let repository: Repository;

beforeAll(async () => {
  [ada, bob] = [await person(app, 'ada'), await person(app, 'bob')];
  key = await keyOf(app, ada, api());
  repository = (await app.app.get(Organizations).publicRepository())!;
});

const as = (user: User): Actor => ({ kind: 'user', userId: user.id, name: user.name, origin: {} });
const owners = () => app.app.get(Owners);

async function published(): Promise<string> {
  const name = unique('wax');
  await ask(`${app.url}/api/publish`, { method: 'POST', key, bytes: await tarball({ name }) });
  return name;
}

const listed = async (name: string) => {
  const pkg = (await app.app.get(Packages).find(repository, name))!;
  return (await owners().list(pkg)).map((owner) => `${owner.name} ${owner.level}`);
};

describe('a full owner', () => {
  test('adds, changes and removes others, and all of it is in the log', async () => {
    const name = await published();
    await owners().set(as(ada), { repository, name, user: bob }, 'maintainer');
    expect(await listed(name)).toEqual(['ada full', 'bob maintainer']);
    await owners().set(as(ada), { repository, name, user: bob }, 'full');
    await owners().set(as(bob), { repository, name, user: ada }, 'maintainer');
    expect(await listed(name)).toEqual(['ada maintainer', 'bob full']);
    await owners().remove(as(bob), { repository, name, user: ada });
    expect(await listed(name)).toEqual(['bob full']);
    const entries = await app.db.query<{ action: string; actor_name: string }[]>(
      `select action, actor_name from audit_entries where params ->> 'package' = $1 and action like 'owner.%' order by id`,
      [name],
    );
    expect(entries.map((entry) => `${entry.actor_name} ${entry.action}`)).toEqual([
      ...['ada owner.add', 'ada owner.level', 'bob owner.level', 'bob owner.remove'],
    ]);
  });

  test('is never the last to go', async () => {
    const name = await published();
    await owners().set(as(ada), { repository, name, user: bob }, 'maintainer');
    const alone = { repository, name, user: ada };
    await expect(owners().remove(as(ada), alone)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(owners().set(as(ada), alone, 'maintainer')).rejects.toMatchObject({ kind: 'invalid' });
    expect(await listed(name)).toEqual(['ada full', 'bob maintainer']);
  });

  test('of two who remove each other at once, one remains', async () => {
    for (let round = 0; round < 8; round += 1) {
      const name = await published();
      await owners().set(as(ada), { repository, name, user: bob }, 'full');
      const outcomes = await Promise.allSettled([
        owners().remove(as(ada), { repository, name, user: bob }),
        owners().remove(as(bob), { repository, name, user: ada }),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await listed(name)).toHaveLength(1);
    }
  });
});

test('a maintainer and a stranger change nothing', async () => {
  const name = await published();
  await expect(owners().set(as(bob), { repository, name, user: bob }, 'full')).rejects.toMatchObject({
    kind: 'forbidden',
  });
  await owners().set(as(ada), { repository, name, user: bob }, 'maintainer');
  await expect(owners().remove(as(bob), { repository, name, user: ada })).rejects.toMatchObject({ kind: 'forbidden' });
  expect(await listed(name)).toEqual(['ada full', 'bob maintainer']);
});

test('private packages have none', async () => {
  const acme = await team(app);
  const own = (await app.app.get(Organizations).repository(acme.name))!;
  const set = owners().set(as(acme.people.admin), { repository: own, name: 'wax', user: bob }, 'full');
  await expect(set).rejects.toMatchObject({ code: 'no_owners' });
});
