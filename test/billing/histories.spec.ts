import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Gateway, type Snapshot } from '../../src/billing/gateway.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { EventHandling, StripeEvents } from '../../src/billing/stripe-events.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { actor, type BillingApp, DETAILS, startBilling } from '../support/billing.js';
import { CustomerRows } from '../../src/billing/customers.js';
import { team } from '../support/people.js';
import { Life, lifeCycles, type Moment } from './life-cycles.js';

/**
 * What organizations go through at Stripe, told to us in every disorder that a network can make. Each life-cycle is lived once,
 * through the real SDK against the sandbox, and recorded moment by moment. Then it happens again and again, with its events
 * late, in any order, doubled and lost, while each reading of Stripe (answered from the recording, some slower than others)
 * shows what was true in the moment it was asked. In the end the rows must be what Stripe has, whatever was heard when.
 * `npm run test:billing` tells each life-cycle 200 times, `npm test` 6 times.
 */
const HISTORIES = process.env['THOROUGH'] === undefined ? 6 : 200;
const LANES = 6;

let billing: BillingApp;
let lanes: Lane[];
let ran = 0;

beforeAll(async () => {
  billing = await startBilling({ env: { JOBS_CONCURRENCY: '0' } });
}, 120_000);

afterAll(async () => {
  console.log(`${ran} histories of ${Object.keys(lifeCycles).length} life-cycles ended as Stripe's`);
  await billing.stop();
});

describe.each(Object.entries(lifeCycles))('%s', (_name, { card, live }) => {
  test('is lived once, and told in every order', { timeout: 180_000 + HISTORIES * 10_000 }, async () => {
    restoreReading();
    const life = await Life.begin(billing, card);
    await live(life);
    atMostOneChargeAnIntent(life);
    const { moments } = life;
    expect(moments.length).toBeGreaterThan(1);
    lanes = await makeLanes(moments);
    const straight = await lanes[0]!.live(inOrder(moments));
    const seeds = Array.from({ length: HISTORIES }, (_one, seed) => seed + 1);
    await Promise.all(
      lanes.map(async (lane) => {
        for (let seed = seeds.pop(); seed !== undefined; seed = seeds.pop()) {
          expect(await lane.live(disorder(moments, random(seed))), `history ${seed}`).toEqual(straight);
          ran += 1;
        }
      }),
    );
  });
});

function atMostOneChargeAnIntent(life: Life): void {
  const paid = life.mine('charge').filter(({ status }) => status === 'succeeded');
  const intents = paid.map(({ payment_intent: intent }) => intent);
  expect(new Set(intents).size).toBe(intents.length);
}

/** One after the other: `moment` comes true, then these events arrive, if any. */
type History = readonly { readonly moment: number; readonly arriving: readonly { moment: number; index: number }[] }[];

const inOrder = (moments: readonly Moment[]): History =>
  moments.map(({ events }, moment) => ({ moment, arriving: events.map((_event, index) => ({ moment, index })) }));

/** Each event arrives in one of four waves at or after its moment, twice with one in five, never with one in six. */
function disorder(moments: readonly Moment[], next: () => number): History {
  const waves = Array.from({ length: 4 }, () => Math.floor(next() * moments.length)).toSorted((a, b) => a - b);
  waves[3] = moments.length - 1;
  const arriving = waves.map(() => [] as { moment: number; index: number }[]);
  moments.forEach(({ events }, moment) =>
    events.forEach((_event, index) => {
      const first = waves.findIndex((wave) => wave >= moment);
      const times = next() < 1 / 6 ? 0 : next() < 1 / 5 ? 2 : 1;
      for (let time = 0; time < times; time += 1)
        arriving[first + Math.floor(next() * (waves.length - first))]!.push({ moment, index });
    }),
  );
  return waves.map((moment, wave) => ({ moment, arriving: arriving[wave]!.toSorted(() => next() - 0.5) }));
}

/** mulberry32: the same history for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An organization that lives recorded lives, one after the other. */
class Lane {
  private now: Snapshot | undefined;
  private reads = 0;

  constructor(
    private readonly organization: Organization,
    readonly customerId: string,
    private readonly moments: readonly Moment[],
    /** At the end of all of this lane's ids of Stripe's. */
    private readonly mark: string,
  ) {}

  /** What was true when it was asked; every second answer takes a while. */
  async read(): Promise<Snapshot | null> {
    const asked = this.now!;
    this.reads += 1;
    if (this.reads % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
    return asked;
  }

  async live(history: History): Promise<unknown> {
    await this.forget();
    const handling = billing.app.app.get(EventHandling);
    for (const { moment, arriving } of history) {
      const waiting: Promise<void>[] = [];
      // The first of a wave is still being read when the moment comes true: the older answer must not win.
      if (this.now !== undefined && arriving.length > 1) waiting.push(handling.handle(this.head()));
      this.now = this.moments[moment]!.snapshot;
      let isNews = false;
      for (const { moment: of, index } of arriving) isNews = (await this.arrive(of, index)) || isNews;
      if (isNews) waiting.push(handling.handle(this.head()));
      await Promise.all(waiting);
    }
    // What was lost is found by the hourly sweep, which reads the customer again.
    await billing.app.app.get(Subscriptions).sync(this.organization.id);
    return this.rows();
  }

  private head() {
    return { id: 'evt', customerId: this.customerId, trace: null };
  }

  private arrive(moment: number, index: number): Promise<boolean> {
    const event = this.moments[moment]!.events[index]!;
    const mine = { ...event, id: `${event.id}_${this.customerId}`, customerId: this.customerId };
    return database().transaction((tx) => billing.app.app.get(StripeEvents).note(tx, mine, 'webhook'));
  }

  private async forget(): Promise<void> {
    this.now = undefined;
    const { id } = this.organization;
    await database().query(
      `with a as (delete from subscriptions where organization_id = $1), b as (delete from invoices where organization_id = $1),
            c as (delete from stripe_events where stripe_customer_id = $2),
            d as (update billing_customers set read_started_at = null, card = null, discount = null where organization_id = $1)
       update organizations set seats = null, payment = null, paid_until = null, access_until = null where id = $1`,
      [id, this.customerId],
    );
  }

  private async rows(): Promise<unknown> {
    const { id } = this.organization;
    const of = (sql: string) => database().query<unknown[]>(sql, [id]);
    const [subscriptions, invoices, organization, customer] = await Promise.all([
      // The most seats of a period is what we have seen of it, not something that Stripe knows.
      of(
        `select to_jsonb(s) - 'organization_id' - 'fetched_at' - 'max_quantity' as row from subscriptions s where organization_id = $1 order by stripe_id`,
      ),
      of(
        `select to_jsonb(i) - 'organization_id' - 'fetched_at' as row from invoices i where organization_id = $1 order by stripe_id`,
      ),
      of(`select payment, paid_until, access_until, seats from organizations where id = $1`),
      of(`select balance, card, discount, currency, tax_id_status from billing_customers where organization_id = $1`),
    ]);
    return JSON.parse(
      JSON.stringify({ subscriptions, invoices, organization, customer }).replaceAll(this.mark, ''),
    ) as unknown;
  }
}

const database = (): DataSource => billing.app.db;
let made: Organization[] | undefined;
let original: Gateway['read'] | undefined;

async function makeLanes(moments: readonly Moment[]): Promise<Lane[]> {
  made ??= await Promise.all(
    Array.from({ length: LANES }, async (_one, lane) => {
      const { organization } = await team(billing.app);
      await billing.app.app.get(CustomerRows).save(actor, organization, DETAILS, `cus_lane_${lane}`);
      return organization;
    }),
  );
  const all = made.map((organization, lane) => {
    const mark = `-lane${lane}`;
    return new Lane(organization, `cus_lane_${lane}`, ofLane(moments, `cus_lane_${lane}`, mark), mark);
  });
  const gateway = billing.app.app.get(Gateway);
  original ??= gateway.read.bind(gateway);
  gateway.read = async (customerId) => {
    const lane = all.find((one) => one.customerId === customerId);
    return lane === undefined ? original!(customerId) : lane.read();
  };
  return all;
}

/** The same moments in another customer's life. */
const ofLane = (moments: readonly Moment[], stripeId: string, mark: string): Moment[] =>
  moments.map(({ events, snapshot: { customer, subscriptions, invoices } }) => ({
    events,
    snapshot: {
      customer: { ...customer, stripeId },
      subscriptions: subscriptions.map((one) => ({ ...one, stripeId: one.stripeId + mark })),
      invoices: invoices.map((one) => ({
        ...one,
        stripeId: one.stripeId + mark,
        subscriptionId: one.subscriptionId === null ? null : one.subscriptionId + mark,
      })),
    },
  }));

function restoreReading(): void {
  if (original !== undefined) billing.app.app.get(Gateway).read = original;
}
