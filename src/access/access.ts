import { Inject, Injectable } from '@nestjs/common';
import { covers, isWriting, type Permission } from '../accounts/permissions.js';
import { type Role } from '../organizations/member.entity.js';
import { Members } from '../organizations/members.js';
import { type Organization } from '../organizations/organization.entity.js';
import { type Membership, Organizations } from '../organizations/organizations.js';
import { type Repository } from '../organizations/repository.entity.js';
import { type Standing } from '../organizations/standing.js';
import { Standings } from '../organizations/standings.js';
import { Packages } from '../packages/packages.js';
import { CONFIG, type Config } from '../platform/config.js';
import { type Tx } from '../platform/database.js';
import { DomainError, notFound } from '../platform/errors.js';
import { holdGrant, holdKey, holdRepository, holdRole } from './access.queries.js';
import { type Caller } from './callers.js';
import { type Action, type Answer, decide, ITSELF, ruleOf, table, type Target } from './table.js';

/** A repository somebody may act on, and what the permission hangs on. */
export interface Opened {
  readonly repository: Repository;
  /** Null for the public repository. */
  readonly organization: Organization | null;
  /** The caller's there; in the public repository what ownership of the package comes to. */
  readonly role: Role | null;
  /** Null for the public repository, which nobody pays for. */
  readonly standing: Standing | null;
  /** What the client should print for the person at it, of the standing. */
  readonly warning: string | null;
  /** When the standing, its warning or the credential ends by itself; a remembered answer must not outlive it. */
  readonly until: Date | null;
}

interface Found {
  readonly role: Role | null;
  /** Null for the public repository, and where there is none. */
  readonly organization: Organization | null;
}

/** What somebody may know of a person. */
export interface Acquaintance {
  readonly may: boolean;
  readonly common: readonly Membership[];
}

/**
 * May this caller do this? Each method answers with the thing asked for, or throws what the caller is to be told. It finds
 * the facts (role, standing) and lets `table.ts` decide.
 */
@Injectable()
export class Access {
  constructor(
    private readonly organizations: Organizations,
    private readonly members: Members,
    private readonly packages: Packages,
    private readonly standings: Standings,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** `name` undefined means the public repository. Throws `not_found` where the caller must not know that it exists. */
  async repository(caller: Caller, action: Action, name: string | undefined, pkg?: string): Promise<Opened> {
    if (name !== undefined && name !== this.config.publicRepository) this.refuseStranger(caller, action);
    const repository = await this.find(name);
    const organization = repository?.organizationId ? await this.organizations.byId(repository.organizationId) : null;
    if (repository === null && name === undefined) throw noPublicRepository();
    const target = { name: repository?.name ?? name ?? '', package: pkg };
    const role = repository === null ? null : await this.roleIn(caller, repository, pkg);
    const standing = this.answer(caller, action, target, { role, organization });
    await this.proved(caller, ruleOf(action).permission(target));
    const warning = organization === null ? { text: null, until: null } : this.standings.warning(organization);
    const until = earliest(caller.until, earliest(standing?.until ?? null, warning.until));
    return { repository: repository!, organization, role, standing, warning: warning.text, until };
  }

  /** Would {@link repository} say yes to another action on what it has opened? Of what it found then, without looking again. */
  allows(
    { actor, permissions }: Caller,
    action: Action,
    { repository, organization, role }: Opened,
    pkg: string,
  ): boolean {
    const standing = organization && this.standings.of(organization);
    const facts = { authenticated: actor.kind !== 'anonymous', permissions, role, standing };
    return decide(action, { name: repository.name, package: pkg }, facts) === 'yes';
  }

  /**
   * Asked again inside the transaction that uses an earlier answer, where much time may have passed in between: key and
   * membership still hold, and are held until it ends. So nobody writes after the moment in which they were shut out.
   */
  async hold(tx: Tx, { actor, key, grant }: Caller, action: Action, { repository }: Opened): Promise<void> {
    // First of the locks, as for those who rename and erase: they hold the repository and then reach for keys and members.
    const held = await holdRepository(tx, repository);
    if (held === 'gone') throw renamedOrGone();
    if (held === 'closing' && ruleOf(action).standing === 'publishing') throw closing();
    if (key !== null && !(await holdKey(tx, key.id)))
      throw new DomainError('unauthenticated', 'key_revoked', 'API key revoked');
    if (grant !== undefined && !(await holdGrant(tx, grant.id)))
      throw new DomainError('unauthenticated', 'grant_ended', 'this login has been ended, please log in again');
    if (repository.organizationId !== null) await this.holdMember(tx, actor, action, repository.organizationId);
  }

  /** The same of what {@link organization} answered: whoever has just been removed must leave no key of it behind. */
  async holdMember(tx: Tx, actor: Caller['actor'], action: Action, organizationId: string): Promise<void> {
    if (actor.kind !== 'user') return;
    const role = await holdRole(tx, organizationId, actor.userId);
    if (role === null) throw refusal('absent');
    if (!ruleOf(action).roles.includes(role)) throw refusal('role');
  }

  async organization(caller: Caller, action: Action, name: string): Promise<Organization> {
    this.refuseStranger(caller, action);
    const organization = await this.organizations.byName(name);
    const role = organization && (await this.roleInOrganization(caller, organization.id));
    this.answer(caller, action, { name }, { role, organization });
    await this.proved(caller, ruleOf(action).permission({ name }));
    return organization!;
  }

  /** The person behind the request, for what concerns the account itself. An organization's key has no account. */
  async account(caller: Caller, use: 'read' | 'write'): Promise<Extract<Caller['actor'], { kind: 'user' }>> {
    const needed = { domain: 'api', resource: use } as const;
    this.credential(caller, needed);
    if (caller.actor.kind !== 'user') throw notFound('user account');
    await this.proved(caller, needed);
    return caller.actor;
  }

  /** Throws unless there is a credential and it carries the permission. Says nothing about its owner's rights. */
  credential(caller: Caller, needed: Permission): void {
    if (caller.actor.kind === 'anonymous') throw refusal('login');
    if (!covers(caller.permissions, needed)) throw refusal('key');
  }

  /** Repositories the caller may read: the public one, if there is one, and those of their organizations. */
  async readable(caller: Caller): Promise<Repository[]> {
    const open = await this.organizations.publicRepository();
    const own = await this.organizations.repositoriesOf(await this.readableIds(caller));
    return [...(open === null ? [] : [open]), ...own];
  }

  /** Names of the organizations whose packages the caller may fetch, whatever their standing is now. */
  async organizationNames(caller: Caller): Promise<string[]> {
    const may = await this.memberships(caller);
    return may.filter(({ role }) => canRead(role)).map(({ organization }) => organization.name);
  }

  /** The organizations the caller belongs to, by name. An organization's key belongs to its own. */
  async memberships({ actor }: Caller): Promise<Membership[]> {
    if (actor.kind === 'user') return this.organizations.ofUser(actor.userId);
    if (actor.kind === 'anonymous') return [];
    const own = await this.organizations.byId(actor.organizationId);
    if (own === null) return [];
    return [{ organization: own, role: ITSELF, since: own.createdAt, standing: this.standings.of(own) }];
  }

  /**
   * May they learn of a person? All may where there is a public repository, whose publishers are no secret; otherwise the
   * person and those who share an organization with them. `common`: those organizations, with the person's role.
   */
  async acquaintance(caller: Caller, userId: string): Promise<Acquaintance> {
    const [mine, theirs] = [await this.memberships(caller), await this.organizations.ofUser(userId)];
    const ids = new Set(mine.map(({ organization }) => organization.id));
    const common = theirs.filter(({ organization }) => ids.has(organization.id));
    const isSelf = caller.actor.kind === 'user' && caller.actor.userId === userId;
    return { common, may: isSelf || common.length > 0 || (await this.organizations.publicRepository()) !== null };
  }

  /** Last of all, told to those who otherwise may: nobody proves who they are only to be turned away. */
  private async proved({ prove }: Caller, needed: Permission): Promise<void> {
    if (isWriting(needed)) await prove?.();
  }

  private async readableIds(caller: Caller): Promise<string[]> {
    const may = await this.memberships(caller);
    return may.filter(({ role }) => canRead(role)).map(({ organization }) => organization.id);
  }

  /** A repository without an organization counts only while the settings name it: taken out of them it is shut. */
  private async find(name: string | undefined): Promise<Repository | null> {
    if (name === undefined || name === this.config.publicRepository) return this.organizations.publicRepository();
    const named = await this.organizations.repository(name);
    return named?.organizationId === null ? null : named;
  }

  /** Told before anything is looked up, so that not even the time it takes tells whether there is something. */
  private refuseStranger({ actor }: Caller, action: Action): void {
    if (actor.kind === 'anonymous') throw refusal(table[action].stranger);
  }

  private answer(caller: Caller, action: Action, target: Target, found: Found): Standing | null {
    const { actor, permissions } = caller;
    const { role, organization } = found;
    const standing = organization && this.standings.of(organization);
    const facts = { authenticated: actor.kind !== 'anonymous', permissions, role, standing };
    const answer = decide(action, target, facts);
    if (answer === 'key') this.tellWithheld(caller, action, target, { ...found, standing });
    if (answer === 'standing') throw this.standings.refusal(organization!, standing!);
    if (answer !== 'yes') throw refusal(answer);
    return standing;
  }

  /** To a token that lacks this only because of a standing: the standing, and not that its key is not meant for it. */
  private tellWithheld(
    { withheld = [] }: Caller,
    action: Action,
    target: Target,
    { role, organization, standing }: Found & { readonly standing: Standing | null },
  ): void {
    const answer = decide(action, target, { authenticated: true, permissions: withheld, role, standing });
    if (answer === 'standing') throw this.standings.refusal(organization!, standing!);
    if (answer === 'yes') throw paidSince(organization!.name);
  }

  private async roleIn(caller: Caller, repository: Repository, pkg: string | undefined): Promise<Role | null> {
    if (repository.organizationId !== null) return this.roleInOrganization(caller, repository.organizationId);
    return this.roleInPublic(caller, repository, pkg);
  }

  private async roleInOrganization({ actor }: Caller, organizationId: string): Promise<Role | null> {
    if (actor.kind === 'user') return this.members.roleOf(organizationId, actor.userId);
    return actor.kind === 'organization' && actor.organizationId === organizationId ? ITSELF : null;
  }

  /** Everybody reads; users make new packages; owners, and the writers of an organization that is one, change theirs. */
  private async roleInPublic(caller: Caller, repository: Repository, name: string | undefined): Promise<Role> {
    const { actor } = caller;
    if (actor.kind === 'anonymous') return 'read';
    const pkg = name === undefined ? null : await this.packages.find(repository, name);
    if (pkg === null) return actor.kind === 'user' ? 'write' : 'read';
    const level = actor.kind === 'user' ? await this.packages.levelOf(pkg, actor.userId) : null;
    const { ownerOrganizationId: owner } = pkg;
    const through = owner === null ? null : await this.roleInOrganization(caller, owner);
    if (level === 'full' || through === 'admin') return 'admin';
    return level === 'maintainer' || through === 'write' ? 'write' : 'read';
  }
}

const canRead = (role: Role): boolean => ruleOf('repository.fetch').roles.includes(role);

const renamedOrGone = (): DomainError =>
  new DomainError('conflict', 'repository_changed', 'the organization was renamed or deleted just now');

/** What one meets who forgot `--organization`. That there is none is no secret. */
const noPublicRepository = (): DomainError =>
  new DomainError('not_found', 'no_public_repository', 'this server has no public repository: name an organization');

/** It opens nothing all the same, and is soon replaced: see `Minting`. */
const paidSince = (name: string): DomainError =>
  new DomainError(
    'forbidden',
    'token_outdated',
    `organization ${name} can be used again, but not yet with this token: clients ask for another within five minutes`,
  );

const closing = (): DomainError =>
  new DomainError('forbidden', 'organization_closing', 'organization is about to be deleted: nothing can be published');

function refusal(answer: Exclude<Answer, 'yes' | 'standing'>): DomainError {
  switch (answer) {
    case 'login':
      return new DomainError('unauthenticated', 'missing_authentication', 'missing authentication information');
    case 'key':
      return new DomainError('unauthenticated', 'key_not_authorized', 'key not authorized for this action');
    case 'absent':
      return new DomainError('not_found', 'not_found', 'Page not found');
    case 'role':
      return new DomainError('forbidden', 'not_authorized', 'account not authorized for this action');
  }
}

function earliest(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
