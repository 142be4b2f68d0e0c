import { type Stripe } from 'stripe';
import { z } from 'zod';
import { change, prorationDate } from '../billing/changing.js';
import { redeem } from '../billing/discounts.js';
import { draftInvoice, type Invoice, settleAmounts } from '../billing/invoices.js';
import { type Subscription } from '../billing/items.js';
import { renewal } from '../billing/renewing.js';
import { isOver } from '../billing/standing.js';
import { firstInvoice } from '../billing/starting.js';
import { type Fields, flag, integer, text } from '../http/params.js';
import { invalid } from '../http/problem.js';
import { type Work } from '../work.js';
import { anchorChange, changedItems, createParams, prorationBehavior } from './subscription-params.js';
import { newSubscription } from './subscription-settings.js';

const details = z.strictObject({
  ...{
    billing_cycle_anchor: anchorChange.optional(),
    cancel_at_period_end: flag.optional(),
    cancel_now: flag.optional(),
  },
  ...{
    items: changedItems.optional(),
    proration_behavior: prorationBehavior.optional(),
    proration_date: integer.optional(),
  },
  ...{ trial_end: z.union([z.literal('now'), integer]).optional(), default_tax_rates: z.array(text).optional() },
} satisfies Fields<Stripe.InvoiceCreatePreviewParams.SubscriptionDetails>);

export const previewParams = z.strictObject({
  ...{
    customer: text.optional(),
    subscription: text.optional(),
    currency: text.optional(),
    subscription_details: details.optional(),
  },
  ...{ automatic_tax: z.strictObject({ enabled: flag }).optional(), discounts: createParams.shape.discounts },
} satisfies Fields<Stripe.InvoiceCreatePreviewParams>);

type Params = z.output<typeof previewParams>;

/**
 * The invoice that the same change would make: the change is really made, on a copy that is thrown away. With
 * `always_invoice`, or when periods begin anew, it is what is charged at once; otherwise the next renewal.
 */
export function preview(work: Work, params: Params): Invoice {
  const copy = work.scratch();
  const invoice = params.subscription
    ? previewChange(copy, copy.get('subscription', params.subscription, 'subscription'), params)
    : previewStart(copy, params);
  settleAmounts(invoice, copy.get('customer', invoice.customer!).balance);
  return { ...invoice, id: `upcoming_${invoice.id}` };
}

function previewChange(work: Work, subscription: Subscription, params: Params): Invoice {
  if (isOver(subscription))
    throw invalid('No upcoming invoices for customer: the subscription is canceled.', {
      code: 'invoice_upcoming_none',
    });
  const {
    items = [],
    proration_behavior: proration = 'create_prorations',
    trial_end: trialEnd,
    ...rest
  } = params.subscription_details ?? {};
  override(work, subscription, params);
  const at = prorationDate(work, subscription, rest.proration_date);
  const now = change(work, subscription, {
    items,
    proration,
    at,
    trialEnd,
    resetAnchor: rest.billing_cycle_anchor?.type === 'now',
  });
  if (now) return now;
  if (proration === 'always_invoice') return nothing(work, subscription);
  if (leaves(subscription, rest))
    throw invalid('No upcoming invoices for customer: the subscription ends with its period.', {
      code: 'invoice_upcoming_none',
    });
  return renewal(work, subscription);
}

const leaves = (subscription: Subscription, { cancel_at_period_end: atEnd }: { cancel_at_period_end?: boolean }) =>
  atEnd ?? (subscription.cancel_at_period_end || subscription.cancel_at !== null);

/** The change costs nothing: an invoice without lines. */
function nothing(work: Work, subscription: Subscription): Invoice {
  return draftInvoice(work, subscription, {
    reason: 'subscription_update',
    lines: [],
    period: { start: work.now, end: work.now },
  });
}

function override(
  work: Work,
  subscription: Subscription,
  { automatic_tax: tax, discounts, subscription_details: given }: Params,
): void {
  if (tax) subscription.automatic_tax.enabled = tax.enabled;
  if (discounts !== undefined)
    subscription.discounts = redeem(work, discounts, {
      customer: subscription.customer,
      subscription: subscription.id,
    });
  if (given?.default_tax_rates)
    subscription.default_tax_rates = given.default_tax_rates.map((id) => work.get('tax_rate', id));
}

function previewStart(work: Work, params: Params): Invoice {
  const { customer, subscription_details: given } = params;
  if (!customer || !given?.items)
    throw invalid('You must pass a subscription, or a customer with subscription_details[items].', {
      code: 'parameter_missing',
      param: 'customer',
    });
  const items = given.items.map(({ price, quantity }) => ({ price: price ?? '', quantity }));
  const subscription = newSubscription(work, { customer, items, trial_end: given.trial_end });
  override(work, subscription, params);
  return firstInvoice(work, subscription, undefined, true);
}
