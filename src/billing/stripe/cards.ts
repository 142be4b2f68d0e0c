import type Stripe from 'stripe';
import { type CardSummary } from '../customer.entity.js';
import { type Answer } from '../gateway.js';
import { asked } from './answers.js';
import { cardOf, idOf } from './summaries.js';

/**
 * Cards (billing.md A2, flow 1): set up for being charged while nobody is there, which is what earns the exemption from being
 * asked by the bank at each renewal.
 */

/** Payment methods of a SetupIntent are restricted by `allowed_payment_method_types` since endive. */
export async function setUpCard(stripe: Stripe, customer: string, idempotencyKey: string) {
  const intent = await stripe.setupIntents.create(
    { customer, usage: 'off_session', allowed_payment_method_types: ['card'] },
    { idempotencyKey },
  );
  return { id: intent.id, clientSecret: intent.client_secret! };
}

const NOT_SET_UP = { code: 'setup_intent_unfinished', declineCode: null, message: 'The card has not been set up.' };

/** The intent's id comes from a browser, so it is looked at whose it is. A subscription's own card goes before the customer's. */
export async function useCard(
  stripe: Stripe,
  customerId: string,
  setupIntentId: string,
  subscriptionId: string | null,
): Promise<Answer<CardSummary>> {
  const intent = await asked(() => stripe.setupIntents.retrieve(setupIntentId, { expand: ['payment_method'] }));
  if (intent.outcome !== 'ok') return intent;
  const { customer, status, payment_method: method } = intent.value;
  const card = cardOf(method);
  if (idOf(customer) !== customerId || status !== 'succeeded' || card === null)
    return { outcome: 'refused', refusal: NOT_SET_UP };
  return asked(async () => {
    await stripe.customers.update(customerId, { invoice_settings: { default_payment_method: card.id } });
    if (subscriptionId !== null) await stripe.subscriptions.update(subscriptionId, { default_payment_method: card.id });
    await detachOthers(stripe, customerId, card.id);
    return card;
  });
}

async function detachOthers(stripe: Stripe, customerId: string, keep: string): Promise<void> {
  const { data } = await stripe.customers.listPaymentMethods(customerId, { limit: 100 });
  for (const old of data.filter(({ id }) => id !== keep)) await stripe.paymentMethods.detach(old.id);
}
