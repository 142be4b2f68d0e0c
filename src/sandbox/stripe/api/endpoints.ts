import { type Endpoint } from '../http/endpoint.js';
import { accountEndpoints } from './account.js';
import { catalogEndpoints } from './catalog.js';
import { creditNoteEndpoints } from './credit-notes.js';
import { customerEndpoints } from './customers.js';
import { invoiceItemEndpoints } from './invoice-items.js';
import { invoiceEndpoints } from './invoices.js';
import { moneyEndpoints } from './money.js';
import { paymentIntentEndpoints } from './payment-intents.js';
import { paymentMethodEndpoints } from './payment-methods.js';
import { reductionEndpoints } from './reductions.js';
import { scheduleEndpoints } from './schedules.js';
import { setupIntentEndpoints } from './setup-intents.js';
import { subscriptionEndpoints } from './subscriptions.js';
import { testClockEndpoints } from './test-clocks.js';
import { webhookEndpointEndpoints } from './webhook-endpoints.js';

/** Every call of the Stripe API that the sandbox knows. */
export const endpoints: readonly Endpoint[] = [
  ...[...accountEndpoints, ...catalogEndpoints, ...customerEndpoints, ...invoiceEndpoints, ...moneyEndpoints],
  ...[...paymentIntentEndpoints, ...paymentMethodEndpoints, ...reductionEndpoints, ...setupIntentEndpoints],
  ...[...creditNoteEndpoints, ...invoiceItemEndpoints, ...scheduleEndpoints, ...subscriptionEndpoints],
  ...[...testClockEndpoints, ...webhookEndpointEndpoints],
];
