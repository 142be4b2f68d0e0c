import { Cancellations } from '../../src/billing/cancellations.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { type Operation } from '../../src/billing/operation.entity.js';
import { PlanSwitches } from '../../src/billing/plan-switches.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { actor, type BillingApp, giveCard, payer } from './billing.js';
import { person, TESTS } from './people.js';
import { type World } from './world.js';

const DAY = 24 * 60 * 60 * 1000;

/** Organizations of one admin, each in another state of its payments. */
export const HOUSES = {
  ...{ trial: 'trialhive', full: 'goldcomb', annual: 'yearlong', ending: 'lastsummer', begun: 'firstcell' },
  ...{ pending: 'morebees', late: 'lateforest', declined: 'emptyjar', disputed: 'contested', ended: 'oldhollow' },
  ...{ comped: 'gifthive', unclear: 'fogbank' },
} as const;

type Get = <T>(token: abstract new (...needed: never[]) => T) => T;

/** Whose renewal is owed has been here for a month; the others begin today. */
export async function buildBillingWorld(billing: BillingApp): Promise<World> {
  const get: Get = (token) => billing.app.app.get(token);
  const [admin, colleague] = [await person(billing.app, 'ada'), await person(billing.app, 'wim')];
  const people = { admin, writer: colleague } as unknown as World['people'];
  const makers = new Makers(billing, get, people);
  for (const name of [HOUSES.late, HOUSES.declined, HOUSES.disputed, HOUSES.ended]) await makers.house(name);
  await makers.pastMonth();
  for (const name of [HOUSES.trial, HOUSES.full, HOUSES.annual, HOUSES.ending, HOUSES.begun]) await makers.house(name);
  for (const name of [HOUSES.pending, HOUSES.comped, HOUSES.unclear]) await makers.house(name);
  await makers.thisMonth();
  const busy = await get(Organizations).named(HOUSES.full);
  return { busy, empty: await get(Organizations).named(HOUSES.trial), people };
}

class Makers {
  constructor(
    private readonly billing: BillingApp,
    private readonly get: Get,
    private readonly people: World['people'],
  ) {}

  async house(name: string): Promise<void> {
    const organization = await this.get(Organizations).create(TESTS, name, this.people.admin);
    await this.get(Members).add(TESTS, organization, this.people.writer, 'write');
  }

  async pastMonth(): Promise<void> {
    const late = await this.subscribed(HOUSES.late);
    await giveCard(this.billing, late, 'pm_card_authenticationRequired');
    const declined = await this.subscribed(HOUSES.declined);
    await giveCard(this.billing, declined, 'pm_card_chargeCustomerFail');
    const disputed = await this.subscribed(HOUSES.disputed, 'pm_card_createDispute');
    await giveCard(this.billing, disputed, 'pm_card_visa');
    const ended = await this.subscribed(HOUSES.ended);
    await this.get(Cancellations).cancel(actor, ended, null);
    await this.billing.advance(32 * DAY);
    for (const one of [late, declined, disputed, ended]) await this.get(Subscriptions).sync(one.id);
  }

  async thisMonth(): Promise<void> {
    await this.full();
    const annual = await this.subscribed(HOUSES.annual, 'pm_card_visa', 'annual');
    await this.confirmed(annual, await this.get(PlanSwitches).draft(actor, annual, 'monthly'));
    await this.get(Cancellations).cancel(actor, await this.subscribed(HOUSES.ending), null);
    await this.subscribed(HOUSES.begun, undefined);
    const pending = await this.subscribed(HOUSES.pending);
    await giveCard(this.billing, pending, 'pm_card_authenticationRequired');
    await this.confirmed(pending, await this.get(SeatOrders).draft(actor, pending, 6));
    await this.get(Organizations).setOverride(TESTS, HOUSES.comped, 'comped');
    await this.unclear();
  }

  private async full(): Promise<void> {
    const full = await this.subscribed(HOUSES.full);
    await this.confirmed(full, await this.get(SeatOrders).draft(actor, full, 4));
    for (const guest of ['eve', 'kim', 'lou'])
      await this.get(Invitations).invite(TESTS, full, `${guest}@example.org`, 'read');
  }

  /** An answer that never came. */
  private async unclear(): Promise<void> {
    const one = await this.subscribed(HOUSES.unclear);
    const draft = await this.get(SeatOrders).draft(actor, one, 9);
    this.billing.sandbox.intercept(({ method, path }) =>
      method === 'POST' && path.startsWith('/v1/subscriptions/') ? 'reset' : undefined,
    );
    await this.confirmed(one, draft);
    this.billing.sandbox.intercept(undefined);
  }

  private async subscribed(
    name: string,
    card: string | undefined = name === HOUSES.begun ? undefined : 'pm_card_visa',
    plan: 'monthly' | 'annual' = 'monthly',
  ): Promise<Organization> {
    const organization = await payer(this.billing, name, card);
    await this.confirmed(
      organization,
      await this.get(Checkout).draft(actor, organization, { plan, seats: 2, code: null }),
    );
    return organization;
  }

  private async confirmed(organization: Organization, { id }: Operation): Promise<void> {
    await this.get(Changes).confirm(actor, organization, id);
  }
}
