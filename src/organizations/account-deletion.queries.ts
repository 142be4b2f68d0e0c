import { type Tx } from '../platform/database.js';
import { type Role } from './member.entity.js';

export interface MembershipRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly deletionAt: Date | null;
  /** How many admins and members the organization has, this one included. */
  readonly admins: number;
  readonly members: number;
}

/** Where a user belongs, and who else does, by name. */
export function membershipsFor(tx: Tx, userId: string): Promise<MembershipRow[]> {
  return tx.query(
    `select o.id, o.name, mine.role, o.deletion_at as "deletionAt",
            count(*) filter (where m.role = 'admin')::int as admins, count(*)::int as members
     from members mine join organizations o on o.id = mine.organization_id join members m on m.organization_id = o.id
     where mine.user_id = $1 group by o.id, mine.role order by o.name`,
    [userId],
  );
}
