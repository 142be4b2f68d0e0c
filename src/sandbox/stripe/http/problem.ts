import { type Stripe } from 'stripe';

type Details = Partial<Pick<Stripe.StripeRawError, 'code' | 'decline_code' | 'param' | 'doc_url'>> & {
  payment_intent?: unknown;
  setup_intent?: unknown;
  payment_method?: unknown;
  charge?: string;
  advice_code?: string;
};

export interface ProblemBody extends Details {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
}

/** An answer that is an error. What had been done for the request is undone, unless `keep` (a payment that was tried). */
export class Problem extends Error {
  readonly body: ProblemBody;

  constructor(
    readonly status: number,
    body: ProblemBody,
    readonly keep = false,
  ) {
    super(body.message);
    this.body = body.code
      ? { doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll('_', '-')}`, ...body }
      : body;
  }
}

export function invalid(message: string, details: Details = {}): Problem {
  return new Problem(400, { type: 'invalid_request_error', message, ...details });
}

/** An id in the address is 404, an id in a parameter 400, as Stripe has it. */
export function missing(kind: string, id: string, param?: string): Problem {
  const message = `No such ${kind}: '${id}'`;
  return new Problem(param ? 400 : 404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message,
    param: param ?? 'id',
  });
}

export function cardProblem(message: string, details: Details, keep = false): Problem {
  return new Problem(402, { type: 'card_error', message, ...details }, keep);
}
