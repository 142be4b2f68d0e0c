import { type BillingOverview } from '../../billing/overview.js';
import { type Customer } from '../../billing/customer.entity.js';
import { type Invoice } from '../../billing/invoice.entity.js';
import { type Subscription } from '../../billing/subscription.entity.js';
import { nextCharge } from '../../billing/next-charge.js';
import { plans } from '../../billing/plans.js';
import { isLiving } from '../../billing/terms.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { type Standings } from '../../organizations/standings.js';
import { paths } from '../../platform/paths.js';
import { type Urls } from '../../platform/urls.js';
import { OperationShape, operationView } from './operation.view.js';
import { organizationView, StandingShape } from './organization.view.js';
import { iso, isoOrNull, Time, Url } from './time.js';
import { z } from 'zod';

const Discount = z.strictObject({
  name: z.string(),
  percent_off: z.number().nullable(),
  amount_off: z.int().nullable(),
  currency: z.string().nullable(),
  until: z.string().nullable(),
});
export const CustomerShape = z
  .strictObject({
    details: z.strictObject({
      kind: z.enum(['person', 'company']),
      name: z.string(),
      email: z.string(),
      country: z.string(),
      line1: z.string().nullable(),
      line2: z.string().nullable(),
      city: z.string().nullable(),
      state: z.string().nullable(),
      postal_code: z.string().nullable(),
      tax_id: z.string().nullable(),
      purchase_order: z.string().nullable(),
    }),
    tax_id_type: z.string().nullable(),
    tax_id_status: z.string().nullable(),
    currency: z.string(),
    balance: z.int().meta({ description: 'Negative is credit.' }),
    card: z.strictObject({ brand: z.string(), last4: z.string(), exp_month: z.int(), exp_year: z.int() }).nullable(),
    discount: Discount.nullable(),
  })
  .meta({ id: 'Customer' });
export const InvoiceShape = z
  .strictObject({
    id: z.string(),
    number: z.string().nullable(),
    status: z.string().meta({ description: "Stripe's word: draft, open, paid, void, uncollectible." }),
    reason: z.string().meta({ description: "Stripe's billing reason." }),
    currency: z.string(),
    subtotal: z.int(),
    tax: z.int(),
    total: z.int(),
    amount_due: z.int(),
    amount_paid: z.int(),
    amount_remaining: z.int(),
    amount_refunded: z.int(),
    dispute: z.string().nullable(),
    need: z.enum(['payment', 'authentication']).nullable(),
    problem: z.string().nullable(),
    attempts: z.int(),
    next_attempt_at: Time.nullable(),
    inserted_at: Time,
    paid_at: Time.nullable(),
    url: Url,
    pdf_url: Url,
  })
  .meta({ id: 'Invoice' });
export const BillingShape = z
  .strictObject({
    standing: StandingShape,
    seats: z.strictObject({
      paid: z.int().nullable(),
      used: z.int(),
      limit: z.int().nullable(),
      pending: z.int().nullable(),
      pending_until: Time.nullable(),
      high_water: z.int().nullable().meta({ description: 'Up to here going back up costs nothing in this period.' }),
    }),
    subscription: z
      .strictObject({
        status: z.string(),
        plan: z.enum(plans),
        currency: z.string(),
        unit_amount: z.int(),
        current_period_start: Time,
        current_period_end: Time,
        cancel_at: Time.nullable(),
        ended_at: Time.nullable(),
        past_due_since: Time.nullable(),
        next: z.strictObject({ plan: z.enum(plans), unit_amount: z.int(), at: Time }).nullable(),
        discount: Discount.nullable(),
      })
      .nullable(),
    next_charge: z
      .strictObject({
        at: Time,
        currency: z.string(),
        subtotal: z.int(),
        discount_amount: z.int(),
        credit_amount: z.int(),
        amount: z.int(),
      })
      .nullable(),
    customer: CustomerShape.nullable(),
    invoices: z.array(InvoiceShape),
    operation: OperationShape.nullable(),
    url: Url,
  })
  .meta({ id: 'Billing', description: "Amounts are whole numbers of the currency's smallest unit (cents)." });
/** What it takes to go on, where money is wanted; without its first fields that are for Stripe.js where a card was refused. */
export const PaymentRequired = z
  .strictObject({
    status: z.literal(402),
    message: z.string(),
    code: z.string(),
    decline_code: z.string().nullable(),
    invoice: z.string().optional(),
    client_secret: z.string().optional(),
    publishable_key: z.string().nullish(),
    step: z.enum(['authenticate', 'confirm']).optional(),
    url: Url.optional(),
  })
  .meta({ id: 'PaymentRequired' });

/** Amounts are whole numbers of the currency's smallest unit (cents), as everywhere in billing. */

export function billingView(
  { urls, standings }: { urls: Urls; standings: Standings },
  organization: Organization,
  { customer, subscription, invoices, open, members }: BillingOverview,
) {
  const { standing } = organizationView(standings, organization);
  return {
    ...{ standing, seats: seatsView(organization, subscription, members) },
    subscription: subscription && subscriptionView(subscription),
    next_charge: subscription && customer && nextChargeView(subscription, customer),
    customer: customer && customerView(customer),
    invoices: invoices.map((one) => invoiceView(urls, organization, one)),
    operation: open && operationView(urls, organization, open),
    url: urls.page(paths.billing(organization.name)),
  };
}

/** `high_water`: up to here seats have been paid for in this period, and going back up to them costs nothing. */
const seatsView = ({ seats }: Organization, subscription: Subscription | null, members: number) => ({
  ...{ paid: subscription !== null && isLiving(subscription) ? subscription.quantity : null, used: members },
  ...{ limit: seats, pending: subscription?.pendingQuantity ?? null },
  pending_until: isoOrNull(subscription?.pendingUntil ?? null),
  high_water: subscription !== null && isLiving(subscription) ? subscription.maxQuantity : null,
});

function subscriptionView({ status, plan, currency, unitAmount, next, discount, ...times }: Subscription) {
  return {
    ...{ status, plan, currency, unit_amount: unitAmount },
    ...{ current_period_start: iso(times.periodStart), current_period_end: iso(times.periodEnd) },
    ...{ cancel_at: isoOrNull(times.cancelAt), ended_at: isoOrNull(times.endedAt) },
    past_due_since: isoOrNull(times.pastDueSince),
    next: next && { plan: next.plan, unit_amount: next.unitAmount, at: iso(new Date(next.at)) },
    discount: discount && discountView(discount),
  };
}

function nextChargeView(subscription: Subscription, customer: Customer) {
  const next = nextCharge(subscription, customer);
  if (next === null) return null;
  const { at, subtotal, off, credit, amount } = next;
  return {
    ...{ at: iso(at), currency: subscription.currency, subtotal },
    ...{ discount_amount: off, credit_amount: credit, amount },
  };
}

const discountView = ({ name, percentOff, amountOff, currency, until }: NonNullable<Subscription['discount']>) => ({
  ...{ name, percent_off: percentOff, amount_off: amountOff, currency, until },
});

/** The fields of `details` are those that are taken by PUT …/details. */
export function customerView({ card, discount, balance, currency, taxIdStatus, ...given }: Customer) {
  const { kind, name, email, country, line1, line2, city, state } = given;
  return {
    details: {
      ...{ kind, name, email, country, line1, line2, city, state, postal_code: given.postalCode },
      ...{ tax_id: given.taxId, purchase_order: given.purchaseOrder },
    },
    ...{ tax_id_type: given.taxIdType, tax_id_status: taxIdStatus },
    ...{ currency, balance: Number(balance) },
    card: card && { brand: card.brand, last4: card.last4, exp_month: card.expMonth, exp_year: card.expYear },
    discount: discount && discountView(discount),
  };
}

export function invoiceView(urls: Urls, { name }: Organization, invoice: Invoice) {
  const { stripeId, number, status, reason, currency, dispute, need, problem, attempts } = invoice;
  return {
    ...{ id: stripeId, number, status, reason, currency },
    ...{ subtotal: Number(invoice.subtotal), tax: Number(invoice.tax), total: Number(invoice.total) },
    ...{ amount_due: Number(invoice.amountDue), amount_paid: Number(invoice.amountPaid) },
    ...{ amount_remaining: Number(invoice.amountRemaining), amount_refunded: Number(invoice.amountRefunded) },
    ...{ dispute, need, problem, attempts, next_attempt_at: isoOrNull(invoice.nextAttemptAt) },
    ...{ inserted_at: iso(invoice.createdAt), paid_at: isoOrNull(invoice.paidAt) },
    url: urls.page(paths.invoice(name, stripeId)),
    pdf_url: urls.api(`/orgs/${name}/billing/invoices/${encodeURIComponent(stripeId)}/pdf`),
  };
}
