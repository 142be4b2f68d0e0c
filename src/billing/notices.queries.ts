import { type Tx } from '../platform/database.js';

export interface Reader {
  readonly organizationId: string;
  readonly address: string;
  readonly isAdmin: boolean;
}

/** Who hears of an organization's money: the address of its invoices and members who may pay, by their proved addresses; each once. */
export function readersOf(tx: Tx, organizationIds: readonly string[]): Promise<Reader[]> {
  return tx.query(
    `select organization_id as "organizationId", min(address) as address, bool_or(is_admin) as "isAdmin" from (
       select organization_id, email as address, false as is_admin from billing_customers where organization_id = any ($1::bigint[])
       union all
       select m.organization_id, e.address, m.role = 'admin' from members m
       join users u on u.id = m.user_id and u.deactivated_at is null
       join emails e on e.user_id = u.id and e.is_primary and e.verified_at is not null
       where m.organization_id = any ($1::bigint[]) and m.role in ('admin', 'billing')
     ) readers group by organization_id, lower(address) order by organization_id, lower(address)`,
    [organizationIds],
  );
}

export interface Noted {
  readonly organizationId: string;
  readonly cause: string;
}

/** Answers with those that had not been noted before. Of two who note the same at once, one is answered with it. */
export function note(tx: Tx, causes: readonly Noted[], now: Date): Promise<Noted[]> {
  return tx.query(
    `insert into billing_notices (organization_id, cause, sent_at)
     select told.id, told.cause, $3 from unnest($1::bigint[], $2::text[]) as told (id, cause)
     where exists (select from organizations o where o.id = told.id)
     on conflict do nothing returning organization_id as "organizationId", cause`,
    [causes.map(({ organizationId }) => organizationId), causes.map(({ cause }) => cause), now],
  );
}
