import type Stripe from 'stripe';
import { type CustomerState, type InvoiceState, type Snapshot, type SubscriptionState } from '../gateway.js';
import { type Plan } from '../plans.js';
import { needOf, problemOf, withPayments } from './invoices.js';
import { taxOf } from './quotes.js';
import { cardOf, discountOf, idOf, timeOf, timeOrNull } from './summaries.js';

/**
 * A customer as they are at Stripe now, with everything that hangs on them. Several reads, so something may change between
 * two of them: then an event follows and all is read again.
 */
export async function readCustomer(stripe: Stripe, customerId: string): Promise<Snapshot | null> {
  const expand = ['invoice_settings.default_payment_method', 'discount.source.coupon', 'tax_ids'];
  const customer = await stripe.customers.retrieve(customerId, { expand });
  if (customer.deleted) return { customer: deleted(customerId), subscriptions: [], invoices: [] };
  const [subscriptions, invoices, money] = await Promise.all([
    subscriptionsOf(stripe, customerId),
    stripe.invoices
      .list({ customer: customerId, limit: 100, expand: ['data.payments'] })
      .autoPagingToArray({ limit: 1000 }),
    moneyBack(stripe, customerId),
  ]);
  return {
    customer: customerState(customer, subscriptions),
    subscriptions: await Promise.all(subscriptions.map((one) => subscriptionState(stripe, one))),
    invoices: await Promise.all(invoices.map((one) => invoiceState(stripe, one, money))),
  };
}

const deleted = (stripeId: string): CustomerState => ({
  ...{ stripeId, deleted: true, taxIdStatus: null, currency: null, balance: 0, card: null, discount: null },
});

function subscriptionsOf(stripe: Stripe, customer: string): Promise<Stripe.Subscription[]> {
  const expand = ['data.default_payment_method', 'data.discounts.source.coupon'];
  return stripe.subscriptions.list({ customer, status: 'all', limit: 100, expand }).autoPagingToArray({ limit: 1000 });
}

/** A subscription's own card is the one that is charged. */
function customerState(customer: Stripe.Customer, subscriptions: readonly Stripe.Subscription[]): CustomerState {
  const living = subscriptions.find(({ ended_at: ended }) => ended === null);
  return {
    ...{ stripeId: customer.id, deleted: false, currency: customer.currency ?? null, balance: customer.balance },
    taxIdStatus: customer.tax_ids?.data[0]?.verification?.status ?? null,
    card: cardOf(living?.default_payment_method) ?? cardOf(customer.invoice_settings.default_payment_method),
    discount: discountOf(customer.discount),
  };
}

const planOf = (price: Stripe.Price): Plan => (price.recurring?.interval === 'year' ? 'annual' : 'monthly');

async function subscriptionState(stripe: Stripe, one: Stripe.Subscription): Promise<SubscriptionState> {
  // Periods belong to items since basil. We sell one item; of several the earliest end is the safe one.
  const items = one.items.data;
  const item = items[0]!;
  const scheduleId = idOf(one.schedule);
  const pending = one.pending_update?.subscription_items?.[0];
  return {
    ...{ stripeId: one.id, operationId: one.metadata['op_id'] ?? null, status: one.status, itemId: item.id },
    ...{ priceId: item.price.id, plan: planOf(item.price), currency: one.currency },
    ...{ unitAmount: item.price.unit_amount ?? 0, quantity: item.quantity ?? 0 },
    pendingQuantity: pending?.quantity ?? null,
    pendingUntil: timeOrNull(one.pending_update?.expires_at),
    periodStart: timeOf(Math.min(...items.map((each) => each.current_period_start))),
    periodEnd: timeOf(Math.min(...items.map((each) => each.current_period_end))),
    cancelAt: one.ended_at === null ? cancelTime(one) : null,
    ...{ canceledAt: timeOrNull(one.canceled_at), endedAt: timeOrNull(one.ended_at) },
    ...{ latestInvoiceId: idOf(one.latest_invoice), scheduleId, createdAt: timeOf(one.created) },
    ...(scheduleId === null ? { next: null, nextQuantity: null } : await nextTerms(stripe, scheduleId)),
    discount: discountOf(one.discounts[0]),
  };
}

/** Either form says that it is cancelling (flexible billing mode may keep only the date). */
function cancelTime(one: Stripe.Subscription): Date | null {
  if (one.cancel_at !== null) return timeOf(one.cancel_at);
  return one.cancel_at_period_end ? timeOf(one.items.data[0]!.current_period_end) : null;
}

async function nextTerms(
  stripe: Stripe,
  scheduleId: string,
): Promise<Pick<SubscriptionState, 'next' | 'nextQuantity'>> {
  const schedule = await stripe.subscriptionSchedules.retrieve(scheduleId, { expand: ['phases.items.price'] });
  const none = { next: null, nextQuantity: null };
  if (schedule.status !== 'active' && schedule.status !== 'not_started') return none;
  const phase = schedule.phases.find(({ start_date: start }) => start > (schedule.current_phase?.start_date ?? 0));
  const item = phase?.items[0];
  const price = item?.price;
  if (phase === undefined || price === undefined || typeof price === 'string' || price.deleted) return none;
  const at = timeOf(phase.start_date).toISOString();
  return {
    next: { plan: planOf(price), unitAmount: price.unit_amount ?? 0, at },
    nextQuantity: item?.quantity ?? null,
  };
}

interface MoneyBack {
  readonly refunded: number;
  readonly dispute: string | null;
}

/** By PaymentIntent: since basil neither charges nor intents name their invoice, but an invoice names its payments. */
async function moneyBack(stripe: Stripe, customer: string): Promise<Map<string, MoneyBack>> {
  const found = new Map<string, MoneyBack>();
  for await (const charge of stripe.charges.list({ customer, limit: 100 })) {
    const intent = idOf(charge.payment_intent);
    if (intent === null || (charge.amount_refunded === 0 && !charge.disputed)) continue;
    const dispute = charge.disputed
      ? ((await stripe.disputes.list({ charge: charge.id, limit: 1 })).data[0]?.status ?? null)
      : null;
    found.set(intent, { refunded: charge.amount_refunded, dispute });
  }
  return found;
}

async function invoiceState(
  stripe: Stripe,
  listed: Stripe.Invoice,
  money: Map<string, MoneyBack>,
): Promise<InvoiceState> {
  const one = listed.status === 'open' ? await stripe.invoices.retrieve(listed.id, withPayments) : listed;
  const back = intentIds(one).flatMap((id) => money.get(id) ?? []);
  return {
    ...{ stripeId: one.id, subscriptionId: idOf(one.parent?.subscription_details?.subscription), number: one.number },
    ...{ status: one.status ?? 'draft', reason: one.billing_reason ?? 'manual', currency: one.currency },
    ...{ subtotal: one.subtotal, tax: taxOf(one), total: one.total },
    ...{ amountDue: one.amount_due, amountPaid: one.amount_paid, amountRemaining: one.amount_remaining },
    amountRefunded: back.reduce((sum, { refunded }) => sum + refunded, 0),
    dispute: back.find(({ dispute }) => dispute !== null)?.dispute ?? null,
    ...{ need: needOf(one), problem: problemOf(one), attempts: one.attempt_count },
    nextAttemptAt: timeOrNull(one.next_payment_attempt),
    ...{ hostedUrl: one.hosted_invoice_url ?? null, pdfUrl: one.invoice_pdf ?? null },
    ...{ createdAt: timeOf(one.created), paidAt: timeOrNull(one.status_transitions.paid_at) },
  };
}

const intentIds = (invoice: Stripe.Invoice): string[] =>
  (invoice.payments?.data ?? []).flatMap(({ payment }) => idOf(payment.payment_intent) ?? []);
