import { z } from 'zod';
import { type CallContext } from '../http/endpoint.js';
import { flag, text } from '../http/params.js';
import { type Intent } from '../payments/intents.js';

/** What Stripe.js sends along. */
export const fromBrowser = {
  ...{ client_secret: text.optional(), use_stripe_sdk: flag.optional(), is_stripe_sdk: flag.optional() },
  ...{
    client_attribution_metadata: z.unknown().optional(),
    referrer: z.string().optional(),
    mandate_data: z.unknown().optional(),
  },
};

const forBrowsers = [
  ...['id', 'object', 'amount', 'automatic_payment_methods', 'canceled_at', 'cancellation_reason', 'capture_method'],
  ...[
    'client_secret',
    'confirmation_method',
    'created',
    'currency',
    'description',
    'last_payment_error',
    'last_setup_error',
  ],
  ...['livemode', 'next_action', 'payment_method', 'payment_method_types', 'processing', 'receipt_email'],
  ...['setup_future_usage', 'shipping', 'source', 'status', 'usage'],
];

/** A browser sees less: above all not who the customer is. */
export function shown(intent: Intent, { publishable }: CallContext): unknown {
  if (!publishable) return intent;
  return Object.fromEntries(Object.entries(intent).filter(([name]) => forBrowsers.includes(name)));
}
