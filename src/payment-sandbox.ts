import { join } from 'node:path';
import { Clock } from './platform/clock.js';
import { type GivenConfig, type StripeAccess } from './platform/config.js';
import { type Secrets } from './platform/secrets.js';

/** The stand-in for Stripe within this service, for trying things out. */
export interface PaymentSandbox {
  readonly access: StripeAccess;
  /** Its time, which can be moved; the whole service lives by it, so that trials end and grace runs out as they would. */
  readonly clock: Clock;
  /** What is to be done after somebody has moved the clock. */
  onAdvance: () => Promise<void>;
  stop(): Promise<void>;
}

class SandboxClock extends Clock {
  constructor(private readonly time: () => Date) {
    super();
  }

  override now(): Date {
    return this.time();
  }
}

const webhookPath = '/webhooks/stripe';

/**
 * Undefined where a real account (or none) is configured: then not a line of the sandbox is loaded. A command talks to the
 * sandbox of the running service, as it would to Stripe.
 */
export async function startPaymentSandbox(
  config: GivenConfig,
  secrets: Secrets,
  role: 'service' | 'command',
): Promise<PaymentSandbox | undefined> {
  const { mode, stripe, sandboxPort } = config.billing;
  if (mode !== 'sandbox' || stripe !== undefined) return undefined;
  const keys = keysFrom(secrets);
  if (role === 'service') return start(config, keys);
  const port = sandboxPort ?? config.port + 1;
  const ahead = await runningOffset(port, keys.secretKey);
  const clock = new SandboxClock(() => new Date(Date.now() + ahead));
  return { access: accessAt(`http://127.0.0.1:${port}`, keys), clock, onAdvance: nothing, stop: nothing };
}

const nothing = async (): Promise<void> => Promise.resolve();

/** The sandbox's keys are no secret: it listens on the loopback interface and knows nothing but what was typed for trying it out. */
function keysFrom(secrets: Secrets) {
  const webhook = secrets.keyedHash('stripe-sandbox', 'webhook').toString('hex');
  return { secretKey: 'sk_test_sandbox', publishableKey: 'pk_test_sandbox', webhookSecret: `whsec_${webhook}` };
}

type Keys = ReturnType<typeof keysFrom>;

const accessAt = (apiUrl: string, { secretKey, publishableKey, webhookSecret }: Keys): StripeAccess => ({
  ...{ apiUrl, secretKey, publishableKey, webhookSecrets: [webhookSecret], timeoutMs: 15_000 },
});

async function start({ dataDir, host, port, billing }: GivenConfig, keys: Keys): Promise<PaymentSandbox> {
  const { StripeSandbox } = await import('./sandbox/stripe/sandbox.js');
  const hooks = { onAdvance: nothing };
  const options = {
    file: join(dataDir, 'stripe-sandbox.json'),
    webhook: { url: `http://${reachable(host)}:${port}${webhookPath}`, secret: keys.webhookSecret },
    onAdvance: () => hooks.onAdvance(),
  };
  const { sandboxPort } = billing;
  const begin = (wanted: number) => StripeSandbox.start({ ...options, port: wanted });
  // Nobody has asked for the port beside ours, so another will do.
  const sandbox = await (sandboxPort === undefined
    ? begin(port === 0 ? 0 : port + 1).catch((error: unknown) =>
        isTaken(error) ? begin(0) : Promise.reject(error as Error),
      )
    : begin(sandboxPort));
  return Object.assign(hooks, {
    access: accessAt(sandbox.url, keys),
    clock: new SandboxClock(() => sandbox.now()),
    stop: () => sandbox.stop(),
  });
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

const reachable = (host: string): string =>
  host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? (host === '::' ? '[::1]' : `[${host}]`) : host;

/** How far the running service's sandbox is ahead, in milliseconds; none where none answers. */
async function runningOffset(port: number, secretKey: string): Promise<number> {
  const headers = { authorization: `Bearer ${secretKey}` };
  const response = await fetch(`http://127.0.0.1:${port}/sandbox/clock`, { headers }).catch(() => undefined);
  if (response?.ok !== true) return 0;
  const { now } = (await response.json()) as { now: string | number };
  return new Date(typeof now === 'number' ? now * 1000 : now).getTime() - Date.now();
}
