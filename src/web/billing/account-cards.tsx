import { type Customer } from '../../billing/customer.entity.js';
import { countryName } from '../../billing/countries.js';
import { paths } from '../../platform/paths.js';
import { Badge, type Tone } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { PostButton } from '../components/form.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { StandingBadge, standingWords } from '../organizations/standing-words.js';
import { type BillingProps } from './billing-props.js';
import { InvoiceBadge, numberOf, purposeOf } from './invoice-words.js';
import { money } from './money.js';
import { cardText, discountText, expiryText } from './plan-words.js';
import { waitingOf } from './waiting.js';

/** Beside the subscription: how the organization stands, who pays and with what. */
export function AccountCards({ sight: { organization, standing }, overview: { customer }, now }: BillingProps) {
  const { name } = organization;
  return (
    <aside class="stack organization-aside" aria-label="About the payments">
      <Card title="Standing" aside={<StandingBadge standing={standing} />}>
        <p>{standingWords(standing, organization, now)}</p>
      </Card>
      {customer !== null && <PaymentCard name={name} customer={customer} />}
      {customer !== null && <DetailsCard name={name} customer={customer} />}
      {customer !== null && <Freshness name={name} customer={customer} />}
    </aside>
  );
}

function PaymentCard({ name, customer: { card, balance, currency, discount } }: { name: string; customer: Customer }) {
  return (
    <Card title="Payment" aside={<a href={paths.billingCard(name)}>{card === null ? 'Add a card' : 'Replace'}</a>}>
      {card === null ? (
        <p class="quiet">No card on file.</p>
      ) : (
        <p>
          {cardText(card)}
          <br />
          <span class="quiet small">expires {expiryText(card)}</span>
        </p>
      )}
      {Number(balance) < 0 && <p>{money(-Number(balance), currency)} credit, used for the next invoice</p>}
      {Number(balance) > 0 && <p>{money(balance, currency)} carried over to the next invoice</p>}
      {discount !== null && <p>{discountText(discount)}</p>}
    </Card>
  );
}

/** Stripe's words for how far the check of a tax number is. */
const CHECKS: Record<string, readonly [string, Tone]> = {
  pending: ['being verified', 'plain'],
  verified: ['verified', 'good'],
  unverified: ['not verified', 'bad'],
  unavailable: ['not checked', 'plain'],
};

export function TaxIdBadge({ status }: { status: string | null }) {
  const [label, tone] = CHECKS[status ?? 'pending'] ?? CHECKS['unavailable']!;
  return <Badge tone={tone}>{label}</Badge>;
}

function DetailsCard({ name, customer }: { name: string; customer: Customer }) {
  const { line1, line2, postalCode, city, state, country } = customer;
  const town = [postalCode, city].filter((part) => part !== null).join(' ');
  const place = [town, state].filter((part) => part).join(', ');
  const address = [line1, line2, place, countryName(country)].filter((line) => line);
  return (
    <Card title="Billing details" aside={<a href={paths.billingDetails(name)}>Change</a>}>
      <address class="billing-address">
        <strong>{customer.name}</strong>
        {address.map((line) => (
          <span key={line}>{line}</span>
        ))}
      </address>
      <p class="quiet small billing-address">
        <span>Invoices go to {customer.email}</span>
        {customer.purchaseOrder !== null && <span>Purchase order {customer.purchaseOrder}</span>}
      </p>
      {customer.taxId !== null && (
        <p class="row">
          <span class="mono">{customer.taxId}</span>
          <TaxIdBadge status={customer.taxIdStatus} />
        </p>
      )}
    </Card>
  );
}

function Freshness({ name, customer: { syncedAt } }: { name: string; customer: Customer }) {
  return (
    <div class="row quiet small">
      {syncedAt === null ? 'Not read from Stripe yet.' : <span>Read from Stripe {<When at={syncedAt} />}.</span>}
      <PostButton action={paths.refreshBilling(name)} tone="plain" small>
        Ask again
      </PostButton>
    </div>
  );
}

/** All invoices there were. */
export function InvoicesCard({ sight: { organization }, overview: { invoices, subscription } }: BillingProps) {
  const { name } = organization;
  if (invoices.length === 0)
    return (
      <Card title="Invoices">
        <Empty title="No invoices yet">
          <p>The first one comes with the subscription. All of them stay here, as PDF.</p>
        </Empty>
      </Card>
    );
  const rows = invoices.map((invoice) => ({
    key: invoice.stripeId,
    cells: [
      <a href={paths.invoice(name, invoice.stripeId)}>{numberOf(invoice)}</a>,
      <When at={invoice.createdAt} date />,
      purposeOf(invoice),
      <span class="amount">{money(invoice.total, invoice.currency)}</span>,
      <InvoiceBadge invoice={invoice} isAwaited={waitingOf(invoice, subscription) !== undefined} />,
      <a href={paths.invoiceAct(name, invoice.stripeId, 'pdf')} aria-label={`PDF of invoice ${numberOf(invoice)}`}>
        PDF
      </a>,
    ],
  }));
  return (
    <Card title="Invoices" aside={<a href={paths.allInvoices(name)}>Download all</a>} id="invoices" flush>
      <Table caption="Invoices" columns={['Number', 'Date', 'For', 'Amount', 'State', 'File']} rows={rows} />
    </Card>
  );
}
