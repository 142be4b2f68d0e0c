import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cancellations } from '../../src/billing/cancellations.js';
import { Cards } from '../../src/billing/cards.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Customers } from '../../src/billing/customers.js';
import { type Operation } from '../../src/billing/operation.entity.js';
import { type BillingOverview, Overviews } from '../../src/billing/overview.js';
import { Payments } from '../../src/billing/payments.js';
import { PlanSwitches } from '../../src/billing/plan-switches.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { type User } from '../../src/accounts/user.entity.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { DomainError } from '../../src/platform/errors.js';
import { type StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';
import { actor, DETAILS, giveCard, payer, setUpCard, useBilling } from '../support/billing.js';
import { person, TESTS, unique } from '../support/people.js';
import { organizationsBehind, type StripeCall } from '../support/stripe-calls.js';

/**
 * Stripe fails in every way, at every call of every way that money goes. What must hold each time: the person is told what
 * happened (a `DomainError` or an operation with an end), nothing is charged twice, and once Stripe is well again our rows are
 * as Stripe has it and the person can do what they wanted. `npm run test:billing` makes every fault at every call; `npm test`
 * every sixth, others at each call.
 */
const billing = useBilling({ env: { JOBS_CONCURRENCY: '0', STRIPE_TIMEOUT_SECONDS: '1' } });
const get = <T>(token: abstract new (...needed: never[]) => T): T => billing.app.app.get<T>(token);

const IS_THOROUGH = process.env['THOROUGH'] !== undefined;

type Fault = Awaited<ReturnType<NonNullable<Parameters<StripeSandbox['intercept']>[0]>>>;

const problem = (status: number, type: string, code: string): Fault => ({
  status,
  body: { error: { type, code, message: `made up: ${code}` } },
});

/** Before the call has an effect, unless they say so. */
const FAULTS: Record<string, { readonly phase: 'before' | 'after'; readonly fault: Fault }> = {
  '400': { phase: 'before', fault: problem(400, 'invalid_request_error', 'parameter_invalid_empty') },
  '401': { phase: 'before', fault: problem(401, 'invalid_request_error', 'api_key_expired') },
  '402': { phase: 'before', fault: problem(402, 'card_error', 'card_declined') },
  '404': { phase: 'before', fault: problem(404, 'invalid_request_error', 'resource_missing') },
  '409': { phase: 'before', fault: problem(409, 'idempotency_error', 'idempotency_key_in_use') },
  '429': { phase: 'before', fault: problem(429, 'invalid_request_error', 'rate_limit') },
  '500 before the effect': { phase: 'before', fault: problem(500, 'api_error', 'internal') },
  '502 without words': { phase: 'before', fault: { status: 502, body: {} } },
  '500 after the effect': { phase: 'after', fault: problem(500, 'api_error', 'internal') },
  'timeout before the effect': { phase: 'before', fault: 'hang' },
  'timeout after the effect': { phase: 'after', fault: 'hang' },
  'broken JSON after the effect': {
    phase: 'after',
    fault: { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"id": "b' },
  },
};
/** A call that changes nothing fails in one way like in another. */
const OF_READS = ['broken JSON after the effect'];

interface Way {
  /** Where it starts from. */
  begin(): Promise<Organization>;
  /** What the person wants. */
  go(organization: Organization): Promise<Operation | void>;
  /** Has it come about, by our rows? */
  reached(now: BillingOverview): boolean;
  /** Successful charges in the end, those from before it included. */
  readonly charges: number;
}

let admin: Promise<User> | undefined;

const founded = async (): Promise<Organization> => {
  admin ??= person(billing.app);
  return get(Organizations).create(TESTS, unique('faulty'), await admin);
};

const fresh = async (card?: string): Promise<Organization> => payer(billing, (await founded()).name, card);

const subscribe = async (organization: Organization, plan: 'monthly' | 'annual' = 'monthly') => {
  const { id } = await get(Checkout).draft(actor, organization, { plan, seats: 4, code: null });
  return get(Changes).confirm(actor, organization, id);
};

const subscribed = async (plan: 'monthly' | 'annual' = 'monthly'): Promise<Organization> => {
  const organization = await fresh('pm_card_visa');
  await subscribe(organization, plan);
  return organization;
};

const seats = (wanted: number) => async (organization: Organization) => {
  const { id } = await get(SeatOrders).draft(actor, organization, wanted);
  return get(Changes).confirm(actor, organization, id);
};

const openInvoice = async (organization: Organization) =>
  (await get(Overviews).of(organization)).invoices.find(({ status }) => status === 'open');

const setUps = new Map<string, string>();

const ways: Record<string, Way> = {
  'billing details': {
    begin: founded,
    go: (organization) => get(Customers).save(actor, organization, DETAILS),
    reached: ({ customer }) => customer?.stripeId != null,
    charges: 0,
  },
  'a new card': {
    begin: async () => {
      const organization = await fresh('pm_card_visa');
      setUps.set(organization.id, await setUpCard(billing, organization, 'pm_card_chargeCustomerFail'));
      return organization;
    },
    go: (organization) => get(Cards).use(actor, organization, setUps.get(organization.id)!),
    reached: ({ customer }) => customer?.card?.last4 === '0341',
    charges: 0,
  },
  'a subscription': {
    begin: () => fresh('pm_card_visa'),
    go: (organization) => subscribe(organization),
    reached: ({ subscription }) => subscription?.status === 'active' && subscription.quantity === 4,
    charges: 1,
  },
  'more seats': {
    begin: () => subscribed(),
    go: seats(6),
    reached: ({ subscription }) => subscription?.quantity === 6,
    charges: 2,
  },
  'more seats, some of them paid for already': {
    begin: async () => {
      const organization = await subscribed();
      await seats(3)(organization);
      return organization;
    },
    go: seats(6),
    reached: ({ subscription }) => subscription?.quantity === 6,
    charges: 2,
  },
  'fewer seats': {
    begin: () => subscribed(),
    go: seats(3),
    reached: ({ subscription }) => subscription?.quantity === 3,
    charges: 1,
  },
  'from months to years': {
    begin: () => subscribed(),
    go: async (organization) => {
      const { id } = await get(PlanSwitches).draft(actor, organization, 'annual');
      return get(Changes).confirm(actor, organization, id);
    },
    reached: ({ subscription }) => subscription?.plan === 'annual' && subscription.quantity === 4,
    charges: 2,
  },
  'from years to months': {
    begin: () => subscribed('annual'),
    go: async (organization) => {
      const { id } = await get(PlanSwitches).draft(actor, organization, 'monthly');
      return get(Changes).confirm(actor, organization, id);
    },
    reached: ({ subscription }) => subscription?.next?.plan === 'monthly',
    charges: 1,
  },
  cancelling: {
    begin: () => subscribed(),
    go: (organization) => get(Cancellations).cancel(actor, organization, null),
    reached: ({ subscription }) => subscription?.cancelAt !== null,
    charges: 1,
  },
  resuming: {
    begin: async () => {
      const organization = await subscribed();
      await get(Cancellations).cancel(actor, organization, null);
      return organization;
    },
    go: (organization) => get(Cancellations).resume(actor, organization),
    reached: ({ subscription }) => subscription?.cancelAt === null,
    charges: 1,
  },
  'paying an open invoice': {
    begin: async () => {
      const organization = await subscribed();
      await giveCard(billing, organization, 'pm_card_chargeCustomerFail');
      await seats(6)(organization);
      await giveCard(billing, organization, 'pm_card_visa');
      return organization;
    },
    go: async (organization) => get(Payments).pay(actor, organization, (await openInvoice(organization))!.stripeId),
    reached: ({ subscription, invoices }) =>
      subscription?.quantity === 6 && invoices.every(({ status }) => status !== 'open'),
    charges: 2,
  },
};

beforeAll(() => {
  const organizationBehind = organizationsBehind(billing.sandbox);
  billing.sandbox.intercept((call) => spoilers.get(organizationBehind(call))?.(call));
});

test.concurrent.each(Object.entries(ways))(
  '%s: bears every fault at every call',
  { timeout: 600_000 },
  async (_name, way) => {
    const calls = await callsOf(way);
    expect(calls.filter(({ method }) => method !== 'GET')).not.toEqual([]);
    const planned = calls.flatMap((call, index) =>
      Object.keys(FAULTS)
        .filter((fault) => call.method !== 'GET' || OF_READS.includes(fault))
        // Of reads in a row one is like the other: the first and the last of them are spoilt.
        .filter(() => call.method !== 'GET' || calls[index - 1]?.method !== 'GET' || calls[index + 1]?.method !== 'GET')
        .filter((_fault, number) => call.method === 'GET' || IS_THOROUGH || (number + index) % 6 === 0)
        .map((fault) => ({ call, index, fault })),
    );
    for (const { call, index, fault } of planned)
      await bears(way, index, fault, `${fault} at call ${index}, ${call.method} ${call.path}`);
    borne += planned.length;
  },
);

let borne = 0;
afterAll(() => console.log(`${borne} faults borne`));

/** What is to happen to whose calls. */
const spoilers = new Map<string | undefined, (call: StripeCall) => Fault>();

function watch({ id }: Organization, see: ((call: StripeCall) => Fault) | undefined): void {
  if (see === undefined) spoilers.delete(id);
  else spoilers.set(id, see);
}

async function callsOf(way: Way): Promise<{ method: string; path: string }[]> {
  const organization = await way.begin();
  const calls: { method: string; path: string }[] = [];
  watch(organization, ({ phase, method, path }) => {
    if (phase === 'before') calls.push({ method, path });
    return undefined;
  });
  await way.go(organization);
  watch(organization, undefined);
  expect(way.reached(await settled(organization)), 'without a fault').toBe(true);
  return calls;
}

async function bears(way: Way, index: number, name: string, what: string): Promise<void> {
  const organization = await way.begin();
  watch(organization, spoil(index, FAULTS[name]!));
  const outcome = await way.go(organization).catch((error: unknown) => error);
  watch(organization, undefined);
  if (outcome instanceof Error) expect(outcome, what).toBeInstanceOf(DomainError);
  else if (outcome !== undefined) expect((outcome as Operation).state, what).not.toBe('drafted');
  // Stripe is well again, and some minutes have passed: what was unclear is looked up.
  await billing.app.db.query(
    `update billing_operations set asked_at = asked_at - interval '3 minutes' where organization_id = $1`,
    [organization.id],
  );
  let now = await settled(organization);
  expect(now.open, what).toBeNull();
  if (!way.reached(now)) await goOn(way, organization, now);
  now = await settled(organization);
  expect(way.reached(now), what).toBe(true);
  expect(await charges(organization), what).toBe(way.charges);
}

/** The person tries again, or pays what waits for its money. */
async function goOn(way: Way, organization: Organization, { invoices }: BillingOverview): Promise<void> {
  const open = invoices.find(({ status }) => status === 'open');
  if (open === undefined) await way.go(organization);
  else await get(Payments).pay(actor, organization, open.stripeId);
}

/** Our rows after a reading; a second reading finds nothing that they do not have. */
async function settled(organization: Organization): Promise<BillingOverview> {
  await get(Subscriptions).sync(organization.id);
  const again = await get(Subscriptions).sync(organization.id);
  expect(again?.differences ?? []).toEqual([]);
  return get(Overviews).of(organization);
}

/** The call of this number, and whatever tries to repeat it. */
function spoil(index: number, { phase, fault }: (typeof FAULTS)[string]): (call: StripeCall) => Fault {
  let count = -1;
  let key: string | undefined;
  let spoilt: string | undefined;
  return (call) => {
    const isRepeated = call.idempotencyKey !== undefined && call.idempotencyKey === key;
    const name = `${call.method} ${call.path}`;
    if (call.phase === 'before' && !isRepeated && !(call.method === 'GET' && spoilt === name)) {
      count += 1;
      if (count === index) [key, spoilt] = [call.idempotencyKey, name];
    }
    const isIt = count === index ? name === spoilt : isRepeated;
    return isIt && call.phase === phase ? fault : undefined;
  };
}

async function charges({ id }: Organization): Promise<number> {
  const customer = await get(Customers).of(id);
  const mine = billing.sandbox.objects('charge').filter((one) => one.customer === customer?.stripeId);
  return mine.filter(({ status }) => status === 'succeeded').length;
}
