import { z } from 'zod';
import { type Answer, type BrowserPort, type SandboxRequest } from './browser-port.js';
import { type Faults, planned } from './http/faults.js';
import { Problem } from './http/problem.js';
import { type RecordedCall } from './http/stripe-door.js';
import { type Webhooks } from './webhooks/webhooks.js';

// `/sandbox/…`: for tests that drive a sandbox in another process, with the secret key. JSON in, JSON out.

const advance = z.strictObject({ seconds: z.number().min(0) });
const settings = z
  .strictObject({
    ...{ mode: z.enum(['deliver', 'hold']), delayMs: z.number().min(0), duplicates: z.number().min(0).max(1) },
    ...{ loss: z.number().min(0).max(1), shuffle: z.boolean(), seed: z.int() },
  })
  .partial();
const deliver = z.strictObject({ events: z.array(z.string()) });
const roll = z.strictObject({ url: z.string(), secret: z.string() });
const challenge = z.strictObject({ intent: z.string(), outcome: z.enum(['complete', 'fail', 'cancel']) });
const id = z.string();
const act = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('cancel_subscription'), subscription: id }),
  z.strictObject({ act: z.literal('refund_charge'), charge: id, amount: z.int().optional() }),
  z.strictObject({ act: z.literal('fail_refund'), refund: id }),
  z.strictObject({ act: z.literal('open_dispute'), charge: id, reason: z.string().optional() }),
  z.strictObject({ act: z.literal('close_dispute'), dispute: id, outcome: z.enum(['won', 'lost']) }),
  z.strictObject({ act: z.literal('warn_of_fraud'), charge: id }),
  z.strictObject({
    act: z.literal('settle_tax_id'),
    tax_id: id,
    status: z.enum(['verified', 'unverified', 'unavailable']),
  }),
  z.strictObject({ act: z.literal('expire_card'), payment_method: id }),
  z.strictObject({ act: z.literal('renew_card'), payment_method: id, exp_month: z.int(), exp_year: z.int() }),
]);

/** What there is to control. */
interface Controlled extends BrowserPort {
  readonly secretKey: string;
  readonly webhooks: Webhooks;
  readonly faults: Faults;
  readonly calls: readonly RecordedCall[];
}

type Handler = (sandbox: Controlled, body: unknown) => unknown;

const handlers: Record<string, Handler> = {
  'GET /sandbox/clock': (sandbox) => ({ now: sandbox.now(), nextDue: sandbox.nextDue() ?? null }),
  'POST /sandbox/advance': async (sandbox, body) => {
    await sandbox.advance(advance.parse(body).seconds * 1000);
    return { now: sandbox.now() };
  },
  'GET /sandbox/webhooks': (sandbox) => ({
    ...sandbox.webhookSettings(),
    held: sandbox.webhooks.held().map((event) => event.id),
  }),
  'POST /sandbox/webhooks': (sandbox, body) => {
    sandbox.configureWebhooks(settings.parse(body));
    return sandbox.webhookSettings();
  },
  'POST /sandbox/webhooks/deliver': async (sandbox, body) => ({
    done: await sandbox.deliver(deliver.parse(body).events).then(() => true),
  }),
  'POST /sandbox/webhooks/drain': async (sandbox) => ({ done: await sandbox.webhooks.drain().then(() => true) }),
  'POST /sandbox/webhooks/roll': (sandbox, body) =>
    sandbox.webhooks.roll(roll.parse(body).url, roll.parse(body).secret),
  'POST /sandbox/faults': (sandbox, body) => {
    sandbox.faults.plan(z.array(planned).parse(body));
    return { done: true };
  },
  'POST /sandbox/act': async (sandbox, body) => ({ done: await sandbox.act(act.parse(body)).then(() => true) }),
  'POST /sandbox/challenge': (sandbox, body) => {
    const { intent, outcome } = challenge.parse(body);
    return sandbox.settleChallenge(intent, outcome);
  },
  'GET /sandbox/calls': (sandbox) => sandbox.calls,
};

export async function controlAnswer(
  sandbox: Controlled,
  { method, url, headers, body }: SandboxRequest & { method: string },
): Promise<Answer> {
  if (headers.authorization !== `Bearer ${sandbox.secretKey}`)
    return json(401, { error: { message: 'The secret key is needed here.' } });
  const handler = handlers[`${method} ${url.pathname}`];
  if (!handler) return json(404, { error: { message: 'There is no such control.' } });
  try {
    return json(200, (await handler(sandbox, body.length ? JSON.parse(body.toString('utf8')) : {})) ?? { done: true });
  } catch (error) {
    if (error instanceof Problem) return json(error.status, { error: error.body });
    return json(400, { error: { message: error instanceof Error ? error.message : String(error) } });
  }
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
