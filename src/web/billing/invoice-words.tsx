import { type Invoice } from '../../billing/invoice.entity.js';
import { Badge, type Tone } from '../components/badge.js';

/** What Stripe calls a reason, and what it means here. */
const REASONS: Record<string, string> = {
  subscription_create: 'Start of the subscription',
  subscription_cycle: 'Renewal',
  subscription_update: 'Change of seats or plan',
  manual: 'Single charge',
};

export const purposeOf = ({ reason }: Pick<Invoice, 'reason'>): string => REASONS[reason] ?? 'Subscription';

export const numberOf = ({ number, createdAt }: Pick<Invoice, 'number' | 'createdAt'>): string =>
  number ?? `of ${createdAt.toISOString().slice(0, 10)}`;

const DISPUTES: Record<string, readonly [string, Tone]> = {
  won: ['dispute won', 'good'],
  lost: ['dispute lost', 'bad'],
};

/** What became of it, the last thing that happened first. `isAwaited`: is there something that its payment would bring about? */
export function invoiceState(invoice: Invoice, isAwaited: boolean): readonly [string, Tone] {
  const { status, need, dispute, amountRefunded, amountPaid } = invoice;
  if (dispute !== null) return DISPUTES[dispute] ?? ['disputed', 'bad'];
  if (Number(amountRefunded) > 0)
    return Number(amountRefunded) >= Number(amountPaid) ? ['refunded', 'plain'] : ['partly refunded', 'plain'];
  switch (status) {
    case 'paid':
      return ['paid', 'good'];
    case 'open':
      if (!isAwaited) return ['dropped', 'plain'];
      return need === 'authentication' ? ['to be confirmed', 'warn'] : ['to be paid', 'warn'];
    case 'void':
      return ['void', 'plain'];
    case 'uncollectible':
      return ['not paid', 'bad'];
    default:
      return [status, 'plain'];
  }
}

export function InvoiceBadge({ invoice, isAwaited }: { invoice: Invoice; isAwaited: boolean }) {
  const [label, tone] = invoiceState(invoice, isAwaited);
  return <Badge tone={tone}>{label}</Badge>;
}
