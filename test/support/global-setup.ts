import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type TestProject } from 'vitest/node';
import { tables } from '../../src/app.module.js';
import { dataSourceOptions } from '../../src/platform/database.js';
import { migrate } from '../../src/platform/migrate.js';
import { startPostgres } from '../../src/platform/postgres/postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A connection that may create databases, and the migrated one to clone. */
    postgres: { adminUrl: string; template: string };
    /** One for all tests: making an RSA key takes longer than most of them. */
    signingKey: string;
  }
}

/**
 * One Postgres for the whole run: the one that DATABASE_URL names, or a throw-away cluster. In it one migrated database,
 * which every test file clones.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { adminUrl, stop } = await server();
  const template = `propolis_test_${randomBytes(4).toString('hex')}`;
  await admin(adminUrl, `create database ${template}`);
  const databaseUrl = Object.assign(new URL(adminUrl), { pathname: `/${template}` }).href;
  await migrate(databaseUrl, dataSourceOptions({ databaseUrl, databasePoolSize: 2 }, tables));
  project.provide('postgres', { adminUrl, template });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  project.provide('signingKey', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return async () => {
    for (const name of await leftover(adminUrl, template)) await admin(adminUrl, `drop database ${name} with (force)`);
    await stop();
  };
}

async function server(): Promise<{ adminUrl: string; stop: () => Promise<void> }> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return { adminUrl: given, stop: async () => undefined };
  const dataDir = await mkdtemp(join(tmpdir(), 'propolis-test-'));
  const postgres = await startPostgres({
    dataDir,
    role: 'service',
    durable: false,
    // A hundred small databases, each gone in minutes: nothing that wants tidying up.
    settings: { max_connections: 300, autovacuum: 'off' },
  });
  return {
    adminUrl: postgres.adminUrl,
    stop: async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function leftover(adminUrl: string, template: string): Promise<string[]> {
  const rows = await admin<{ datname: string }>(
    adminUrl,
    `select datname from pg_database where datname like '${template}%'`,
  );
  return rows.map((row) => row.datname);
}

async function admin<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
