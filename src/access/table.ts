import { covers, type Permission } from '../accounts/permissions.js';
import { type Role } from '../organizations/member.entity.js';
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

export interface Rule {
  /** Who may, in the organization that owns the target. */
  readonly roles: readonly Role[];
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

const ADMINS: readonly Role[] = ['admin'];
const WRITERS: readonly Role[] = ['write', ...ADMINS];
const READERS: readonly Role[] = ['read', ...WRITERS];
/** Whoever pays sees what is paid for, and not a line of anybody's code. */
const PAYERS: readonly Role[] = ['billing', ...ADMINS];
const MEMBERS: readonly Role[] = ['billing', ...READERS];

export const table = {
  'repository.fetch': { roles: READERS, permission: repository, standing: 'fetching', stranger: 'login' },
  'docs.fetch': { roles: READERS, permission: docs, standing: 'fetching', stranger: 'login' },
  'repository.read': { roles: READERS, permission: apiRead, stranger: 'absent' },
  'package.read': { roles: READERS, permission: apiRead, stranger: 'absent' },
  'package.publish': { roles: WRITERS, permission: onePackage, standing: 'publishing', stranger: 'login' },
  'release.revert': { roles: WRITERS, permission: onePackage, standing: 'publishing', stranger: 'login' },
  // Allowed on every step of the ladder: a warning about a bad release must always get out.
  'release.retire': { roles: WRITERS, permission: onePackage, stranger: 'login' },
  // Of a package of the public repository, where its full owners stand in an admin's place.
  'owners.manage': { roles: ADMINS, permission: onePackage, stranger: 'login' },
  'organization.see': { roles: MEMBERS, permission: apiRead, stranger: 'absent' },
  'organization.manage': { roles: ADMINS, permission: apiWrite, stranger: 'login' },
  'members.read': { roles: MEMBERS, permission: apiRead, stranger: 'absent' },
  'members.manage': { roles: ADMINS, permission: apiWrite, stranger: 'login' },
  // Not those who only pay: the log names packages, versions and keys. What they did themselves is in their own log.
  'audit.read': { roles: READERS, permission: apiRead, stranger: 'absent' },
  // Shows the personal keys of members and their last use: for those who answer for who gets in.
  'readers.read': { roles: ADMINS, permission: apiRead, stranger: 'absent' },
  'policies.read': { roles: READERS, permission: apiRead, stranger: 'absent' },
  // On every step of the ladder: what projects may not resolve to has nothing to do with who pays.
  'policies.manage': { roles: ADMINS, permission: apiWrite, stranger: 'login' },
  'billing.manage': { roles: PAYERS, permission: apiWrite, stranger: 'login' },
  'keys.read': { roles: WRITERS, permission: apiRead, stranger: 'login' },
  'keys.manage': { roles: WRITERS, permission: apiWrite, stranger: 'login' },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof table;

export const ruleOf = (action: Action): Rule => table[action];

export interface Facts {
  readonly authenticated: boolean;
  readonly permissions: readonly Permission[];
  /** In the organization; in the public repository what ownership comes to. Null: an outsider, or there is no such thing. */
  readonly role: Role | null;
  /** Null for the public repository, which nobody pays for. */
  readonly standing: Standing | null;
}

/** An organization acting on itself by its key: all that publishing needs, nothing that manages people. */
export const ITSELF: Role = 'write';

/** `absent`: must look like something that does not exist. `key`: the credential is good, but not for this. */
export type Answer = 'yes' | 'login' | 'absent' | 'key' | 'role' | 'standing';

export function decide(action: Action, target: Target, facts: Facts): Answer {
  const rule: Rule = table[action];
  // Without a credential only what everybody may read is open: the public repository, where everybody has the role `read`.
  if (!facts.authenticated)
    return facts.role !== null && rule.roles.includes('read') ? judge(rule, facts) : rule.stranger;
  if (covers(facts.permissions, rule.permission(target))) return judge(rule, facts);
  return mayBeForPackage(rule, target, facts) ? judge(rule, facts) : 'key';
}

function judge(rule: Rule, { role, standing }: Facts): Answer {
  if (role === null) return 'absent';
  if (!rule.roles.includes(role)) return 'role';
  if (rule.standing !== undefined && standing !== null && !standing[rule.standing]) return 'standing';
  return 'yes';
}

/** A key for one package may start an upload whose package is not known yet; it is asked again once it is. */
function mayBeForPackage(rule: Rule, { name, package: pkg }: Target, { permissions }: Facts): boolean {
  if (rule.permission !== onePackage || pkg !== undefined) return false;
  return permissions.some((held) => held.domain === 'package' && held.resource?.startsWith(`${name}/`) === true);
}
