import { type Answer, type BrowserPort } from '../../browser-port.js';
import { type Objects } from '../../objects.js';
import { dayOf } from '../dates.js';
import { money } from '../money.js';
import { dashboardPage } from './layout.js';
import { ActButton, Row } from './parts.js';

interface OfCustomer {
  readonly sandbox: BrowserPort;
  readonly customer: Objects['customer'];
}

const plan = ({ price, quantity }: Objects['subscription']['items']['data'][number]): string => {
  const { id, unit_amount: amount, currency, recurring } = price;
  const each = amount === null ? id : `${money(amount, currency)} a ${recurring?.interval ?? 'piece'}`;
  return `${quantity ?? 1} × ${each}`;
};

function Subscription({ of }: { of: Objects['subscription'] }) {
  const items = of.items.data;
  const end = items.length === 0 ? undefined : Math.min(...items.map((item) => item.current_period_end));
  const ends = of.cancel_at ?? (of.cancel_at_period_end ? end : null);
  return (
    <Row
      title={items.map(plan).join(', ')}
      badge={of.status}
      facts={[
        'Subscription',
        ends ? `ends ${dayOf(ends)}` : end !== undefined && of.status !== 'canceled' && `period ends ${dayOf(end)}`,
        of.pending_update !== null && 'a change waits for its payment',
        of.id,
      ]}
    >
      {!['canceled', 'incomplete_expired'].includes(of.status) && (
        <ActButton act={{ act: 'cancel_subscription', subscription: of.id }} about={of.id}>
          Cancel now
        </ActButton>
      )}
    </Row>
  );
}

function Card({ of: { id, card }, isDefault }: { of: Objects['payment_method']; isDefault: boolean }) {
  if (!card) return null;
  const expiry = `${String(card.exp_month).padStart(2, '0')}/${card.exp_year}`;
  return (
    <Row title={`${card.brand} •••• ${card.last4}`} facts={['Card', isDefault && 'default', `expires ${expiry}`, id]}>
      <ActButton act={{ act: 'expire_card', payment_method: id }} about={`card ${card.last4}`}>
        Let it expire
      </ActButton>
    </Row>
  );
}

function TaxId({ of: { id, type, value, verification } }: { of: Objects['tax_id'] }) {
  const settle = (status: 'verified' | 'unverified', label: string) => (
    <ActButton act={{ act: 'settle_tax_id', tax_id: id, status }} about={value}>
      {label}
    </ActButton>
  );
  return (
    <Row title={value} badge={verification?.status ?? null} facts={[`Tax id, ${type.replaceAll('_', ' ')}`, id]}>
      {verification?.status !== 'verified' && settle('verified', 'Verify')}
      {verification?.status !== 'unverified' && settle('unverified', 'Refuse')}
    </Row>
  );
}

function Customer({ sandbox, customer }: OfCustomer) {
  const { id, name, email, balance, currency } = customer;
  const owned = <T extends { customer?: unknown }>(all: readonly T[]) => all.filter((one) => one.customer === id);
  const subscriptions = owned(sandbox.objects('subscription'));
  const cards = owned(sandbox.objects('payment_method'));
  const taxIds = owned(sandbox.objects('tax_id'));
  return (
    <section>
      <h2>{name ?? email ?? id}</h2>
      <p class="quiet">
        {[email, balance !== 0 && `balance ${money(balance, currency ?? 'usd')}`, id].filter(Boolean).join(' · ')}
      </p>
      {subscriptions.length + cards.length + taxIds.length === 0 ? (
        <p class="card quiet">No card, no subscription yet.</p>
      ) : (
        <ul class="card rows">
          {subscriptions.map((one) => (
            <Subscription key={one.id} of={one} />
          ))}
          {cards.map((one) => (
            <Card key={one.id} of={one} isDefault={customer.invoice_settings.default_payment_method === one.id} />
          ))}
          {taxIds.map((one) => (
            <TaxId key={one.id} of={one} />
          ))}
        </ul>
      )}
    </section>
  );
}

export const customersPage = (sandbox: BrowserPort): Answer =>
  dashboardPage(sandbox, {
    path: '/',
    children:
      sandbox.objects('customer').length === 0 ? (
        <p class="card quiet">Nobody is a customer yet. On the site, add a card to an organization and come back.</p>
      ) : (
        sandbox.objects('customer').map((customer) => <Customer key={customer.id} {...{ sandbox, customer }} />)
      ),
  });
