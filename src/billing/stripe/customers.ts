import { hash } from 'node:crypto';
import type Stripe from 'stripe';
import { type Buyer, type Details } from '../gateway.js';

/** Customers at Stripe: one for each organization, told what people typed. */

/** Organization and details make the idempotency key: asked twice for the same, Stripe makes one customer. */
export async function createCustomer(stripe: Stripe, buyer: Buyer, details: Details): Promise<string> {
  const words = JSON.stringify([sinceOf(buyer), details]);
  const made = await stripe.customers.create(
    { ...paramsOf(details), metadata: { org_id: buyer.id, org_since: sinceOf(buyer), organization: buyer.name } },
    { idempotencyKey: `org:${buyer.id}:customer:${hash('sha256', words).slice(0, 16)}` },
  );
  await tellTaxId(stripe, made.id, details);
  return made.id;
}

const sinceOf = ({ createdAt }: Buyer): string => createdAt.toISOString();

/** All values are absolute: saying them twice is saying them once. */
export async function updateCustomer(stripe: Stripe, customerId: string, details: Details): Promise<void> {
  await stripe.customers.update(customerId, paramsOf(details));
  await tellTaxId(stripe, customerId, details);
}

/** By what it was made with: the search index of Stripe lags, the list by address does not. */
export async function findCustomer(stripe: Stripe, buyer: Buyer, email: string): Promise<string | null> {
  for await (const { id, metadata } of stripe.customers.list({ email, limit: 100 }))
    if (metadata['org_id'] === buyer.id && metadata['org_since'] === sinceOf(buyer)) return id;
  return null;
}

function paramsOf({ kind, name, email, purchaseOrder, ...at }: Details) {
  const { line1, line2, city, state, postalCode, country } = at;
  return {
    ...{ email, name },
    ...(kind === 'company'
      ? { business_name: name, individual_name: '' }
      : { business_name: '', individual_name: name }),
    address: {
      ...{ line1: line1 ?? '', line2: line2 ?? '', city: city ?? '', state: state ?? '' },
      ...{ postal_code: postalCode ?? '', country },
    },
    invoice_settings: {
      custom_fields: purchaseOrder === null ? ('' as const) : [{ name: 'Purchase order', value: purchaseOrder }],
    },
  } satisfies Stripe.CustomerUpdateParams;
}

/** A tax id cannot be changed, so another number is another one. Stripe verifies it some time later. */
async function tellTaxId(stripe: Stripe, customerId: string, { taxId, taxIdType }: Details): Promise<void> {
  const { data: known } = await stripe.customers.listTaxIds(customerId, { limit: 10 });
  const isWanted = (one: Stripe.TaxId) => one.type === taxIdType && one.value === taxId;
  if (taxId !== null && taxIdType !== null && !known.some(isWanted))
    await stripe.customers.createTaxId(customerId, { type: taxIdType, value: taxId });
  for (const old of known.filter((one) => !isWanted(one))) await stripe.customers.deleteTaxId(customerId, old.id);
}
