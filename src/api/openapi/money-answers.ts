import { OperationShape } from '../views/operation.view.js';
import { InvoiceShape, PaymentRequired } from '../views/billing.view.js';

/** What asking for something that costs money may come to, besides that it is done (`http/change-answers.ts`). */
export const CHANGE_ANSWERS = {
  202: {
    when: 'Stripe was asked and has not answered; ask again in some minutes.',
    content: OperationShape.nullable(),
  },
  402: { when: 'Money is wanted before it counts, or the card was refused.', content: PaymentRequired },
} as const;

export const PAY_ANSWERS = {
  202: { when: 'Stripe was asked and has not answered; ask again in some minutes.', content: InvoiceShape },
  402: { when: 'It is not paid: how to go on, or why the card was refused.', content: PaymentRequired },
} as const;
