import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Organization } from '../organizations/organization.entity.js';
import { type Tx } from '../platform/database.js';
import { noSubscription } from './buying.js';
import { CustomerLocks } from './customer-locks.js';
import { type Answer, GatewayUnavailable, type Snapshot } from './gateway.js';
import { Journal } from './journal.js';
import { type Operation } from './operation.entity.js';
import { Subscriptions } from './subscriptions.js';

export interface Act {
  /**
   * Looks, at what Stripe shows now, whether it can still be done as it was agreed to; joins the transaction in which the
   * journal says that Stripe is being asked. Throws what the person is to be told: then nothing has been asked.
   */
  prepare(tx: Tx, snapshot: Snapshot): Promise<void>;
  /** The call. `key` is its idempotency key; of several calls each adds its own end to it. */
  ask(key: string, snapshot: Snapshot): Promise<Answer<object | void>>;
}

/**
 * Carries out what is in the journal, once: fresh reading, note, call, note, fresh reading, all while the customer's lock is
 * held. A second click waits for the lock and finds it done; two people who agreed to different things come one after the
 * other, and the second is told that things are not as they saw them.
 */
@Injectable()
export class Operations {
  constructor(
    private readonly database: DataSource,
    private readonly locks: CustomerLocks,
    private readonly journal: Journal,
    private readonly subscriptions: Subscriptions,
    private readonly audit: Audit,
  ) {}

  carryOut(actor: Actor, organization: Organization, id: string, act: Act): Promise<Operation> {
    return this.locks.hold(organization.id, async () => {
      const operation = await this.journal.find(organization.id, id);
      if (operation.state === 'drafted') await this.once(actor, organization, operation, act);
      else await this.lookAgain(organization.id);
      return this.journal.find(organization.id, id);
    });
  }

  private async once(actor: Actor, organization: Organization, operation: Operation, act: Act): Promise<void> {
    // Settles what an earlier one left open, too.
    const synced = await this.subscriptions.syncHeld(organization.id);
    if (synced === null) throw noSubscription();
    const { snapshot } = synced;
    await this.database.transaction(async (tx) => {
      await act.prepare(tx, snapshot);
      await this.journal.ask(tx, operation);
      const noted = { organization: organization.name, operation: operation.id, ...notable(operation) };
      await this.audit.record(tx, actor, `billing.${operation.kind}`, { organizationId: organization.id }, noted);
    });
    const answer = await act.ask(operation.id, snapshot);
    await this.database.transaction((tx) => this.journal.settle(tx, operation, answer));
    await this.lookAgain(organization.id);
  }

  /** What became of it is on record already; should Stripe be silent now, the job that the journal left behind reads it later. */
  private async lookAgain(organizationId: string): Promise<void> {
    try {
      await this.subscriptions.syncHeld(organizationId);
    } catch (error) {
      if (!(error instanceof GatewayUnavailable)) throw error;
    }
  }
}

/** For the audit log: what was wanted, without the lines of the quote. */
function notable({ params }: Operation): object {
  const { quote: _quote, ...rest } = params;
  return rest;
}
