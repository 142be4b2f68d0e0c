import { type Tx } from '../platform/database.js';
import { type Role } from '../organizations/member.entity.js';

/** Does this key still work? It cannot be revoked before `tx` ends. */
export async function holdKey(tx: Tx, keyId: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>('select 1 from keys where id = $1 and revoked_at is null for share', [keyId]);
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
