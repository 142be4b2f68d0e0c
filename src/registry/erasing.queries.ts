import { type Tx } from '../platform/database.js';

/** Organizations whose waiting time is over, those that wait longest first. */
export async function dueForErasing(db: Tx, now: Date): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    `select id from organizations where deletion_at <= $1 order by deletion_at, id`,
    [now],
  );
  return rows.map(({ id }) => id);
}

/** Removes some packages with their releases and all that hangs on them; answers with the objects they named. */
export async function removePackages(tx: Tx, organizationId: string, most: number): Promise<string[] | null> {
  const packages = await tx.query<{ id: string }[]>(
    `select p.id from packages p join repositories r on r.id = p.repository_id
     where r.organization_id = $1 order by p.id limit $2 for update of p`,
    [organizationId, most],
  );
  if (packages.length === 0) return null;
  const ids = packages.map(({ id }) => id);
  const [removed] = await tx.query<[{ tarball_key: string; docs_key: string | null }[], number]>(
    `delete from releases where package_id = any ($1) returning tarball_key, docs_key`,
    [ids],
  );
  await tx.query(`delete from packages where id = any ($1)`, [ids]);
  return removed.flatMap(({ tarball_key, docs_key }) => [tarball_key, ...(docs_key === null ? [] : [docs_key])]);
}

/** Removes the signed indexes of a repository and what they list; answers with the objects they were. */
export async function removeIndexes(tx: Tx, repositoryId: string): Promise<string[]> {
  for (const table of ['listed_tarballs', 'listed_packages', 'registry_rebuilds'])
    await tx.query(`delete from ${table} where repository_id = $1`, [repositoryId]);
  const [removed] = await tx.query<[{ object_key: string }[], number]>(
    `delete from registry_objects where repository_id = $1 returning object_key`,
    [repositoryId],
  );
  return removed.map(({ object_key }) => object_key);
}

/** Locks the repository first: whoever publishes or builds an index holds it, and then reaches for other rows. */
export async function lockRepository(tx: Tx, organizationId: string): Promise<string | null> {
  const rows = await tx.query<{ id: string }[]>(`select id from repositories where organization_id = $1 for update`, [
    organizationId,
  ]);
  return rows[0]?.id ?? null;
}

/** Everything that belongs to an organization without packages, and the organization. */
export async function removeOrganization(tx: Tx, organizationId: string): Promise<void> {
  for (const table of ['keys', 'members', 'invitations', 'former_names', 'policies', 'repositories'])
    await tx.query(`delete from ${table} where organization_id = $1`, [organizationId]);
  await tx.query(`delete from organizations where id = $1`, [organizationId]);
}
