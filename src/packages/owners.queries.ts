import { type EntityManager } from 'typeorm';
import { type User } from '../accounts/user.entity.js';
import { type Role } from '../organizations/member.entity.js';
import { type OwnerLevel, PackageOwner } from './package-owner.entity.js';
import { type Package } from './package.entity.js';

/** An owner with the names people know them by. */
export interface NamedOwner {
  /** Null: an organization. */
  readonly userId: string | null;
  readonly name: string;
  readonly level: OwnerLevel;
  /** The address they show to everybody, where there is one. */
  readonly email: string | null;
}

const SHOWN_ADDRESS = `(select e.address from emails e where e.user_id = u.id and e.is_public and e.verified_at is not null limit 1)`;

/** Of a public package: an organization first, then people in the order in which they came. */
export async function ownersOf(db: EntityManager, packageId: string): Promise<NamedOwner[]> {
  const organizations = await db.query<NamedOwner[]>(
    `select null as "userId", o.name, 'full' as level, null as email
     from packages p join organizations o on o.id = p.owner_organization_id where p.id = $1`,
    [packageId],
  );
  const people = await db.query<NamedOwner[]>(
    `select o.user_id as "userId", u.name, o.level, ${SHOWN_ADDRESS} as email
     from package_owners o join users u on u.id = o.user_id where o.package_id = $1 order by o.created_at, o.user_id`,
    [packageId],
  );
  return [...organizations, ...people];
}

type Owned = Pick<Package, 'id' | 'ownerOrganizationId'>;

/**
 * As what a person owns a public package, by themselves or through the organization that does; null: not at all. Through the
 * organization it holds until `tx` ends.
 */
export async function holdLevel(tx: EntityManager, pkg: Owned, userId: string): Promise<OwnerLevel | null> {
  const own = await tx.findOneBy(PackageOwner, { packageId: pkg.id, userId });
  const role = pkg.ownerOrganizationId === null ? null : await holdRole(tx, pkg.ownerOrganizationId, userId);
  if (own?.level === 'full' || role === 'admin') return 'full';
  return own !== null || role === 'write' ? 'maintainer' : null;
}

async function holdRole(tx: EntityManager, organizationId: string, userId: string): Promise<Role | null> {
  const rows = await tx.query<{ role: Role }[]>(
    `select role from members where organization_id = $1 and user_id = $2 for share`,
    [organizationId, userId],
  );
  return rows[0]?.role ?? null;
}

/** An organization by name in which the person may publish, since it is they who hand something over to it. */
export async function findOrganizationOf(
  db: EntityManager,
  name: string,
  userId: string,
): Promise<{ id: string; name: string } | null> {
  const rows = await db.query<{ id: string; name: string }[]>(
    `select o.id, o.name from organizations o join members m on m.organization_id = o.id
     where o.name = lower($1) and m.user_id = $2 and m.role in ('admin', 'write')`,
    [name, userId],
  );
  return rows[0] ?? null;
}

/** The address somebody shows to everybody; null: none. */
export async function shownAddress(db: EntityManager, userId: string): Promise<string | null> {
  const rows = await db.query<{ email: string | null }[]>(
    `select ${SHOWN_ADDRESS} as email from users u where u.id = $1`,
    [userId],
  );
  return rows[0]?.email ?? null;
}

/** Members who may publish, as owners: admins, then writers. */
export function publishersOf(db: EntityManager, organizationId: string): Promise<NamedOwner[]> {
  return db.query(
    `select m.user_id as "userId", u.name, case m.role when 'admin' then 'full' else 'maintainer' end as level,
            ${SHOWN_ADDRESS} as email
     from members m join users u on u.id = m.user_id and u.deactivated_at is null
     where m.organization_id = $1 and m.role in ('admin', 'write') order by m.role, m.created_at, m.user_id`,
    [organizationId],
  );
}

/** Somebody with an open account, by name or by the address they show to everybody: another one tells nothing. */
export async function findPerson(db: EntityManager, login: string): Promise<Pick<User, 'id' | 'name'> | null> {
  const rows = await db.query<Pick<User, 'id' | 'name'>[]>(
    login.includes('@')
      ? `select u.id, u.name from emails e join users u on u.id = e.user_id and u.deactivated_at is null
         where lower(e.address) = lower($1) and e.verified_at is not null and e.is_public`
      : `select u.id, u.name from users u where u.name = lower($1) and u.deactivated_at is null and u.deleted_at is null`,
    [login],
  );
  return rows[0] ?? null;
}

/** A member by name or by any address of theirs: the organization's admins invite people by these. */
export async function findMember(
  db: EntityManager,
  organizationId: string,
  login: string,
): Promise<{ name: string; role: Role } | null> {
  const rows = await db.query<{ name: string; role: Role }[]>(
    `select u.name, m.role from members m join users u on u.id = m.user_id
     where m.organization_id = $1 and (u.name = lower($2) or exists (select 1 from emails e
       where e.user_id = u.id and e.verified_at is not null and lower(e.address) = lower($2)))`,
    [organizationId, login],
  );
  return rows[0] ?? null;
}
