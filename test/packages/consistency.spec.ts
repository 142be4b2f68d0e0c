import { createPublicKey } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { decodePackage } from '../../src/hex/registry/package.js';
import { openSigned } from '../../src/hex/registry/signed.js';
import { Members } from '../../src/organizations/members.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { useApp } from '../support/app.js';
import { ask, basic, publish } from '../support/http.js';
import { api, keyOf, PASSWORD, person, team, type Team, TESTS, unique } from '../support/people.js';

/** What must hold at every moment, also between the steps of a change (I2, I8 and the like). */
const app = useApp();
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
});

const get = (path: string) => ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key: acme.fetchKey });

async function checksumInIndex(name: string): Promise<string | undefined> {
  const answer = await get(`packages/${name}`);
  if (answer.status !== 200) return undefined;
  const payload = await openSigned(answer.bytes, createPublicKey(app.app.get(SigningKey).publicPem));
  const [release] = decodePackage(payload).releases;
  return release && Buffer.from(release.outerChecksum).toString('hex');
}

test('while a release is replaced and reverted, the tarball is always the one that the index names', async () => {
  const name = unique('pkg');
  await publish(app.url, acme.name, acme.publishKey, { name, description: 'first' });
  let over = false;
  let samples = 0;
  const watching = (async () => {
    while (!over) {
      const before = await checksumInIndex(name);
      const tarball = await get(`tarballs/${name}-1.0.0.tar`);
      // Only where the index did not move meanwhile is there one right answer.
      if (before !== (await checksumInIndex(name))) continue;
      const served = tarball.status === 200 ? tarball.headers.get('etag')!.slice(1, -1) : undefined;
      expect(served).toBe(before);
      samples += 1;
    }
  })();
  const base = `${app.url}/api/repos/${acme.name}/packages/${name}/releases/1.0.0`;
  for (let round = 0; round < 6; round += 1) {
    const spec = { name, description: `round ${round}` };
    expect((await publish(app.url, acme.name, acme.publishKey, spec)).status).toBeLessThan(300);
    if (round % 3 === 2) expect((await ask(base, { method: 'DELETE', key: acme.publishKey })).status).toBe(204);
  }
  over = true;
  await watching;
  expect(samples).toBeGreaterThan(5);
});

test('a reverted release leaves none of its words behind', async () => {
  const name = unique('pkg');
  await publish(app.url, acme.name, acme.publishKey, { name, version: '1.0.0', description: 'good' });
  await publish(app.url, acme.name, acme.publishKey, { name, version: '2.0.0', description: 'said too much' });
  const url = `${app.url}/api/repos/${acme.name}/packages/${name}`;
  expect((await ask(url, { key: acme.publishKey })).body.meta.description).toBe('said too much');
  await ask(`${url}/releases/2.0.0`, { method: 'DELETE', key: acme.publishKey });
  expect((await ask(url, { key: acme.publishKey })).body.meta.description).toBe('good');
});

test('nobody publishes after they were removed, however long the publish had been waiting', async () => {
  const name = unique('pkg');
  await publish(app.url, acme.name, acme.publishKey, { name });
  const somebody = await person(app);
  await app.app.get(Members).add(TESTS, acme.organization, somebody, 'write');
  const key = await keyOf(app, somebody, api());
  const runner = app.db.createQueryRunner();
  await runner.startTransaction();
  await runner.query('select 1 from packages where name = $1 for update', [name]);
  const late = publish(app.url, acme.name, key, { name, version: '2.0.0' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await app.app.get(Members).remove(TESTS, acme.organization, somebody);
  await runner.commitTransaction();
  await runner.release();
  expect((await late).status).toBe(404);
  const rows = await app.db.query<unknown[]>(`select 1 from releases where version = '2.0.0' and publisher_id = $1`, [
    somebody.id,
  ]);
  expect(rows).toEqual([]);
});

test('revoking all keys leaves none that one of them was just making', async () => {
  const owner = await person(app);
  const leaked = await keyOf(app, owner, api());
  let over = false;
  const making = Array.from({ length: 4 }, async () => {
    while (!over)
      await ask(`${app.url}/api/keys`, {
        method: 'POST',
        key: leaked,
        json: { name: 'more', permissions: [{ domain: 'api' }] },
      });
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const revoked = await ask(`${app.url}/api/keys`, { method: 'DELETE', key: basic(owner.name, PASSWORD) });
  expect(revoked.status).toBe(204);
  over = true;
  await Promise.all(making);
  const alive = await app.db.query<unknown[]>('select 1 from keys where user_id = $1 and revoked_at is null', [
    owner.id,
  ]);
  expect(alive).toEqual([]);
});

test('a key carries a bounded number of permissions', async () => {
  const permissions = Array.from({ length: 101 }, (_, n) => ({ domain: 'package', resource: `${acme.name}/p${n}` }));
  const answer = await ask(`${app.url}/api/keys`, {
    method: 'POST',
    key: acme.publishKey,
    json: { name: 'wide', permissions },
  });
  expect([answer.status, answer.body.errors]).toEqual([422, { permissions: 'at most 100 can be given' }]);
});

test('guesses made in parallel are counted like guesses in a row', async () => {
  const somebody = await person(app);
  await app.db.query('delete from rate_limits');
  const guess = (n: number) =>
    ask(`${app.url}/repo/repos/${acme.name}/names`, { key: basic(somebody.name, `guess ${n}`) });
  const statuses = (await Promise.all(Array.from({ length: 40 }, (_, n) => guess(n)))).map(({ status }) => status);
  expect(statuses.filter((status) => status === 401).length).toBe(10);
  expect(statuses.filter((status) => status === 429).length).toBe(30);
  await app.db.query('delete from rate_limits');
});
