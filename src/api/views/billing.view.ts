import { type BillingOverview } from '../../billing/overview.js';
import { type Customer } from '../../billing/customer.entity.js';
import { type Invoice } from '../../billing/invoice.entity.js';
import { type Subscription } from '../../billing/subscription.entity.js';
import { nextCharge } from '../../billing/next-charge.js';
import { isLiving } from '../../billing/terms.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { type Standings } from '../../organizations/standings.js';
import { paths } from '../../platform/paths.js';
import { type Urls } from '../../platform/urls.js';
import { operationView } from './operation.view.js';
import { organizationView } from './organization.view.js';
import { iso, isoOrNull } from './time.js';

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
