import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { Gateway } from '../../src/billing/gateway.js';
import { EVENT_TYPES } from '../../src/billing/stripe/events.js';
import { type StripeGateway } from '../../src/billing/stripe/stripe-gateway.js';
import { paths } from '../../src/platform/paths.js';
import { type TestApp, TestClock } from '../support/app.js';
import { WEBHOOK_SECRET } from '../support/billing.js';
import { type Account, type CustomerInTheBooks } from './account.js';

/** By this name test clocks of this suite are known, also those that a run which was killed has left. */
const CLOCK_NAME = 'Propolis: the stories of npm run test:stripe';
const LEFT_OVER_SECONDS = 2 * 60 * 60;
const LOOK_AGAIN_MS = 500;
const PATIENCE_MS = 10 * 60 * 1000;
/** Stripe need not list its events in the order of their making: it is looked this far behind what is known. */
const KNOWN_BEHIND = 100;

/** The product's time where Stripe's stands still: it moves when it is moved. Whole seconds, as Stripe has them. */
export class StandingClock extends TestClock {
  private at = Math.floor(Date.now() / 1000) * 1000;

  override now(): Date {
    return new Date(this.at);
  }

  override advance(ms: number): void {
    this.at += ms;
  }

  set(time: Date): void {
    this.at = time.getTime();
  }
}

/**
 * An account at Stripe in test mode, by nothing but Stripe's public API, so that it may be a real one. Time is moved by Stripe's test
 * clocks: each story has one, and the customers that the product makes meanwhile are put on it. A test machine cannot be reached
 * from outside, so the webhook is told by us of what Stripe lists. In the end everything is removed.
 */
export class StripeAccount implements Account {
  readonly expected: readonly RegExp[];
  private readonly clocks: string[] = [];
  private readonly told = new Set<string>();

  constructor(
    private readonly stripe: Stripe,
    private readonly app: TestApp,
    private readonly clock: StandingClock,
  ) {
    const origin =
      app.config.billing.stripe?.apiUrl ?? 'https://([\\w-]+\\.)*(stripe\\.(com|network)|hcaptcha\\.com|link\\.com)';
    this.expected = [
      new RegExp(`^asked somebody else: ${origin}/`),
      // Stripe.js over HTTP says that it will not do so with a live key; its measuring and its bank's pages are their own affair.
      new RegExp(`^console: .*(Stripe\\.js|\\(${origin}/)`),
      new RegExp(`^(no answer|\\d{3}): [A-Z]+ ${origin}/`),
    ];
    putCustomersOn(this.app, () => this.clocks.at(-1));
  }

  /** What happened before is nobody's story. */
  async open(): Promise<void> {
    for await (const { id } of this.stripe.events.list({ limit: KNOWN_BEHIND })) {
      this.told.add(id);
      if (this.told.size === KNOWN_BEHIND) break;
    }
    const { testClocks } = this.stripe.testHelpers;
    const longAgo = Date.now() / 1000 - LEFT_OVER_SECONDS;
    for await (const { id, name, created } of testClocks.list({ limit: 100 }))
      if (name === CLOCK_NAME && created < longAgo) await testClocks.del(id);
  }

  async begin(): Promise<void> {
    const frozen_time = seconds(this.clock.now());
    const made = await this.stripe.testHelpers.testClocks.create({ frozen_time, name: CLOCK_NAME });
    this.clocks.push(made.id);
    this.clock.set(dateOf(made.frozen_time));
  }

  now(): Date {
    return this.clock.now();
  }

  async advance(ms: number): Promise<void> {
    const { testClocks } = this.stripe.testHelpers;
    const id = this.clocks.at(-1)!;
    const frozen_time = Math.ceil((this.now().getTime() + ms) / 1000);
    let { status } = await testClocks.advance(id, { frozen_time });
    for (const end = Date.now() + PATIENCE_MS; status === 'advancing' && Date.now() < end;) {
      await sleep(LOOK_AGAIN_MS);
      ({ status } = await testClocks.retrieve(id));
    }
    if (status !== 'ready') throw new Error(`the test clock ${id} did not arrive at ${frozen_time}: ${status}`);
    this.clock.set(dateOf(frozen_time));
  }

  async setUp(setupIntent: string, card: string): Promise<void> {
    const { status } = await this.stripe.setupIntents.confirm(setupIntent, { payment_method: card });
    if (status !== 'succeeded') throw new Error(`the bank asks about ${card}, which takes a browser`);
  }

  async tell(): Promise<void> {
    for (const event of await this.news()) {
      const payload = JSON.stringify(event);
      const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET });
      const response = await fetch(`${this.app.url}${paths.stripeWebhook}`, {
        ...{ method: 'POST', body: payload },
        headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
      });
      if (!response.ok) throw new Error(`the webhook refuses ${event.type}: ${await response.text()}`);
    }
  }

  async setEnding(subscription: string, ends: boolean): Promise<void> {
    await this.stripe.subscriptions.update(subscription, { cancel_at_period_end: ends });
  }

  async charged(customer: string): Promise<readonly number[]> {
    const { data } = await this.stripe.charges.list({ customer, limit: 100 });
    const taken = data.filter(({ status }) => status === 'succeeded');
    return taken.toReversed().map(({ amount_captured: cents }) => cents);
  }

  async customer(id: string): Promise<CustomerInTheBooks> {
    const expand = ['tax_ids', 'invoice_settings.default_payment_method'];
    const customer = await this.stripe.customers.retrieve(id, { expand });
    if (customer.deleted) throw new Error(`${id} is gone`);
    const { name, email, address, metadata, invoice_settings: settings } = customer;
    const method = settings.default_payment_method;
    return {
      ...{ name: name ?? null, email, country: address?.country ?? null, organizationId: metadata['org_id'] },
      taxIds: customer.tax_ids?.data.map(({ value }) => value) ?? [],
      card: typeof method === 'object' ? (method?.card?.last4 ?? null) : null,
    };
  }

  async subscription(customer: string) {
    const { data } = await this.stripe.subscriptions.list({ customer, status: 'all', limit: 1 });
    const { id, items } = data[0]!;
    return { id, periodEnd: dateOf(items.data[0]!.current_period_end) };
  }

  async owed(customer: string) {
    const { data } = await this.stripe.invoices.list({ customer, status: 'open', limit: 1 });
    if (data[0] === undefined) return undefined;
    const { attempt_count: tries, next_payment_attempt: next } = data[0];
    return { tries, nextTryAt: next === null ? null : dateOf(next) };
  }

  /** With a test clock go its customers and all that is theirs. Answers what could not be removed. */
  async remove(): Promise<readonly string[]> {
    const left: string[] = [];
    for (const id of this.clocks.splice(0))
      await this.removeClock(id).then(
        (customers) => left.push(...customers),
        (error: unknown) => left.push(`${id}: ${String(error)}`),
      );
    return left;
  }

  private async removeClock(test_clock: string): Promise<string[]> {
    const customers = await this.stripe.customers.list({ test_clock, limit: 100 }).autoPagingToArray({ limit: 1000 });
    await this.stripe.testHelpers.testClocks.del(test_clock);
    const there = await Promise.all(customers.map(({ id }) => this.isThere(id)));
    return customers.flatMap(({ id }, index) => (there[index] ? [id] : []));
  }

  /** It is deleted, or not even that is known any more. */
  private async isThere(customer: string): Promise<boolean> {
    try {
      return (await this.stripe.customers.retrieve(customer)).deleted !== true;
    } catch (error) {
      if (error instanceof Stripe.errors.StripeError && error.statusCode === 404) return false;
      throw error;
    }
  }

  /** What the endpoint is registered for and has not been told yet, the oldest first. */
  private async news(): Promise<Stripe.Event[]> {
    const news: Stripe.Event[] = [];
    let known = 0;
    for await (const event of this.stripe.events.list({ limit: KNOWN_BEHIND })) {
      if (this.told.has(event.id)) known += 1;
      else news.push(event);
      if (known === KNOWN_BEHIND) break;
    }
    for (const { id } of news) this.told.add(id);
    return news.filter(({ type }) => EVENT_TYPES.includes(type)).toReversed();
  }
}

/**
 * A customer is put on a test clock when it is made, or never. So this one parameter is added to what the product's own client sends;
 * everything else is as the product says it.
 */
function putCustomersOn({ app }: TestApp, clock: () => string | undefined): void {
  // The product has no use for this door, so it has none.
  const { customers } = app.get<Gateway, StripeGateway>(Gateway)['stripe'];
  const create = customers.create.bind(customers);
  customers.create = (params, options) => {
    const test_clock = clock();
    if (test_clock === undefined) throw new Error('the story has not begun');
    return create({ ...params, test_clock }, options);
  };
}

const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);
const dateOf = (time: number): Date => new Date(time * 1000);
