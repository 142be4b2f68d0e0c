import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { type Organization } from '../organizations/organization.entity.js';
import { Seats } from '../organizations/seats.js';
import { invalidFields } from '../platform/errors.js';
import { conflict, livingIn, livingSubscription, mustBeCalm, mustFitMembers, noSubscription } from './buying.js';
import { type Answer, Gateway, type Quote, type SubscriptionState } from './gateway.js';
import { Journal } from './journal.js';
import { type Operation } from './operation.entity.js';
import { Operations } from './operations.js';
import { orThrow } from './refusals.js';
import { type Subscription } from './subscription.entity.js';

export interface SeatParams {
  readonly from: number;
  readonly seats: number;
  /** Up to here seats have been paid for in this period. */
  readonly free: number;
  /** Null: nothing is owed. */
  readonly quote: Quote | null;
}

/**
 * More or fewer seats. Fewer: written down before Stripe is asked, so nobody takes a seat that is being given back; no refund,
 * and up to the most seats of this period one may go back for nothing. More: they count once they are paid, whoever closes
 * which tab: Stripe keeps the change waiting with its invoice (`pending_if_incomplete`) for 23 hours.
 */
@Injectable()
export class SeatOrders {
  constructor(
    private readonly database: DataSource,
    private readonly gateway: Gateway,
    private readonly journal: Journal,
    private readonly operations: Operations,
    private readonly seats: Seats,
  ) {}

  async draft(actor: Actor, { id }: Organization, seats: number): Promise<Operation> {
    const one = await livingSubscription(this.database, id);
    if (one === null) throw noSubscription();
    if (seats === one.quantity) throw invalidFields({ seats: 'is what you have already' });
    await mustFitMembers(this.database.manager, id, seats);
    mustBeCalm(one);
    return this.journal.draft(actor, id, 'seats', await this.params(one, seats));
  }

  confirm(actor: Actor, organization: Organization, operation: Operation): Promise<Operation> {
    const params = operation.params as unknown as SeatParams;
    return this.operations.carryOut(actor, organization, operation.id, {
      prepare: async (tx, snapshot) => {
        const now = livingIn(snapshot);
        mustBeCalm(now);
        if (now.quantity !== params.from) throw seatsChanged();
        if (params.seats < params.from) await this.seats.reserve(tx, organization.id, params.seats);
      },
      ask: (key, snapshot) => this.ask(livingIn(snapshot), params, key),
    });
  }

  private async params(one: Subscription, seats: number): Promise<SeatParams> {
    const { quantity: from, maxQuantity: free } = one;
    if (seats <= free) return { from, seats, free, quote: null };
    return { from, seats, free, quote: orThrow(await this.gateway.quoteSeats(one, seats, free)) };
  }

  /** To the free ones first, for nothing; then the rest, at the price that was shown and of the moment it was shown for. */
  private async ask(
    one: SubscriptionState,
    { from, seats, free, quote }: SeatParams,
    key: string,
  ): Promise<Answer<void>> {
    if (quote === null) return this.gateway.changeSeats(one, { quantity: seats, money: 'free' }, key);
    if (free > from) {
      const answer = await this.gateway.changeSeats(one, { quantity: free, money: 'free' }, `${key}:free`);
      if (answer.outcome !== 'ok') return answer;
    }
    const { prorationDate } = quote;
    return this.gateway.changeSeats(one, { quantity: seats, money: 'charge', prorationDate }, key);
  }
}

const seatsChanged = () =>
  conflict(
    'seats_changed',
    'The seats have been changed meanwhile, by you in another window or by somebody else. Please look again.',
  );
