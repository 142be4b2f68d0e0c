/** What a key may be used for. `resource` is null where the domain has none or all of it is meant. */
export interface Permission {
  readonly domain: Domain;
  readonly resource: string | null;
}

export const domains = ['api', 'repository', 'repositories', 'package', 'docs'] as const;
export type Domain = (typeof domains)[number];

/** The default of hex.pm: the whole API, no fetching. */
export const DEFAULT_PERMISSIONS: readonly Permission[] = [{ domain: 'api', resource: null }];

/**
 * Does one of the permissions a key carries include the one that is needed? This is about the key alone; whether its owner
 * has the right is asked of `access/`.
 *
 * - `api` includes `api:read` and `api:write`; `api:write` includes `api:read`;
 * - the API's write right includes writing any one package (`package` with `REPOSITORY/NAME`);
 * - a `package` permission also lets its holder read the API, or a client could not look at what it publishes;
 * - `repositories` includes every `repository`;
 * - API permissions do not fetch from repositories, and repository permissions do not reach the API.
 */
export function covers(held: readonly Permission[], needed: Permission): boolean {
  return held.some((permission) => includes(permission, needed));
}

function includes(held: Permission, needed: Permission): boolean {
  if (held.domain === needed.domain && held.resource === needed.resource) return true;
  switch (needed.domain) {
    case 'api':
      if (held.domain === 'package') return needed.resource === 'read' && held.resource !== null;
      return (
        held.domain === 'api' && (held.resource === null || (held.resource === 'write' && needed.resource === 'read'))
      );
    case 'package':
      return held.domain === 'api' && held.resource !== 'read';
    case 'repository':
      return held.domain === 'repositories';
    case 'repositories':
    case 'docs':
      return false;
  }
}

/** Does it change anything? Of programs it wants a second factor: when it is allowed, and whenever it is used. */
export const isWriting = ({ domain, resource }: Permission): boolean =>
  domain === 'package' || (domain === 'api' && resource !== 'read');

/** What `needed` still allows of it under `held`: the narrower of the two, or nothing. Never wider than either. */
export function narrowed(needed: readonly Permission[], held: readonly Permission[]): Permission[] {
  const both = [
    ...needed.filter((permission) => covers(held, permission)),
    ...held.filter((permission) => covers(needed, permission)),
  ];
  return both.filter(
    (one, index) => both.findIndex((other) => other.domain === one.domain && other.resource === one.resource) === index,
  );
}

/** Is this pair well formed at all? Answers the field error, or null. */
export function permissionProblem({ domain, resource }: Permission): string | null {
  switch (domain) {
    case 'api':
      return resource === null || resource === 'read' || resource === 'write'
        ? null
        : 'invalid resource for given domain';
    case 'repositories':
      return resource === null ? null : 'invalid resource for given domain';
    case 'repository':
    case 'docs':
      // Nothing but a name: in a scope a space would begin the next permission.
      return resource !== null && /^[a-z0-9_]+$/.test(resource) ? null : 'a repository name is needed for this domain';
    case 'package':
      return resource !== null && /^[a-z0-9_]+\/[a-z0-9_]+$/.test(resource) ? null : 'must be REPOSITORY/PACKAGE';
  }
}

/** As an OAuth scope: `api:read`, `repository:acme`, `repositories`. */
export const toScope = ({ domain, resource }: Permission): string =>
  resource === null ? domain : `${domain}:${resource}`;

/** Reads a space-separated OAuth scope; unknown words are left out, as RFC 6749 section 3.3 allows. */
export function fromScope(scope: string): Permission[] {
  return scope
    .split(' ')
    .filter((word) => word !== '')
    .map((word): [string, string | null] => {
      const colon = word.indexOf(':');
      return colon < 0 ? [word, null] : [word.slice(0, colon), word.slice(colon + 1)];
    })
    .filter((pair): pair is [Domain, string | null] => (domains as readonly string[]).includes(pair[0]))
    .map(([domain, resource]) => ({ domain, resource }))
    .filter((permission) => permissionProblem(permission) === null);
}
