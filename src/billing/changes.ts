import { Injectable } from '@nestjs/common';
import { type Actor } from '../audit/actor.js';
import { type Organization } from '../organizations/organization.entity.js';
import { conflict } from './buying.js';
import { Checkout } from './checkout.js';
import { Journal } from './journal.js';
import { type Operation } from './operation.entity.js';
import { PlanSwitches } from './plan-switches.js';
import { SeatOrders } from './seat-orders.js';

/** What was drafted with its price and is now agreed to. */
@Injectable()
export class Changes {
  constructor(
    private readonly journal: Journal,
    private readonly checkout: Checkout,
    private readonly seats: SeatOrders,
    private readonly plans: PlanSwitches,
  ) {}

  find(organization: Organization, id: string): Promise<Operation> {
    return this.journal.find(organization.id, id);
  }

  /** Said twice it is done once: the second answer tells what became of the first. */
  async confirm(actor: Actor, organization: Organization, id: string): Promise<Operation> {
    const operation = await this.find(organization, id);
    switch (operation.kind) {
      case 'subscribe':
        return this.checkout.confirm(actor, organization, operation);
      case 'seats':
        return this.seats.confirm(actor, organization, operation);
      case 'plan':
        return this.plans.confirm(actor, organization, operation);
      default:
        throw conflict('not_a_draft', 'There is nothing to confirm.');
    }
  }
}
