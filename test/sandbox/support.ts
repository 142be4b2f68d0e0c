import { Stripe } from 'stripe';
import { StripeSandbox, type SandboxOptions } from '../../src/sandbox/stripe/sandbox.js';

export interface Site {
  sandbox: StripeSandbox;
  stripe: Stripe;
  month: Stripe.Price;
  year: Stripe.Price;
}

/** The unmodified SDK, pointed at a sandbox whose clock starts on a fixed day and stands still unless it is moved. */
export async function open(options: SandboxOptions & { start?: string } = {}): Promise<Site> {
  const begun = new Date(options.start ?? '2027-01-15T10:00:00Z');
  const sandbox = await StripeSandbox.start({ now: () => begun, ...options });
  const stripe = client(sandbox);
  const product = await stripe.products.create({ name: 'Seats' });
  const price = (interval: 'month' | 'year', unit_amount: number) =>
    stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount,
      recurring: { interval },
      lookup_key: interval,
    });
  return { sandbox, stripe, month: await price('month', 900), year: await price('year', 9000) };
}

export function client(sandbox: StripeSandbox, options: Partial<Stripe.StripeConfig> = {}): Stripe {
  const { hostname, port } = new URL(sandbox.url);
  const local = { host: hostname, port: Number(port), protocol: 'http' } as const;
  return new Stripe(sandbox.secretKey, { ...local, apiVersion: '2026-10-28.endive', maxNetworkRetries: 0, ...options });
}

/** A customer with a card that is their default. */
export async function customerWith(
  stripe: Stripe,
  card: string,
  more: Stripe.CustomerCreateParams = {},
): Promise<Stripe.Customer> {
  const customer = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada', ...more });
  const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
  return stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
}

export const start = (
  stripe: Stripe,
  customer: string,
  price: string,
  more: Partial<Stripe.SubscriptionCreateParams> = {},
) =>
  stripe.subscriptions.create({
    ...{ customer, items: [{ price, quantity: 3 }], payment_behavior: 'default_incomplete' },
    expand: ['latest_invoice.confirmation_secret', 'latest_invoice.payments', 'pending_setup_intent'],
    ...more,
  });

/** The intent of a subscription's newest invoice. */
export async function intentOf(stripe: Stripe, subscription: Stripe.Subscription): Promise<Stripe.PaymentIntent> {
  const invoice =
    typeof subscription.latest_invoice === 'string' ? subscription.latest_invoice : subscription.latest_invoice!.id;
  const { data } = await stripe.invoicePayments.list({ invoice });
  return stripe.paymentIntents.retrieve(data[0]!.payment.payment_intent as string);
}

export async function refusal(promise: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const answer = await promise.then(
    () => undefined,
    (error: Stripe.errors.StripeError) => error,
  );
  if (!answer) throw new Error('This should have been refused.');
  return answer;
}

export const hour = 3_600_000;
export const day = 24 * hour;
