import { type AddressInfo, createServer } from 'node:net';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { createApp } from '../../src/app.js';
import { storeOf } from '../../src/ground.js';
import { Clock } from '../../src/platform/clock.js';
import { type Config, readConfig } from '../../src/platform/config.js';
import { createLogger } from '../../src/platform/log.js';
import { Secrets } from '../../src/platform/secrets.js';
import { type ObjectStore } from '../../src/platform/store/object-store.js';
import { cloneDatabase } from './database.js';

/** A clock that tests push forward. */
export class TestClock extends Clock {
  private ahead = 0;

  override now(): Date {
    return new Date(Date.now() + this.ahead);
  }

  advance(ms: number): void {
    this.ahead += ms;
  }
}

export interface TestApp {
  /** `http://127.0.0.1:PORT`, or with {@link AppOptions.host} by that name; also the app's PUBLIC_URL. */
  readonly url: string;
  readonly config: Config;
  readonly app: NestFastifyApplication;
  readonly db: DataSource;
  readonly clock: TestClock;
  /** Every line logged so far. */
  readonly log: () => string;
  /** Files that are there while an upload runs. */
  readonly temporaryFiles: () => Promise<string[]>;
  readonly stop: () => Promise<void>;
}

export interface AppOptions {
  /** Settings over the defaults of tests. */
  readonly env?: Record<string, string>;
  readonly databaseUrl?: string;
  /** What browsers call it; passkeys need a name and take no number. Default: 127.0.0.1. */
  readonly host?: 'localhost';
  readonly store?: ObjectStore;
  /** Default: any free one. */
  readonly port?: number;
  /** Where something else is to keep the same time. */
  readonly clock?: TestClock;
  /** Jobs that are meant to fail, by the start of their name. */
  readonly failingJobs?: string;
  /** Where Stripe's API is, for a product that is told to deal with Stripe itself. */
  readonly stripeUrl?: string | undefined;
}

/** The whole product in this process: real Postgres, real HTTP, files on disk. Stop it in the end. */
export async function startApp(options: AppOptions = {}): Promise<TestApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'propolis-app-'));
  const port = options.port ?? (await freePort());
  const url = `http://${options.host ?? '127.0.0.1'}:${port}`;
  const databaseUrl = options.databaseUrl ?? (await cloneDatabase());
  const read = readConfig({ ...settings(dataDir, port), PUBLIC_URL: url, ...options.env });
  const config = Object.freeze({ ...read, databaseUrl, billing: at(options.stripeUrl, read.billing) });
  const lines: string[] = [];
  const sink = new Writable({ write: (chunk: Buffer, _encoding, done) => done(void lines.push(chunk.toString())) });
  const logger = createLogger('debug', sink);
  const clock = options.clock ?? new TestClock();
  const store = options.store ?? storeOf(config, logger, 'service');
  const running = await createApp({ config, logger, secrets: await Secrets.of(config), store, clock });
  const { app } = running;
  await app.listen({ port, host: '127.0.0.1' });
  const db = app.get(DataSource);
  return {
    ...{ url, config, app, db, clock, log: () => lines.join('') },
    temporaryFiles: () => readdir(join(config.dataDir, 'tmp')),
    stop: async () => {
      const failed = await failedJobs(db, options.failingJobs);
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
      expect(failed, 'jobs that failed').toEqual([]);
    },
  };
}

const at = (stripeUrl: string | undefined, billing: Config['billing']): Config['billing'] =>
  stripeUrl === undefined || billing.stripe === undefined
    ? billing
    : Object.freeze({ ...billing, stripe: { ...billing.stripe, apiUrl: stripeUrl } });

/** One app for all tests of a file. Fields are there once the tests run. */
export function useApp(options: AppOptions = {}): TestApp {
  const holder: { app?: TestApp } = {};
  beforeAll(async () => {
    holder.app = await startApp(options);
  });
  afterAll(async () => {
    await holder.app?.stop();
  });
  return new Proxy({} as TestApp, {
    get: (_target, name) => {
      if (holder.app === undefined) throw new Error('the app has not started');
      return Reflect.get(holder.app, name) as unknown;
    },
  });
}

/** What an app and a service process beside it must agree on. */
export function settings(dataDir: string, port: number): Record<string, string> {
  return {
    ...{ NODE_ENV: 'test', DATA_DIR: dataDir, PORT: String(port), SIGNING_KEY: inject('signingKey') },
    ...{ SECRET_KEY: 'a secret that only tests know, 32 characters', DEMO: 'false' },
    // A service that a test starts has its own sandbox, on a port that nobody else has.
    STRIPE_SANDBOX_PORT: '0',
    // Tests call more often than people.
    ...{ API_LIMIT_PER_IP: '100000', API_LIMIT_PER_ACTOR: '100000' },
  };
}

async function failedJobs(db: DataSource, expected: string | undefined): Promise<string[]> {
  const rows = await db.query<{ job: string }[]>(
    `select task_identifier || ': ' || last_error as job from graphile_worker.jobs where last_error is not null`,
  );
  return rows.map((row) => row.job).filter((job) => expected === undefined || !job.startsWith(expected));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
