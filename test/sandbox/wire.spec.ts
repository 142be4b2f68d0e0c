import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stripe } from 'stripe';
import { client, customerWith, open, refusal, type Site, start } from './support.js';

let site: Site;
beforeAll(async () => {
  site = await open();
});
afterAll(() => site.sandbox.stop());

const form = { 'content-type': 'application/x-www-form-urlencoded' };

async function raw(
  path: string,
  options: RequestInit & { key?: string } = {},
): Promise<{ status: number; headers: Headers; body: any }> {
  const { key = site.sandbox.secretKey, headers, ...rest } = options;
  const answer = await fetch(`${site.sandbox.url}${path}`, {
    ...rest,
    headers: { ...form, ...headers, authorization: `Bearer ${key}` },
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

describe('parameters', () => {
  it.each([
    [
      'what endive took away',
      () => site.stripe.setupIntents.create({ payment_method_types: ['card'] } as never),
      'parameter_unknown',
      'payment_method_types',
    ],
    [
      'a coupon beside discounts',
      () => site.stripe.subscriptions.create({ customer: 'cus_1', items: [{ price: 'p' }], coupon: 'x' } as never),
      'parameter_unknown',
      'coupon',
    ],
    [
      'a nested invention',
      () => site.stripe.customers.create({ address: { town: 'Bonn' } } as never),
      'parameter_unknown',
      'address[town]',
    ],
    [
      'a missing one',
      () => site.stripe.subscriptions.create({ items: [{ price: 'p' }] }),
      'parameter_missing',
      'customer',
    ],
    [
      'a word for a number',
      () => site.stripe.customers.create({ balance: 'much' } as never),
      'parameter_invalid_integer',
      'balance',
    ],
    [
      'an unknown id',
      () => site.stripe.paymentMethods.attach('pm_card_visa', { customer: 'cus_none' }),
      'resource_missing',
      'customer',
    ],
  ])('refuse %s', async (_name, call, code, param) => {
    expect(await refusal(call())).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', code, param });
  });

  it('want the anchor of an update as an object', async () => {
    const customer = await customerWith(site.stripe, 'pm_card_visa');
    const begun = await start(site.stripe, customer.id, site.month.id, { payment_behavior: 'allow_incomplete' });
    expect(
      (await refusal(site.stripe.subscriptions.update(begun.id, { billing_cycle_anchor: 'now' as never }))).statusCode,
    ).toBe(400);
    await site.stripe.subscriptions.update(begun.id, {
      billing_cycle_anchor: { type: 'now' },
      proration_behavior: 'none',
    });
  });

  it('allow nothing else beside a change that may stay pending', async () => {
    const customer = await customerWith(site.stripe, 'pm_card_visa');
    const begun = await start(site.stripe, customer.id, site.month.id, { payment_behavior: 'allow_incomplete' });
    const items = [{ id: begun.items.data[0]!.id, quantity: 4 }];
    const error = await refusal(
      site.stripe.subscriptions.update(begun.id, {
        items,
        payment_behavior: 'pending_if_incomplete',
        metadata: { a: 'b' },
      }),
    );
    expect(error).toMatchObject({ statusCode: 400, param: 'metadata' });
  });

  it('empty takes away', async () => {
    const made = await site.stripe.customers.create({
      name: 'Ada',
      metadata: { a: '1', b: '2' },
      address: { country: 'DE' },
    });
    const bare = await site.stripe.customers.update(made.id, { name: '', metadata: { a: '' }, address: '' });
    expect([bare.name, bare.metadata, bare.address]).toEqual([null, { b: '2' }, null]);
  });
});

describe('errors', () => {
  it('of keys and addresses', async () => {
    expect(await raw('/v1/customers', { key: 'sk_test_other' })).toMatchObject({
      status: 401,
      body: { error: { type: 'invalid_request_error' } },
    });
    expect((await raw('/v1/customers', { key: site.sandbox.publishableKey })).body.error.code).toBe(
      'secret_key_required',
    );
    expect((await raw('/v1/nothing')).status).toBe(404);
    expect(await refusal(site.stripe.customers.retrieve('cus_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  it('carry the id of their request, and the version comes back', async () => {
    const { headers } = await raw('/v1/customers', { headers: { 'stripe-version': '2026-10-28.endive' } });
    expect(headers.get('request-id')).toMatch(/^req_/);
    expect(headers.get('stripe-version')).toBe('2026-10-28.endive');
  });
});

describe('idempotency', () => {
  it('answers the same again and does it once', async () => {
    const once = () =>
      raw('/v1/customers', { method: 'POST', body: 'name=Ada&email=a%40b.c', headers: { 'idempotency-key': 'once' } });
    const [first, second] = [await once(), await once()];
    expect(second.body).toEqual(first.body);
    expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
    expect((await site.stripe.customers.list({ email: 'a@b.c' })).data).toHaveLength(1);
  });

  it('refuses other parameters, and replays a refusal', async () => {
    await site.stripe.customers.create({ name: 'A' }, { idempotencyKey: 'k' });
    expect(await refusal(site.stripe.customers.create({ name: 'B' }, { idempotencyKey: 'k' }))).toMatchObject({
      statusCode: 400,
      type: 'StripeIdempotencyError',
    });
    const attach = () =>
      refusal(
        site.stripe.paymentMethods.attach(
          'pm_card_visa_chargeDeclined',
          { customer: 'cus_no' },
          { idempotencyKey: 'r' },
        ),
      );
    const [first, second] = [await attach(), await attach()];
    expect([first.requestId === second.requestId, first.code, second.code]).toEqual([
      false,
      'resource_missing',
      'resource_missing',
    ]);
  });

  it('is forgotten after a day', async () => {
    const other = await open();
    await other.stripe.customers.create({ name: 'A' }, { idempotencyKey: 'k' });
    await other.sandbox.advance(24 * 3_600_000);
    await other.stripe.customers.create({ name: 'B' }, { idempotencyKey: 'k' });
    await other.sandbox.stop();
  });

  it('one in flight is told from one that is over', async () => {
    const { sandbox } = site;
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    let entered: () => void = () => {};
    const inside = new Promise<void>((resolve) => (entered = resolve));
    sandbox.intercept(async ({ phase, idempotencyKey }) => {
      if (phase !== 'before' || idempotencyKey !== 'busy') return undefined;
      entered();
      await gate;
      return undefined;
    });
    const slow = site.stripe.customers.create({}, { idempotencyKey: 'busy' });
    await inside;
    expect(await refusal(site.stripe.customers.create({}, { idempotencyKey: 'busy' }))).toMatchObject({
      statusCode: 409,
      code: 'idempotency_key_in_use',
    });
    release();
    await slow;
    sandbox.intercept(undefined);
  });
});

describe('expand', () => {
  it('opens ids, lists and what is left out', async () => {
    const { stripe, month } = site;
    const customer = await customerWith(stripe, 'pm_card_visa');
    const begun = await start(stripe, customer.id, month.id, { payment_behavior: 'allow_incomplete' });
    const paths = ['customer', 'latest_invoice.payments.data.payment.payment_intent', 'default_payment_method'];
    const read = await stripe.subscriptions.retrieve(begun.id, { expand: paths });
    const invoice = read.latest_invoice as Stripe.Invoice;
    const intent = invoice.payments!.data[0]!.payment.payment_intent as Stripe.PaymentIntent;
    expect([(read.customer as Stripe.Customer).name, intent.amount_received]).toEqual(['Ada', 2700]);
    expect(read.default_payment_method).toBeNull();
    const list = await stripe.subscriptions.list({ customer: customer.id, expand: ['data.latest_invoice'] });
    expect((list.data[0]!.latest_invoice as Stripe.Invoice).id).toBe(invoice.id);
    expect((await stripe.invoices.retrieve(invoice.id)).payments).toBeUndefined();
  });

  it('refuses what is gone or too deep', async () => {
    const { stripe, month } = site;
    const customer = await customerWith(stripe, 'pm_card_visa');
    const begun = await start(stripe, customer.id, month.id);
    expect(
      (await refusal(stripe.subscriptions.retrieve(begun.id, { expand: ['latest_invoice.payment_intent'] })))
        .statusCode,
    ).toBe(400);
    expect((await refusal(stripe.customers.retrieve(customer.id, { expand: ['a.b.c.d.e'] }))).statusCode).toBe(400);
  });
});

it('pages go forwards and backwards', async () => {
  const { stripe } = site;
  const product = await stripe.products.create({ name: 'Many' });
  for (let n = 1; n <= 5; n++) await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: n });
  const first = await stripe.prices.list({ product: product.id, limit: 2 });
  expect([first.data.map((row) => row.unit_amount), first.has_more]).toEqual([[5, 4], true]);
  const last = await stripe.prices.list({ product: product.id, limit: 3, starting_after: first.data[1]!.id });
  expect([last.data.map((row) => row.unit_amount), last.has_more]).toEqual([[3, 2, 1], false]);
  const back = await stripe.prices.list({ product: product.id, limit: 2, ending_before: last.data[2]!.id });
  expect(back.data.map((row) => row.unit_amount)).toEqual([3, 2]);
  expect((await stripe.prices.list({ product: product.id, limit: 2 }).autoPagingToArray({ limit: 10 })).length).toBe(5);
});

describe('a browser', () => {
  const url = (path: string, query: string) => `${site.sandbox.url}${path}?${query}`;

  it('sees and confirms an intent with its secret, and sees less than the server', async () => {
    const { stripe, sandbox } = site;
    const customer = await stripe.customers.create({});
    const intent = await stripe.setupIntents.create({ customer: customer.id, allowed_payment_method_types: ['card'] });
    const query = `key=${sandbox.publishableKey}&client_secret=${intent.client_secret}`;
    const seen = await fetch(url(`/v1/setup_intents/${intent.id}`, query));
    expect(seen.headers.get('access-control-allow-origin')).toBe('*');
    expect(await seen.json()).not.toHaveProperty('customer');
    const body = `${query}&payment_method_data[type]=card&payment_method_data[card][number]=4000002500003155&payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=2031&payment_method_data[card][cvc]=123`;
    const confirmed = await fetch(`${sandbox.url}/v1/setup_intents/${intent.id}/confirm`, {
      method: 'POST',
      headers: form,
      body,
    });
    const answer = await confirmed.json();
    expect([answer.status, answer.next_action.use_stripe_sdk.stripe_js]).toEqual([
      'requires_action',
      `${sandbox.url}/3ds/${intent.id}?client_secret=${intent.client_secret}`,
    ]);
  });

  it('sees nothing with a wrong secret', async () => {
    const intent = await site.stripe.setupIntents.create({});
    const seen = await fetch(
      url(`/v1/setup_intents/${intent.id}`, `key=${site.sandbox.publishableKey}&client_secret=guess`),
    );
    expect(seen.status).toBe(404);
  });
});

describe('faults on demand', () => {
  it('before nothing is done, after it is done', async () => {
    const { stripe, sandbox } = site;
    const count = async () => (await stripe.customers.list({ email: 'fault@b.c' })).data.length;
    const make = () => stripe.customers.create({ email: 'fault@b.c' });
    for (const phase of ['before', 'after'] as const) {
      sandbox.intercept((call) => (call.method === 'POST' && call.phase === phase ? 'reset' : undefined));
      expect((await refusal(make())).type).toBe('StripeConnectionError');
    }
    sandbox.intercept(undefined);
    expect(await count()).toBe(1);
  });

  it('the SDK retries with its key, and it happens once', async () => {
    const { sandbox } = site;
    let left = 1;
    sandbox.intercept(({ method, phase }) =>
      method === 'POST' && phase === 'after' && left-- > 0 ? { status: 500, body: {} } : undefined,
    );
    await client(sandbox, { maxNetworkRetries: 2 }).customers.create({ email: 'retry@b.c' });
    sandbox.intercept(undefined);
    expect((await site.stripe.customers.list({ email: 'retry@b.c' })).data).toHaveLength(1);
  });

  it('from another process', async () => {
    const { sandbox, stripe } = site;
    const control = (path: string, body: unknown, key = sandbox.secretKey) =>
      fetch(`${sandbox.url}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${key}` },
      });
    expect((await control('/sandbox/faults', [], 'nobody')).status).toBe(401);
    await control('/sandbox/faults', [
      {
        method: 'POST',
        path: '/v1/customers',
        fault: { status: 402, body: { error: { type: 'card_error', message: 'No' } } },
      },
    ]);
    expect((await refusal(stripe.customers.create({}))).message).toBe('No');
    await stripe.customers.create({});
    const before = sandbox.now().getTime();
    expect((await control('/sandbox/advance', { seconds: 60 })).status).toBe(200);
    expect(sandbox.now().getTime() - before).toBe(60_000);
    expect((await control('/sandbox/act', { act: 'refund_charge', charge: 'ch_none' })).status).toBe(404);
    expect(sandbox.calls.at(-1)).toMatchObject({ method: 'POST', path: '/v1/customers', status: 200 });
  });
});
