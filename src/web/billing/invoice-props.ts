import { type CardSummary } from '../../billing/customer.entity.js';
import { type Challenge } from '../../billing/gateway.js';
import { type Invoice } from '../../billing/invoice.entity.js';
import { type PaymentService } from './payment-service.js';
import { type Waiting } from './waiting.js';

/** What an invoice's page and its parts show. */
export interface InvoiceProps {
  readonly invoice: Invoice;
  /** Undefined: nothing is to be done about it. */
  readonly waiting: Waiting | undefined;
  readonly card: CardSummary | null;
  /** `unreachable`: Stripe could not be asked. Null: it is not to be paid any more. */
  readonly challenge: Challenge | 'unreachable' | null;
  readonly service: PaymentService;
  /** Somebody has just pressed the button that leads to the bank. */
  readonly atOnce: boolean;
}
