import { Injectable } from '@nestjs/common';
import { type Tx } from '../platform/database.js';
import { Jobs } from '../platform/jobs.js';
import { Gateway, GatewayUnavailable } from './gateway.js';
import { Subscription } from './subscription.entity.js';

export const END = 'billing.end';

/** An organization is erased: its rows go with it, and nothing more is ever charged. */
@Injectable()
export class Endings {
  constructor(
    private readonly gateway: Gateway,
    private readonly jobs: Jobs,
  ) {}

  /** Joins the erasing transaction, before the rows are gone; Stripe is told afterwards, until it has understood. */
  async announce(tx: Tx, organizationId: string): Promise<void> {
    const subscriptions = await tx.findBy(Subscription, { organizationId });
    const living = subscriptions.filter(({ endedAt }) => endedAt === null).map(({ stripeId }) => stripeId);
    if (living.length > 0) await this.jobs.enqueue(tx, END, { subscriptions: living });
  }

  /** One that Stripe does not know any more, or has ended already, is fine. */
  async end(subscriptions: readonly string[]): Promise<void> {
    for (const id of subscriptions) {
      const answer = await this.gateway.cancelNow(id, `erase:${id}`);
      if (answer.outcome === 'busy' || answer.outcome === 'unclear') throw new GatewayUnavailable(answer.message);
    }
  }
}
