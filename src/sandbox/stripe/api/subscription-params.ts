import { type Stripe } from 'stripe';
import { z } from 'zod';
import { emptyable, type Fields, flag, integer, listing, metadata, range, text } from '../http/params.js';

const discounts = emptyable(
  z.array(z.strictObject({ coupon: text.optional(), promotion_code: text.optional(), discount: text.optional() })),
);
const quantity = integer.refine((value) => value >= 0, 'Invalid non-negative integer');
const cancelAt = z.enum(['min_period_end', 'max_period_end']);
const collectionMethod = z.enum(['charge_automatically', 'send_invoice']);
export const prorationBehavior = z.enum(['always_invoice', 'create_prorations', 'none']);
const paymentBehavior = z.enum([
  'allow_incomplete',
  'default_incomplete',
  'error_if_incomplete',
  'pending_if_incomplete',
]);
const paymentSettings = z.strictObject({
  payment_method_types: emptyable(z.array(z.literal('card'))).optional(),
  save_default_payment_method: z.enum(['off', 'on_subscription']).optional(),
});
const trialSettings = z.strictObject({
  end_behavior: z.strictObject({ missing_payment_method: z.enum(['cancel', 'create_invoice', 'pause']) }),
});
export const cancellationDetails = z.strictObject({
  comment: z.string().optional(),
  feedback: z
    .enum([
      '',
      'customer_service',
      'low_quality',
      'missing_features',
      'other',
      'switched_service',
      'too_complex',
      'too_expensive',
      'unused',
    ])
    .optional(),
});
const invoiceSettings = z.strictObject({ description: text.optional(), footer: text.optional() });
const automaticTax = z.strictObject({ enabled: flag });
const trialEnd = z.union([z.literal('now'), integer]);

const shared = {
  ...{
    automatic_tax: automaticTax.optional(),
    cancel_at_period_end: flag.optional(),
    collection_method: collectionMethod.optional(),
  },
  ...{ days_until_due: integer.optional(), default_payment_method: text.optional(), description: text.optional() },
  ...{
    default_tax_rates: emptyable(z.array(text)).optional(),
    discounts: discounts.optional(),
    metadata: metadata.optional(),
  },
  ...{
    invoice_settings: invoiceSettings.optional(),
    off_session: flag.optional(),
    payment_behavior: paymentBehavior.optional(),
  },
  ...{ payment_settings: paymentSettings.optional(), proration_behavior: prorationBehavior.optional() },
  ...{ trial_end: trialEnd.optional(), trial_settings: trialSettings.optional() },
};

const newItems = z.array(
  z.strictObject({ price: text, quantity: quantity.optional(), metadata: z.record(z.string(), z.string()).optional() }),
);
export const changedItems = z.array(
  z.strictObject({
    ...{ id: text.optional(), price: text.optional(), quantity: quantity.optional(), deleted: flag.optional() },
    metadata: z.record(z.string(), z.string()).optional(),
  }),
);
export const anchorChange = z.strictObject({ type: z.enum(['now', 'unchanged']) });

export const createParams = z.strictObject({
  ...shared,
  ...{
    customer: text,
    items: newItems,
    billing_cycle_anchor: integer.optional(),
    cancel_at: z.union([integer, cancelAt]).optional(),
  },
  ...{ currency: text.optional(), trial_period_days: integer.optional() },
  billing_mode: z.strictObject({ type: z.literal('flexible') }).optional(),
} satisfies Fields<Stripe.SubscriptionCreateParams>);

export const updateParams = z.strictObject({
  ...shared,
  ...{
    items: changedItems.optional(),
    billing_cycle_anchor: anchorChange.optional(),
    proration_date: integer.optional(),
  },
  ...{
    cancel_at: emptyable(z.union([integer, cancelAt])).optional(),
    cancellation_details: cancellationDetails.optional(),
  },
  description: z.string().optional(),
} satisfies Fields<Stripe.SubscriptionUpdateParams>);

export const resumeParams = z.strictObject({
  ...{ billing_cycle_anchor: anchorChange.optional(), proration_behavior: prorationBehavior.optional() },
  payment_behavior: z.enum(['resume_on_payment_attempt', 'resume_on_payment_success']).optional(),
} satisfies Fields<Stripe.SubscriptionResumeParams>);

export const cancelParams = z.strictObject({
  ...{ cancellation_details: cancellationDetails.optional(), invoice_now: flag.optional(), prorate: flag.optional() },
} satisfies Fields<Stripe.SubscriptionCancelParams>);

export const listParams = z.strictObject({
  ...{
    ...listing,
    customer: text.optional(),
    price: text.optional(),
    created: range.optional(),
    test_clock: text.optional(),
  },
  collection_method: collectionMethod.optional(),
  status: z
    .enum([
      'active',
      'all',
      'canceled',
      'ended',
      'incomplete',
      'incomplete_expired',
      'past_due',
      'paused',
      'trialing',
      'unpaid',
    ])
    .optional(),
} satisfies Fields<Stripe.SubscriptionListParams>);

export type CreateParams = z.output<typeof createParams>;
export type UpdateParams = z.output<typeof updateParams>;
export type CancelParams = z.output<typeof cancelParams>;
export type ListParams = z.output<typeof listParams>;
