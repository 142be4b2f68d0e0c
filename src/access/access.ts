import { Inject, Injectable } from '@nestjs/common';
import { covers, type Permission } from '../accounts/permissions.js';
import { type Role, roles } from '../organizations/member.entity.js';
import { Members } from '../organizations/members.js';
import { type Organization } from '../organizations/organization.entity.js';
import { Organizations } from '../organizations/organizations.js';
import { type Repository } from '../organizations/repository.entity.js';
import { type Standing, standingOf } from '../organizations/standing.js';
import { Packages } from '../packages/packages.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { type Tx } from '../platform/database.js';
import { DomainError, notFound } from '../platform/errors.js';
import { holdKey, holdRole } from './access.queries.js';
import { type Caller } from './callers.js';
import { type Action, type Answer, decide, type Facts, table, type Target } from './table.js';

/** A repository somebody may act on, and what the permission hangs on. */
export interface Opened {
  readonly repository: Repository;
  /** Null for the public repository. */
  readonly organization: Organization | null;
  /** When the standing or the credential ends by itself; a remembered answer must not outlive it. */
  readonly until: Date | null;
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
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** `name` undefined means the public repository. Throws `not_found` where the caller must not know that it exists. */
  async repository(caller: Caller, action: Action, name: string | undefined, pkg?: string): Promise<Opened> {
    if (name !== undefined && name !== this.config.publicRepository) this.refuseStranger(caller, action);
    const repository = await this.find(name);
    const organization = repository?.organizationId ? await this.organizations.byId(repository.organizationId) : null;
    if (repository === null && name === undefined) throw noPublicRepository();
    const target = { name: repository?.name ?? name ?? '', package: pkg };
    const standing = organization && standingOf(organization, this.clock.now());
    const role = repository === null ? null : await this.roleIn(caller, repository, pkg);
    this.answer(caller, action, target, { role, standing });
    return { repository: repository!, organization, until: earliest(caller.until, standing?.until ?? null) };
  }

  /**
   * Asked again inside the transaction that uses an earlier answer, where much time may have passed in between: key and
   * membership still hold, and are held until it ends. So nobody writes after the moment in which they were shut out.
   */
  async hold(tx: Tx, { actor, key }: Caller, action: Action, { repository }: Opened): Promise<void> {
    if (key !== null && !(await holdKey(tx, key.id)))
      throw new DomainError('unauthenticated', 'key_revoked', 'API key revoked');
    if (repository.organizationId === null || actor.kind !== 'user') return;
    const role = await holdRole(tx, repository.organizationId, actor.userId);
    if (role === null) throw refusal('absent', null);
    if (roles.indexOf(role) < roles.indexOf(table[action].role)) throw refusal('role', null);
  }

  async organization(caller: Caller, action: Action, name: string): Promise<Organization> {
    this.refuseStranger(caller, action);
    const organization = await this.organizations.byName(name);
    const role = organization && (await this.roleInOrganization(caller, organization.id));
    this.answer(
      caller,
      action,
      { name },
      { role, standing: organization && standingOf(organization, this.clock.now()) },
    );
    return organization!;
  }

  /** The person behind the request, for what concerns the account itself. An organization's key has no account. */
  account(caller: Caller, use: 'read' | 'write'): Extract<Caller['actor'], { kind: 'user' }> {
    this.credential(caller, { domain: 'api', resource: use });
    if (caller.actor.kind !== 'user') throw notFound('user account');
    return caller.actor;
  }

  /** Throws unless there is a credential and it carries the permission. Says nothing about its owner's rights. */
  credential(caller: Caller, needed: Permission): void {
    if (caller.actor.kind === 'anonymous') throw refusal('login', null);
    if (!covers(caller.permissions, needed)) throw refusal('key', null);
  }

  /** Repositories the caller may read: the public one, if there is one, and those of their organizations. */
  async readable(caller: Caller): Promise<Repository[]> {
    const open = await this.organizations.publicRepository();
    const names = await this.organizationNames(caller);
    const own = await Promise.all(names.map((name) => this.organizations.repository(name)));
    return [open, ...own].filter((repository) => repository !== null);
  }

  /** Names of the organizations the caller belongs to. */
  async organizationNames({ actor }: Caller): Promise<string[]> {
    if (actor.kind === 'organization') return [actor.name];
    if (actor.kind !== 'user') return [];
    return (await this.organizations.ofUser(actor.userId)).map(({ organization }) => organization.name);
  }

  /** A repository without an organization counts only while the settings name it: taken out of them it is shut. */
  private async find(name: string | undefined): Promise<Repository | null> {
    if (name === undefined || name === this.config.publicRepository) return this.organizations.publicRepository();
    const named = await this.organizations.repository(name);
    return named?.organizationId === null ? null : named;
  }

  /** Told before anything is looked up, so that not even the time it takes tells whether there is something. */
  private refuseStranger({ actor }: Caller, action: Action): void {
    if (actor.kind === 'anonymous') throw refusal(table[action].stranger, null);
  }

  private answer(caller: Caller, action: Action, target: Target, found: Pick<Facts, 'role' | 'standing'>): void {
    const { actor, permissions } = caller;
    const answer = decide(action, target, { authenticated: actor.kind !== 'anonymous', permissions, ...found });
    if (answer !== 'yes') throw refusal(answer, found.standing);
  }

  private async roleIn(caller: Caller, repository: Repository, pkg: string | undefined): Promise<Role | null> {
    if (repository.organizationId !== null) return this.roleInOrganization(caller, repository.organizationId);
    return this.roleInPublic(caller, repository, pkg);
  }

  private async roleInOrganization({ actor }: Caller, organizationId: string): Promise<Role | null> {
    if (actor.kind === 'user') return this.members.roleOf(organizationId, actor.userId);
    // An organization acting on itself by its key: all that publishing needs, nothing that manages people.
    return actor.kind === 'organization' && actor.organizationId === organizationId ? 'write' : null;
  }

  /** Everybody reads; users make new packages; owners change theirs. */
  private async roleInPublic({ actor }: Caller, repository: Repository, name: string | undefined): Promise<Role> {
    if (actor.kind !== 'user') return 'read';
    const pkg = name === undefined ? null : await this.packages.find(repository, name);
    if (pkg === null) return 'write';
    const owner = (await this.packages.owners(pkg.id)).find(({ userId }) => userId === actor.userId);
    if (owner === undefined) return 'read';
    return owner.level === 'full' ? 'admin' : 'write';
  }
}

/** What one meets who forgot `--organization`. That there is none is no secret. */
const noPublicRepository = (): DomainError =>
  new DomainError('not_found', 'no_public_repository', 'this server has no public repository: name an organization');

function refusal(answer: Exclude<Answer, 'yes'>, standing: Standing | null): DomainError {
  switch (answer) {
    case 'login':
      return new DomainError('unauthenticated', 'missing_authentication', 'missing authentication information');
    case 'key':
      return new DomainError('unauthenticated', 'key_not_authorized', 'key not authorized for this action');
    case 'absent':
      return new DomainError('not_found', 'not_found', 'Page not found');
    case 'role':
      return new DomainError('forbidden', 'not_authorized', 'account not authorized for this action');
    case 'standing':
      return new DomainError(
        'forbidden',
        `organization_${standing?.state ?? 'lapsed'}`,
        standing?.state === 'blocked'
          ? 'organization has been blocked by the operator of this server'
          : 'organization has no active billing subscription',
      );
  }
}

function earliest(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
