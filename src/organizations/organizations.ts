import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, In, IsNull } from 'typeorm';
import { type User } from '../accounts/user.entity.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { isPostgresError, UNIQUE_VIOLATION } from '../platform/database.js';
import { invalidFields, notFound } from '../platform/errors.js';
import { Events } from '../platform/events.js';
import { FormerName } from './former-name.entity.js';
import { Member, type Role } from './member.entity.js';
import { Organization } from './organization.entity.js';
import { checkName } from './names.js';
import { OrganizationCreated } from './organizations.events.js';
import { holdAccount, isNameKept } from './organizations.queries.js';
import { Repository } from './repository.entity.js';
import { type Standing, standingOf } from './standing.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** An organization with the role of the user it was asked for. */
export interface Membership {
  readonly organization: Organization;
  readonly role: Role;
  readonly since: Date;
  readonly standing: Standing;
}

const fresh = {
  ...{ accessUntil: null, payment: null, paidUntil: null, override: null, seats: null, deletionAt: null },
  ...{ displayName: null, website: null, contactEmail: null, about: null },
};

@Injectable()
export class Organizations implements OnModuleInit {
  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
    private readonly events: Events,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** With its repository of the same name, its trial, and `admin` as the first member: never without an admin. */
  async create(actor: Actor, name: string, admin: User): Promise<Organization> {
    checkName(name, this.config);
    const now = this.clock.now();
    const at = { createdAt: now, updatedAt: now };
    try {
      return await this.database.transaction(async (tx) => {
        const trialEndsAt = new Date(now.getTime() + this.config.trialDays * DAY_MS);
        const organization = await tx.save(tx.create(Organization, { ...fresh, name, trialEndsAt, ...at }));
        if (await isNameKept(tx, name, organization.id)) throw invalidFields({ name: 'has already been taken' });
        const repository = await tx.save(tx.create(Repository, { name, organizationId: organization.id, ...at }));
        if (!(await holdAccount(tx, admin.id))) throw notFound(`user ${admin.name}`);
        await tx.insert(Member, { organizationId: organization.id, userId: admin.id, role: 'admin', ...at });
        const subject = { organizationId: organization.id, userId: admin.id };
        await this.audit.record(tx, actor, 'organization.create', subject, { organization: name, admin: admin.name });
        const ids = { organizationId: organization.id, repositoryId: repository.id };
        await this.events.emit(tx, OrganizationCreated, ids);
        return organization;
      });
    } catch (error) {
      if (isPostgresError(error, UNIQUE_VIOLATION)) throw invalidFields({ name: 'has already been taken' });
      throw error;
    }
  }

  byName(name: string): Promise<Organization | null> {
    return this.database.manager.findOneBy(Organization, { name });
  }

  byId(id: string): Promise<Organization | null> {
    return this.database.manager.findOneBy(Organization, { id });
  }

  /** Which organization was called so before it was renamed; null: none, or none any more. */
  async formerly(name: string): Promise<Organization | null> {
    const former = await this.database.manager.findOneBy(FormerName, { name });
    return former === null ? null : this.byId(former.organizationId);
  }

  async named(name: string): Promise<Organization> {
    const organization = await this.byName(name);
    if (organization === null) throw notFound(`organization ${name}`);
    return organization;
  }

  list(): Promise<Organization[]> {
    return this.database.manager.find(Organization, { order: { name: 'asc' } });
  }

  /** By name. */
  async ofUser(userId: string): Promise<Membership[]> {
    const members = await this.database.manager.findBy(Member, { userId });
    const byId = new Map(members.map((member) => [member.organizationId, member]));
    const where = { id: In([...byId.keys()]) };
    const found = await this.database.manager.find(Organization, { where, order: { name: 'asc' } });
    return found.map((organization) => {
      const { role, createdAt } = byId.get(organization.id)!;
      const standing = standingOf(organization, this.config.ladder, this.clock.now());
      return { organization, role, since: createdAt, standing };
    });
  }

  /** The operator's word on its standing; null gives it back to trial and payment. */
  async setOverride(actor: Actor, name: string, override: Organization['override']): Promise<void> {
    await this.change(actor, name, 'organization.override', { override }, { override });
  }

  async setTrialEnd(actor: Actor, name: string, trialEndsAt: Date): Promise<void> {
    await this.change(actor, name, 'organization.trial', { trialEndsAt }, { trial_ends_at: trialEndsAt });
  }

  repository(name: string): Promise<Repository | null> {
    return this.database.manager.findOneBy(Repository, { name });
  }

  /** Of the organizations with these ids, by name. */
  repositoriesOf(organizationIds: readonly string[]): Promise<Repository[]> {
    const where = { organizationId: In([...organizationIds]) };
    return this.database.manager.find(Repository, { where, order: { name: 'asc' } });
  }

  repositories(): Promise<Repository[]> {
    return this.database.manager.find(Repository, { order: { name: 'asc' } });
  }

  /** The public repository; null where there is none. */
  async publicRepository(): Promise<Repository | null> {
    const name = this.config.publicRepository;
    if (name === undefined) return null;
    return this.database.manager.findOneBy(Repository, { name, organizationId: IsNull() });
  }

  onModuleInit(): Promise<void> {
    return this.ensurePublicRepository();
  }

  /** Makes the public repository when the operator has just enabled it. */
  async ensurePublicRepository(): Promise<void> {
    const name = this.config.publicRepository;
    if (name === undefined) return;
    await this.database.transaction(async (tx) => {
      const made = await tx.query<unknown[]>(
        `insert into repositories (name, created_at, updated_at) values ($1, $2, $2) on conflict (name) do nothing returning id`,
        [name, this.clock.now()],
      );
      const system = { kind: 'system', name: 'settings' } as const;
      if (made.length > 0)
        await this.audit.record(tx, system, 'repository.create', {}, { repository: name, public: true });
    });
    if ((await this.publicRepository()) === null)
      throw new Error(`PUBLIC_REPOSITORY: ${name} is the name of an organization here, choose another one`);
  }

  private async change(
    actor: Actor,
    name: string,
    action: string,
    values: Partial<Organization>,
    noted: object,
  ): Promise<void> {
    const { id } = await this.named(name);
    await this.database.transaction(async (tx) => {
      await tx.update(Organization, { id }, { ...values, updatedAt: this.clock.now() });
      await this.audit.record(tx, actor, action, { organizationId: id }, { organization: name, ...noted });
    });
  }
}
