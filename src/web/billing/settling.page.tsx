import { type Invoice } from '../../billing/invoice.entity.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { type Html } from '../http/answers.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { billingPage } from './billing-page.js';
import { numberOf } from './invoice-words.js';
import { money } from './money.js';
import { type PaymentService } from './payment-service.js';

const TRIES = 6;
const SECONDS = 3;

export interface SettlingProps {
  readonly invoice: Invoice;
  readonly service: PaymentService;
  /** Looks so far. */
  readonly tried: number;
}

/** Back from the bank, while Stripe has not said yet what became of it. Looks again by itself, a few times. */
export function settlingPage(visitor: Visitor, sight: Sight, { invoice, service, tried }: SettlingProps): Html {
  const { name } = sight.organization;
  const again = `${paths.invoiceAct(name, invoice.stripeId, 'done')}?tried=${tried + 1}`;
  const goesOn = tried < TRIES;
  return billingPage(visitor, sight, {
    title: 'The payment is being processed',
    lead: `${money(invoice.amountRemaining, invoice.currency)} for invoice ${numberOf(invoice)}.`,
    service,
    children: (
      <Card>
        <p role="status">
          {goesOn
            ? 'Stripe is asking the bank. This page looks again by itself.'
            : 'It takes longer than usual. You can close this page: nothing is lost, and as soon as Stripe knows, everything here follows by itself.'}
        </p>
        <p class="row">
          <a class="button" href={again} data-again={goesOn ? String(SECONDS) : undefined}>
            Look again
          </a>
          <a class="button button-plain" href={paths.invoice(name, invoice.stripeId)}>
            To the invoice
          </a>
        </p>
      </Card>
    ),
  });
}
