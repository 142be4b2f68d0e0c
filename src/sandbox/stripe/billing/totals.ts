import { type Objects } from '../objects.js';
import { type Work } from '../work.js';
import { type AppliedRate, automaticRates, configuredRates } from './taxes.js';

type Invoice = Objects['invoice'];
type Line = Invoice['lines']['data'][number];
type Discount = Objects['discount'];

/** Reckons a draft's discounts (those it was made with), taxes and totals from its lines. */
export function reckon(work: Work, invoice: Invoice, sellerCountry: string): void {
  const customer = work.get('customer', invoice.customer!);
  takeOff(
    work,
    invoice,
    invoice.discounts.map((id) => work.get('discount', id)),
  );
  const rates = ratesFor(work, invoice, customer, sellerCountry);
  for (const line of invoice.lines.data) line.taxes = taxesOf(line, rates);
  addUp(invoice);
}

function takeOff(work: Work, invoice: Invoice, discounts: Discount[]): void {
  for (const line of invoice.lines.data) line.discount_amounts = [];
  for (const discount of discounts) {
    const coupon = work.get('coupon', discount.source.coupon!);
    let left = coupon.amount_off ?? 0;
    for (const line of invoice.lines.data.filter(({ discountable }) => discountable)) {
      const net = netOf(line);
      const amount = coupon.percent_off
        ? Math.round((net * coupon.percent_off) / 100)
        : Math.min(left, Math.max(0, net));
      left -= amount;
      if (amount) line.discount_amounts!.push({ amount, discount: discount.id });
    }
  }
}

export const netOf = (line: Line) => line.amount - sum(line.discount_amounts ?? []);

const sum = (rows: readonly { amount: number }[]) => rows.reduce((total, { amount }) => total + amount, 0);

function ratesFor(work: Work, invoice: Invoice, customer: Objects['customer'], sellerCountry: string): AppliedRate[] {
  if (!invoice.automatic_tax.enabled) return configuredRates(customer, invoice.default_tax_rates);
  const rates = automaticRates(work, customer, sellerCountry);
  invoice.automatic_tax.status = rates ? 'complete' : 'requires_location_inputs';
  return rates ?? [];
}

function taxesOf(line: Line, rates: readonly AppliedRate[]): NonNullable<Line['taxes']> {
  const net = netOf(line);
  return rates.map(({ rate, reason }) => ({
    amount: Math.round(
      rate.inclusive ? (net * rate.percentage) / (100 + rate.percentage) : (net * rate.percentage) / 100,
    ),
    ...{ tax_behavior: rate.inclusive ? 'inclusive' : 'exclusive', tax_rate_details: { tax_rate: rate.id } },
    ...{ taxability_reason: reason, taxable_amount: net, type: 'tax_rate_details' },
  }));
}

function addUp(invoice: Invoice): void {
  const lines = invoice.lines.data;
  invoice.subtotal = sum(lines);
  invoice.total_discount_amounts = gather(
    lines.flatMap((line) => line.discount_amounts ?? []),
    (row) => row.discount,
  );
  invoice.total_pretax_credit_amounts = invoice.total_discount_amounts.map((row) => ({ ...row, type: 'discount' }));
  invoice.total_taxes = gather(
    lines.flatMap((line) => line.taxes ?? []),
    (row) => row.tax_rate_details?.tax_rate ?? '',
  );
  const off = sum(invoice.total_discount_amounts);
  const on = (behaviour: string) => sum(invoice.total_taxes!.filter((tax) => tax.tax_behavior === behaviour));
  invoice.total = invoice.subtotal - off + on('exclusive');
  invoice.subtotal_excluding_tax = invoice.subtotal - on('inclusive');
  invoice.total_excluding_tax = invoice.total - on('exclusive') - on('inclusive');
}

/** One row for all with the same key, their amounts added. */
function gather<Row extends { amount: number; taxable_amount?: number | null }>(
  rows: Row[],
  key: (row: Row) => string,
): Row[] {
  const gathered = new Map<string, Row>();
  for (const row of rows) {
    const known = gathered.get(key(row));
    if (!known) gathered.set(key(row), { ...row });
    else {
      known.amount += row.amount;
      if (row.taxable_amount) known.taxable_amount = (known.taxable_amount ?? 0) + row.taxable_amount;
    }
  }
  return [...gathered.values()];
}
