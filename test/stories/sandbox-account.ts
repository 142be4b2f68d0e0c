import { type Objects } from '../../src/sandbox/stripe/objects.js';
import { type AppOptions } from '../support/app.js';
import { type BillingApp, stripeOf, useBilling } from '../support/billing.js';
import { type Account, type CustomerInTheBooks, type Shop } from './account.js';

/** The sandbox, by its inside: no call of its API stands in a story's way, and webhooks are held until they are asked for. */
export class SandboxAccount implements Account {
  constructor(private readonly billing: BillingApp) {}

  /** Stripe's frames, and what they load. */
  get expected() {
    return [new RegExp(`^asked somebody else: ${this.billing.sandbox.url}/`)];
  }

  /** One time for everybody, which is the product's as well. */
  async begin(): Promise<void> {
    return Promise.resolve();
  }

  now(): Date {
    return this.billing.sandbox.now();
  }

  advance(ms: number): Promise<void> {
    return this.billing.advance(ms);
  }

  async setUp(setupIntent: string, card: string): Promise<void> {
    const { sandbox } = this.billing;
    const { status } = await stripeOf(sandbox).setupIntents.confirm(setupIntent, { payment_method: card });
    if (status !== 'succeeded') throw new Error(`the bank asks about ${card}`);
  }

  tell(): Promise<void> {
    const { webhooks } = this.billing.sandbox;
    return webhooks.deliver(webhooks.held());
  }

  async setEnding(subscription: string, ends: boolean): Promise<void> {
    await stripeOf(this.billing.sandbox).subscriptions.update(subscription, { cancel_at_period_end: ends });
  }

  async charged(customer: string): Promise<readonly number[]> {
    const taken = this.all('charge', customer).filter(({ status }) => status === 'succeeded');
    return Promise.resolve(taken.toReversed().map(({ amount_captured: cents }) => cents));
  }

  async customer(customer: string): Promise<CustomerInTheBooks> {
    const { sandbox } = this.billing;
    const { name, email, address, metadata, invoice_settings: settings } = sandbox.object('customer', customer)!;
    const method = settings.default_payment_method;
    return Promise.resolve({
      ...{ name: name ?? null, email, country: address?.country ?? null, organizationId: metadata['org_id'] },
      taxIds: this.all('tax_id', customer).map(({ value }) => value),
      card: typeof method === 'string' ? (sandbox.object('payment_method', method)?.card?.last4 ?? null) : null,
    });
  }

  async subscription(customer: string) {
    const { id, items } = this.all('subscription', customer)[0]!;
    return Promise.resolve({ id, periodEnd: new Date(items.data[0]!.current_period_end * 1000) });
  }

  async owed(customer: string) {
    const open = this.all('invoice', customer).find(({ status }) => status === 'open');
    if (open === undefined) return Promise.resolve(undefined);
    const { attempt_count: tries, next_payment_attempt: next } = open;
    return Promise.resolve({ tries, nextTryAt: next === null ? null : new Date(next * 1000) });
  }

  /** The newest first. */
  private all<K extends 'charge' | 'invoice' | 'subscription' | 'tax_id'>(kind: K, customer: string): Objects[K][] {
    return this.billing.sandbox.objects(kind).filter((one) => one.customer === customer);
  }
}

/** One for all tests of a file, with the sandbox within reach. */
export function useSandboxShop(options: AppOptions = {}): Shop & { readonly billing: BillingApp } {
  const billing = useBilling(options);
  const account = new SandboxAccount(billing);
  return {
    billing,
    account,
    get app() {
      return billing.app;
    },
  };
}
