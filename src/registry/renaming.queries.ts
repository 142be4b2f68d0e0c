import { type Tx } from '../platform/database.js';

/** Tables whose rows carry permissions, of people, organizations and programs. */
const HOLDERS = ['keys', 'grants', 'device_codes'] as const;

/** `repository:old`, `docs:old` and `package:old/NAME` become those of the new name; all else stays as and where it is. */
export async function renamePermissions(tx: Tx, before: string, name: string): Promise<void> {
  for (const table of HOLDERS)
    await tx.query(
      `update ${table} set permissions = (
         select jsonb_agg(case
           when p.held ->> 'domain' in ('repository', 'docs') and p.held ->> 'resource' = $1
             then jsonb_set(p.held, '{resource}', to_jsonb($2::text))
           when p.held ->> 'domain' = 'package' and starts_with(p.held ->> 'resource', $1 || '/')
             then jsonb_set(p.held, '{resource}', to_jsonb($2 || substr(p.held ->> 'resource', length($1) + 1)))
           else p.held end order by p.place)
         from jsonb_array_elements(permissions) with ordinality as p (held, place))
       where jsonb_path_exists(permissions, '$[*] ? (@.resource == $name || @.resource starts with $start)',
                               jsonb_build_object('name', $1::text, 'start', $1 || '/'))`,
      [before, name],
    );
}

/** What the repository's releases ask of packages of their own repository. */
export async function renameRequirements(tx: Tx, repositoryId: string, before: string, name: string): Promise<void> {
  await tx.query(
    `update requirements r set repository = $3 from releases l join packages p on p.id = l.package_id
     where r.release_id = l.id and p.repository_id = $1 and r.repository = $2`,
    [repositoryId, before, name],
  );
}

/** What the organization's own policies say of its own repository. What others say of it they said of a name. */
export async function renameInPolicies(tx: Tx, organizationId: string, before: string, name: string): Promise<void> {
  await tx.query(
    `update policies set revision = nextval('policy_revisions'), repositories = (
       select jsonb_agg(case when r.rules ->> 'repository' = $2 then jsonb_set(r.rules, '{repository}', to_jsonb($3::text))
                             else r.rules end order by r.place)
       from jsonb_array_elements(repositories) with ordinality as r (rules, place))
     where organization_id = $1 and repositories @> jsonb_build_array(jsonb_build_object('repository', $2::text))`,
    [organizationId, before, name],
  );
}
