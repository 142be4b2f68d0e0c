import { expect } from 'vitest';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Invoices } from '../../src/billing/invoices.js';
import { Payments } from '../../src/billing/payments.js';
import { PlanSwitches } from '../../src/billing/plan-switches.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { actor } from '../support/billing.js';
import { TESTS } from '../support/people.js';
import { type Selling } from './selling.js';
import { DAY_MS, giveCardIn, MINUTE_MS } from './shop.js';

type Story = (selling: Selling) => Promise<void>;

/**
 * What an organization wants of its subscription and what must hold afterwards, at whichever account of Stripe's, with cards whose banks
 * ask nothing: those with a bank are told in a browser (`browser-stories.ts`).
 */
export const moneyStories: Readonly<Record<string, Story>> = {
  'a subscription is paid by the card on file at once': async (selling) => {
    const organization = await selling.subscribed();
    const { subscription, invoices } = await selling.now(organization);
    expect(subscription).toMatchObject({ status: 'active', quantity: 3, plan: 'monthly', unitAmount: 900 });
    expect(invoices).toMatchObject([{ status: 'paid', total: '2700', reason: 'subscription_create' }]);
    const row = await selling.fresh(organization);
    expect(row).toMatchObject({ payment: 'paid', seats: 3 });
    expect(row.accessUntil!.getTime() - row.paidUntil!.getTime()).toBe(15 * DAY_MS);
  },

  'a subscription never has a second one beside it': async (selling) => {
    const organization = await selling.customer('pm_card_visa');
    const drafts = await Promise.all(
      [3, 4].map((seats) => selling.get(Checkout).draft(actor, organization, { plan: 'monthly', seats, code: null })),
    );
    const ends = await Promise.allSettled(
      drafts.map(({ id }) => selling.get(Changes).confirm(actor, organization, id)),
    );
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await selling.now(organization);
    expect(await selling.charges(organization)).toBe(1);
  },

  'more seats are charged as shown, and count once paid': async (selling) => {
    const organization = await selling.subscribed();
    await selling.shop.account.advance(10 * DAY_MS);
    const draft = await selling.get(SeatOrders).draft(actor, organization, 5);
    const quote = draft.params['quote'] as { amountDue: number };
    await selling.get(Changes).confirm(actor, organization, draft.id);
    const { subscription, invoices } = await selling.now(organization);
    expect(subscription?.quantity).toBe(5);
    expect(Number(invoices[0]!.total)).toBe(quote.amountDue);
    expect((await selling.fresh(organization)).seats).toBe(5);
  },

  'seats: a double click is one purchase': async (selling) => {
    const organization = await selling.subscribed();
    await selling.shop.account.advance(10 * MINUTE_MS);
    const { id } = await selling.get(SeatOrders).draft(actor, organization, 4);
    const both = await Promise.all([1, 2].map(() => selling.get(Changes).confirm(actor, organization, id)));
    expect(both.map(({ state }) => state)).toEqual(['done', 'done']);
    await selling.now(organization);
    expect(await selling.charges(organization)).toBe(2);
  },

  'fewer seats: no refund, and back up to the most of the period for nothing': async (selling) => {
    const organization = await selling.subscribed('pm_card_visa', 6);
    await selling.shop.account.advance(DAY_MS);
    await selling.seats(organization, 4);
    expect((await selling.now(organization)).subscription).toMatchObject({ quantity: 4, maxQuantity: 6 });
    expect(await selling.charges(organization)).toBe(1);
    await selling.seats(organization, 6);
    await selling.now(organization);
    expect(await selling.charges(organization)).toBe(1);
    await selling.seats(organization, 4);
    const draft = await selling.get(SeatOrders).draft(actor, organization, 8);
    const quote = draft.params['quote'] as { amountDue: number };
    await selling.get(Changes).confirm(actor, organization, draft.id);
    const { subscription, invoices } = await selling.now(organization);
    expect(subscription?.quantity).toBe(8);
    expect(Number(invoices[0]!.total)).toBe(quote.amountDue);
  },

  'seats cannot be fewer than members': async (selling) => {
    const organization = await selling.subscribed('pm_card_visa', 5);
    await expect(selling.get(SeatOrders).draft(actor, organization, 2)).rejects.toMatchObject({
      fields: { seats: 'must be at least 3: so many people are members' },
    });
  },

  'from months to years at once, for what was shown': async (selling) => {
    const organization = await selling.subscribed();
    await selling.shop.account.advance(DAY_MS);
    const draft = await selling.get(PlanSwitches).draft(actor, organization, 'annual');
    const quote = draft.params['quote'] as { amountDue: number };
    await selling.get(Changes).confirm(actor, organization, draft.id);
    const { subscription, invoices } = await selling.now(organization);
    expect(subscription).toMatchObject({ plan: 'annual', quantity: 3, unitAmount: 9000 });
    expect(Number(invoices[0]!.total)).toBe(quote.amountDue);
  },

  'from years to months when the year is over, and back while it waits': async (selling) => {
    const organization = await selling.subscribed('pm_card_visa', 3, 'annual');
    const draft = await selling.get(PlanSwitches).draft(actor, organization, 'monthly');
    await selling.get(Changes).confirm(actor, organization, draft.id);
    const { subscription } = await selling.now(organization);
    expect(subscription).toMatchObject({ plan: 'annual', next: { plan: 'monthly', unitAmount: 900 } });
    const undo = await selling.get(PlanSwitches).draft(actor, organization, 'annual');
    expect((await selling.get(Changes).confirm(actor, organization, undo.id)).state).toBe('done');
    expect((await selling.now(organization)).subscription?.next).toBeNull();
  },

  'cancelled it ends with its period; resumed it goes on': async (selling) => {
    const organization = await selling.subscribed();
    await selling.get(Cancellations).cancel(actor, organization, 'too expensive');
    expect(await selling.fresh(organization)).toMatchObject({ payment: 'canceling' });
    await selling.get(Cancellations).resume(actor, organization);
    expect(await selling.fresh(organization)).toMatchObject({ payment: 'paid' });
    await selling.get(Cancellations).cancel(actor, organization, null);
    await selling.shop.account.advance(32 * DAY_MS);
    const { subscription } = await selling.now(organization);
    expect(subscription?.status).toBe('canceled');
    expect(await selling.fresh(organization)).toMatchObject({ payment: 'ended', seats: null });
  },

  'a renewal that fails is owed, and paid with another card it is forgotten': async (selling) => {
    const organization = await selling.subscribed();
    await selling.get(Organizations).setTrialEnd(TESTS, organization.name, new Date(0));
    await giveCardIn(selling.shop, organization, 'pm_card_chargeCustomerFail');
    await selling.shop.account.advance(32 * DAY_MS);
    const owed = await selling.now(organization);
    expect(owed.subscription?.status).toBe('past_due');
    expect(owed.invoices[0]).toMatchObject({ status: 'open', need: 'payment', reason: 'subscription_cycle' });
    expect(await selling.fresh(organization)).toMatchObject({ payment: 'past_due' });
    await giveCardIn(selling.shop, organization, 'pm_card_visa');
    const paid = await selling.get(Payments).pay(actor, organization, owed.invoices[0]!.stripeId);
    expect(paid.state).toBe('done');
    expect(await selling.fresh(organization)).toMatchObject({ payment: 'paid' });
  },

  'invoices come as PDFs, one by one and all together': async (selling) => {
    const organization = await selling.subscribed();
    const [invoice] = await selling.get(Invoices).list(organization.id);
    const { name, bytes } = await selling.get(Invoices).pdf(organization.id, invoice!.stripeId);
    expect(name).toMatch(/^\d{4}-\d\d-\d\d-.+\.pdf$/);
    expect(Buffer.from(bytes.subarray(0, 5)).toString()).toBe('%PDF-');
    const zip = await selling.get(Invoices).archive(organization.id);
    expect(Buffer.from(zip.subarray(0, 2)).toString()).toBe('PK');
  },
};
