import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { type Snapshot } from './gateway.js';
import { Journal, UNCLEAR_MS } from './journal.js';
import { lookedUp } from './lookups.js';

/**
 * Settles what the journal left open, by what a fresh reading shows. Whoever calls it holds the customer's lock, so nobody of us
 * is in the middle of that operation: its process died, or it lost sight of Stripe.
 */
@Injectable()
export class Settling {
  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  async settle(tx: Tx, organizationId: string, snapshot: Snapshot): Promise<void> {
    const open = await this.journal.open(organizationId, tx);
    if (open === null) return;
    const answer = lookedUp(snapshot, open, this.clock.now(), UNCLEAR_MS);
    if (answer !== undefined) await this.journal.settle(tx, open, answer);
  }
}
