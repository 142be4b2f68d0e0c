import Stripe from 'stripe';
import { type Config } from '../../platform/config.js';
import { type Finding } from '../gateway.js';
import { lookupKeyOf, plans } from '../plans.js';
import { EVENT_TYPES } from './events.js';
import { type Prices } from './prices.js';

const good = (what: string): Finding => ({ what, ok: true, advice: null });
const bad = (what: string, advice: string): Finding => ({ what, ok: false, advice });

/** Everything in the account that this server relies on, with what to do where it is not so. Changes nothing. */
export async function checkAccount(
  stripe: Stripe,
  prices: Prices,
  { billing }: Pick<Config, 'billing'>,
  webhookUrl: string,
): Promise<Finding[]> {
  const account = await attempt('key', () => stripe.accounts.retrieveCurrent());
  if ('finding' in account) return [account.finding];
  const { id, charges_enabled: charges } = account.value;
  return [
    good(`the secret key belongs to account ${id}`),
    charges
      ? good('the account may take payments')
      : bad('the account may not take payments yet', 'finish its activation in the dashboard'),
    ...(await pricesFound(prices, billing)),
    ...(await webhookFound(stripe, webhookUrl)),
    ...(await taxFound(stripe, billing.tax)),
  ];
}

async function attempt<T>(what: string, call: () => Promise<T>): Promise<{ value: T } | { finding: Finding }> {
  try {
    return { value: await call() };
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    return { finding: bad(`${what}: Stripe refused (${error.type})`, 'check the key and its permissions') };
  }
}

async function pricesFound(prices: Prices, billing: Config['billing']): Promise<Finding[]> {
  const wanted = [...billing.prices].flatMap(([currency, amounts]) =>
    plans.map((plan) => ({ plan, currency, unitAmount: amounts[plan] })),
  );
  return Promise.all(
    wanted.map(async (price) => {
      const found = await attempt('prices', () => prices.find(price));
      if ('finding' in found) return found.finding;
      const key = lookupKeyOf(price);
      return good(
        found.value === undefined ? `price ${key} will be made when it is first sold` : `price ${key} is there`,
      );
    }),
  );
}

async function webhookFound(stripe: Stripe, url: string): Promise<Finding[]> {
  const listed = await attempt('webhook endpoints', () =>
    stripe.webhookEndpoints.list({ limit: 100 }).autoPagingToArray({ limit: 100 }),
  );
  if ('finding' in listed) return [listed.finding];
  const endpoint = listed.value.find((one) => one.url === url);
  if (endpoint === undefined)
    return [bad(`no webhook endpoint for ${url}`, 'add it in the dashboard; docs/billing.md has the events')];
  const missing = EVENT_TYPES.filter((type) => !endpoint.enabled_events.includes(type));
  const hasAll = endpoint.enabled_events.includes('*') || missing.length === 0;
  return [
    endpoint.status === 'enabled'
      ? good(`the webhook endpoint ${url} is enabled`)
      : bad('the webhook endpoint is disabled', 'enable it'),
    hasAll
      ? good('the webhook endpoint is told of everything it must')
      : bad(`the webhook endpoint misses ${missing.join(', ')}`, 'add these events'),
    endpoint.api_version === null || endpoint.api_version === Stripe.API_VERSION
      ? good('the webhook endpoint speaks our version of the API')
      : bad(`the webhook endpoint speaks ${endpoint.api_version}`, `make it anew with ${Stripe.API_VERSION}`),
  ];
}

async function taxFound(stripe: Stripe, tax: Config['billing']['tax']): Promise<Finding[]> {
  if (tax === undefined) return [good('no tax is charged')];
  if (tax.join() !== 'automatic') return Promise.all(tax.map((id) => rateFound(stripe, id)));
  const settings = await attempt('tax settings', () => stripe.tax.settings.retrieve());
  if ('finding' in settings) return [settings.finding];
  const isActive = settings.value.status === 'active';
  return [
    isActive
      ? good('Stripe Tax is active')
      : bad('Stripe Tax is not set up', 'give origin address and registrations in the dashboard'),
  ];
}

async function rateFound(stripe: Stripe, id: string): Promise<Finding> {
  const rate = await attempt(`tax rate ${id}`, () => stripe.taxRates.retrieve(id));
  if ('finding' in rate) return rate.finding;
  const { active, percentage, inclusive } = rate.value;
  if (!active) return bad(`tax rate ${id} is archived`, 'take another one into STRIPE_TAX');
  return inclusive
    ? bad(`tax rate ${id} is inclusive`, 'prices are meant without tax')
    : good(`tax rate ${id}: ${percentage} %`);
}
