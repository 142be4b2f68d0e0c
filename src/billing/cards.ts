import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Organization } from '../organizations/organization.entity.js';
import { CustomerLocks } from './customer-locks.js';
import { Customers } from './customers.js';
import { Gateway } from './gateway.js';
import { orThrow } from './refusals.js';
import { Subscriptions } from './subscriptions.js';

@Injectable()
export class CardNotes {
  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
  ) {}

  replaced(
    actor: Actor,
    { id: organizationId, name }: Organization,
    card: { brand: string; last4: string },
  ): Promise<void> {
    return this.database.transaction((tx) =>
      this.audit.record(tx, actor, 'billing.card', { organizationId }, { organization: name, ...card }),
    );
  }
}

/** Cards (set up for later), and what they are replaced by. */
@Injectable()
export class Cards {
  constructor(
    private readonly gateway: Gateway,
    private readonly customers: Customers,
    private readonly locks: CustomerLocks,
    private readonly subscriptions: Subscriptions,
    private readonly notes: CardNotes,
  ) {}

  /** For the browser, which alone sees the card's number. A new one each time the page is shown, and never stored. */
  async setUp(organizationId: string, key: string): Promise<{ id: string; clientSecret: string }> {
    const { stripeId } = await this.customers.ready(organizationId);
    return orThrow(await this.gateway.setUpCard(stripeId, key));
  }

  /** The browser says that a card was set up; Stripe is asked whether that is so and whose it is. */
  async use(actor: Actor, organization: Organization, setupIntentId: string): Promise<void> {
    await this.locks.hold(organization.id, async () => {
      const { stripeId } = await this.customers.ready(organization.id);
      const synced = await this.subscriptions.syncHeld(organization.id);
      const living = synced?.snapshot.subscriptions.find(({ endedAt }) => endedAt === null);
      const { brand, last4 } = orThrow(await this.gateway.useCard(stripeId, setupIntentId, living?.stripeId ?? null));
      await this.notes.replaced(actor, organization, { brand, last4 });
      await this.subscriptions.syncHeld(organization.id);
    });
  }
}
