import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { StripeEvents } from '../billing/stripe-events.js';
import { CONFIG, type Config } from '../platform/config.js';
import { notFound } from '../platform/errors.js';

const REFUSED = [
  'the signature fits none of the signing secrets of this server (STRIPE_WEBHOOK_SECRETS),',
  'is older than five minutes, or the event is of the other mode (test, live)',
].join(' ');

/**
 * Where Stripe tells that something has happened. Nobody is logged in here: the signature is the proof, and it is judged before
 * anything is asked of the database. Answered as soon as the event is kept; what follows from it is a job's business.
 */
@Controller('webhooks/stripe')
export class StripeController {
  constructor(
    private readonly events: StripeEvents,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @HttpCode(200)
  async receive(@Body() body: unknown, @Headers('stripe-signature') signature: string | undefined) {
    if (this.config.billing.mode === 'off') throw notFound('page');
    if (signature === undefined) throw refusal('the header Stripe-Signature is missing');
    const isTheirs = body instanceof Uint8Array && (await this.events.receive(body, signature));
    if (!isTheirs) throw refusal(REFUSED);
    return { received: true };
  }
}

/** Shown to the operator in Stripe's dashboard. */
const refusal = (message: string): Error => Object.assign(new Error(message), { statusCode: 400 });
