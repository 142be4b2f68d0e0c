import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { type Organization } from '../organizations/organization.entity.js';
import { conflict, livingIn, livingSubscription, mustBeCalm, noSubscription } from './buying.js';
import { type Answer, Gateway, type Quote, type SubscriptionState } from './gateway.js';
import { Journal } from './journal.js';
import { type Operation } from './operation.entity.js';
import { Operations } from './operations.js';
import { type Plan, type Price } from './plans.js';
import { PriceList } from './price-list.js';
import { orThrow } from './refusals.js';

export interface PlanParams {
  readonly plan: Plan;
  readonly price: Price;
  readonly seats: number;
  /** Takes back a switch that waits for the end of the period. */
  readonly undo: boolean;
  /** ISO time: from then on. Null: at once, for `quote`. */
  readonly at: string | null;
  readonly quote: Quote | null;
}

/** From months to years at once, with what is left of the month taken off; from years to months when the year is over. */
@Injectable()
export class PlanSwitches {
  constructor(
    private readonly database: DataSource,
    private readonly gateway: Gateway,
    private readonly journal: Journal,
    private readonly operations: Operations,
    private readonly prices: PriceList,
  ) {}

  async draft(actor: Actor, { id }: Organization, plan: Plan): Promise<Operation> {
    const one = await livingSubscription(this.database, id);
    if (one === null) throw noSubscription();
    mustBeCalm(one);
    const price = this.prices.of(plan, one.currency);
    const undo = plan === one.plan && one.next !== null && one.next.plan !== one.plan;
    if (plan === (one.next?.plan ?? one.plan)) throw conflict('same_plan', 'This is the plan you have already.');
    const isNow = plan === 'annual' && !undo;
    const quote = isNow ? orThrow(await this.gateway.quotePlan(one, price)) : null;
    const at = isNow || undo ? null : one.periodEnd.toISOString();
    const params = { plan, price, seats: one.quantity, undo, at, quote };
    return this.journal.draft(actor, id, 'plan', params satisfies PlanParams);
  }

  confirm(actor: Actor, organization: Organization, operation: Operation): Promise<Operation> {
    const params = operation.params as unknown as PlanParams;
    return this.operations.carryOut(actor, organization, operation.id, {
      prepare: async (_tx, snapshot) => {
        const now = livingIn(snapshot);
        mustBeCalm(now);
        if (now.quantity !== params.seats)
          throw conflict('seats_changed', 'The seats have been changed meanwhile. Please look again.');
      },
      ask: (key, snapshot) => this.ask(livingIn(snapshot), params, key),
    });
  }

  private async ask(one: SubscriptionState, params: PlanParams, key: string): Promise<Answer<void>> {
    const { price, seats: quantity, quote, at, undo } = params;
    if (undo) return one.scheduleId === null ? done : this.gateway.dropSchedule(one.scheduleId, key);
    if (quote === null) return this.gateway.schedulePrice(one, price, new Date(at!), key);
    // A change at once does not go together with one that waits.
    if (one.scheduleId !== null) {
      const dropped = await this.gateway.dropSchedule(one.scheduleId, `${key}:schedule`);
      if (dropped.outcome !== 'ok') return dropped;
    }
    return this.gateway.changePlan(one, { price, quantity, prorationDate: quote.prorationDate }, key);
  }
}

const done = { outcome: 'ok', value: undefined } as const;
