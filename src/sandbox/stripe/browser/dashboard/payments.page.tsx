import { type Answer, type BrowserPort } from '../../browser-port.js';
import { type Objects } from '../../objects.js';
import { dayOf, secondsMoment } from '../dates.js';
import { money } from '../money.js';
import { dashboardPage } from './layout.js';
import { ActButton, List, Row } from './parts.js';

/** Its path here: the address in the object may name the sandbox as another machine sees it. */
const pathOf = (address: string | null | undefined): string | undefined =>
  address ? new URL(address).pathname : undefined;

function Invoice({ of }: { of: Objects['invoice'] }) {
  const { number, status, total, amount_remaining: left, currency, created, next_payment_attempt: next } = of;
  const [page, pdf] = [pathOf(of.hosted_invoice_url), pathOf(of.invoice_pdf)];
  return (
    <Row
      title={`${money(total, currency)} · ${number ?? 'Draft'}`}
      badge={status}
      facts={[
        ...[of.customer_name ?? of.customer_email, dayOf(created)],
        status === 'open' && `${money(left, currency)} due, tried ${of.attempt_count} ×`,
        next !== null && status === 'open' && `again ${secondsMoment(next)}`,
      ]}
    >
      {page && (
        <a class="button" href={page} aria-label={`View invoice ${number}`}>
          View
        </a>
      )}
      {pdf && (
        <a class="button" href={pdf} aria-label={`PDF of invoice ${number}`}>
          PDF
        </a>
      )}
    </Row>
  );
}

function Charge({ of }: { of: Objects['charge'] }) {
  const { id, amount, amount_refunded: refunded, currency, status, disputed, created } = of;
  const about = `${money(amount, currency)}, ${id}`;
  return (
    <Row
      title={money(amount, currency)}
      badge={refunded === amount && refunded > 0 ? 'refunded' : status}
      facts={[
        `card ${of.payment_method_details?.card?.last4 ?? ''}`,
        ...[secondsMoment(created), of.failure_message],
        refunded > 0 && `${money(refunded, currency)} refunded`,
        ...[disputed && 'disputed', id],
      ]}
    >
      {status === 'succeeded' && refunded < amount && (
        <ActButton act={{ act: 'refund_charge', charge: id }} about={about}>
          Refund
        </ActButton>
      )}
      {status === 'succeeded' && !disputed && (
        <>
          <ActButton act={{ act: 'open_dispute', charge: id }} about={about}>
            Dispute
          </ActButton>
          <ActButton act={{ act: 'warn_of_fraud', charge: id }} about={about}>
            Warn of fraud
          </ActButton>
        </>
      )}
    </Row>
  );
}

function Dispute({ of: { id, amount, currency, status, reason } }: { of: Objects['dispute'] }) {
  const isOpen = !['won', 'lost', 'warning_closed', 'prevented'].includes(status);
  const close = (outcome: 'won' | 'lost', label: string) => (
    <ActButton act={{ act: 'close_dispute', dispute: id, outcome }} about={id}>
      {label}
    </ActButton>
  );
  return (
    <Row title={money(amount, currency)} badge={status} facts={[reason.replaceAll('_', ' '), id]}>
      {isOpen && close('won', 'Win')}
      {isOpen && close('lost', 'Lose')}
    </Row>
  );
}

const Refund = ({ of: { id, amount, currency, status } }: { of: Objects['refund'] }) => (
  <Row title={money(amount, currency)} badge={status} facts={[id]}>
    {status !== 'failed' && (
      <ActButton act={{ act: 'fail_refund', refund: id }} about={id}>
        Let it fail
      </ActButton>
    )}
  </Row>
);

export const paymentsPage = (sandbox: BrowserPort): Answer =>
  dashboardPage(sandbox, {
    path: '/payments',
    children: (
      <>
        <List head="Invoices" items={sandbox.objects('invoice')} none="No invoice yet.">
          {(one) => <Invoice key={one.id} of={one} />}
        </List>
        <List head="Payments" items={sandbox.objects('charge')} none="No card was charged yet.">
          {(one) => <Charge key={one.id} of={one} />}
        </List>
        <List head="Disputes" items={sandbox.objects('dispute')} none="Nobody disputes a payment.">
          {(one) => <Dispute key={one.id} of={one} />}
        </List>
        <List head="Refunds" items={sandbox.objects('refund')} none="Nothing was given back.">
          {(one) => <Refund key={one.id} of={one} />}
        </List>
      </>
    ),
  });
