import { type EntityManager } from 'typeorm';

interface Named {
  readonly id: string;
  readonly name: string;
}

export const withCustomer = (db: EntityManager): Promise<Named[]> =>
  db.query(
    `select o.id, o.name from organizations o join billing_customers c on c.organization_id = o.id
     where c.stripe_id is not null order by o.id`,
  );

/**
 * With something that may change by itself: a subscription that is not over, an open invoice, a tax id being verified, an
 * operation without an end. Those read within the last half hour wait for the next time.
 */
export const due = (db: EntityManager, now: Date): Promise<Named[]> =>
  db.query(
    `select o.id, o.name from organizations o join billing_customers c on c.organization_id = o.id
     where c.stripe_id is not null and (c.synced_at is null or c.synced_at < $1::timestamptz - interval '30 minutes')
       and (c.tax_id_status = 'pending'
            or exists (select from subscriptions s where s.organization_id = o.id and s.ended_at is null)
            or exists (select from invoices i where i.organization_id = o.id and i.status in ('draft', 'open'))
            or exists (select from billing_operations b where b.organization_id = o.id and b.state in ('asked', 'unclear')))
     order by c.synced_at nulls first`,
    [now],
  );

export async function newestEvent(db: EntityManager): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }[]>(`select max(created_at) as at from stripe_events`);
  return row?.at ?? null;
}

/** Those of before thirty days, which Stripe does not list any more either. */
export async function forgetEvents(db: EntityManager, now: Date): Promise<void> {
  await db.query(
    `delete from stripe_events where created_at < $1::timestamptz - interval '40 days' and handled_at is not null`,
    [now],
  );
}
