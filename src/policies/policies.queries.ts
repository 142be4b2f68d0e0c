import { type Tx } from '../platform/database.js';

export async function nextPolicyRevision(tx: Tx): Promise<string> {
  const rows = await tx.query<{ revision: string }[]>(`select nextval('policy_revisions')::text as revision`);
  return rows[0]!.revision;
}
