import { beforeAll, describe, expect, test } from 'vitest';
import { answerBank, paidInvoices, type Payer, seatsOf, subscriber } from '../support/billing-api.js';
import { giveCard, useBilling } from '../support/billing.js';

// Seats bought by a script: with a bank that asks, a card that is refused, and Stripe away.

const billing = useBilling();

describe('a card whose bank asks each time', () => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await subscriber(billing);
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
    await answerBank(billing, payer, asked.body.client_secret, 'complete');
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
    await answerBank(billing, payer, asked.body.client_secret, 'fail');
    expect(await seatsOf(payer)).toMatchObject({ paid: 5, pending: 6 });
    const again = await payer.call('POST', `/billing/invoices/${asked.body.invoice}/pay`);
    expect(again).toMatchObject({ status: 402, body: { step: 'authenticate' } });
    await answerBank(billing, payer, again.body.client_secret, 'complete');
    const done = await payer.call('POST', '', { seats: 6 });
    expect(done).toMatchObject({ status: 200, body: { name: payer.name, seats: 6, billing_active: true } });
  });
});

describe('POST /api/orgs/ORG {seats}', () => {
  let payer: Payer;
  beforeAll(async () => {
    payer = await subscriber(billing);
  });

  test.each([[{}], [{ seats: 2 }], [{ seats: 'many' }], [{ seats: 3.5 }], [{ seats: -4 }]])(
    '%j is too few',
    async (json) => {
      expect(await payer.call('POST', '', json)).toMatchObject({
        ...{ status: 422, body: { message: 'number of seats cannot be less than number of members' } },
      });
    },
  );

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
    expect(paying).toMatchObject({
      status: 402,
      body: { code: 'card_declined', decline_code: expect.any(String) as string },
    });
    expect(await seatsOf(payer)).toMatchObject({ paid: 8, pending: 9 });
    await giveCard(billing, payer.organization, 'pm_card_visa');
    const paid = await payer.call('POST', `/billing/invoices/${body.invoice}/pay`);
    expect(paid).toMatchObject({ status: 200, body: { id: body.invoice, status: 'paid', amount_remaining: 0 } });
    expect(await seatsOf(payer)).toMatchObject({ paid: 9, pending: null });
  });
});

test('while Stripe is away: 503 in words, and nothing of it is lost', async () => {
  const payer = await subscriber(billing);
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
  const payer = await subscriber(billing);
  const { body: quoted } = await payer.call('POST', '/billing/quotes', { kind: 'seats', seats: 4 });
  const isChange = ({ method, path }: { method: string; path: string }) =>
    method === 'POST' && path.startsWith('/v1/subscriptions/');
  billing.sandbox.intercept((call) => (call.phase === 'before' && isChange(call) ? 'reset' : undefined));
  const path = `/billing/changes/${quoted.id}`;
  const unclear = await payer.call('POST', `${path}/confirm`);
  billing.sandbox.intercept(undefined);
  expect(unclear).toMatchObject({
    status: 202,
    body: { state: 'unclear', problem: { message: expect.any(String) as string } },
  });
  expect((await payer.call('GET', '/billing')).body.operation).toMatchObject({ id: quoted.id, state: 'unclear' });
  expect(await payer.call('POST', '/billing/cancel')).toMatchObject({ status: 409 });
  await billing.advance(5 * 60 * 1000);
  expect((await payer.call('POST', `${path}/confirm`)).body.code).toBe('not_done');
  expect((await payer.call('GET', path)).body).toMatchObject({ state: 'refused', problem: { code: 'not_done' } });
  expect(await paidInvoices(payer)).toHaveLength(1);
});
