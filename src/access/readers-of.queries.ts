import { type EntityManager } from 'typeorm';
import { type Permission } from '../accounts/permissions.js';
import { type Role } from '../organizations/member.entity.js';

export interface PersonRow {
  readonly userId: string;
  readonly name: string;
  readonly fullName: string | null;
  readonly role: Role;
  readonly since: Date;
}

/** Members whose accounts are open, by name. */
export function openMembers(db: EntityManager, organizationId: string): Promise<PersonRow[]> {
  return db.query(
    `select m.user_id as "userId", u.name, u.full_name as "fullName", m.role, m.created_at as since
     from members m join users u on u.id = m.user_id and u.deactivated_at is null
     where m.organization_id = $1 order by u.name`,
    [organizationId],
  );
}

export interface KeyRow {
  /** `program`: what a member has allowed a program to do for them, as with `mix hex.user auth`. */
  readonly kind: 'key' | 'program';
  readonly id: string;
  readonly name: string;
  /** Null: the organization's own. */
  readonly owner: string | null;
  /** The owner's; null for the organization's own. */
  readonly role: Role | null;
  readonly permissions: readonly Permission[];
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
}

/** Keys that work: the organization's own, then its members' with the programs they let act for them, by owner and name. */
export function livingKeysAround(db: EntityManager, organizationId: string, now: Date): Promise<KeyRow[]> {
  const living = (t: string) => `${t}.revoked_at is null and (${t}.expires_at is null or ${t}.expires_at > $2)`;
  const columns = (t: string) => `${t}.permissions, ${t}.last_used_at as "lastUsedAt", ${t}.expires_at as "expiresAt"`;
  const members = `members m join users u on u.id = m.user_id and u.deactivated_at is null`;
  return db.query(
    `select 'key' as kind, k.id, k.name, ${columns('k')}, null as owner, null as role
     from keys k where k.organization_id = $1 and ${living('k')}
     union all
     select 'key', k.id, k.name, ${columns('k')}, u.name, m.role
     from ${members} join keys k on k.user_id = m.user_id where m.organization_id = $1 and ${living('k')}
     union all
     select 'program', g.id, coalesce(g.name, c.name), ${columns('g')}, u.name, m.role
     from ${members} join grants g on g.user_id = m.user_id join oauth_clients c on c.id = g.client_id
     where m.organization_id = $1 and g.handle_hash is not null and ${living('g')}
     order by owner nulls first, name, id`,
    [organizationId, now],
  );
}
