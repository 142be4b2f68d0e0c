import { covers, type Permission } from '../accounts/permissions.js';
import { type Role, roles } from '../organizations/member.entity.js';
import { type Standing } from '../organizations/standing.js';

/**
 * Who may do what: the one table. It is pure; `access.ts` finds the facts, doors ask. Whether a person, a key or a token
 * asks makes no difference here: a person at a password holds every permission, a key or token those it carries.
 */

export interface Target {
  /** The repository's or organization's name. */
  readonly name: string;
  readonly package?: string | undefined;
}

interface Rule {
  /** The least role in the organization that owns the target. */
  readonly role: Role;
  /** What a key must carry. */
  readonly permission: (target: Target) => Permission;
  /** What the organization's standing must allow. */
  readonly standing?: 'fetching' | 'publishing';
  /** Asked without a credential: told to log in (`login`), or that there is nothing here (`absent`). */
  readonly stranger: 'login' | 'absent';
}

const apiRead = (): Permission => ({ domain: 'api', resource: 'read' });
const apiWrite = (): Permission => ({ domain: 'api', resource: 'write' });
const repository = ({ name }: Target): Permission => ({ domain: 'repository', resource: name });
const docs = ({ name }: Target): Permission => ({ domain: 'docs', resource: name });
/** Before the body of `POST …/publish` is read the package is not known: any package of the repository may be meant. */
const onePackage = ({ name, package: pkg }: Target): Permission => ({
  domain: 'package',
  resource: `${name}/${pkg ?? '*'}`,
});

export const table = {
  'repository.fetch': { role: 'read', permission: repository, standing: 'fetching', stranger: 'login' },
  'docs.fetch': { role: 'read', permission: docs, standing: 'fetching', stranger: 'login' },
  'repository.read': { role: 'read', permission: apiRead, stranger: 'absent' },
  'package.read': { role: 'read', permission: apiRead, stranger: 'absent' },
  'package.publish': { role: 'write', permission: onePackage, standing: 'publishing', stranger: 'login' },
  'release.revert': { role: 'write', permission: onePackage, standing: 'publishing', stranger: 'login' },
  // Allowed to a lapsed organization: a warning about a bad release must always get out.
  'release.retire': { role: 'write', permission: onePackage, stranger: 'login' },
  'organization.read': { role: 'read', permission: apiRead, stranger: 'absent' },
  'members.manage': { role: 'admin', permission: apiWrite, stranger: 'login' },
  'keys.read': { role: 'write', permission: apiRead, stranger: 'login' },
  'keys.manage': { role: 'write', permission: apiWrite, stranger: 'login' },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof table;

export interface Facts {
  readonly authenticated: boolean;
  readonly permissions: readonly Permission[];
  /** In the organization; in the public repository what ownership comes to. Null: an outsider, or there is no such thing. */
  readonly role: Role | null;
  /** Null for the public repository, which nobody pays for. */
  readonly standing: Standing | null;
}

/** `absent`: must look like something that does not exist. `key`: the credential is good, but not for this. */
export type Answer = 'yes' | 'login' | 'absent' | 'key' | 'role' | 'standing';

export function decide(action: Action, target: Target, facts: Facts): Answer {
  const rule: Rule = table[action];
  // Without a credential only what everybody may read is open: the public repository, where everybody has the role `read`.
  if (!facts.authenticated) return facts.role !== null && rule.role === 'read' ? judge(rule, facts) : rule.stranger;
  if (covers(facts.permissions, rule.permission(target))) return judge(rule, facts);
  return mayBeForPackage(rule, target, facts) ? judge(rule, facts) : 'key';
}

function judge(rule: Rule, { role, standing }: Facts): Answer {
  if (role === null) return 'absent';
  if (roles.indexOf(role) < roles.indexOf(rule.role)) return 'role';
  if (rule.standing !== undefined && standing !== null && !standing[rule.standing]) return 'standing';
  return 'yes';
}

/** A key for one package may start an upload whose package is not known yet; it is asked again once it is. */
function mayBeForPackage(rule: Rule, { name, package: pkg }: Target, { permissions }: Facts): boolean {
  if (rule.permission !== onePackage || pkg !== undefined) return false;
  return permissions.some((held) => held.domain === 'package' && held.resource?.startsWith(`${name}/`) === true);
}
