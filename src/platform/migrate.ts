import { runMigrations as migrateJobs } from 'graphile-worker';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** Any fixed number: all processes of all versions must agree on it. */
const MIGRATION_LOCK = 7_205_731_001n;

/**
 * Brings the schema up to date: first the job tables (migrations may enqueue), then ours, in their listed order, each in
 * a transaction of its own. Processes that start together take turns by an advisory lock; the later ones find nothing to do.
 * Returns the names of the migrations that ran.
 */
export async function migrate(databaseUrl: string, options: DataSourceOptions): Promise<string[]> {
  const lock = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'propolis migrations',
    connectionTimeoutMillis: 10_000,
  });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrateJobs({ connectionString: databaseUrl, logger: undefined });
    const dataSource = await new DataSource({ ...options, poolSize: 2 } as DataSourceOptions).initialize();
    try {
      const ran = await dataSource.runMigrations({ transaction: 'each' });
      return ran.map((migration) => migration.name);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await lock.end();
  }
}
