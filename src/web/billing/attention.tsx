import { type Operation, type OperationKind } from '../../billing/operation.entity.js';
import { type Standing } from '../../organizations/standing.js';
import { paths } from '../../platform/paths.js';
import { PostButton } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { dayOf, When } from '../components/when.js';
import { type BillingProps } from './billing-props.js';
import { money } from './money.js';
import { cardText, expiresBefore, seatsText } from './plan-words.js';
import { allWaiting, runningOf, type Waiting } from './waiting.js';

/** What wants somebody's attention, the most urgent first. */
export function Attention({ sight: { organization, standing }, overview }: BillingProps) {
  const { customer, invoices, open } = overview;
  const { name } = organization;
  const disputed = invoices.some(({ dispute }) => dispute !== null && !['won', 'lost'].includes(dispute));
  return (
    <>
      {open !== null && <Unclear name={name} operation={open} />}
      {allWaiting(overview).map((waiting) => (
        <ToPay key={waiting.invoice.stripeId} {...{ name, waiting, until: worksUntil(standing) }} />
      ))}
      <ExpiringCard name={name} overview={overview} />
      {customer?.taxIdStatus === 'unverified' && (
        <Notice tone="warn" title="Your tax number could not be verified">
          <p>
            The register does not know {customer.taxId} under this name and address.{' '}
            <a href={paths.billingDetails(name)}>Correct the billing details</a>
          </p>
        </Notice>
      )}
      {disputed && (
        <Notice tone="warn" title="A payment is disputed">
          <p>The bank asks about one of the payments below. Nothing changes until it has decided.</p>
        </Notice>
      )}
    </>
  );
}

const WISHES: Record<OperationKind, string> = {
  ...{ subscribe: 'starting the subscription', seats: 'changing the seats', plan: 'switching the plan' },
  ...{ cancel: 'canceling the subscription', resume: 'resuming the subscription', pay: 'paying an invoice' },
  discount: 'using a promotion code',
};

/** Until this is known nothing else can be changed. */
function Unclear({ name, operation: { kind, actorName, askedAt } }: { name: string; operation: Operation }) {
  return (
    <Notice tone="warn" title="We are asking Stripe what became of it">
      <p>
        {actorName} asked for {WISHES[kind]} {askedAt !== null && <When at={askedAt} />}, and the connection broke
        before Stripe answered. It is not repeated; nothing is charged twice. Until it is settled, nothing else can be
        changed.
      </p>
      <p class="actions">
        <PostButton action={paths.refreshBilling(name)} tone="plain" small>
          Ask Stripe now
        </PostButton>
      </p>
    </Notice>
  );
}

function ToPay({ name, waiting, until }: { name: string; waiting: Waiting; until: Date | null }) {
  const { invoice, purpose, mayBeAbandoned } = waiting;
  const amount = money(invoice.amountRemaining, invoice.currency);
  const isBank = invoice.need === 'authentication';
  const page = paths.invoice(name, invoice.stripeId);
  return (
    <Notice
      tone={purpose === 'renewal' ? 'bad' : 'warn'}
      title={isBank ? `Your bank wants to confirm a payment of ${amount}` : `${amount} to be paid`}
    >
      <p>{whatFor(waiting, until)}</p>
      <p class="actions">
        <a class="button button-small" href={page}>
          {isBank ? 'Authenticate payment' : `Pay ${amount}`}
        </a>
        {mayBeAbandoned && (
          <a class="button button-plain button-small" href={`${page}#abandon`}>
            Abandon
          </a>
        )}
      </p>
    </Notice>
  );
}

/** What the money is for, and what happens without it. */
/** Null where not everything works any more. */
export const worksUntil = ({ publishing, until }: Standing): Date | null => (publishing ? until : null);

export function whatFor({ purpose, seats, until }: Waiting, accessUntil: Date | null): string {
  const end = until === null ? '' : ` Without a payment by ${dayOf(until)} it is dropped, and nothing is charged.`;
  switch (purpose) {
    case 'start':
      return `The subscription with ${seatsText(seats ?? 1)} begins as soon as it is paid.${end}`;
    case 'change':
      return `The change to ${seats === null ? 'the new plan' : seatsText(seats)} counts as soon as it is paid; until then all stays as it was.${end}`;
    case 'renewal':
      return accessUntil === null
        ? 'The renewal of the subscription has not been paid. Paying it opens everything again.'
        : `The renewal of the subscription has not been paid. Everything works until ${dayOf(accessUntil)}.`;
    case 'other':
      return 'It is not part of a renewal; nothing stops working by itself.';
  }
}

function ExpiringCard({ name, overview }: { name: string; overview: BillingProps['overview'] }) {
  const [card, running] = [overview.customer?.card ?? null, runningOf(overview)];
  if (card === null || running === null || running.cancelAt !== null) return null;
  if (!expiresBefore(card, running.periodEnd)) return null;
  return (
    <Notice tone="warn" title="The card expires before the next payment">
      <p>
        {cardText(card)} cannot pay on {dayOf(running.periodEnd)}.{' '}
        <a href={paths.billingCard(name)}>Replace the card</a>
      </p>
    </Notice>
  );
}
