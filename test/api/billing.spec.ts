import { beforeAll, describe, expect, test } from 'vitest';
import { Members } from '../../src/organizations/members.js';
import { startApp } from '../support/app.js';
import { GIVEN_DETAILS, newPayer, paidInvoices, type Payer, subscriber } from '../support/billing-api.js';
import { stripeOf, useBilling } from '../support/billing.js';
import { ask } from '../support/http.js';
import { api, keyOf, person, team, TESTS } from '../support/people.js';

// What a script can do about an organization's money, without a browser.

const billing = useBilling();

describe('from nothing to a subscription', () => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await newPayer(billing);
  });

  test('in the trial there is nothing yet', async () => {
    const { status, body } = await payer.call('GET', '/billing');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ standing: { state: 'trial' }, subscription: null, next_charge: null, customer: null, invoices: [] },
      ...{ operation: null, seats: { paid: null, used: 3, limit: null, pending: null, high_water: null } },
      url: `${billing.app.url}/orgs/${payer.name}/billing`,
    });
    expect((await payer.call('GET', '/billing/prices')).body).toEqual([
      { currency: 'usd', monthly: 900, annual: 9000 },
    ]);
  });

  test('who pays must be said first', async () => {
    const wish = { kind: 'subscribe', plan: 'monthly', seats: 3 };
    expect(await payer.call('POST', '/billing/quotes', wish)).toMatchObject({ status: 409 });
    expect(await payer.call('POST', '/billing/setup-intents')).toMatchObject({ status: 409 });
    expect(await payer.call('POST', '', { seats: 5 })).toMatchObject({
      ...{ status: 409, body: { message: expect.stringContaining('no active subscription') as string } },
    });
    const wrong = await payer.call('PUT', '/billing/details', {
      ...GIVEN_DETAILS,
      country: 'XX',
      city: '',
      email: 'acme',
    });
    expect(wrong).toMatchObject({ status: 422, body: { errors: { country: 'is not a country' } } });
    const euro = await payer.call('PUT', '/billing/details', { ...GIVEN_DETAILS, currency: 'eur' });
    expect(euro).toMatchObject({ status: 422, body: { errors: { currency: 'must be one of usd' } } });
    const { status, body } = await payer.call('PUT', '/billing/details', GIVEN_DETAILS);
    expect([status, body.details]).toEqual([200, { ...GIVEN_DETAILS, country: 'US', line2: null, tax_id: null }]);
    // What it answers can be sent again.
    expect((await payer.call('PUT', '/billing/details', body.details)).body).toEqual(body);
  });

  test('a card is set up with Stripe, which alone sees its number', async () => {
    const { status, headers, body } = await payer.call('POST', '/billing/setup-intents');
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      ...{ id: expect.stringMatching(/^seti_/) as string, client_secret: expect.stringMatching(/_secret_/) as string },
      publishable_key: billing.sandbox.publishableKey,
      url: `${billing.app.url}/orgs/${payer.name}/billing/card`,
    });
    expect((await payer.call('POST', '/billing/card', { setup_intent: body.id })).status).toBe(409);
    expect((await payer.call('POST', '/billing/card', { setup_intent: 'seti_none' })).status).toBe(409);
    expect((await payer.call('POST', '/billing/card', { setup_intent: '../customers' })).status).toBe(422);
    await stripeOf(billing.sandbox).setupIntents.confirm(body.id, { payment_method: 'pm_card_visa' });
    const used = await payer.call('POST', '/billing/card', { setup_intent: body.id });
    expect(used).toMatchObject({ status: 200, body: { card: { brand: 'visa', last4: '4242' } } });
  });

  test.each<[object, object]>([
    [{}, { kind: 'must be subscribe, seats or plan' }],
    [{ kind: 'subscribe' }, { plan: 'must be monthly or annual', seats: 'must be a whole number' }],
    [{ kind: 'subscribe', plan: 'monthly', seats: 2.5 }, { seats: 'must be a whole number' }],
    [{ kind: 'subscribe', plan: 'monthly', seats: 2 }, { seats: 'must be at least 3: so many people are members' }],
    [{ kind: 'subscribe', plan: 'monthly', seats: 3, code: 'NOPE' }, { code: 'is not known, or not valid any more' }],
    [{ kind: 'subscribe', plan: 'monthly', seats: '3' }, { seats: 'must be a whole number' }],
  ])('%j is refused field by field', async (json, errors) => {
    expect(await payer.call('POST', '/billing/quotes', json)).toMatchObject({ status: 422, body: { errors } });
  });

  test('the price is shown, kept, and agreed to once', async () => {
    const quoted = await payer.call('POST', '/billing/quotes', { kind: 'subscribe', plan: 'monthly', seats: 3 });
    expect(quoted.status).toBe(201);
    expect(quoted.body).toMatchObject({
      ...{
        kind: 'subscribe',
        state: 'drafted',
        plan: 'monthly',
        unit_amount: 900,
        seats: 3,
        code: null,
        problem: null,
      },
      quote: { currency: 'usd', subtotal: 2700, tax: 0, total: 2700, amount_due: 2700 },
    });
    const path = `/billing/changes/${quoted.body.id}`;
    expect(quoted.headers.get('location')).toBe(`${billing.app.url}/api/orgs/${payer.name}${path}`);
    expect((await payer.call('GET', path)).body).toEqual(quoted.body);
    const [first, second] = await Promise.all([
      payer.call('POST', `${path}/confirm`),
      payer.call('POST', `${path}/confirm`),
    ]);
    for (const { status, body } of [first, second]) expect([status, body.state]).toEqual([200, 'done']);
    const overview = (await payer.call('GET', '/billing')).body;
    expect(overview).toMatchObject({
      ...{ standing: { state: 'active' }, seats: { paid: 3, used: 3, limit: 3, pending: null, high_water: 3 } },
      subscription: {
        status: 'active',
        plan: 'monthly',
        currency: 'usd',
        unit_amount: 900,
        cancel_at: null,
        next: null,
      },
      next_charge: {
        ...{ at: overview.subscription.current_period_end, currency: 'usd', subtotal: 2700 },
        ...{ discount_amount: 0, credit_amount: 0, amount: 2700 },
      },
      customer: { details: { name: 'Acme Honey Ltd' }, card: { last4: '4242' }, currency: 'usd', balance: 0 },
    });
    expect(await paidInvoices(payer)).toHaveLength(1);
  });

  test('its invoice, and the PDF of it', async () => {
    const [invoice] = (await payer.call('GET', '/billing/invoices')).body;
    expect(invoice).toMatchObject({ status: 'paid', reason: 'subscription_create', total: 2700, amount_remaining: 0 });
    expect((await payer.call('GET', `/billing/invoices/${invoice.id}`)).body).toEqual(invoice);
    const pdf = await ask(invoice.pdf_url, { key: payer.key, headers: { accept: '*/*' } });
    expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(pdf.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w-]+\.pdf"$/);
    expect(pdf.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.bytes.length).toBe(Number(pdf.headers.get('content-length')));
    for (const act of ['pay', 'abandon'])
      expect(await payer.call('POST', `/billing/invoices/${invoice.id}/${act}`)).toMatchObject({ status: 409 });
  });

  test('the same in Erlang terms', async () => {
    const { status, body } = await ask(`${billing.app.url}/api/orgs/${payer.name}/billing`, {
      key: payer.key,
      erlang: true,
    });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toBe(JSON.stringify((await payer.call('GET', '/billing')).body));
  });
});

describe('the rest of a subscription’s life', () => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await subscriber(billing);
  });

  test('cancel, said twice, and resume', async () => {
    const canceled = await payer.call('POST', '/billing/cancel', { reason: 'too many bees' });
    expect(canceled).toMatchObject({ status: 200, body: { kind: 'cancel', state: 'done' } });
    const { standing, subscription, next_charge: next } = (await payer.call('GET', '/billing')).body;
    expect([standing.state, subscription.cancel_at, next]).toEqual([
      'canceling',
      subscription.current_period_end,
      null,
    ]);
    expect(await payer.call('POST', '/billing/cancel')).toMatchObject({ status: 409 });
    expect(await payer.call('POST', '', { seats: 9 })).toMatchObject({ status: 409 });
    expect(await payer.call('POST', '/billing/resume')).toMatchObject({ status: 200, body: { kind: 'resume' } });
    expect(await payer.call('POST', '/billing/resume')).toMatchObject({ status: 409 });
    expect((await payer.call('GET', '/billing')).body.standing.state).toBe('active');
  });

  test('a coupon', async () => {
    expect(await payer.call('POST', '/billing/coupon', { code: 'NOPE' })).toMatchObject({ status: 422 });
    expect(await payer.call('POST', '/billing/coupon', {})).toMatchObject({ status: 422 });
    const coupon = await stripeOf(billing.sandbox).coupons.create({
      percent_off: 20,
      duration: 'forever',
      name: 'Early bees',
    });
    await stripeOf(billing.sandbox).promotionCodes.create({
      code: 'BEES',
      promotion: { type: 'coupon', coupon: coupon.id },
    });
    expect(await payer.call('POST', '/billing/coupon', { code: 'BEES' })).toMatchObject({ status: 200 });
    const { subscription, next_charge: next } = (await payer.call('GET', '/billing')).body;
    expect(subscription.discount).toMatchObject({ name: 'Early bees', percent_off: 20 });
    expect(next).toMatchObject({ subtotal: 2700, discount_amount: 540, credit_amount: 0, amount: 2160 });
  });

  test('to the year at once, and back at its end', async () => {
    const { body: quoted } = await payer.call('POST', '/billing/quotes', { kind: 'plan', plan: 'annual' });
    expect(quoted).toMatchObject({ kind: 'plan', plan: 'annual', unit_amount: 9000, seats: 3, at: null, undo: false });
    expect((await payer.call('POST', `/billing/changes/${quoted.id}/confirm`)).status).toBe(200);
    expect((await payer.call('GET', '/billing')).body.subscription).toMatchObject({
      plan: 'annual',
      unit_amount: 9000,
    });
    const { body: back } = await payer.call('POST', '/billing/quotes', { kind: 'plan', plan: 'monthly' });
    expect(back).toMatchObject({ plan: 'monthly', quote: null, at: expect.stringMatching(/Z$/) as string });
    expect((await payer.call('POST', `/billing/changes/${back.id}/confirm`)).status).toBe(200);
    const { subscription, next_charge: next } = (await payer.call('GET', '/billing')).body;
    expect(subscription).toMatchObject({ plan: 'annual', next: { plan: 'monthly', unit_amount: 900, at: back.at } });
    expect(next).toMatchObject({ at: subscription.current_period_end, subtotal: 2700 });
  });
});

describe('who may', () => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await newPayer(billing);
  });

  test('the role billing, and no lesser right', async () => {
    const treasurer = await person(billing.app);
    await billing.app.app.get(Members).add(TESTS, payer.organization, treasurer, 'billing');
    const url = `${billing.app.url}/api/orgs/${payer.name}`;
    const key = await keyOf(billing.app, treasurer, api('write'));
    expect((await ask(`${url}/billing`, { key })).status).toBe(200);
    expect((await ask(`${url}/billing/details`, { method: 'PUT', key, json: GIVEN_DETAILS })).status).toBe(200);
    for (const role of ['write', 'read'] as const) {
      const other = await keyOf(billing.app, payer.people[role], api('write'));
      expect([role, (await ask(`${url}/billing`, { key: other })).status]).toEqual([role, 403]);
      expect([role, (await ask(url, { method: 'POST', key: other, json: { seats: 9 } })).status]).toEqual([role, 403]);
    }
    const reading = await keyOf(billing.app, payer.people.admin, api('read'));
    expect((await ask(`${url}/billing`, { key: reading })).status).toBe(401);
  });

  test('changes and invoices of one organization are not those of another', async () => {
    const other = await subscriber(billing);
    const [invoice] = (await other.call('GET', '/billing/invoices')).body;
    const { body: change } = await other.call('POST', '/billing/quotes', { kind: 'seats', seats: 4 });
    const paths = [`changes/${change.id}`, `invoices/${invoice.id}`, `invoices/${invoice.id}/pdf`];
    for (const path of paths) expect([path, (await payer.call('GET', `/billing/${path}`)).status]).toEqual([path, 404]);
    expect((await payer.call('POST', `/billing/changes/${change.id}/confirm`)).status).toBe(404);
    expect((await payer.call('GET', '/billing/changes/1')).status).toBe(404);
  });
});

test('where nothing is sold there is no billing', async () => {
  const free = await startApp({ env: { BILLING: 'off' } });
  try {
    const made = await team(free);
    const key = await keyOf(free, made.people.admin, api('write'));
    const url = `${free.url}/api/orgs/${made.name}`;
    expect((await ask(`${url}/billing`, { key })).status).toBe(404);
    expect((await ask(url, { method: 'POST', key, json: { seats: 9 } })).status).toBe(404);
  } finally {
    await free.stop();
  }
});
