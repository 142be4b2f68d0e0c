import { Abandoning } from '../../src/billing/abandoning.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { type EventHead, Gateway, type Snapshot } from '../../src/billing/gateway.js';
import { Overviews } from '../../src/billing/overview.js';
import { Payments } from '../../src/billing/payments.js';
import { PlanSwitches } from '../../src/billing/plan-switches.js';
import { type Plan } from '../../src/billing/plans.js';
import { SeatOrders } from '../../src/billing/seat-orders.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { actor, type BillingApp, giveCard, payer } from '../support/billing.js';
import { team } from '../support/people.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How Stripe stood after something had happened there, and what it would have told about that. */
export interface Moment {
  readonly snapshot: Snapshot;
  readonly events: readonly EventHead[];
}

/** One organization's way through the payments, recorded at Stripe moment by moment. */
export class Life {
  readonly moments: Moment[] = [];
  private readonly told = new Set<string>();

  private constructor(
    private readonly billing: BillingApp,
    readonly organization: Organization,
    readonly customerId: string,
  ) {}

  static async begin(billing: BillingApp, card: string): Promise<Life> {
    const { organization } = await team(billing.app);
    await payer(billing, organization.name, card);
    const { customer } = await billing.app.app.get(Overviews).of(organization);
    return new Life(billing, organization, customer!.stripeId!);
  }

  /** Does something, and writes down what Stripe then shows. */
  async step(act: () => Promise<unknown>): Promise<void> {
    await act();
    await this.record();
  }

  /** Day by day, so that what falls due on the way is a moment of its own. */
  async days(count: number): Promise<void> {
    for (let day = 0; day < count; day += 1) await this.step(() => this.billing.advance(DAY_MS));
  }

  async subscribe(plan: Plan = 'monthly', seats = 3): Promise<void> {
    await this.step(async () => {
      const { id } = await this.get(Checkout).draft(actor, this.organization, { plan, seats, code: null });
      await this.get(Changes).confirm(actor, this.organization, id);
    });
  }

  async seats(wanted: number): Promise<void> {
    await this.step(async () => {
      await this.get(Subscriptions).sync(this.organization.id);
      const { id } = await this.get(SeatOrders).draft(actor, this.organization, wanted);
      await this.get(Changes).confirm(actor, this.organization, id);
    });
  }

  async plan(plan: Plan): Promise<void> {
    await this.step(async () => {
      await this.get(Subscriptions).sync(this.organization.id);
      const { id } = await this.get(PlanSwitches).draft(actor, this.organization, plan);
      await this.get(Changes).confirm(actor, this.organization, id);
    });
  }

  /** The bank's question about the newest open invoice. */
  async bank(outcome: 'complete' | 'fail'): Promise<void> {
    await this.step(async () => {
      const challenge = await this.get(Payments).challenge(this.organization.id, (await this.openInvoice()).stripeId);
      await this.billing.sandbox.settleChallenge(challenge!.clientSecret.split('_secret')[0]!, outcome);
    });
  }

  async pay(): Promise<void> {
    await this.step(async () => this.get(Payments).pay(actor, this.organization, (await this.openInvoice()).stripeId));
  }

  async abandon(): Promise<void> {
    await this.step(async () => this.get(Abandoning).abandon(actor, this.organization, await this.openInvoice()));
  }

  card(token: string): Promise<void> {
    return this.step(() => giveCard(this.billing, this.organization, token));
  }

  act(act: Parameters<BillingApp['sandbox']['act']>[0]): Promise<void> {
    return this.step(() => this.billing.sandbox.act(act));
  }

  mine<K extends 'charge' | 'subscription' | 'dispute'>(kind: K) {
    return this.billing.sandbox.objects(kind).filter((one) => !('customer' in one) || one.customer === this.customerId);
  }

  private async openInvoice() {
    await this.get(Subscriptions).sync(this.organization.id);
    const { invoices } = await this.get(Overviews).of(this.organization);
    return invoices.find(({ status }) => status === 'open')!;
  }

  private async record(): Promise<void> {
    const snapshot = (await this.get(Gateway).read(this.customerId))!;
    const fresh: EventHead[] = [];
    for (const event of this.billing.sandbox.objects('event').toReversed()) {
      if (this.told.has(event.id)) continue;
      this.told.add(event.id);
      const subject = event.data.object as { customer?: string; object: string; id: string };
      const customerId = subject.object === 'customer' ? subject.id : subject.customer;
      if (customerId === this.customerId)
        fresh.push({
          ...{ id: event.id, type: event.type, customerId, trace: null },
          createdAt: new Date(event.created * 1000),
        });
    }
    if (fresh.length > 0) this.moments.push({ snapshot, events: fresh });
  }

  private get<T>(token: abstract new (...needed: never[]) => T): T {
    return this.billing.app.app.get<T>(token);
  }
}

/** What organizations go through. Each ends in a state that Stripe calls its own. */
export const lifeCycles: Record<string, { card: string; live: (life: Life) => Promise<void> }> = {
  'trial to paid': {
    card: 'pm_card_visa',
    live: async (life) => {
      await life.days(3);
      await life.subscribe();
      await life.days(32);
    },
  },
  'SCA passed': {
    card: 'pm_card_authenticationRequired',
    live: async (life) => {
      await life.subscribe();
      await life.bank('complete');
    },
  },
  'SCA abandoned': {
    card: 'pm_card_authenticationRequired',
    live: async (life) => {
      await life.subscribe();
      await life.days(2);
    },
  },
  'SCA failed': {
    card: 'pm_card_authenticationRequired',
    live: async (life) => {
      await life.subscribe();
      await life.bank('fail');
      await life.abandon();
    },
  },
  'decline, then recovery': {
    card: 'pm_card_visa',
    live: async (life) => {
      await life.subscribe();
      await life.card('pm_card_chargeCustomerFail');
      await life.days(33);
      await life.card('pm_card_visa');
      await life.pay();
    },
  },
  'decline to the end': {
    card: 'pm_card_visa',
    live: async (life) => {
      await life.subscribe();
      await life.card('pm_card_chargeCustomerFail');
      await life.days(50);
    },
  },
  'seats up': {
    card: 'pm_card_authenticationRequired',
    live: async (life) => {
      await life.subscribe();
      await life.bank('complete');
      await life.days(4);
      await life.seats(7);
      await life.bank('complete');
    },
  },
  'seats down': {
    card: 'pm_card_visa',
    live: async (life) => {
      await life.subscribe('monthly', 6);
      await life.days(2);
      await life.seats(4);
      await life.days(31);
    },
  },
  'month to year': {
    card: 'pm_card_visa',
    live: async (life) => {
      await life.subscribe();
      await life.days(10);
      await life.plan('annual');
    },
  },
  refund: {
    card: 'pm_card_visa',
    live: async (life) => {
      await life.subscribe();
      await life.act({ act: 'refund_charge', charge: life.mine('charge')[0]!.id, amount: 700 });
      await life.act({ act: 'refund_charge', charge: life.mine('charge')[0]!.id });
    },
  },
  dispute: {
    card: 'pm_card_visa',
    live: async (life) => {
      await life.subscribe();
      const charge = life.mine('charge')[0]!.id;
      await life.act({ act: 'open_dispute', charge });
      const dispute = life.mine('dispute').find((one) => one.charge === charge)!.id;
      await life.act({ act: 'close_dispute', dispute, outcome: 'lost' });
    },
  },
  'cancelled in Stripe’s dashboard': {
    card: 'pm_card_visa',
    live: async (life) => {
      await life.subscribe();
      await life.days(5);
      await life.act({ act: 'cancel_subscription', subscription: life.mine('subscription')[0]!.id });
    },
  },
  'card expiry': {
    card: 'pm_card_visa',
    live: async (life) => {
      await life.subscribe();
      const { card } = life.moments.at(-1)!.snapshot.customer;
      await life.act({ act: 'expire_card', payment_method: card!.id });
      await life.days(34);
    },
  },
};
