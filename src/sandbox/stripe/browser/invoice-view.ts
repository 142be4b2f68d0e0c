import { type BrowserPort } from '../browser-port.js';
import { type Objects } from '../objects.js';
import { dayOf } from './dates.js';
import { money, unitPrice } from './money.js';

type Invoice = Objects['invoice'];
type Line = Invoice['lines']['data'][number];
export type Fact = readonly [name: string, value: string];

export interface InvoiceLine {
  readonly description: string;
  readonly period: string;
  readonly quantity: string;
  readonly unit: string;
  readonly amount: string;
}

/** An invoice as it is read: the same on the page and on paper, nothing left to compute. */
export interface InvoiceView {
  readonly number: string;
  readonly status: string;
  /** `$27.00 due Nov 23, 2026`. */
  readonly headline: string;
  readonly facts: readonly Fact[];
  readonly seller: readonly string[];
  readonly buyer: readonly string[];
  readonly lines: readonly InvoiceLine[];
  readonly totals: readonly Fact[];
  /** The last of the totals: what is paid or still to be. */
  readonly due: Fact;
  readonly notes: readonly string[];
}

export function invoiceView(sandbox: BrowserPort, invoice: Invoice): InvoiceView {
  const { currency, lines, footer, description } = invoice;
  return {
    ...{ number: invoice.number ?? 'Draft', status: statusOf(invoice), headline: headlineOf(invoice) },
    ...{ facts: factsOf(invoice), seller: sellerOf(sandbox, invoice), buyer: buyerOf(invoice) },
    ...{ lines: lines.data.map((line) => lineOf(line, currency)), totals: totalsOf(sandbox, invoice) },
    due: ['Amount due', money(invoice.status === 'void' ? 0 : invoice.amount_remaining, currency)],
    notes: [...taxNotes(invoice), ...[description, footer].flatMap((text) => text?.split(/\r?\n/) ?? [])],
  };
}

const STATUS: Readonly<Record<string, string>> = {
  ...{ draft: 'Draft', open: 'Open', paid: 'Paid', void: 'Void', uncollectible: 'Uncollectible' },
};
const statusOf = ({ status }: Invoice): string => STATUS[status ?? ''] ?? 'Unknown';

function headlineOf(invoice: Invoice): string {
  const { status, status_transitions: when, amount_remaining: left, currency } = invoice;
  if (status === 'paid')
    return `${money(invoice.total, currency)} paid${when.paid_at === null ? '' : ` on ${dayOf(when.paid_at)}`}`;
  if (status === 'void') return `${money(invoice.total, currency)}, void`;
  return `${money(left, currency)} due${invoice.due_date === null ? '' : ` by ${dayOf(invoice.due_date)}`}`;
}

function factsOf({ number, status_transitions: when, created, due_date: due, custom_fields: fields }: Invoice): Fact[] {
  const dates: Fact[] = [['Date of issue', dayOf(when.finalized_at ?? created)]];
  if (due !== null) dates.push(['Date due', dayOf(due)]);
  if (when.paid_at !== null) dates.push(['Date paid', dayOf(when.paid_at)]);
  return [
    ['Invoice number', number ?? 'Draft'],
    ...dates,
    ...(fields ?? []).map(({ name, value }): Fact => [name, value]),
  ];
}

const regions = new Intl.DisplayNames('en', { type: 'region' });

function addressLines(address: Partial<Record<string, string | null>> | null | undefined): string[] {
  if (!address) return [];
  const place = [address['postal_code'], address['city'], address['state']].filter(Boolean).join(' ');
  const country = address['country'] ? regions.of(address['country']) : undefined;
  return [address['line1'], address['line2'], place, country].flatMap((line) => (line ? [line] : []));
}

const taxIdLine = (type: string, value: string | null): string =>
  `${type.replace('_', ' ').toUpperCase()} ${value ?? ''}`.trim();

function sellerOf(sandbox: BrowserPort, invoice: Invoice): string[] {
  const [account] = sandbox.objects('account');
  const profile = account?.business_profile;
  const taxIds = (invoice.account_tax_ids ?? []).flatMap((id) => sandbox.object('tax_id', id) ?? []);
  return [
    invoice.account_name ?? profile?.name ?? 'Sandbox account',
    ...addressLines(profile?.support_address),
    ...[profile?.support_email ?? account?.email].flatMap((email) => (email ? [email] : [])),
    ...taxIds.map(({ type, value }) => taxIdLine(type, value)),
  ];
}

const buyerOf = (invoice: Invoice): string[] => [
  ...[invoice.customer_name].flatMap((name) => (name ? [name] : [])),
  ...addressLines(invoice.customer_address),
  ...[invoice.customer_email].flatMap((email) => (email ? [email] : [])),
  ...(invoice.customer_tax_ids ?? []).map(({ type, value }) => taxIdLine(type, value)),
];

function lineOf({ description, quantity, pricing, period, amount }: Line, currency: string): InvoiceLine {
  const unit = pricing?.unit_amount_decimal;
  return {
    ...{ description: description ?? '', quantity: quantity === null ? '' : String(quantity) },
    period: period.start === period.end ? '' : `${dayOf(period.start)} – ${dayOf(period.end)}`,
    ...{ unit: unit ? unitPrice(unit, currency) : '', amount: money(amount, currency) },
  };
}

/** From the sum of the lines down to the total, and what was paid of it. Sums that change nothing are left out. */
function totalsOf(sandbox: BrowserPort, invoice: Invoice): Fact[] {
  const { currency } = invoice;
  const amounts: (readonly [string, number])[] = [
    ...(invoice.total_discount_amounts ?? []).map(({ amount }) => ['Discount', -amount] as const),
    ...(invoice.total_taxes ?? []).map((tax) => [taxName(sandbox, tax), tax.amount] as const),
  ];
  const balance = (invoice.ending_balance ?? 0) - invoice.starting_balance;
  const after: (readonly [string, number])[] = [
    ...(balance === 0 ? [] : [['Applied balance', -balance] as const]),
    ...(invoice.amount_paid === 0 ? [] : [['Amount paid', -invoice.amount_paid] as const]),
  ];
  const told = ([name, amount]: readonly [string, number]): Fact => [name, money(amount, currency)];
  return [
    told(['Subtotal', invoice.subtotal]),
    ...amounts.map(told),
    told(['Total', invoice.total]),
    ...after.map(told),
  ];
}

type Tax = NonNullable<Invoice['total_taxes']>[number];

function taxName(sandbox: BrowserPort, { tax_rate_details: details, tax_behavior: behavior }: Tax): string {
  const rate = details === null ? undefined : sandbox.object('tax_rate', details.tax_rate);
  const name = rate === undefined ? 'Tax' : `${rate.display_name} (${rate.percentage}%)`;
  return behavior === 'inclusive' ? `${name}, included` : name;
}

/** What the law wants to be read on an invoice on which the buyer owes the tax. */
const taxNotes = ({ customer_tax_exempt: exempt, total_taxes: taxes }: Invoice): string[] =>
  exempt === 'reverse' || taxes?.some(({ taxability_reason: why }) => why === 'reverse_charge')
    ? ['Tax to be paid on reverse charge basis.']
    : [];
