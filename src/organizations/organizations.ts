import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { type User } from '../accounts/user.entity.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { FormatError } from '../hex/format-error.js';
import { checkOrganizationName } from '../hex/package-name.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { isPostgresError, UNIQUE_VIOLATION } from '../platform/database.js';
import { invalidFields, notFound } from '../platform/errors.js';
import { Events } from '../platform/events.js';
import { Member, type Role } from './member.entity.js';
import { Organization } from './organization.entity.js';
import { OrganizationCreated } from './organizations.events.js';
import { Repository } from './repository.entity.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** An organization with the role of the user it was asked for. */
export interface Membership {
  readonly organization: Organization;
  readonly role: Role;
}

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
    this.mustBeFree(name);
    const now = this.clock.now();
    const at = { createdAt: now, updatedAt: now };
    try {
      return await this.database.transaction(async (tx) => {
        const trialEndsAt = new Date(now.getTime() + this.config.trialDays * DAY_MS);
        const organization = await tx.save(
          tx.create(Organization, { name, trialEndsAt, accessUntil: null, override: null, seats: null, ...at }),
        );
        const repository = await tx.save(tx.create(Repository, { name, organizationId: organization.id, ...at }));
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

  async named(name: string): Promise<Organization> {
    const organization = await this.byName(name);
    if (organization === null) throw notFound(`organization ${name}`);
    return organization;
  }

  list(): Promise<Organization[]> {
    return this.database.manager.find(Organization, { order: { name: 'asc' } });
  }

  async ofUser(userId: string): Promise<Membership[]> {
    const members = await this.database.manager.findBy(Member, { userId });
    const found = await Promise.all(members.map((member) => this.byId(member.organizationId)));
    return members
      .map((member, index) => ({ organization: found[index]!, role: member.role }))
      .sort((a, b) => (a.organization.name < b.organization.name ? -1 : 1));
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

  repositories(): Promise<Repository[]> {
    return this.database.manager.find(Repository, { order: { name: 'asc' } });
  }

  /** The public repository; null where there is none. */
  async publicRepository(): Promise<Repository | null> {
    const name = this.config.publicRepository;
    if (name === undefined) return null;
    return this.database.manager.findOneBy(Repository, { name, organizationId: IsNull() });
  }

  /** Makes the public repository when the operator has just enabled it. */
  async onModuleInit(): Promise<void> {
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

  private mustBeFree(name: string): void {
    if (name === this.config.publicRepository) throw invalidFields({ name: 'is reserved' });
    try {
      checkOrganizationName(name);
    } catch (error) {
      throw error instanceof FormatError ? invalidFields({ name: error.message }) : error;
    }
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
