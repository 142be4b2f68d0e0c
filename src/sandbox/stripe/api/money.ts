import { type Stripe } from 'stripe';
import { z } from 'zod';
import { endpoint } from '../http/endpoint.js';
import { page, within } from '../http/lists.js';
import { type Fields, integer, labels, listing, range, text } from '../http/params.js';
import { invalid } from '../http/problem.js';
import { type Objects } from '../objects.js';
import { closeDispute } from '../payments/disputes.js';
import { refund } from '../payments/refunds.js';
import { type Work } from '../work.js';

// What was paid and what went back: charges, the payments of invoices, refunds, disputes, warnings.

const owned = { ...listing, charge: text.optional(), payment_intent: text.optional(), created: range.optional() };
const chargeParams = z.strictObject({
  ...{ ...listing, customer: text.optional(), payment_intent: text.optional(), created: range.optional() },
} satisfies Fields<Stripe.ChargeListParams>);
const invoicePaymentParams = z.strictObject({
  ...{ ...listing, invoice: text.optional(), status: z.enum(['canceled', 'open', 'paid']).optional() },
  payment: z.strictObject({ type: z.literal('payment_intent'), payment_intent: text.optional() }).optional(),
} satisfies Fields<Stripe.InvoicePaymentListParams>);
const refundParams = z.strictObject({
  ...{
    amount: integer.optional(),
    charge: text.optional(),
    payment_intent: text.optional(),
    metadata: labels.optional(),
  },
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
} satisfies Fields<Stripe.RefundCreateParams>);

export const moneyEndpoints = [
  endpoint('GET', '/v1/charges', chargeParams, (work, params) => {
    const fits = (row: Objects['charge']) =>
      (!params.customer || row.customer === params.customer) && belongs(row, params);
    return page(work.all('charge').filter(fits), '/v1/charges', params);
  }),
  endpoint('GET', '/v1/charges/:id', z.strictObject({}), (work, _params, { ids }) => work.get('charge', ids.id!)),
  endpoint('GET', '/v1/invoice_payments', invoicePaymentParams, (work, params) => {
    const rows = work.all('invoice_payment').filter((row) => !params.invoice || row.invoice === params.invoice);
    const intent = params.payment?.payment_intent;
    const fits = rows.filter(
      (row) => (!params.status || row.status === params.status) && (!intent || row.payment.payment_intent === intent),
    );
    return page(fits, '/v1/invoice_payments', params);
  }),
  endpoint('GET', '/v1/invoice_payments/:id', z.strictObject({}), (work, _params, { ids }) =>
    work.get('invoice_payment', ids.id!),
  ),
  endpoint(
    'POST',
    '/v1/refunds',
    refundParams,
    (work, { amount, charge, payment_intent, metadata = {}, reason = null }) =>
      refund(work, chargeOf(work, charge, payment_intent), amount, { metadata, reason }),
  ),
  endpoint('GET', '/v1/refunds', z.strictObject(owned satisfies Fields<Stripe.RefundListParams>), (work, params) =>
    page(
      work.all('refund').filter((row) => belongs(row, params)),
      '/v1/refunds',
      params,
    ),
  ),
  endpoint('GET', '/v1/refunds/:id', z.strictObject({}), (work, _params, { ids }) => work.get('refund', ids.id!)),
  endpoint('GET', '/v1/disputes', z.strictObject(owned satisfies Fields<Stripe.DisputeListParams>), (work, params) =>
    page(
      work.all('dispute').filter((row) => belongs(row, params)),
      '/v1/disputes',
      params,
    ),
  ),
  endpoint('GET', '/v1/disputes/:id', z.strictObject({}), (work, _params, { ids }) => work.get('dispute', ids.id!)),
  endpoint(
    'POST',
    '/v1/disputes/:id',
    z.strictObject({
      evidence: z.strictObject({ uncategorized_text: text.optional() }).optional(),
    } satisfies Fields<Stripe.DisputeUpdateParams>),
    (work, params, { ids }) => {
      const row = work.get('dispute', ids.id!);
      row.evidence.uncategorized_text = params.evidence?.uncategorized_text ?? row.evidence.uncategorized_text;
      judge(work, row);
      return row;
    },
  ),
  endpoint('POST', '/v1/disputes/:id/close', z.strictObject({}), (work, _params, { ids }) => {
    const row = work.get('dispute', ids.id!);
    closeDispute(work, row, 'lost');
    return row;
  }),
  endpoint(
    'GET',
    '/v1/radar/early_fraud_warnings',
    z.strictObject({ ...listing, charge: text.optional(), payment_intent: text.optional() }),
    (work, params) =>
      page(
        work.all('radar.early_fraud_warning').filter((row) => belongs(row, params)),
        '/v1/radar/early_fraud_warnings',
        params,
      ),
  ),
];

/** Stripe's magic words of evidence decide a test dispute. */
function judge(work: Work, dispute: Objects['dispute']): void {
  const { uncategorized_text: words } = dispute.evidence;
  if (words === 'winning_evidence') closeDispute(work, dispute, 'won');
  else if (words === 'losing_evidence') closeDispute(work, dispute, 'lost');
  else dispute.status = 'under_review';
}

function chargeOf(work: Work, charge: string | undefined, intent: string | undefined): Objects['charge'] {
  const id = charge ?? (intent && work.get('payment_intent', intent, 'payment_intent').latest_charge);
  if (!id)
    throw invalid('One of the following params should be provided for this request: payment_intent or charge.', {
      code: 'parameter_missing',
    });
  return work.get('charge', id, 'charge');
}

type Owned = { created: number; charge?: string | null; payment_intent?: string | null };
type Owner = { charge?: string; payment_intent?: string; created?: Parameters<typeof within>[1] };

function belongs(row: Owned, { charge, payment_intent: intent, created }: Owner): boolean {
  return (
    (!charge || row.charge === charge) && (!intent || row.payment_intent === intent) && within(row.created, created)
  );
}
