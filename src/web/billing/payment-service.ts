import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/config.js';
import { type Origins } from '../http/answers.js';

/** As docs.stripe.com/security/guide lists them for Stripe.js. */
const STRIPE: Origins = {
  script: ['https://js.stripe.com', 'https://*.js.stripe.com'],
  frame: [
    ...['https://js.stripe.com', 'https://*.js.stripe.com'],
    ...['https://hooks.stripe.com', 'https://m.stripe.network'],
  ],
  connect: ['https://api.stripe.com', 'https://m.stripe.network'],
  image: ['https://*.stripe.com'],
};

const only = (origin: string): Origins => ({ script: [origin], frame: [origin], connect: [origin], image: [origin] });

/** Where browsers find Stripe's form: with Stripe itself, or with the sandbox that stands for it. */
@Injectable()
export class PaymentService {
  readonly origins: Origins;
  readonly script: string;
  readonly publishableKey: string;

  constructor(@Inject(CONFIG) { billing }: Config) {
    const { apiUrl, publishableKey = '' } = billing.stripe ?? {};
    this.origins = apiUrl === undefined ? STRIPE : only(new URL(apiUrl).origin);
    this.script = `${apiUrl ?? 'https://js.stripe.com'}/endive/stripe.js`;
    this.publishableKey = publishableKey;
  }
}
