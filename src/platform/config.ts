import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parsePrices } from './currencies.js';
import { parseSender } from './mail/address.js';
import { parseSmtpUrl } from './mail/smtp-settings.js';

/**
 * Every setting of Propolis, read once from the environment (and a `.env` file in the working directory), checked, frozen and
 * typed. All problems are reported at once. `.env.example` lists the same names with words for the operator; a test keeps
 * the two equal.
 *
 * Local defaults exist so that one command runs the whole product; with NODE_ENV=production those that would lose data
 * or secrets (embedded Postgres, generated keys) are refused.
 */

const text = z.string().trim().min(1);
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const list = text.transform((value) => value.split(',').map((part) => part.trim()));
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** For transforms that may fail; what was given is not repeated, it may hold a password. */
function wrong(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  return (
    most !== undefined && more.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most))
  );
}

/** What a process of the service does; all of them are made of one build. */
const roles = ['all', 'web', 'delivery', 'worker'] as const;
export type ProcessRole = (typeof roles)[number];

const settings = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: text.default('127.0.0.1'),
  PORT: whole(0, 65_535).default(4000),
  PUBLIC_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  TRUSTED_PROXIES: list
    .refine((all) => all.every(isNetwork), 'must be addresses or networks, such as 10.0.0.0/8')
    .optional(),
  DATA_DIR: text.default('./data'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
  DATABASE_POOL_SIZE: whole(2, 200).default(10),
  S3_ENDPOINT: httpUrl.optional(),
  S3_BUCKET: text.optional(),
  S3_REGION: text.default('us-east-1'),
  S3_ACCESS_KEY_ID: text.optional(),
  S3_SECRET_ACCESS_KEY: text.optional(),
  SMTP_URL: text
    .transform(
      (value, context) => parseSmtpUrl(value) ?? wrong(context, 'must be smtp://user:password@host:587 or smtps://…'),
    )
    .optional(),
  MAIL_FROM: text
    .transform((value, context) => parseSender(value) ?? wrong(context, 'must be one address, or: Name <address>'))
    .optional(),
  SECRET_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  SIGNING_KEY: text.optional(),
  SIGNING_KEY_FILE: text.optional(),
  TOKEN_KEY: text.optional(),
  TOKEN_KEY_FILE: text.optional(),
  PUBLIC_REPOSITORY: z
    .string()
    .regex(/^[a-z][a-z0-9_]{2,}$/, 'must be a repository name such as hexpm')
    .optional(),
  API_WRITES_NEED_TWO_FACTOR: flag.default(true),
  ADVISORIES: text.optional(),
  SIGN_UP: z.enum(['open', 'invited'], { error: 'must be open or invited' }).default('open'),
  BILLING: z.enum(['stripe', 'sandbox', 'off'], { error: 'must be stripe, sandbox or off' }).optional(),
  STRIPE_SECRET_KEY: text.regex(/^(sk|rk)_(live|test)_\w+$/, 'must be a secret or restricted key of Stripe').optional(),
  STRIPE_PUBLISHABLE_KEY: text.regex(/^pk_(live|test)_\w+$/, 'must be a publishable key of Stripe').optional(),
  STRIPE_WEBHOOK_SECRETS: list
    .refine((all) => all.every((one) => /^whsec_\S{16,}$/.test(one)), 'must be signing secrets (whsec_…)')
    .optional(),
  STRIPE_TIMEOUT_SECONDS: whole(1, 80).default(15),
  STRIPE_SANDBOX_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  STRIPE_SANDBOX_PORT: whole(0, 65_535).optional(),
  STRIPE_TAX: list
    .refine(
      (all) => all.join() === 'automatic' || all.every((one) => /^txr_\w+$/.test(one)),
      'must be automatic or tax rates (txr_…)',
    )
    .optional(),
  PRICES: text
    .default('usd=9.00/90.00')
    .transform(
      (value, context) =>
        parsePrices(value) ?? wrong(context, 'must be CURRENCY=MONTHLY/ANNUAL, such as usd=9.00/90.00,eur=8.50/85.00'),
    ),
  PRICE_NOTICE_DAYS: whole(0, 365).default(60),
  TRIAL_DAYS: whole(0, 3650).default(30),
  GRACE_DAYS: whole(0, 365).default(15),
  PUBLISHING_STOPPED_DAYS: whole(0, 3650).default(30),
  DELETION_DAYS: whole(1, 365).default(14),
  MAX_TARBALL_BYTES: whole(1024, 64 * 1024 * 1024).default(16 * 1024 * 1024),
  UPLOAD_IDLE_SECONDS: whole(1, 600).default(30),
  API_LIMIT_PER_IP: whole(1, 1_000_000).default(100),
  API_LIMIT_PER_ACTOR: whole(1, 1_000_000).default(500),
  ACCESS_CACHE_SECONDS: whole(0, 600).default(300),
  DATABASE_GRACE_SECONDS: whole(0, 86_400).default(900),
  ROLE: z.enum(roles, { error: `must be one of ${roles.join(', ')}` }).default('all'),
  DELIVERY_WORKERS: z
    .literal('auto')
    .transform(() => availableParallelism())
    .or(whole(1, 64))
    .default(1),
  DELIVERY_MEMORY_MB: whole(0, 65_536).default(96),
  OBJECT_CACHE_MB: whole(0, 16_777_216).default(4096),
  JOBS_CONCURRENCY: whole(0, 64).default(4),
  DRAIN_SECONDS: whole(0, 300).optional(),
  SHUTDOWN_SECONDS: whole(1, 600).default(25),
  METRICS_TOKEN: z
    .string()
    .regex(/^\S{16,}$/, 'must have at least 16 characters and no spaces')
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DEMO: flag.optional(),
  CLIENT_TEST_MODE: flag.default(false),
});

/** The names of all settings, in the order of the schema. */
export const settingNames = Object.keys(settings.shape);

/** All that is wrong with the settings, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(`Propolis cannot start with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

type Settings = z.infer<typeof settings>;

const S3_SETTINGS = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;

/** Rules that look at more than one setting. */
function crossChecks(s: Settings): string[] {
  const problems: string[] = [];
  const missing = S3_SETTINGS.filter((name) => s[name] === undefined);
  if (missing.length > 0 && missing.length < S3_SETTINGS.length)
    problems.push(`${missing.join(', ')}: needed too when another S3 setting is given`);
  for (const [value, file] of [
    ['SIGNING_KEY', 'SIGNING_KEY_FILE'],
    ['TOKEN_KEY', 'TOKEN_KEY_FILE'],
  ] as const)
    if (s[value] !== undefined && s[file] !== undefined) problems.push(`${value}: give it or ${file}, not both`);
  if (s.ADVISORIES !== undefined && s.PUBLIC_REPOSITORY === undefined)
    problems.push('ADVISORIES: they are about public packages, so PUBLIC_REPOSITORY is needed too');
  problems.push(...billingChecks(s));
  problems.push(...roleChecks(s));
  // It hands out tokens for everybody's account: nobody but this machine may reach it.
  if (s.CLIENT_TEST_MODE && !isLoopback(s.HOST))
    problems.push('CLIENT_TEST_MODE: only where HOST is a loopback address, such as 127.0.0.1');
  // A job may hold one connection while it needs another; with more jobs than connections they could wait for ever.
  if (s.JOBS_CONCURRENCY >= s.DATABASE_POOL_SIZE) problems.push('JOBS_CONCURRENCY: must be below DATABASE_POOL_SIZE');
  return s.NODE_ENV === 'production' ? [...problems, ...productionChecks(s)] : problems;
}

/** Several processes share what one process has to itself. */
function roleChecks(s: Settings): string[] {
  const problems: string[] = [];
  if (s.DELIVERY_WORKERS > 1 && s.ROLE !== 'delivery') problems.push('DELIVERY_WORKERS: only with ROLE=delivery');
  if (s.ROLE === 'all') return problems;
  if (s.DATABASE_URL === undefined)
    problems.push(`DATABASE_URL: needed with ROLE=${s.ROLE}, the embedded Postgres belongs to one process`);
  if (s.ROLE !== 'delivery' && billingMode(s) === 'sandbox' && s.STRIPE_SANDBOX_URL === undefined)
    problems.push(`STRIPE_SANDBOX_URL: needed with ROLE=${s.ROLE}, or BILLING=off; the sandbox belongs to one process`);
  return problems;
}

const STRIPE_SETTINGS = ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRETS'] as const;

/** Where seats are paid for: a real account once its key is given, else the sandbox. */
const billingMode = (s: Settings): 'stripe' | 'sandbox' | 'off' =>
  s.BILLING ?? (s.STRIPE_SECRET_KEY !== undefined && s.STRIPE_SANDBOX_URL === undefined ? 'stripe' : 'sandbox');

function billingChecks(s: Settings): string[] {
  const mode = billingMode(s);
  const missing = STRIPE_SETTINGS.filter((name) => s[name] === undefined);
  const isStarted = mode === 'sandbox' && s.STRIPE_SANDBOX_URL === undefined;
  const problems: string[] = [];
  if (mode !== 'off' && !isStarted && missing.length > 0)
    problems.push(`${missing.join(', ')}: needed for billing by Stripe`);
  if (isStarted && s.STRIPE_SECRET_KEY !== undefined)
    problems.push('BILLING: the sandbox is never started beside a real key; take one of the two away');
  if (mode === 'stripe' && s.STRIPE_SANDBOX_URL !== undefined)
    problems.push('STRIPE_SANDBOX_URL: not with BILLING=stripe, which talks to Stripe itself');
  if (s.STRIPE_SECRET_KEY?.includes('_live_') !== s.STRIPE_PUBLISHABLE_KEY?.includes('_live_') && missing.length === 0)
    problems.push('STRIPE_PUBLISHABLE_KEY: one key is for live mode, the other for test mode');
  return problems;
}

const issuesOf = (error: z.ZodError): string[] =>
  error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);

/** The same rules where some settings are wrong by themselves: over the others, and without blaming the wrong ones twice. */
function crossChecksAround(given: Record<string, string | undefined>): string[] {
  const entries = Object.entries(settings.shape).map(
    ([name, schema]) => [name, schema.safeParse(given[name])] as const,
  );
  const wrong = entries.filter(([, result]) => !result.success).map(([name]) => name);
  const right = Object.fromEntries(entries.map(([name, result]) => [name, result.data])) as Settings;
  return crossChecks(right).filter((problem) => !wrong.some((name) => problem.startsWith(name)));
}

function productionChecks(s: Settings): string[] {
  const problems: string[] = [];
  const must = (ok: boolean, problem: string) => ok || problems.push(`${problem} (NODE_ENV=production)`);
  must(s.DATABASE_URL !== undefined, 'DATABASE_URL: needed, the embedded Postgres is for trying things out');
  must(s.PUBLIC_URL !== undefined, 'PUBLIC_URL: needed, links and tokens are made from it');
  must(s.SECRET_KEY !== undefined, 'SECRET_KEY: needed, key hashes depend on it');
  must(s.SIGNING_KEY !== undefined || s.SIGNING_KEY_FILE !== undefined, 'SIGNING_KEY or SIGNING_KEY_FILE: needed');
  must(s.TOKEN_KEY !== undefined || s.TOKEN_KEY_FILE !== undefined, 'TOKEN_KEY or TOKEN_KEY_FILE: needed');
  must(s.SMTP_URL !== undefined, 'SMTP_URL: needed, the local mailbox is for trying things out');
  must(s.MAIL_FROM !== undefined, 'MAIL_FROM: needed, relays only take senders they know');
  must(billingMode(s) !== 'sandbox', 'STRIPE_SECRET_KEY: needed, or BILLING=off; the sandbox takes no real money');
  must(!s.CLIENT_TEST_MODE, 'CLIENT_TEST_MODE: gives anybody a token for any account, for tests of clients');
  must(s.DEMO !== true, 'DEMO: the demo organization has published passwords');
  return problems;
}

/** Reads and checks the settings. Throws {@link ConfigError} with every problem found. */
export function readConfig(env: Record<string, string | undefined>) {
  // An empty value means "not set": compose files and Kubernetes templates write them so.
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => value !== '' && name in settings.shape),
  );
  const parsed = settings.safeParse(given);
  if (!parsed.success) throw new ConfigError([...issuesOf(parsed.error), ...crossChecksAround(given)]);
  const problems = crossChecks(parsed.data);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(shape(parsed.data));
}

/** What it takes to talk to Stripe, or to something that behaves like it. */
export interface StripeAccess {
  readonly secretKey: string;
  readonly publishableKey: string;
  /** More than one while a secret is being replaced. */
  readonly webhookSecrets: readonly string[];
  /** Undefined: Stripe itself. */
  readonly apiUrl: string | undefined;
  /** How long one try of a call may take. */
  readonly timeoutMs: number;
}

function stripeAccess(s: Settings): StripeAccess | undefined {
  if (billingMode(s) === 'off' || STRIPE_SETTINGS.some((name) => s[name] === undefined)) return undefined;
  return Object.freeze({
    secretKey: s.STRIPE_SECRET_KEY!,
    publishableKey: s.STRIPE_PUBLISHABLE_KEY!,
    webhookSecrets: s.STRIPE_WEBHOOK_SECRETS!,
    apiUrl: s.STRIPE_SANDBOX_URL,
    timeoutMs: s.STRIPE_TIMEOUT_SECONDS * 1000,
  });
}

function shape(s: Settings) {
  const dataDir = resolve(s.DATA_DIR);
  const publicUrl = s.PUBLIC_URL ?? `http://${nameOf(s.HOST)}:${s.PORT}`;
  return {
    production: s.NODE_ENV === 'production',
    host: s.HOST,
    port: s.PORT,
    publicUrl,
    /** A folder, a .zip or an address of OSV files. */
    advisories: s.ADVISORIES,
    trustedProxies: s.TRUSTED_PROXIES ?? [],
    dataDir,
    /** Undefined means: run the embedded Postgres under `dataDir`. */
    databaseUrl: s.DATABASE_URL,
    databasePoolSize: s.DATABASE_POOL_SIZE,
    /** Undefined means: files under `dataDir`. */
    s3:
      s.S3_ENDPOINT === undefined
        ? undefined
        : Object.freeze({
            endpoint: s.S3_ENDPOINT,
            bucket: s.S3_BUCKET!,
            region: s.S3_REGION,
            accessKeyId: s.S3_ACCESS_KEY_ID!,
            secretAccessKey: s.S3_SECRET_ACCESS_KEY!,
          }),
    /** Undefined means: the local mailbox under `dataDir`. */
    smtp: s.SMTP_URL,
    mailFrom: s.MAIL_FROM ?? parseSender(`Propolis <no-reply@${mailDomain(publicUrl)}>`)!,
    secretKey: s.SECRET_KEY,
    signingKey: Object.freeze({ pem: s.SIGNING_KEY, file: s.SIGNING_KEY_FILE }),
    tokenKey: Object.freeze({ pem: s.TOKEN_KEY, file: s.TOKEN_KEY_FILE }),
    /** Name of the repository open to everybody, or undefined where the operator has none. */
    publicRepository: s.PUBLIC_REPOSITORY ?? (s.CLIENT_TEST_MODE ? 'hexpm' : undefined),
    /**
     * May programs change nothing for people whose account has no authenticator app? The people of the client's own tests have
     * none.
     */
    writesNeedTwoFactor: s.API_WRITES_NEED_TWO_FACTOR && !s.CLIENT_TEST_MODE,
    /** May anybody make an account, or only who was invited into an organization? */
    signUp: s.SIGN_UP,
    billing: Object.freeze({
      mode: billingMode(s),
      /** Minor units by lower-case currency. The first currency is the usual one. */
      prices: s.PRICES,
      /** How long before a raised price is charged the customers are told. */
      priceNoticeDays: s.PRICE_NOTICE_DAYS,
      /** `automatic`: Stripe Tax; ids of tax rates; undefined: none. */
      tax: s.STRIPE_TAX,
      /** Undefined with the sandbox that is started within this process: it makes its own (see `ground`). */
      stripe: stripeAccess(s),
      /** Undefined: the one after PORT, or any other where that is taken. */
      sandboxPort: s.STRIPE_SANDBOX_PORT,
    }),
    ladder: Object.freeze({
      /** Nobody pays here: every organization is free of charge. */
      free: billingMode(s) === 'off',
      graceDays: s.GRACE_DAYS,
      publishingStoppedDays: s.PUBLISHING_STOPPED_DAYS,
    }),
    trialDays: s.TRIAL_DAYS,
    deletionDays: s.DELETION_DAYS,
    maxTarballBytes: s.MAX_TARBALL_BYTES,
    uploadIdleMs: s.UPLOAD_IDLE_SECONDS * 1000,
    /** Requests a minute. */
    apiLimitPerIp: s.API_LIMIT_PER_IP,
    apiLimitPerActor: s.API_LIMIT_PER_ACTOR,
    accessCacheMs: s.ACCESS_CACHE_SECONDS * 1000,
    /** For how long fetches that are known go on without Postgres. */
    databaseGraceMs: s.DATABASE_GRACE_SECONDS * 1000,
    role: s.ROLE,
    /** Processes that a delivery process forks; 1: it answers by itself. */
    deliveryWorkers: s.DELIVERY_WORKERS,
    jobsConcurrency: s.ROLE === 'web' || s.ROLE === 'delivery' ? 0 : s.JOBS_CONCURRENCY,
    /** How long a stopping process goes on taking requests, and says that it is not ready. */
    drainMs: (s.DRAIN_SECONDS ?? (s.NODE_ENV === 'production' ? 5 : 0)) * 1000,
    /** Bytes of objects that the delivery keeps in memory. */
    deliveryMemory: s.DELIVERY_MEMORY_MB * 1024 * 1024,
    /** Bytes on disk for copies of what is in the bucket; 0: none are kept. */
    objectCache: s.OBJECT_CACHE_MB * 1024 * 1024,
    shutdownMs: s.SHUTDOWN_SECONDS * 1000,
    /** Undefined: metrics are shown to this machine only. */
    metricsToken: s.METRICS_TOKEN,
    logLevel: s.LOG_LEVEL,
    demo: s.DEMO ?? (s.DATABASE_URL === undefined && s.NODE_ENV === 'development' && !s.CLIENT_TEST_MODE),
    /** For the test suite of the Hex client: see `api/client-test` and docs/client-test-mode.md. */
    clientTestMode: s.CLIENT_TEST_MODE,
  };
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);

/** How browsers on this machine call it. By a name where there is one: passkeys cannot belong to a number (WebAuthn, section 5.1.3). */
function nameOf(host: string): string {
  if (['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** The host of the site as the right part of an address; numbers have no place there. */
export function mailDomain(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  return isIP(hostname) !== 0 || hostname.startsWith('[') ? 'localhost' : hostname;
}

export type GivenConfig = ReturnType<typeof readConfig>;

/** The settings once it is known which Postgres to use. */
export type Config = GivenConfig & { readonly databaseUrl: string };

/** Injection token of {@link Config}. */
export const CONFIG = Symbol('config');

/** The process's own settings: environment over `.env`. */
export function loadConfig(): GivenConfig {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readConfig(process.env);
}
