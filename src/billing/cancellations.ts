import { Injectable } from '@nestjs/common';
import { type Actor } from '../audit/actor.js';
import { type Organization } from '../organizations/organization.entity.js';
import { conflict, livingIn } from './buying.js';
import { type Answer, Gateway, type SubscriptionState } from './gateway.js';
import { Journal } from './journal.js';
import { type Operation } from './operation.entity.js';
import { Operations } from './operations.js';

/** The end of a subscription, at the end of what is paid; and the change of mind before it. */
@Injectable()
export class Cancellations {
  constructor(
    private readonly gateway: Gateway,
    private readonly journal: Journal,
    private readonly operations: Operations,
  ) {}

  async cancel(actor: Actor, organization: Organization, reason: string | null): Promise<Operation> {
    const { id } = await this.journal.draft(actor, organization.id, 'cancel', { reason });
    return this.operations.carryOut(actor, organization, id, {
      prepare: async (_tx, snapshot) => {
        if (livingIn(snapshot).cancelAt !== null)
          throw conflict('canceling', 'The subscription is about to end already.');
      },
      ask: (key, snapshot) => this.end(livingIn(snapshot), reason, key),
    });
  }

  async resume(actor: Actor, organization: Organization): Promise<Operation> {
    const { id } = await this.journal.draft(actor, organization.id, 'resume', {});
    return this.operations.carryOut(actor, organization, id, {
      prepare: async (_tx, snapshot) => {
        if (livingIn(snapshot).cancelAt === null) throw conflict('not_canceling', 'The subscription goes on already.');
      },
      ask: (key, snapshot) => this.gateway.resume(livingIn(snapshot), key),
    });
  }

  /** What was planned for after the end is dropped: Stripe refuses an end while a schedule has plans. */
  private async end(one: SubscriptionState, reason: string | null, key: string): Promise<Answer<void>> {
    if (one.scheduleId !== null) {
      const dropped = await this.gateway.dropSchedule(one.scheduleId, `${key}:schedule`);
      if (dropped.outcome !== 'ok') return dropped;
    }
    return this.gateway.cancelAtPeriodEnd(one, reason, key);
  }
}
