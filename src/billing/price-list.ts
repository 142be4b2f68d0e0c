import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config.js';
import { invalidFields } from '../platform/errors.js';
import { type Plan, type Price, priceOf } from './plans.js';

/** What this server sells for. */
@Injectable()
export class PriceList {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** The first one is the usual one. */
  get currencies(): string[] {
    return [...this.config.billing.prices.keys()];
  }

  of(plan: Plan, currency: string): Price {
    const price = priceOf(this.config, plan, currency);
    if (price === undefined) throw invalidFields({ currency: 'nothing is sold in this currency any more' });
    return price;
  }
}
