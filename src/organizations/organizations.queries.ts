import { type Tx } from '../platform/database.js';

/** Primary, proved addresses of people who can log in: of the admins of an organization, or of all its members. */
export async function addressesOf(
  tx: Tx,
  organizationId: string,
  of: 'admins' | 'members',
): Promise<{ userId: string; address: string }[]> {
  return tx.query(
    `select m.user_id as "userId", e.address from members m
     join users u on u.id = m.user_id and u.deactivated_at is null
     join emails e on e.user_id = u.id and e.is_primary and e.verified_at is not null
     where m.organization_id = $1 and ($2 = 'members' or m.role = 'admin') order by m.user_id`,
    [organizationId, of],
  );
}

export async function addressOf(tx: Tx, userId: string): Promise<string | null> {
  const rows = await tx.query<{ address: string }[]>(
    `select address from emails where user_id = $1 and is_primary and verified_at is not null`,
    [userId],
  );
  return rows[0]?.address ?? null;
}

export interface MemberRow {
  readonly userId: string;
  readonly name: string;
  readonly fullName: string | null;
  readonly role: 'read' | 'write' | 'admin' | 'billing';
  readonly since: Date;
  readonly open: boolean;
}

/** The members with their names, in the order of joining. `open` false: the operator has shut the account. */
export function memberRows(tx: Tx, organizationId: string): Promise<MemberRow[]> {
  return tx.query(
    `select m.user_id as "userId", u.name, u.full_name as "fullName", m.role, m.created_at as since, u.deactivated_at is null as open
     from members m join users u on u.id = m.user_id where m.organization_id = $1 order by m.created_at, m.user_id`,
    [organizationId],
  );
}

/** Is there an admin besides this one? Somebody whom the operator has locked out is none. */
export async function hasOtherAdmin(tx: Tx, organizationId: string, userId: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `select 1 from members m join users u on u.id = m.user_id and u.deactivated_at is null
     where m.organization_id = $1 and m.role = 'admin' and m.user_id <> $2 limit 1`,
    [organizationId, userId],
  );
  return rows.length > 0;
}

/** Is there such an account (`open`: one that can log in)? It cannot be deleted before `tx` ends. */
export async function holdAccount(tx: Tx, userId: string, open?: 'open'): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `select 1 from users where id = $1 and deleted_at is null and ($2::text is null or deactivated_at is null) for share`,
    [userId, open ?? null],
  );
  return rows.length > 0;
}

/** Whoever may not invite any more must not have left a door open behind them, to an address of their own say. */
export async function endInvitationsOf(tx: Tx, organizationId: string, userId: string, now: Date): Promise<void> {
  await tx.query(
    `update invitations set revoked_at = $3
     where organization_id = $1 and inviter_id = $2 and accepted_at is null and revoked_at is null`,
    [organizationId, userId, now],
  );
}

/**
 * Asked after the name was written: a reservation and a new holder at the same moment meet at the unique index, and who comes
 * second then sees the reservation.
 *
 * Has somebody had this name before, so that it is not given out again? Their own former names are free to them.
 */
export async function isNameKept(tx: Tx, name: string, forOrganization: string | null): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `select 1 from reserved_names where name = $1
       and not exists (select 1 from former_names f where f.name = $1 and f.organization_id = $2)`,
    [name, forOrganization],
  );
  return rows.length > 0;
}
