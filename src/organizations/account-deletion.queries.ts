import { type Tx } from '../platform/database.js';
import { type Role } from './member.entity.js';

export interface MembershipRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly deletionAt: Date | null;
  /** Who can log in. */
  readonly otherAdmins: number;
  /** This one included. */
  readonly members: number;
}

/** Where a user belongs, and who else does, by name. */
export function membershipsFor(tx: Tx, userId: string): Promise<MembershipRow[]> {
  return tx.query(
    `select o.id, o.name, mine.role, o.deletion_at as "deletionAt",
            count(*) filter (where m.role = 'admin' and u.id <> $1 and u.deactivated_at is null)::int as "otherAdmins",
            count(*)::int as members
     from members mine join organizations o on o.id = mine.organization_id join members m on m.organization_id = o.id
     join users u on u.id = m.user_id
     where mine.user_id = $1 group by o.id, mine.role order by o.name`,
    [userId],
  );
}

/** Waits for those who hold the account (`holdAccount`), and keeps others from doing so until `tx` ends. */
export async function lockAccount(tx: Tx, userId: string): Promise<void> {
  await tx.query('select 1 from users where id = $1 for no key update', [userId]);
}
