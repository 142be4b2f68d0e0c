import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Clock } from './platform/clock.js';
import { loadTokenKeys } from './accounts/token-keys.js';
import { type Config, ConfigError, type GivenConfig } from './platform/config.js';
import { dataSourceOptions } from './platform/database.js';
import { type Logger } from './platform/log.js';
import { migrate } from './platform/migrate.js';
import { type Ground } from './platform/platform.module.js';
import { type Postgres, startPostgres } from './platform/postgres/postgres.js';
import { Secrets } from './platform/secrets.js';
import { CachedStore } from './platform/store/cached-store.js';
import { LocalStore } from './platform/store/local-store.js';
import { type ObjectStore } from './platform/store/object-store.js';
import { S3Store } from './platform/store/s3-store.js';
import { type PaymentSandbox, startPaymentSandbox } from './payment-sandbox.js';
import { loadRegistryKey } from './registry/signing-key.js';
import { tables } from './app.module.js';

export interface PreparedGround {
  readonly ground: Ground;
  /** The embedded server, where there is one; stopped last. */
  readonly postgres: Postgres | undefined;
  readonly sandbox: PaymentSandbox | undefined;
}

/** What the application stands on: data directory, database up to date, secrets, store. */
export async function prepareGround(
  given: GivenConfig,
  logger: Logger,
  role: 'service' | 'command',
  onPostgresExit: (reason: Error) => void = () => undefined,
): Promise<PreparedGround> {
  await mkdir(given.dataDir, { recursive: true, mode: 0o700 });
  // Before anything is started: an unusable key is a wrong setting.
  await checkKeys(given);
  const postgres = given.databaseUrl === undefined ? await embedded(given, logger, role, onPostgresExit) : undefined;
  const config: Config = Object.freeze({ ...given, databaseUrl: given.databaseUrl ?? postgres!.url });
  try {
    const ran = await migrate(config.databaseUrl, dataSourceOptions(config, tables));
    if (ran.length > 0) logger.info({ migrations: ran }, 'database brought up to date');
    const secrets = await Secrets.of(config);
    const sandbox = await startPaymentSandbox(given, secrets, given.role === 'all' ? role : 'command');
    const ground = { config: withAccess(config, sandbox), logger, secrets, store: storeOf(config, logger, role) };
    return { ground: { ...ground, clock: sandbox?.clock ?? new Clock() }, postgres, sandbox };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

/** Billing talks to the sandbox as it would to Stripe. */
function withAccess(config: Config, sandbox: PaymentSandbox | undefined): Config {
  if (sandbox === undefined) return config;
  return Object.freeze({ ...config, billing: Object.freeze({ ...config.billing, stripe: sandbox.access }) });
}

async function checkKeys(given: GivenConfig): Promise<void> {
  const results = await Promise.allSettled([loadRegistryKey(given), loadTokenKeys(given)]);
  const problems = results.flatMap((result) =>
    result.status === 'rejected' ? [(result.reason as Error).message] : [],
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

function embedded(
  { dataDir }: GivenConfig,
  logger: Logger,
  role: 'service' | 'command',
  onExit: (reason: Error) => void,
): Promise<Postgres> {
  const log = (message: string) => logger.info(`embedded Postgres: ${message}`);
  return startPostgres({ dataDir: join(dataDir, 'postgres'), role, log, onExit });
}

/** Files; or a bucket where one is configured, with copies on disk for a service, which reads the same again and again. */
export function storeOf(
  { s3, dataDir, objectCache }: Config,
  logger: Logger,
  role: 'service' | 'command',
): ObjectStore {
  if (s3 === undefined) return new LocalStore(join(dataDir, 'store'));
  const bucket = new S3Store(s3);
  if (objectCache === 0 || role === 'command') return bucket;
  return new CachedStore(bucket, { directory: join(dataDir, 'cache'), bound: objectCache }, logger);
}
