import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { afterAll, beforeAll } from 'vitest';
import { Cards } from '../../src/billing/cards.js';
import { Customers } from '../../src/billing/customers.js';
import { type Details } from '../../src/billing/gateway.js';
import { SETTLE } from '../../src/billing/journal.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { type SandboxOptions, StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';
import { type AppOptions, freePort, startApp, type TestApp, TestClock } from './app.js';

export const WEBHOOK_SECRET = 'whsec_only_tests_know_this_one';

export interface BillingApp {
  readonly app: TestApp;
  readonly sandbox: StripeSandbox;
  /** Moves the app's clock and the sandbox's together, through everything that falls due on the way. */
  advance(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The product with a sandbox of its own beside it. The sandbox's webhooks are held unless a test lets them go
 * (`sandbox.webhooks.configure({ mode: 'deliver' })`).
 */
export async function startBilling(options: AppOptions = {}, sandboxOptions: SandboxOptions = {}): Promise<BillingApp> {
  const clock = new TestClock();
  const port = await freePort();
  const webhook = { url: `http://127.0.0.1:${port}/webhooks/stripe`, secret: WEBHOOK_SECRET };
  const sandbox = await StripeSandbox.start({ webhook, ...sandboxOptions });
  sandbox.webhooks.configure({ mode: 'hold' });
  const app = await startApp({ ...options, port, clock, env: { ...sandboxEnv(sandbox), ...options.env } });
  return {
    ...{ app, sandbox },
    advance: async (ms) => {
      clock.advance(ms);
      await sandbox.advance(ms);
    },
    stop: async () => {
      await app.stop();
      await sandbox.stop();
    },
  };
}

export const sandboxEnv = (sandbox: StripeSandbox): Record<string, string> => ({
  BILLING: 'sandbox',
  STRIPE_SANDBOX_URL: sandbox.url,
  STRIPE_SECRET_KEY: sandbox.secretKey,
  STRIPE_PUBLISHABLE_KEY: sandbox.publishableKey,
  STRIPE_WEBHOOK_SECRETS: WEBHOOK_SECRET,
});

/** One for all tests of a file. Fields are there once the tests run. */
export function useBilling(options: AppOptions = {}, sandboxOptions: SandboxOptions = {}): BillingApp {
  const holder: { billing?: BillingApp } = {};
  beforeAll(async () => {
    holder.billing = await startBilling(options, sandboxOptions);
  });
  afterAll(async () => {
    await holder.billing?.stop();
  });
  return new Proxy({} as BillingApp, {
    get: (_target, name) => {
      if (holder.billing === undefined) throw new Error('the app has not started');
      return Reflect.get(holder.billing, name) as unknown;
    },
  });
}

export const DETAILS: Details = {
  ...{ kind: 'company', name: 'Acme Honey Ltd', email: 'billing@acme.test', country: 'US' },
  ...{ line1: '1 Hive Road', line2: null, city: 'Portland', state: 'OR', postalCode: '97201' },
  ...{ taxId: null, taxIdType: null, purchaseOrder: null },
};

export const actor = { kind: 'operator', name: 'test', reason: 'a test' } as const;

/** With billing details given, and a card that was set up (a `pm_card_…` token), if one is named. */
export async function payer({ app, sandbox }: BillingApp, name: string, card?: string): Promise<Organization> {
  const organization = await app.app.get(Organizations).named(name);
  await app.app.get(Customers).save(actor, organization, DETAILS);
  if (card !== undefined) await giveCard({ app, sandbox }, organization, card);
  return organization;
}

export const stripeOf = ({ secretKey, url }: StripeSandbox): Stripe =>
  new Stripe(secretKey, { host: '127.0.0.1', port: new URL(url).port, protocol: 'http' });

/** The id of what a card is given to. */
export async function newSetUp({ app }: TestApp, { id }: Organization): Promise<string> {
  return (await app.get(Cards).setUp(id, randomUUID())).id;
}

/** A card as if somebody had typed it into Stripe's form and passed the bank's question; nobody has told us yet. */
export async function setUpCard(
  { app, sandbox }: Pick<BillingApp, 'app' | 'sandbox'>,
  organization: Organization,
  card: string,
): Promise<string> {
  const id = await newSetUp(app, organization);
  const intent = await stripeOf(sandbox).setupIntents.confirm(id, { payment_method: card });
  if (intent.status === 'requires_action') await sandbox.settleChallenge(intent.id, 'complete');
  return intent.id;
}

export async function giveCard(
  billing: Pick<BillingApp, 'app' | 'sandbox'>,
  organization: Organization,
  card: string,
): Promise<void> {
  const intent = await setUpCard(billing, organization, card);
  await billing.app.app.get(Cards).use(actor, organization, intent);
}

/** Takes away the jobs that look, two minutes after a purchase, what became of it: for tests of what nobody has read yet. */
export async function forgetToLook({ app }: Pick<BillingApp, 'app'>): Promise<void> {
  await app.db.query(
    `select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs where task_identifier = $1`,
    [SETTLE],
  );
}
