// What the product finds in its embedded server: a role that is no superuser, its database, and the extensions that
// only a superuser may promise to every installation. Done at each start, so a start that was cut short is completed.
import pg from 'pg';

export const APP = 'propolis' as const;
const EXTENSIONS = ['pg_trgm', 'citext', 'pgcrypto'];

export async function ensureAppDatabase(urlOf: (database: string) => string, password: string): Promise<void> {
  await connected(urlOf('postgres'), async (client) => {
    const roles = await client.query('select 1 from pg_roles where rolname = $1', [APP]);
    const secret = client.escapeLiteral(password);
    if (roles.rowCount === 0) await client.query(`create role ${APP} login password ${secret}`);
    const databases = await client.query('select 1 from pg_database where datname = $1', [APP]);
    if (databases.rowCount === 0) await client.query(`create database ${APP} owner ${APP}`);
  });
  await connected(urlOf(APP), async (client) => {
    for (const name of EXTENSIONS) await client.query(`create extension if not exists ${name}`);
  });
}

async function connected(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 60_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
