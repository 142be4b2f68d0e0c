import { Injectable } from '@nestjs/common';
import { type Actor } from '../../audit/actor.js';
import { Changes } from '../../billing/changes.js';
import { type Operation } from '../../billing/operation.entity.js';
import { type BillingOverview, Overviews } from '../../billing/overview.js';
import { SeatOrders } from '../../billing/seat-orders.js';
import { type Organization } from '../../organizations/organization.entity.js';

/** Quote and word to go on in one, for programs that name a number and want it to be so. */
@Injectable()
export class SeatBuying {
  constructor(
    private readonly overviews: Overviews,
    private readonly orders: SeatOrders,
    private readonly changes: Changes,
  ) {}

  standing(organization: Organization): Promise<BillingOverview> {
    return this.overviews.of(organization);
  }

  async buy(actor: Actor, organization: Organization, seats: number): Promise<Operation> {
    const { id } = await this.orders.draft(actor, organization, seats);
    return this.changes.confirm(actor, organization, id);
  }
}
