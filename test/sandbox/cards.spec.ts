import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stripe } from 'stripe';
import { customerWith, intentOf, open, refusal, type Site, start } from './support.js';

let site: Site;
beforeAll(async () => {
  site = await open();
});
afterAll(() => site.sandbox.stop());

/** Sets the card up for later, as the browser does, passing the challenge if there is one. */
async function setUp(card: string): Promise<{ customer: string; asked: string; method: string }> {
  const customer = await site.stripe.customers.create({});
  const intent = await site.stripe.setupIntents.create({
    customer: customer.id,
    payment_method: card,
    confirm: true,
    usage: 'off_session',
  });
  await site.sandbox.settleChallenge(intent.id, 'complete');
  const { payment_method, status } = await site.stripe.setupIntents.retrieve(intent.id);
  expect(status).toBe('succeeded');
  return { customer: customer.id, asked: intent.status, method: payment_method as string };
}

/** What a first payment with the card comes to: `asks` in the middle, `then` after the challenge was passed. */
async function pay(customer: string, method: string, offSession: boolean): Promise<unknown[]> {
  const begun = await start(site.stripe, customer, site.month.id, {
    default_payment_method: method,
    payment_behavior: 'allow_incomplete',
    off_session: offSession,
  });
  const intent = await intentOf(site.stripe, begun);
  if (intent.status !== 'requires_action') return [outcome(intent)];
  const settled = await site.sandbox.settleChallenge(intent.id, 'complete');
  return [intent.last_payment_error?.code ?? 'challenge', outcome(settled as Stripe.PaymentIntent)];
}

const outcome = (intent: Stripe.PaymentIntent) =>
  intent.last_payment_error?.decline_code ?? intent.last_payment_error?.code ?? intent.status;

describe('a card that can be set up', () => {
  it.each([
    ['visa', 'succeeded', ['succeeded'], ['succeeded']],
    ['authenticationRequiredOnSetup', 'requires_action', ['challenge', 'succeeded'], ['succeeded']],
    ['authenticationRequired', 'requires_action', ['challenge', 'succeeded'], ['authentication_required', 'succeeded']],
    ['authenticationRequiredSetupForOffSession', 'succeeded', ['challenge', 'succeeded'], ['succeeded']],
    ['threeDSecure2Required', 'requires_action', ['challenge', 'succeeded'], ['authentication_required', 'succeeded']],
    [
      'threeDSecureRequiredChargeDeclined',
      'requires_action',
      ['challenge', 'generic_decline'],
      ['authentication_required', 'generic_decline'],
    ],
    ['threeDSecureOptional', 'succeeded', ['succeeded'], ['succeeded']],
    ['chargeCustomerFail', 'succeeded', ['generic_decline'], ['generic_decline']],
  ])('%s', async (name, asked, onSession, offSession) => {
    const card = await setUp(`pm_card_${name}`);
    expect(card.asked).toBe(asked);
    expect(await pay(card.customer, card.method, false)).toEqual(onSession);
    const other = await setUp(`pm_card_${name}`);
    expect(await pay(other.customer, other.method, true)).toEqual(offSession);
  });
});

describe('a card that is refused', () => {
  it.each([
    ['visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
    ['chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded'],
    ['threeDSecureRequiredProcessingError', 'processing_error', 'processing_error'],
  ])('%s', async (name, code, decline_code) => {
    const { stripe } = site;
    const customer = await stripe.customers.create({});
    const attached = await refusal(stripe.paymentMethods.attach(`pm_card_${name}`, { customer: customer.id }));
    expect(attached).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, decline_code });
    const intent = await stripe.setupIntents.create({ customer: customer.id, allowed_payment_method_types: ['card'] });
    const error = await refusal(stripe.setupIntents.confirm(intent.id, { payment_method: `pm_card_${name}` }));
    expect(error).toMatchObject({ statusCode: 402, code, decline_code });
    expect((error as Stripe.errors.StripeCardError).setup_intent?.id).toBe(intent.id);
    const after = await stripe.setupIntents.retrieve(intent.id);
    expect([after.status, after.last_setup_error?.code]).toEqual(['requires_payment_method', code]);
  });

  it('for a wrong number, a month that is none, a year that is over', async () => {
    const typed = (card: Partial<Stripe.PaymentMethodCreateParams.Card>) =>
      refusal(
        site.stripe.paymentMethods.create({
          type: 'card',
          card: { number: '4242424242424242', exp_month: 12, exp_year: 2030, ...card },
        }),
      );
    const codes = [
      await typed({ number: '4242424242424241' }),
      await typed({ exp_month: 13 }),
      await typed({ exp_year: 2026 }),
      await typed({ cvc: '12' }),
    ];
    expect(codes.map(({ code }) => code)).toEqual([
      'incorrect_number',
      'invalid_expiry_month',
      'invalid_expiry_year',
      'invalid_cvc',
    ]);
  });
});

it('3155 was not set up: it asks for its holder', async () => {
  const { stripe } = site;
  const customer = await customerWith(stripe, 'pm_card_authenticationRequiredOnSetup');
  const method = customer.invoice_settings.default_payment_method as string;
  expect(await pay(customer.id, method, true)).toEqual(['authentication_required', 'succeeded']);
});

it('3178 has no money even after its holder agreed', async () => {
  const { stripe, sandbox } = site;
  const customer = await stripe.customers.create({});
  const { id } = await stripe.paymentMethods.create({
    type: 'card',
    card: { number: '4000008260003178', exp_month: 12, exp_year: 2030 },
  });
  const intent = await stripe.setupIntents.create({ customer: customer.id, payment_method: id, confirm: true });
  await sandbox.settleChallenge(intent.id, 'complete');
  expect(await pay(customer.id, id, false)).toEqual(['challenge', 'insufficient_funds']);
  expect(await pay(customer.id, id, true)).toEqual(['insufficient_funds']);
});

it.each(['fail', 'cancel'] as const)(
  'a challenge that ends with %s leaves the intent waiting for another card',
  async (how) => {
    const { stripe, sandbox } = site;
    const customer = await stripe.customers.create({});
    const intent = await stripe.setupIntents.create({
      customer: customer.id,
      payment_method: 'pm_card_authenticationRequired',
      confirm: true,
    });
    expect(intent.next_action?.type).toBe('use_stripe_sdk');
    const settled = await sandbox.settleChallenge(intent.id, how);
    expect(settled).toMatchObject({
      status: 'requires_payment_method',
      last_setup_error: { code: 'setup_intent_authentication_failure' },
    });
  },
);

it('a card that ran out is refused at the next renewal', async () => {
  const { stripe, month, sandbox } = site;
  const customer = await customerWith(stripe, 'pm_card_visa');
  const begun = await start(stripe, customer.id, month.id, { payment_behavior: 'allow_incomplete' });
  await sandbox.act({ act: 'expire_card', payment_method: customer.invoice_settings.default_payment_method as string });
  await sandbox.advance(32 * 86_400_000);
  expect((await stripe.subscriptions.retrieve(begun.id)).status).toBe('past_due');
  expect((await intentOf(stripe, await stripe.subscriptions.retrieve(begun.id))).last_payment_error?.code).toBe(
    'expired_card',
  );
  await sandbox.act({
    act: 'renew_card',
    payment_method: customer.invoice_settings.default_payment_method as string,
    exp_month: 1,
    exp_year: 2031,
  });
  await sandbox.advance(4 * 86_400_000);
  expect((await stripe.subscriptions.retrieve(begun.id)).status).toBe('active');
});

describe('after the payment', () => {
  async function paid(card: string): Promise<Stripe.Charge> {
    const customer = await customerWith(site.stripe, card);
    const begun = await start(site.stripe, customer.id, site.month.id, { payment_behavior: 'allow_incomplete' });
    expect(begun.status).toBe('active');
    return (await site.stripe.charges.list({ customer: customer.id })).data[0]!;
  }

  it.each([
    ['createDispute', 'fraudulent', 'needs_response'],
    ['createDisputeProductNotReceived', 'product_not_received', 'needs_response'],
    ['createDisputeInquiry', 'general', 'warning_needs_response'],
  ])('%s', async (card, reason, status) => {
    const charge = await paid(`pm_card_${card}`);
    const [dispute] = (await site.stripe.disputes.list({ charge: charge.id })).data;
    expect(dispute).toMatchObject({ reason, status, amount: 2700, payment_intent: charge.payment_intent });
  });

  it('evidence decides a dispute', async () => {
    const { stripe } = site;
    const dispute = async () =>
      (await stripe.disputes.list({ charge: (await paid('pm_card_createDispute')).id })).data[0]!.id;
    const won = await stripe.disputes.update(await dispute(), { evidence: { uncategorized_text: 'winning_evidence' } });
    const lost = await stripe.disputes.close(await dispute());
    expect([won.status, lost.status]).toEqual(['won', 'lost']);
    const types = (await stripe.events.list({ type: 'charge.dispute.*', limit: 100 })).data.map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining([
        'charge.dispute.closed',
        'charge.dispute.funds_reinstated',
        'charge.dispute.funds_withdrawn',
      ]),
    );
  });

  it('a warning of fraud', async () => {
    const charge = await paid('pm_card_createIssuerFraudRecord');
    expect((await site.stripe.radar.earlyFraudWarnings.list({ charge: charge.id })).data).toHaveLength(1);
  });

  it('a refund that settles later, one that fails, and one too many', async () => {
    const { stripe, sandbox } = site;
    const slow = await stripe.refunds.create({ charge: (await paid('pm_card_pendingRefund')).id });
    const bad = await stripe.refunds.create({
      payment_intent: (await paid('pm_card_refundFail')).payment_intent as string,
      amount: 700,
    });
    expect([slow.status, bad.status]).toEqual(['pending', 'succeeded']);
    await sandbox.advance(61_000);
    expect((await stripe.refunds.retrieve(slow.id)).status).toBe('succeeded');
    expect(await stripe.refunds.retrieve(bad.id)).toMatchObject({ status: 'failed', failure_reason: 'unknown' });
    expect((await stripe.charges.retrieve(bad.charge as string)).amount_refunded).toBe(0);
    expect((await refusal(stripe.refunds.create({ charge: slow.charge as string }))).code).toBe(
      'charge_already_refunded',
    );
  });
});
