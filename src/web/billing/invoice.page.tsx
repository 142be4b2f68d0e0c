import { type Invoice } from '../../billing/invoice.entity.js';
import { declineWords } from '../../billing/refusals.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { Notice } from '../components/notice.js';
import { When } from '../components/when.js';
import { type Html } from '../http/answers.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { whatFor, worksUntil } from './attention.js';
import { billingPage } from './billing-page.js';
import { type InvoiceProps } from './invoice-props.js';
import { InvoiceBadge, numberOf, purposeOf } from './invoice-words.js';
import { money, type SumLine, Sums } from './money.js';
import { PayCard } from './pay-card.js';
import { type Waiting } from './waiting.js';

/** Mails lead here: who asks, for what, how much, until when, and what happens otherwise. */
export function invoicePage(visitor: Visitor, sight: Sight, props: InvoiceProps): Html {
  const { invoice, waiting, challenge, service } = props;
  const asksStripe = challenge !== null && challenge !== 'unreachable';
  return billingPage(visitor, sight, {
    title: `Invoice ${numberOf(invoice)}`,
    service: asksStripe ? service : undefined,
    children: (
      <div class="with-aside">
        <div class="stack">
          {waiting !== undefined && <Asked sight={sight} waiting={waiting} />}
          {waiting !== undefined && <PayCard {...props} organization={sight.organization.name} waiting={waiting} />}
          <Card title="Amount" aside={<InvoiceBadge invoice={invoice} isAwaited={waiting !== undefined} />}>
            <Sums caption="Amount" lines={linesOf(invoice, waiting !== undefined)} />
          </Card>
        </div>
        <aside class="stack organization-aside" aria-label="About the invoice">
          <About sight={sight} invoice={invoice} />
        </aside>
      </div>
    ),
  });
}

function Asked({ sight: { organization, standing }, waiting }: { sight: Sight; waiting: Waiting }) {
  const { invoice, purpose } = waiting;
  const amount = money(invoice.amountRemaining, invoice.currency);
  const { name } = organization;
  const why = declineWords(invoice.problem);
  return (
    <Notice
      tone={purpose === 'renewal' ? 'bad' : 'warn'}
      title={
        invoice.need === 'authentication'
          ? `The bank wants to confirm the payment of ${amount} for ${name}`
          : `${amount} is to be paid for ${name}`
      }
    >
      <p>{whatFor(waiting, worksUntil(standing))}</p>
      {why !== undefined && invoice.need !== 'authentication' && <p>The last try: {why}</p>}
      {invoice.nextAttemptAt !== null && invoice.need !== 'authentication' && (
        <p>
          The card is tried again <When at={invoice.nextAttemptAt} /> by itself.
        </p>
      )}
    </Notice>
  );
}

function linesOf(invoice: Invoice, isAwaited: boolean): SumLine[] {
  const { currency } = invoice;
  const [subtotal, tax, total, due, paid, refunded] = (
    ['subtotal', 'tax', 'total', 'amountDue', 'amountPaid', 'amountRefunded'] as const
  ).map((name) => Number(invoice[name])) as [number, number, number, number, number, number];
  const signed = (amount: number) => `${amount < 0 ? '−' : ''}${money(Math.abs(amount), currency)}`;
  const discount = subtotal + tax - total;
  const line = (text: string, amount: number, isShown = amount !== 0): SumLine[] =>
    isShown ? [{ text, amount: signed(amount) }] : [];
  return [
    ...line(purposeOf(invoice), subtotal, true),
    ...line('Discount', -discount),
    ...line('Tax', tax),
    { text: 'Total', amount: signed(total), total: true },
    ...line('Credit', due - total),
    ...line('Paid', paid),
    ...line('Refunded', refunded),
    ...line('Still to pay', Number(invoice.amountRemaining), isAwaited),
  ];
}

function About({ sight: { organization }, invoice }: { sight: Sight; invoice: Invoice }) {
  const { createdAt, paidAt, dispute, stripeId } = invoice;
  return (
    <Card title="Invoice">
      <Facts
        rows={[
          ['Number', numberOf(invoice)],
          ['Date', <When at={createdAt} date />],
          ['For', organization.displayName ?? organization.name],
          ...(paidAt === null ? [] : [['Paid', <When at={paidAt} date />] as const]),
          ...(dispute === null ? [] : [['Dispute', disputeText(dispute)] as const]),
        ]}
      />
      <p>
        <a class="button button-plain" href={paths.invoiceAct(organization.name, stripeId, 'pdf')}>
          Download PDF
        </a>
      </p>
    </Card>
  );
}

function disputeText(dispute: string): string {
  if (dispute === 'won') return 'decided for the payment';
  return dispute === 'lost' ? 'decided against the payment: the money went back' : 'the bank has not decided yet';
}
