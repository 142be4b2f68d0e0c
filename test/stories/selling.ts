import { expect } from 'vitest';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { type BillingOverview, Overviews } from '../../src/billing/overview.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { actor } from '../support/billing.js';
import { team } from '../support/people.js';
import { type Shop } from './account.js';
import { customerOf, payerIn } from './shop.js';

/** The product's verbs about money, as stories use them. */
export class Selling {
  constructor(readonly shop: Shop) {}

  get<T>(token: abstract new (...needed: never[]) => T): T {
    return this.shop.app.app.get<T>(token);
  }

  /** After Stripe has been read once more. */
  async now(organization: Organization): Promise<BillingOverview> {
    await this.get(Subscriptions).sync(organization.id);
    return this.get(Overviews).of(organization);
  }

  /** The row, as it is without any reading. */
  async fresh({ name }: Organization): Promise<Organization> {
    return (await this.get(Organizations).byName(name))!;
  }

  /** With three members, so no fewer than three seats. */
  async customer(card?: string): Promise<Organization> {
    const { organization } = await team(this.shop.app);
    return payerIn(this.shop, organization.name, card);
  }

  async subscribed(card = 'pm_card_visa', seats = 3, plan: 'monthly' | 'annual' = 'monthly'): Promise<Organization> {
    const organization = await this.customer(card);
    const { id } = await this.get(Checkout).draft(actor, organization, { plan, seats, code: null });
    const operation = await this.get(Changes).confirm(actor, organization, id);
    expect(operation.state).toBe('done');
    return organization;
  }

  async seats(organization: Organization, wanted: number) {
    const draft = await this.get(SeatOrders).draft(actor, organization, wanted);
    return this.get(Changes).confirm(actor, organization, draft.id);
  }

  /** Successful ones, by Stripe's own books. */
  async charges({ name }: Organization): Promise<number> {
    return (await this.shop.account.charged(await customerOf(this.shop, name))).length;
  }
}
