import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePackage } from '../../src/hex/registry/package.js';
import { openSigned } from '../../src/hex/registry/signed.js';
import { SigningKey } from '../../src/registry/signing-key.js';
import { settings, startApp, type TestApp } from '../support/app.js';
import { cloneDatabase } from '../support/database.js';
import { ask, eventually, publish } from '../support/http.js';
import { team, type Team } from '../support/people.js';
import { startService } from '../support/programs.js';
import { tarball } from '../support/tarballs.js';

/**
 * A publish is killed (SIGKILL, no clean-up) at each of its steps, seen from outside: statements and files. The oracle is
 * I1, I2 and I4 of the house's invariants: the old state or the new one, and never a listed release without its bytes.
 */
const STEPS = {
  'before the ledger row': { on: 'sql', match: 'insert into stored_objects.*/tarballs/', then: 'before' },
  'before the tarball is visible in the store': { on: 'rename', match: '/tarballs/', then: 'before' },
  'after the tarball is visible in the store': { on: 'rename', match: '/tarballs/', then: 'after' },
  'after the release’s row': { on: 'sql', match: 'INSERT INTO "releases"', then: 'after' },
  'before the commit': {
    on: 'sql',
    match: '^COMMIT',
    since: 'INSERT INTO "audit_entries".*release.publish',
    then: 'before',
  },
  'after the commit': {
    on: 'sql',
    match: '^COMMIT',
    since: 'INSERT INTO "audit_entries".*release.publish',
    then: 'after',
  },
  'before the index is visible in the store': { on: 'rename', match: '/registry/packages/NAME/', then: 'before' },
  'before the pointer to the index': {
    on: 'sql',
    match: 'INSERT INTO "registry_objects".*packages/NAME,',
    then: 'before',
  },
  'after the pointer, before its commit': {
    on: 'sql',
    match: 'INSERT INTO "registry_objects".*packages/NAME,',
    then: 'after',
  },
  'after the pointer’s commit': {
    on: 'sql',
    match: '^COMMIT',
    since: 'INSERT INTO "registry_objects".*packages/NAME,',
    then: 'after',
  },
} as const;

/** Steps at which the release had been committed before the kill. */
const COMMITTED = Object.keys(STEPS).slice(Object.keys(STEPS).indexOf('after the commit'));

let env: Record<string, string>;
let databaseUrl: string;
let survivor: TestApp;
let acme: Team;

beforeAll(async () => {
  databaseUrl = await cloneDatabase();
  env = { ...settings(await mkdtemp(join(tmpdir(), 'propolis-crash-')), 0), DATABASE_URL: databaseUrl };
  // Runs no jobs, so that the killed processes are the only ones to build indexes.
  survivor = await startApp({ databaseUrl, env: { DATA_DIR: env['DATA_DIR']!, JOBS_CONCURRENCY: '0' } });
  acme = await team(survivor);
});

afterAll(async () => {
  await survivor?.stop();
  await rm(env['DATA_DIR']!, { recursive: true, force: true });
});

const nameOf = (step: string) => `crash_${Object.keys(STEPS).indexOf(step)}`;

async function listed(app: TestApp, name: string): Promise<string[]> {
  const index = await ask(`${app.url}/repo/repos/${acme.name}/packages/${name}`, { key: acme.fetchKey });
  if (index.status === 404) return [];
  expect(index.status).toBe(200);
  const payload = await openSigned(index.bytes, createPublicKey(app.app.get(SigningKey).publicPem));
  return decodePackage(payload).releases.map((release) => release.version);
}

async function wholeIfListed(app: TestApp, name: string): Promise<string[]> {
  const versions = await listed(app, name);
  for (const version of versions) {
    const fetched = await ask(`${app.url}/repo/repos/${acme.name}/tarballs/${name}-${version}.tar`, {
      key: acme.fetchKey,
    });
    expect(fetched.status).toBe(200);
    expect(fetched.bytes.equals(await tarball({ name, version }))).toBe(true);
  }
  return versions;
}

describe('a publish that is killed', () => {
  test.each(Object.entries(STEPS))(
    '%s leaves the old state or the new one',
    async (step, where) => {
      const name = nameOf(step);
      const crashAt = JSON.stringify(where).replaceAll('NAME', name);
      const { PORT: _, ...rest } = env;
      const service = await startService(
        { ...rest, CRASH_AT: crashAt },
        { nodeArgs: ['--import', join(import.meta.dirname, '../support/crash-at.mjs')] },
      );
      try {
        await publish(service.url, acme.name, acme.publishKey, { name }).catch(() => undefined);
        const killed = await Promise.race([
          service.ended,
          new Promise((resolve) => setTimeout(resolve, 25_000, 'alive')),
        ]);
        expect(killed, service.output()).toBe('SIGKILL');
      } finally {
        await service.kill();
      }
      await wholeIfListed(survivor, name);
      const rows = await survivor.db.query<unknown[]>(`select 1 from packages where name = $1`, [name]);
      expect(rows.length).toBe(COMMITTED.includes(step) ? 1 : 0);
    },
    60_000,
  );

  test('is finished by whoever runs next, or can be repeated, and nothing is left over', async () => {
    const next = await startApp({ databaseUrl, env: { DATA_DIR: env['DATA_DIR']! } });
    try {
      for (const step of COMMITTED) {
        const name = nameOf(step);
        expect([
          step,
          await eventually(
            () => wholeIfListed(next, name),
            (found) => found.length > 0,
            20_000,
          ),
        ]).toEqual([step, ['1.0.0']]);
      }
      for (const step of Object.keys(STEPS)) {
        const again = await publish(next.url, acme.name, acme.publishKey, { name: nameOf(step) });
        expect([step, again.status]).toEqual([step, COMMITTED.includes(step) ? 200 : 201]);
        expect(await wholeIfListed(next, nameOf(step))).toEqual(['1.0.0']);
      }
      const audited = await next.db.query<{ count: string }[]>(
        `select count(*) from audit_entries where action = 'release.publish'`,
      );
      expect(Number(audited[0]!.count)).toBe(Object.keys(STEPS).length);
      expect(await next.temporaryFiles()).toEqual([]);
    } finally {
      await next.stop();
    }
    expect(await readdir(join(env['DATA_DIR']!, 'tmp'))).toEqual([]);
  }, 90_000);
});
