import { type Tx } from '../platform/database.js';
import { type Repository } from '../organizations/repository.entity.js';
import { type Role } from '../organizations/member.entity.js';

/** Does this key still work? It cannot be revoked before `tx` ends. */
export async function holdKey(tx: Tx, keyId: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>('select 1 from keys where id = $1 and revoked_at is null for share', [keyId]);
  return rows.length > 0;
}

/** Does what a person granted a program still hold? It cannot be revoked before `tx` ends. */
export async function holdGrant(tx: Tx, grantId: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>('select 1 from grants where id = $1 and revoked_at is null for share', [
    grantId,
  ]);
  return rows.length > 0;
}

/** The role a person has; it cannot be taken away or changed before `tx` ends. */
export async function holdRole(tx: Tx, organizationId: string, userId: string): Promise<Role | null> {
  const rows = await tx.query<{ role: Role }[]>(
    'select role from members where organization_id = $1 and user_id = $2 for share',
    [organizationId, userId],
  );
  return rows[0]?.role ?? null;
}

/**
 * Is the repository still what it was when the request came in? It can be neither renamed nor erased before `tx` ends, so
 * that nothing is written under a name which has just been given up.
 */
export async function holdRepository(
  tx: Tx,
  { id, name }: Pick<Repository, 'id' | 'name'>,
): Promise<'open' | 'closing' | 'gone'> {
  const rows = await tx.query<{ closing: boolean }[]>(
    `select coalesce((select o.deletion_at is not null from organizations o where o.id = r.organization_id), false) as closing
     from repositories r where r.id = $1 and r.name = $2 for key share of r`,
    [id, name],
  );
  return rows[0] === undefined ? 'gone' : rows[0].closing ? 'closing' : 'open';
}
