import { type Stripe } from 'stripe';
import { z } from 'zod';
import { addTaxId } from '../billing/tax-ids.js';
import { registeredCountries } from '../billing/taxes.js';
import { endpoint } from '../http/endpoint.js';
import { listOf, page, within } from '../http/lists.js';
import { type Fields, flag, listing, range, text } from '../http/params.js';
import { missing } from '../http/problem.js';
import { type SandboxEvent } from '../objects.js';
import { type Work } from '../work.js';
import { type Wire } from '../wire.js';

const taxIdParams = z.strictObject({
  type: text as z.ZodType<Stripe.TaxIdCreateParams['type']>,
  value: text,
} satisfies Fields<Stripe.CustomerCreateTaxIdParams>);
const eventParams = z.strictObject({
  ...{
    ...listing,
    created: range.optional(),
    type: text.optional(),
    types: z.array(text).optional(),
    delivery_success: flag.optional(),
  },
} satisfies Fields<Stripe.EventListParams>);

export const accountEndpoints = [
  endpoint('GET', '/v1/account', z.strictObject({}), (work) => account(work)),
  endpoint('GET', '/v1/tax/settings', z.strictObject({}), (work) => taxSettings(work)),
  endpoint('GET', '/v1/tax/registrations', z.strictObject({ ...listing, status: text.optional() }), (work) =>
    listOf(
      registeredCountries.map((country) => registration(work, country)),
      '/v1/tax/registrations',
    ),
  ),
  endpoint('GET', '/v1/events', eventParams, (work, params) =>
    page(
      work.all('event').filter((row) => eventFits(row, params)),
      '/v1/events',
      params,
    ),
  ),
  endpoint('GET', '/v1/events/:id', z.strictObject({}), (work, _params, { ids }) => work.get('event', ids.id!)),
  endpoint('POST', '/v1/customers/:id/tax_ids', taxIdParams, (work, { type, value }, { ids }) =>
    addTaxId(work, work.get('customer', ids.id!).id, type, value),
  ),
  endpoint('GET', '/v1/customers/:id/tax_ids', z.strictObject(listing), (work, params, { ids }) => {
    const rows = work.all('tax_id').filter((row) => row.customer === work.get('customer', ids.id!).id);
    return page(rows, `/v1/customers/${ids.id}/tax_ids`, params);
  }),
  endpoint('GET', '/v1/customers/:id/tax_ids/:taxId', z.strictObject({}), (work, _params, { ids }) =>
    ownTaxId(work, ids.id!, ids.taxId!),
  ),
  endpoint('DELETE', '/v1/customers/:id/tax_ids/:taxId', z.strictObject({}), (work, _params, { ids }) => {
    const row = ownTaxId(work, ids.id!, ids.taxId!);
    work.unschedule('verify_tax_id', row.id);
    work.emit('customer.tax_id.deleted', row);
    work.remove('tax_id', row.id);
    return { id: row.id, object: 'tax_id', deleted: true };
  }),
];

function ownTaxId(work: Work, customer: string, id: string) {
  const row = work.get('tax_id', id);
  if (row.customer !== customer) throw missing('tax_id', id);
  return row;
}

function account({ cause: { settings } }: Work): Wire<Stripe.Account> {
  return {
    ...{
      id: 'acct_sandbox',
      object: 'account',
      country: settings.country,
      default_currency: 'usd',
      email: 'sandbox@example.com',
    },
    ...{ charges_enabled: true, details_submitted: true, payouts_enabled: true, type: 'standard' },
  };
}

function taxSettings({ cause: { settings } }: Work): Wire<Stripe.Tax.Settings> {
  const address = { city: null, country: settings.country, line1: null, line2: null, postal_code: null, state: null };
  return {
    ...{
      object: 'tax.settings',
      livemode: false,
      head_office: { address },
      status: 'active',
      status_details: { active: {} },
    },
    defaults: { provider: 'stripe', tax_behavior: 'exclusive', tax_code: 'txcd_10103001' },
  };
}

function registration({ now }: Work, country: string): Wire<Stripe.Tax.Registration> {
  return {
    ...{
      id: `taxreg_${country}`,
      object: 'tax.registration',
      active_from: 0,
      country,
      created: now,
      expires_at: null,
      livemode: false,
    },
    ...{ country_options: {}, status: 'active' },
  };
}

function eventFits(
  row: SandboxEvent,
  { created, type, types, delivery_success: delivered }: z.output<typeof eventParams>,
): boolean {
  if (types && !types.includes(row.type)) return false;
  if (type && row.type !== type && !(type.endsWith('*') && row.type.startsWith(type.slice(0, -1)))) return false;
  if (delivered !== undefined && (row.pending_webhooks === 0) !== delivered) return false;
  return within(row.created, created);
}
