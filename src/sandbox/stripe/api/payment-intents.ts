import { type Stripe } from 'stripe';
import { z } from 'zod';
import { confirmPayment } from '../billing/collecting.js';
import { type CallContext, endpoint, openEndpoint } from '../http/endpoint.js';
import { page, within } from '../http/lists.js';
import { type Fields, flag, listing, range, text } from '../http/params.js';
import { invalid, missing } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { cardFor } from '../payments/cards.js';
import { refuseUnless } from '../payments/intents.js';
import { invoiceOf } from '../billing/payments-of.js';
import { type Work } from '../work.js';
import { cardData, typedCard } from './payment-methods.js';
import { fromBrowser, shown } from './public-intents.js';

type PaymentIntent = Objects['payment_intent'];

const confirmParams = z.strictObject({
  ...{ payment_method: text.optional(), payment_method_data: cardData.optional(), return_url: text.optional() },
  ...{
    off_session: flag.optional(),
    setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
    ...fromBrowser,
  },
});
const listParams = z.strictObject({
  ...{ ...listing, customer: text.optional(), created: range.optional() },
} satisfies Fields<Stripe.PaymentIntentListParams>);
const cancelParams = z.strictObject({
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
} satisfies Fields<Stripe.PaymentIntentCancelParams>);

export const paymentIntentEndpoints = [
  endpoint('GET', '/v1/payment_intents', listParams, (work, params) => {
    const fits = (row: PaymentIntent) =>
      (!params.customer || row.customer === params.customer) && within(row.created, params.created);
    return page(work.all('payment_intent').filter(fits), '/v1/payment_intents', params);
  }),
  openEndpoint('GET', '/v1/payment_intents/:id', z.strictObject(fromBrowser), (work, params, call) =>
    shown(find(work, call, params), call),
  ),
  openEndpoint('POST', '/v1/payment_intents/:id/confirm', confirmParams, (work, params, call) => {
    const intent = find(work, call, params);
    const offSession = !call.publishable && (params.off_session ?? false);
    confirmPayment(work, intent, methodOf(work, intent, params), { offSession, returnUrl: params.return_url });
    return shown(intent, call);
  }),
  endpoint('POST', '/v1/payment_intents/:id/cancel', cancelParams, (work, params, call) => {
    const intent = find(work, call, {});
    refuseUnless(intent, ['requires_payment_method', 'requires_confirmation', 'requires_action'], 'cancel');
    if (invoiceOf(work, intent.id))
      throw invalid('You cannot cancel a PaymentIntent that belongs to an invoice; void the invoice instead.');
    Object.assign(intent, {
      status: 'canceled',
      canceled_at: work.now,
      cancellation_reason: params.cancellation_reason ?? null,
      next_action: null,
    });
    work.emit('payment_intent.canceled', intent);
    return intent;
  }),
];

function find(
  work: Work,
  { ids, publishable }: CallContext,
  { client_secret }: { client_secret?: string },
): PaymentIntent {
  const intent = work.get('payment_intent', ids.id!);
  if (publishable && intent.client_secret !== client_secret) throw missing('payment_intent', ids.id!);
  return intent;
}

function methodOf(work: Work, intent: PaymentIntent, params: z.output<typeof confirmParams>): string {
  if (params.payment_method_data) return typedCard(work, params.payment_method_data).id;
  const id = params.payment_method ?? intent.payment_method;
  if (!id)
    throw invalid('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
    });
  return ownOrFresh(intent, cardFor(work, id));
}

function ownOrFresh(intent: PaymentIntent, method: Objects['payment_method']): string {
  if (method.customer && method.customer !== intent.customer)
    throw missing('PaymentMethod', method.id, 'payment_method');
  return method.id;
}
