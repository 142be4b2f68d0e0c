import { type EntityManager, In } from 'typeorm';
import { Organization } from '../organizations/organization.entity.js';
import { Customer } from './customer.entity.js';
import { Invoice } from './invoice.entity.js';
import { type Notice } from './notice.entity.js';
import { Subscription } from './subscription.entity.js';
import { currentOf } from './terms.js';

/** An organization with all that a reminder may speak of. */
export interface Watched {
  readonly organization: Organization;
  readonly members: number;
  readonly customer: Customer | null;
  readonly subscription: Subscription | null;
  /** Oldest first. */
  readonly openInvoices: readonly Invoice[];
  /** What was told within the last days. */
  readonly told: readonly Notice[];
}

/**
 * Up to `most` organizations, in the order of ids from `after` on, with a date near: an end of trial, of access or of fetching
 * within a week, a payment that is due, a card in its last month, a change that waits. Which of it is to be told is not decided here.
 */
export async function datesNear(
  db: EntityManager,
  ...[now, publishingStoppedDays, after, most]: [now: Date, publishingStoppedDays: number, after: string, most: number]
): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    `with told as (select $1::timestamptz as now)
     select o.id from organizations o cross join told left join billing_customers c on c.organization_id = o.id
     where o.id > $3 and o.deletion_at is null and o.override is distinct from 'blocked' and (
       greatest(o.trial_ends_at, o.access_until) between now - interval '8 days' and now + interval '8 days'
       or greatest(o.trial_ends_at, o.access_until) + make_interval(days => $2)
          between now - interval '8 days' and now + interval '4 days'
       or o.payment in ('past_due', 'canceling') and o.access_until > now
       or exists (select from subscriptions s where s.organization_id = o.id and s.ended_at is null
                  and (s.pending_until > now or s.status = 'incomplete'))
       or make_date((c.card ->> 'expYear')::int, (c.card ->> 'expMonth')::int, 1) <= (now at time zone 'UTC')::date
          and exists (select from subscriptions s where s.organization_id = o.id and s.status = 'active')
     ) order by o.id limit $4`,
    [now, publishingStoppedDays, after, most],
  );
  return rows.map(({ id }) => id);
}

const TOLD_MS = 10 * 24 * 60 * 60 * 1000;

/** All of a batch in a handful of queries. */
export async function watched(db: EntityManager, ids: readonly string[], now: Date): Promise<Watched[]> {
  const theirs = { organizationId: In([...ids]) };
  const [organizations, members, customers, subscriptions, invoices, told] = await Promise.all([
    db.find(Organization, { where: { id: In([...ids]) }, order: { id: 'asc' } }),
    membersOf(db, ids),
    db.findBy(Customer, theirs),
    db.findBy(Subscription, theirs),
    db.find(Invoice, { where: { ...theirs, status: 'open' }, order: { createdAt: 'asc' } }),
    toldSince(db, ids, new Date(now.getTime() - TOLD_MS)),
  ]);
  return organizations.map((organization) => {
    const isTheirs = ({ organizationId }: { organizationId: string }) => organizationId === organization.id;
    return {
      organization,
      members: members.find(isTheirs)?.members ?? 0,
      customer: customers.find(isTheirs) ?? null,
      subscription: currentOf(subscriptions.filter(isTheirs)),
      openInvoices: invoices.filter(isTheirs),
      told: told.filter(isTheirs),
    };
  });
}

const membersOf = (db: EntityManager, ids: readonly string[]): Promise<{ organizationId: string; members: number }[]> =>
  db.query(
    `select organization_id as "organizationId", count(*)::int as members from members
     where organization_id = any ($1::bigint[]) group by organization_id`,
    [ids],
  );

const toldSince = (db: EntityManager, ids: readonly string[], since: Date): Promise<Notice[]> =>
  db.query(
    `select organization_id as "organizationId", cause, sent_at as "sentAt" from billing_notices
     where organization_id = any ($1::bigint[]) and sent_at > $2`,
    [ids, since],
  );
