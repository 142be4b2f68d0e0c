import { writeFileSync } from 'node:fs';
import Stripe from 'stripe';
import { beforeAll, describe, expect, test } from 'vitest';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { Members } from '../../src/organizations/members.js';
import { startApp } from '../support/app.js';
import { giveCard, useBilling } from '../support/billing.js';
import { type Answer, ask } from '../support/http.js';
import { api, keyOf, person, team, type Team, TESTS } from '../support/people.js';

// What a script can do about an organization's money, without a browser.

const billing = useBilling();
const DETAILS = {
  ...{ kind: 'company', name: 'Acme Honey Ltd', email: 'billing@acme.test', country: 'us' },
  ...{ line1: '1 Hive Road', city: 'Portland', state: 'OR', postal_code: '97201', purchase_order: 'PO 17' },
};
const dump: object[] = [];

interface Payer extends Team {
  readonly key: string;
  call(method: string, path?: string, json?: object): Promise<Answer>;
}

async function newTeam(): Promise<Payer> {
  const made = await team(billing.app);
  const key = await keyOf(billing.app, made.people.admin, api('write'));
  const call = async (method: string, path = '', json?: object) => {
    const answer = await ask(`${billing.app.url}/api/orgs/${made.name}${path}`, { method, key, ...(json && { json }) });
    dump.push({ method, path, json, status: answer.status, body: answer.headers.get('content-type')?.includes('pdf') ? 'pdf' : answer.body });
    writeFileSync('/tmp/billing-calls.json', JSON.stringify(dump, null, 1));
    return answer;
  };
  return { ...made, key, call };
}

const stripe = () =>
  new Stripe(billing.sandbox.secretKey, {
    ...{ host: '127.0.0.1', port: new URL(billing.sandbox.url).port, protocol: 'http' },
  });

/** As Stripe.js does it with the client secret; the bank, where it asks, is satisfied. */
async function setUp(payer: Payer, card: string): Promise<void> {
  const { body } = await payer.call('POST', '/billing/setup-intents');
  const intent = await stripe().setupIntents.confirm(body.id, { payment_method: card });
  if (intent.status === 'requires_action') await billing.sandbox.settleChallenge(intent.id, 'complete');
  expect((await payer.call('POST', '/billing/card', { setup_intent: body.id })).status).toBe(200);
}

/** Details, card, and a subscription of three seats. */
async function subscriber(card = 'pm_card_visa'): Promise<Payer> {
  const payer = await newTeam();
  await payer.call('PUT', '/billing/details', DETAILS);
  await setUp(payer, card);
  const { body } = await payer.call('POST', '/billing/quotes', { kind: 'subscribe', plan: 'monthly', seats: 3 });
  expect((await payer.call('POST', `/billing/changes/${body.id}/confirm`)).status).toBe(200);
  return payer;
}

/** Answers the bank's question of a 402, and lets the service hear of it. */
async function answerBank(payer: Payer, clientSecret: string, outcome: 'complete' | 'fail'): Promise<void> {
  await billing.sandbox.settleChallenge(clientSecret.split('_secret_')[0]!, outcome);
  await billing.app.app.get(Subscriptions).sync(payer.organization.id);
}

const seatsOf = async (payer: Payer) => (await payer.call('GET', '/billing')).body.seats;
const paidInvoices = async (payer: Payer): Promise<any[]> =>
  (await payer.call('GET', '/billing/invoices')).body.filter(({ status }: any) => status === 'paid');

describe('from nothing to a subscription', () => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await newTeam();
  });

  test('in the trial there is nothing yet', async () => {
    const { status, body } = await payer.call('GET', '/billing');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ standing: { state: 'trial' }, subscription: null, next_charge: null, customer: null, invoices: [] },
      ...{ operation: null, seats: { paid: null, used: 3, limit: null, pending: null, high_water: null } },
      url: `${billing.app.url}/orgs/${payer.name}/billing`,
    });
    expect((await payer.call('GET', '/billing/prices')).body).toEqual([{ currency: 'usd', monthly: 900, annual: 9000 }]);
  });

  test('who pays must be said first', async () => {
    const wish = { kind: 'subscribe', plan: 'monthly', seats: 3 };
    expect(await payer.call('POST', '/billing/quotes', wish)).toMatchObject({ status: 409 });
    expect(await payer.call('POST', '/billing/setup-intents')).toMatchObject({ status: 409 });
    expect(await payer.call('POST', '', { seats: 5 })).toMatchObject({
      ...{ status: 409, body: { message: expect.stringContaining('no active subscription') as string } },
    });
    const wrong = await payer.call('PUT', '/billing/details', { ...DETAILS, country: 'XX', city: '', email: 'acme' });
    expect(wrong).toMatchObject({ status: 422, body: { errors: { country: 'is not a country' } } });
    const euro = await payer.call('PUT', '/billing/details', { ...DETAILS, currency: 'eur' });
    expect(euro).toMatchObject({ status: 422, body: { errors: { currency: 'must be one of usd' } } });
    const { status, body } = await payer.call('PUT', '/billing/details', DETAILS);
    expect([status, body.details]).toEqual([200, { ...DETAILS, country: 'US', line2: null, tax_id: null }]);
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
    await stripe().setupIntents.confirm(body.id, { payment_method: 'pm_card_visa' });
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
      ...{ kind: 'subscribe', state: 'drafted', plan: 'monthly', unit_amount: 900, seats: 3, code: null, problem: null },
      quote: { currency: 'usd', subtotal: 2700, tax: 0, total: 2700, amount_due: 2700 },
    });
    const path = `/billing/changes/${quoted.body.id}`;
    expect(quoted.headers.get('location')).toBe(`${billing.app.url}/api/orgs/${payer.name}${path}`);
    expect((await payer.call('GET', path)).body).toEqual(quoted.body);
    const [first, second] = await Promise.all([payer.call('POST', `${path}/confirm`), payer.call('POST', `${path}/confirm`)]);
    for (const { status, body } of [first, second]) expect([status, body.state]).toEqual([200, 'done']);
    const overview = (await payer.call('GET', '/billing')).body;
    expect(overview).toMatchObject({
      ...{ standing: { state: 'active' }, seats: { paid: 3, used: 3, limit: 3, pending: null, high_water: 3 } },
      subscription: { status: 'active', plan: 'monthly', currency: 'usd', unit_amount: 900, cancel_at: null, next: null },
      next_charge: { at: overview.subscription.current_period_end, currency: 'usd', subtotal: 2700 },
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
    const { status, body } = await ask(`${billing.app.url}/api/orgs/${payer.name}/billing`, { key: payer.key, erlang: true });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toBe(JSON.stringify((await payer.call('GET', '/billing')).body));
  });
});

describe('a card whose bank asks each time', () => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await subscriber();
    await giveCard(billing, payer.organization, 'pm_card_authenticationRequired');
  });

  test('402 says where to go on; seats come with the money, and not twice', async () => {
    const { body: quote } = await payer.call('POST', '/billing/quotes', { kind: 'seats', seats: 5 });
    expect(quote).toMatchObject({ kind: 'seats', seats: 5, high_water: 3, quote: { currency: 'usd' } });
    const path = `/billing/changes/${quote.id}/confirm`;
    const asked = await payer.call('POST', path);
    expect(asked.headers.get('cache-control')).toBe('no-store');
    expect(asked.body).toEqual({
      ...{ status: 402, code: 'authentication_required', decline_code: null, step: 'authenticate' },
      message: expect.stringContaining('The bank wants to ask') as string,
      invoice: expect.stringMatching(/^in_/) as string,
      client_secret: expect.stringMatching(/^pi_.*_secret_/) as string,
      publishable_key: billing.sandbox.publishableKey,
      url: `${billing.app.url}/orgs/${payer.name}/billing/invoices/${asked.body.invoice}`,
    });
    expect(await seatsOf(payer)).toMatchObject({ paid: 3, limit: 3, pending: 5 });
    const again = await payer.call('POST', path);
    expect([again.status, again.body.invoice]).toEqual([402, asked.body.invoice]);
    await answerBank(payer, asked.body.client_secret, 'complete');
    expect(await seatsOf(payer)).toMatchObject({ paid: 5, limit: 5, pending: null, high_water: 5 });
    expect((await payer.call('POST', path)).status).toBe(200);
    expect((await paidInvoices(payer)).map(({ amount_paid: paid }) => paid)).toEqual([quote.quote.amount_due, 2700]);
  });

  test('POST /api/orgs/ORG as hex.pm has it, but with an answer for this card', async () => {
    const asked = await payer.call('POST', '', { seats: 6 });
    expect(asked).toMatchObject({ status: 402, body: { step: 'authenticate', publishable_key: 'pk_test_sandbox' } });
    const again = await payer.call('POST', '', { seats: 6 });
    expect([again.status, again.body.invoice]).toEqual([402, asked.body.invoice]);
    expect(await payer.call('POST', '', { seats: 7 })).toMatchObject({ status: 409 });
    const tried = await payer.call('POST', `/billing/invoices/${asked.body.invoice}/pay`);
    expect(tried).toMatchObject({ status: 402, body: { step: 'authenticate', invoice: asked.body.invoice } });
    const given = await payer.call('POST', `/billing/invoices/${asked.body.invoice}/abandon`);
    expect(given).toMatchObject({ status: 200, body: { status: 'void', amount_paid: 0 } });
    expect(await seatsOf(payer)).toMatchObject({ paid: 5, pending: null });
  });

  test('whoever fails the bank’s question keeps what they had, and may try again', async () => {
    const asked = await payer.call('POST', '', { seats: 6 });
    await answerBank(payer, asked.body.client_secret, 'fail');
    expect(await seatsOf(payer)).toMatchObject({ paid: 5, pending: 6 });
    const again = await payer.call('POST', `/billing/invoices/${asked.body.invoice}/pay`);
    expect(again).toMatchObject({ status: 402, body: { step: 'authenticate' } });
    await answerBank(payer, again.body.client_secret, 'complete');
    const done = await payer.call('POST', '', { seats: 6 });
    expect(done).toMatchObject({ status: 200, body: { name: payer.name, seats: 6, billing_active: true } });
  });
});

describe('POST /api/orgs/ORG {seats}', () => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await subscriber();
  });

  test.each([[{}], [{ seats: 2 }], [{ seats: 'many' }], [{ seats: 3.5 }], [{ seats: -4 }]])('%j is too few', async (json) => {
    expect(await payer.call('POST', '', json)).toMatchObject({
      ...{ status: 422, body: { message: 'number of seats cannot be less than number of members' } },
    });
  });

  test('ten at once buy once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => payer.call('POST', '', { seats: 8 })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    for (const { body } of answers) expect(body.seats).toBe(8);
    expect(await paidInvoices(payer)).toHaveLength(2);
  });

  test('fewer, and back up to what was paid for, costs nothing', async () => {
    expect((await payer.call('POST', '', { seats: 4 })).body.seats).toBe(4);
    expect((await payer.call('POST', '', { seats: 8 })).body.seats).toBe(8);
    expect(await paidInvoices(payer)).toHaveLength(2);
  });

  test('a card that is refused buys nothing, and says why', async () => {
    await giveCard(billing, payer.organization, 'pm_card_chargeCustomerFail');
    const { status, body } = await payer.call('POST', '', { seats: 9 });
    expect([status, body.code, body.step]).toEqual([402, 'card_declined', 'confirm']);
    expect(body.message).toMatch(/bank|card/i);
    const paying = await payer.call('POST', `/billing/invoices/${body.invoice}/pay`);
    expect(paying).toMatchObject({ status: 402, body: { code: 'card_declined', decline_code: expect.any(String) as string } });
    expect(await seatsOf(payer)).toMatchObject({ paid: 8, pending: 9 });
    await giveCard(billing, payer.organization, 'pm_card_visa');
    const paid = await payer.call('POST', `/billing/invoices/${body.invoice}/pay`);
    expect(paid).toMatchObject({ status: 200, body: { id: body.invoice, status: 'paid', amount_remaining: 0 } });
    expect(await seatsOf(payer)).toMatchObject({ paid: 9, pending: null });
  });
});

describe('the rest of a subscription’s life', () => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await subscriber();
  });

  test('cancel, said twice, and resume', async () => {
    const canceled = await payer.call('POST', '/billing/cancel', { reason: 'too many bees' });
    expect(canceled).toMatchObject({ status: 200, body: { kind: 'cancel', state: 'done' } });
    const { standing, subscription, next_charge: next } = (await payer.call('GET', '/billing')).body;
    expect([standing.state, subscription.cancel_at, next]).toEqual(['canceling', subscription.current_period_end, null]);
    expect(await payer.call('POST', '/billing/cancel')).toMatchObject({ status: 409 });
    expect(await payer.call('POST', '', { seats: 9 })).toMatchObject({ status: 409 });
    expect(await payer.call('POST', '/billing/resume')).toMatchObject({ status: 200, body: { kind: 'resume' } });
    expect(await payer.call('POST', '/billing/resume')).toMatchObject({ status: 409 });
    expect((await payer.call('GET', '/billing')).body.standing.state).toBe('active');
  });

  test('a coupon', async () => {
    expect(await payer.call('POST', '/billing/coupon', { code: 'NOPE' })).toMatchObject({ status: 422 });
    expect(await payer.call('POST', '/billing/coupon', {})).toMatchObject({ status: 422 });
    const coupon = await stripe().coupons.create({ percent_off: 20, duration: 'forever', name: 'Early bees' });
    await stripe().promotionCodes.create({ code: 'BEES', promotion: { type: 'coupon', coupon: coupon.id } });
    expect(await payer.call('POST', '/billing/coupon', { code: 'BEES' })).toMatchObject({ status: 200 });
    const { subscription } = (await payer.call('GET', '/billing')).body;
    expect(subscription.discount).toMatchObject({ name: 'Early bees', percent_off: 20 });
  });

  test('to the year at once, and back at its end', async () => {
    const { body: quoted } = await payer.call('POST', '/billing/quotes', { kind: 'plan', plan: 'annual' });
    expect(quoted).toMatchObject({ kind: 'plan', plan: 'annual', unit_amount: 9000, seats: 3, at: null, undo: false });
    expect((await payer.call('POST', `/billing/changes/${quoted.id}/confirm`)).status).toBe(200);
    expect((await payer.call('GET', '/billing')).body.subscription).toMatchObject({ plan: 'annual', unit_amount: 9000 });
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
    payer = await newTeam();
  });

  test('the role billing, and no lesser right', async () => {
    const treasurer = await person(billing.app);
    await billing.app.app.get(Members).add(TESTS, payer.organization, treasurer, 'billing');
    const url = `${billing.app.url}/api/orgs/${payer.name}`;
    const key = await keyOf(billing.app, treasurer, api('write'));
    expect((await ask(`${url}/billing`, { key })).status).toBe(200);
    expect((await ask(`${url}/billing/details`, { method: 'PUT', key, json: DETAILS })).status).toBe(200);
    for (const role of ['write', 'read'] as const) {
      const other = await keyOf(billing.app, payer.people[role], api('write'));
      expect([role, (await ask(`${url}/billing`, { key: other })).status]).toEqual([role, 403]);
      expect([role, (await ask(url, { method: 'POST', key: other, json: { seats: 9 } })).status]).toEqual([role, 403]);
    }
    const reading = await keyOf(billing.app, payer.people.admin, api('read'));
    expect((await ask(`${url}/billing`, { key: reading })).status).toBe(401);
  });

  test('changes and invoices of one organization are not those of another', async () => {
    const other = await subscriber();
    const [invoice] = (await other.call('GET', '/billing/invoices')).body;
    const { body: change } = await other.call('POST', '/billing/quotes', { kind: 'seats', seats: 4 });
    const paths = [`changes/${change.id}`, `invoices/${invoice.id}`, `invoices/${invoice.id}/pdf`];
    for (const path of paths) expect([path, (await payer.call('GET', `/billing/${path}`)).status]).toEqual([path, 404]);
    expect((await payer.call('POST', `/billing/changes/${change.id}/confirm`)).status).toBe(404);
    expect((await payer.call('GET', '/billing/changes/1')).status).toBe(404);
  });
});

test('while Stripe is away: 503 in words, and nothing of it is lost', async () => {
  const payer = await subscriber();
  const { body: quoted } = await payer.call('POST', '/billing/quotes', { kind: 'seats', seats: 4 });
  billing.sandbox.intercept(() => ({ status: 500, body: { error: { type: 'api_error', message: 'sk_live_secret' } } }));
  try {
    const answers = [
      await payer.call('POST', `/billing/changes/${quoted.id}/confirm`),
      await payer.call('POST', '/billing/quotes', { kind: 'seats', seats: 5 }),
      await payer.call('POST', '/billing/setup-intents'),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(503);
      expect(body.message).toMatch(/^Stripe /);
      expect(JSON.stringify(body)).not.toContain('secret');
    }
    expect((await payer.call('GET', '/billing')).status).toBe(200);
  } finally {
    billing.sandbox.intercept(undefined);
  }
  expect((await payer.call('POST', `/billing/changes/${quoted.id}/confirm`)).status).toBe(200);
  expect(await seatsOf(payer)).toMatchObject({ paid: 4 });
});

test('an answer that never came is 202, and is looked up', async () => {
  const payer = await subscriber();
  const { body: quoted } = await payer.call('POST', '/billing/quotes', { kind: 'seats', seats: 4 });
  const isChange = ({ method, path }: { method: string; path: string }) =>
    method === 'POST' && path.startsWith('/v1/subscriptions/');
  billing.sandbox.intercept((call) => (call.phase === 'before' && isChange(call) ? 'reset' : undefined));
  const path = `/billing/changes/${quoted.id}`;
  const unclear = await payer.call('POST', `${path}/confirm`);
  billing.sandbox.intercept(undefined);
  expect(unclear).toMatchObject({ status: 202, body: { state: 'unclear', problem: { message: expect.any(String) as string } } });
  expect((await payer.call('GET', '/billing')).body.operation).toMatchObject({ id: quoted.id, state: 'unclear' });
  expect(await payer.call('POST', '/billing/cancel')).toMatchObject({ status: 409 });
  await billing.advance(5 * 60 * 1000);
  expect((await payer.call('POST', `${path}/confirm`)).body.code).toBe('not_done');
  expect((await payer.call('GET', path)).body).toMatchObject({ state: 'refused', problem: { code: 'not_done' } });
  expect(await paidInvoices(payer)).toHaveLength(1);
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
