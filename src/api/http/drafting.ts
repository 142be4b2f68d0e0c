import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Actor } from '../../audit/actor.js';
import { Checkout } from '../../billing/checkout.js';
import { type Operation } from '../../billing/operation.entity.js';
import { PlanSwitches } from '../../billing/plan-switches.js';
import { plans } from '../../billing/plans.js';
import { SeatOrders } from '../../billing/seat-orders.js';
import { type Organization } from '../../organizations/organization.entity.js';

const Seats = z.int('must be a whole number').min(1, 'must be at least 1');
const PlanName = z.enum(plans, { error: `must be ${plans.join(' or ')}` });
export const Code = z.string("can't be blank").trim().min(1, "can't be blank").max(100, 'is too long');

/** What a price is asked for. */
export const Wish = z
  .discriminatedUnion(
    'kind',
    [
      z.object({ kind: z.literal('subscribe'), plan: PlanName, seats: Seats, code: Code.nullish() }),
      z.object({ kind: z.literal('seats'), seats: Seats }),
      z.object({ kind: z.literal('plan'), plan: PlanName }),
    ],
    { error: 'must be subscribe, seats or plan' },
  )
  .meta({ id: 'BillingWishInput' });

/** One door to the three kinds of changes that cost something. */
@Injectable()
export class Drafting {
  constructor(
    private readonly checkout: Checkout,
    private readonly seats: SeatOrders,
    private readonly switches: PlanSwitches,
  ) {}

  draft(actor: Actor, organization: Organization, wish: z.infer<typeof Wish>): Promise<Operation> {
    switch (wish.kind) {
      case 'subscribe':
        return this.checkout.draft(actor, organization, { ...wish, code: wish.code ?? null });
      case 'seats':
        return this.seats.draft(actor, organization, wish.seats);
      case 'plan':
        return this.switches.draft(actor, organization, wish.plan);
    }
  }
}
