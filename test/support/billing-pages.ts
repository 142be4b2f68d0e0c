import { Checkout } from '../../src/billing/checkout.js';
import { Invoices } from '../../src/billing/invoices.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { paths } from '../../src/platform/paths.js';
import { actor } from './billing.js';
import { HOUSES } from './billing-world.js';
import { type MadeAddress, sendAsItIs, sendWith, unfold } from './page-needs.js';
import { type SeenPage } from './pages.js';

/** The address of a house's newest invoice. */
const invoiceOf =
  (name: string): MadeAddress =>
  async (_world, test) => {
    const { id } = await test.app.get(Organizations).named(name);
    return paths.invoice(name, (await test.app.get(Invoices).list(id))[0]!.stripeId);
  };

const seatsOffer =
  (name: string, seats: number): MadeAddress =>
  async (_world, test) => {
    const organization = await test.app.get(Organizations).named(name);
    return paths.billingChange(name, (await test.app.get(SeatOrders).draft(actor, organization, seats)).id);
  };

const startOffer: MadeAddress = async (_world, test) => {
  const organization = await test.app.get(Organizations).named(HOUSES.ended);
  const wanted = { plan: 'annual', seats: 3, code: null } as const;
  return paths.billingChange(HOUSES.ended, (await test.app.get(Checkout).draft(actor, organization, wanted)).id);
};

const who = 'admin' as const;
const NONE = '00000000-0000-4000-8000-000000000000';

/** The pages of billing, of a site with a payment sandbox beside it. */
export const billingPages: readonly SeenPage[] = [
  { name: 'billing-trial', who, state: 'empty', address: paths.billing(HOUSES.trial) },
  { name: 'billing', who, state: 'full', address: paths.billing(HOUSES.full) },
  { name: 'billing-switching', who, state: 'full', address: paths.billing(HOUSES.annual) },
  { name: 'billing-canceling', who, state: 'full', address: paths.billing(HOUSES.ending) },
  { name: 'billing-incomplete', who, state: 'full', address: paths.billing(HOUSES.begun) },
  { name: 'billing-pending-seats', who, state: 'full', address: paths.billing(HOUSES.pending) },
  { name: 'billing-past-due-authentication', who, state: 'error', address: paths.billing(HOUSES.late) },
  { name: 'billing-past-due-declined', who, state: 'error', address: paths.billing(HOUSES.declined) },
  { name: 'billing-disputed', who, state: 'full', address: paths.billing(HOUSES.disputed) },
  { name: 'billing-ended', who, state: 'full', address: paths.billing(HOUSES.ended) },
  { name: 'billing-comped', who, state: 'empty', address: paths.billing(HOUSES.comped) },
  { name: 'billing-unclear', who, state: 'error', address: paths.billing(HOUSES.unclear) },
  {
    ...{ name: 'billing-coupon-mistake', who, state: 'error', address: paths.billing(HOUSES.full) },
    then: async (page) => {
      await unfold('Use a promotion code')(page);
      await sendWith({ code: 'HONEY' })(page);
    },
  },
  { name: 'billing-details-none', who, state: 'empty', address: paths.billingDetails(HOUSES.trial) },
  { name: 'billing-details', who, state: 'full', address: paths.billingDetails(HOUSES.full) },
  {
    ...{ name: 'billing-details-mistake', who, state: 'error', address: paths.billingDetails(HOUSES.trial) },
    then: sendAsItIs,
  },
  { name: 'billing-card', who, state: 'full', address: paths.billingCard(HOUSES.full) },
  { name: 'billing-subscribe', who, state: 'full', address: paths.subscribe(HOUSES.ended) },
  {
    ...{ name: 'billing-subscribe-mistake', who, state: 'error', address: paths.subscribe(HOUSES.ended) },
    then: sendWith({ code: '', seats: '1' }),
  },
  { name: 'billing-seats', who, state: 'full', address: paths.seats(HOUSES.full) },
  { name: 'billing-plan', who, state: 'full', address: paths.plan(HOUSES.full) },
  { name: 'billing-plan-kept', who, state: 'full', address: paths.plan(HOUSES.annual) },
  { name: 'billing-change-start', who, state: 'full', address: startOffer },
  { name: 'billing-change-more', who, state: 'full', address: seatsOffer(HOUSES.full, 7) },
  { name: 'billing-change-fewer', who, state: 'empty', address: seatsOffer(HOUSES.full, 3) },
  {
    ...{ name: 'billing-change-lapsed', who, state: 'error', status: 404 },
    address: paths.billingChange(HOUSES.full, NONE),
  },
  { name: 'billing-cancel', who, state: 'full', address: paths.cancelSubscription(HOUSES.full) },
  { name: 'billing-invoice', who, state: 'full', address: invoiceOf(HOUSES.full) },
  { name: 'billing-invoice-first', who, state: 'full', address: invoiceOf(HOUSES.begun) },
  { name: 'billing-invoice-bank', who, state: 'error', address: invoiceOf(HOUSES.late) },
  {
    ...{ name: 'billing-invoice-declined', who, state: 'error', address: invoiceOf(HOUSES.declined) },
    then: unfold('Pay with another card'),
  },
  { name: 'billing-members-full', who, state: 'full', address: paths.members(HOUSES.full) },
];
