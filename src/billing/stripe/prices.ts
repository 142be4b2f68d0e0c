import type Stripe from 'stripe';
import { intervalOf, lookupKeyOf, type Price } from '../plans.js';

const PRODUCT = 'propolis_seat';

/**
 * The configured prices as Stripe's objects: found by their lookup key, made where they are missing. A price at Stripe never
 * changes its amount, so neither does what this answers for a key.
 */
export class Prices {
  private readonly known = new Map<string, string>();

  constructor(private readonly stripe: Stripe) {}

  async idOf(price: Price): Promise<string> {
    const key = lookupKeyOf(price);
    const id = this.known.get(key) ?? (await this.find(price)) ?? (await this.make(price));
    this.known.set(key, id);
    return id;
  }

  async find(price: Price): Promise<string | undefined> {
    const { data } = await this.stripe.prices.list({ lookup_keys: [lookupKeyOf(price)], active: true, limit: 1 });
    return data[0]?.id;
  }

  /** The same key in two processes at once makes one product and one price. */
  private async make(price: Price): Promise<string> {
    await this.product();
    const { currency, unitAmount, plan } = price;
    const lookup = lookupKeyOf(price);
    const made = await this.stripe.prices.create(
      {
        ...{ currency, unit_amount: unitAmount, product: PRODUCT, lookup_key: lookup },
        recurring: { interval: intervalOf[plan] },
        tax_behavior: 'exclusive',
        nickname: `Seat, ${plan}`,
      },
      { idempotencyKey: `price:${lookup}` },
    );
    return made.id;
  }

  private async product(): Promise<void> {
    const { data } = await this.stripe.products.list({ ids: [PRODUCT] });
    if (data.length > 0) return;
    await this.stripe.products.create(
      { id: PRODUCT, name: 'Seat', description: 'One member of an organization with private packages' },
      { idempotencyKey: `product:${PRODUCT}` },
    );
  }
}
