import { type DataSource } from 'typeorm';
import { type StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';

type Intercept = NonNullable<Parameters<StripeSandbox['intercept']>[0]>;

/**
 * Looks, at each commit that adds a member or changes the paid number, whether there are more members than seats, and keeps
 * what it finds: a state that was wrong for a moment is found though the next commit mends it.
 */
const WATCH = `
  create table overbooked (organization_id bigint, members int, seats int);
  create function note_overbooked() returns trigger language plpgsql as $$
  begin
    insert into overbooked
      select o.id, m.count, o.seats
        from organizations o, lateral (select count(*) from members where organization_id = o.id) m
       where o.id = coalesce(to_jsonb(new) ->> 'organization_id', to_jsonb(new) ->> 'id')::bigint and m.count > o.seats;
    return null;
  end $$;
  create constraint trigger overbooked after insert on members
    deferrable initially deferred for each row execute function note_overbooked();
  create constraint trigger overbooked after update of seats on organizations
    deferrable initially deferred for each row execute function note_overbooked()`;

export const watchSeats = (db: DataSource): Promise<unknown> => db.query(WATCH);

/** `7 members on 6 seats`, for each commit that was wrong; forgets them. */
export async function overbooked(db: DataSource): Promise<string[]> {
  const found = await db.query<[{ members: number; seats: number }[], number]>(
    `delete from overbooked returning members, seats`,
  );
  return found[0].map(({ members, seats }) => `${members} members on ${seats} seats`);
}

interface SubscriptionLike {
  readonly object?: string;
  readonly customer: string;
  readonly items: { readonly data: readonly { readonly quantity?: number }[] };
}

/** Makes changes at Stripe slow, so that others have time to come between; and compares each new quantity with the members. */
export class SlowStripe {
  /** `5 members, 4 seats at Stripe`, of each answer where it was so. */
  readonly oversold: string[] = [];
  private waiting: (() => void)[] = [];

  constructor(
    private readonly db: DataSource,
    private readonly ms: number,
  ) {}

  /** Resolves when Stripe is asked the next time to change a subscription, before it does. */
  asked(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  readonly intercept: Intercept = async ({ method, path, phase, answer }) => {
    if (method === 'GET') return undefined;
    if (path.startsWith('/v1/subscriptions')) for (const resolve of this.waiting.splice(0)) resolve();
    if (phase === 'after') await this.compare(answer?.body as SubscriptionLike);
    await new Promise((resolve) => setTimeout(resolve, this.ms));
    return undefined;
  };

  private async compare({ object, customer, items }: SubscriptionLike): Promise<void> {
    if (object !== 'subscription') return;
    const quantity = items.data[0]?.quantity ?? 0;
    const members = await membersOf(this.db, customer);
    if (members > quantity) this.oversold.push(`${members} members, ${quantity} seats at Stripe`);
  }
}

async function membersOf(db: DataSource, stripeCustomerId: string): Promise<number> {
  const [row] = await db.query<{ count: number }[]>(
    `select count(*)::int as count from members join billing_customers using (organization_id) where stripe_id = $1`,
    [stripeCustomerId],
  );
  return row!.count;
}
