import Stripe from 'stripe';
import { type EventHead, type Trace } from '../gateway.js';
import { idOf, timeOf } from './summaries.js';

/** The kinds of events that say that something of a customer's money has changed. The webhook endpoint is registered for these. */
export const EVENT_TYPES = [
  ...['created', 'updated', 'deleted', 'paused', 'resumed', 'trial_will_end'].map(
    (what) => `customer.subscription.${what}`,
  ),
  ...['pending_update_applied', 'pending_update_expired'].map((what) => `customer.subscription.${what}`),
  ...[
    'created',
    'finalized',
    'finalization_failed',
    'paid',
    'payment_failed',
    'payment_action_required',
    'updated',
  ].map((what) => `invoice.${what}`),
  ...['upcoming', 'voided', 'marked_uncollectible', 'overpaid'].map((what) => `invoice.${what}`),
  'invoice_payment.paid',
  ...['succeeded', 'setup_failed', 'canceled'].map((what) => `setup_intent.${what}`),
  ...['succeeded', 'payment_failed', 'requires_action', 'canceled'].map((what) => `payment_intent.${what}`),
  ...['attached', 'detached', 'updated', 'automatically_updated'].map((what) => `payment_method.${what}`),
  ...['customer.updated', 'customer.deleted'],
  ...['created', 'updated', 'deleted'].map((what) => `customer.tax_id.${what}`),
  ...['created', 'updated', 'deleted'].map((what) => `customer.discount.${what}`),
  ...['charge.refunded', 'refund.created', 'refund.updated', 'refund.failed'],
  ...['created', 'closed', 'funds_withdrawn', 'funds_reinstated'].map((what) => `charge.dispute.${what}`),
  'radar.early_fraud_warning.created',
  ...['credit_note.created', 'credit_note.voided'],
  ...['released', 'completed', 'canceled', 'updated', 'created'].map((what) => `subscription_schedule.${what}`),
];

/** What events of all kinds have in common as far as it leads to a customer. */
interface Subject {
  readonly object: string;
  readonly id?: string;
  readonly customer?: string | { id: string } | null;
  readonly charge?: string | { id: string } | null;
  readonly invoice?: string | { id: string } | null;
  readonly payment_intent?: string | { id: string } | null;
}

export function headOf({ id, type, created, data }: Stripe.Event): EventHead {
  const subject = data.object as unknown as Subject;
  const customerId = subject.object === 'customer' ? (subject.id ?? null) : idOf(subject.customer);
  return { id, type, customerId, trace: customerId === null ? traceOf(subject) : null, createdAt: timeOf(created) };
}

function traceOf(subject: Subject): Trace | null {
  for (const kind of ['charge', 'invoice', 'payment_intent'] as const) {
    const id = idOf(subject[kind]);
    if (id !== null) return { kind, id };
  }
  return null;
}

export async function customerBehind(stripe: Stripe, { kind, id }: Trace): Promise<string | null> {
  switch (kind) {
    case 'charge':
      return idOf((await stripe.charges.retrieve(id)).customer);
    case 'invoice':
      return idOf((await stripe.invoices.retrieve(id)).customer);
    case 'payment_intent':
      return idOf((await stripe.paymentIntents.retrieve(id)).customer);
  }
}

/** Stripe lists the newest first. */
export async function* eventsSince(stripe: Stripe, since: Date): AsyncIterable<EventHead> {
  const gte = Math.floor(since.getTime() / 1000);
  const all: EventHead[] = [];
  for await (const event of stripe.events.list({ created: { gte }, limit: 100 }))
    if (EVENT_TYPES.includes(event.type)) all.push(headOf(event));
  yield* all.toReversed();
}

/**
 * Null unless one of the secrets fits the raw bytes and the signature is younger than five minutes; while a secret is
 * replaced Stripe signs with both. An event of the other mode (test, live) than the key's is nobody's.
 */
export function verifiedHead(
  body: Uint8Array,
  signature: string,
  { webhookSecrets, secretKey }: { webhookSecrets: readonly string[]; secretKey: string },
  now: Date,
): EventHead | null {
  for (const secret of webhookSecrets)
    try {
      const event = Stripe.webhooks.constructEvent(
        ...([Buffer.from(body), signature, secret, TOLERANCE_SECONDS, undefined, now.getTime()] as const),
      );
      // A thin event has no object; it is not what our endpoint is registered for.
      const isSnapshot = typeof (event as { data?: { object?: unknown } }).data?.object === 'object';
      return isSnapshot && event.livemode === secretKey.includes('_live_') ? headOf(event) : null;
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError || error instanceof SyntaxError) continue;
      throw error;
    }
  return null;
}

const TOLERANCE_SECONDS = 300;
