import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { isPolicyName, type PolicyProblem, type PolicyRules, problemsOf } from '../hex/policy-rules.js';
import { type Organization } from '../organizations/organization.entity.js';
import { Seats } from '../organizations/seats.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, type FieldErrors, invalidFields, notFound } from '../platform/errors.js';
import { Events } from '../platform/events.js';
import { PolicyChanged, type PolicyState } from './policies.events.js';
import { nextPolicyRevision } from './policies.queries.js';
import { Policy } from './policy.entity.js';

const MAX_POLICIES = 100;
/** The address of the page on which one is made. */
const RESERVED = ['new'];

export interface Saved {
  readonly policy: Policy;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** For waiting until clients see it. */
  readonly state: PolicyState;
}

type Owner = Pick<Organization, 'id' | 'name'>;

/**
 * An organization's dependency policies. What is wrong with one is said before it is kept: clients pass over rules that they
 * do not understand. Changes take the organization's lock, as all that only admins do: whoever has just been removed changes
 * nothing any more. The signed resource follows by event (`registry/`).
 */
@Injectable()
export class Policies {
  constructor(
    private readonly database: DataSource,
    private readonly seats: Seats,
    private readonly events: Events,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  list({ id }: Owner): Promise<Policy[]> {
    return this.database.manager.find(Policy, { where: { organizationId: id }, order: { name: 'asc' } });
  }

  async named({ id }: Owner, name: string): Promise<Policy> {
    const policy = isPolicyName(name)
      ? await this.database.manager.findOneBy(Policy, { organizationId: id, name })
      : null;
    if (policy === null) throw notFound(`policy ${name.slice(0, 64)}`);
    return policy;
  }

  /** Makes it, or replaces all that it says. `onlyNew`: a name that is taken is refused. */
  async save(actor: Actor, owner: Owner, name: string, rules: PolicyRules, onlyNew = false): Promise<Saved> {
    checkName(name);
    return this.database.transaction(async (tx) => {
      // The name that rules are held against is the one it has under the lock.
      const organization = await this.seats.lockFor(tx, actor, owner.id);
      const problems = problemsOf(rules, organization.name);
      if (problems.length > 0) throw invalidFields(fieldsOf(problems));
      const before = await tx.findOneBy(Policy, { organizationId: owner.id, name });
      if (before !== null && onlyNew) throw invalidFields({ name: 'has already been taken' });
      if (before === null) await this.checkRoom(tx, owner.id);
      return this.write(tx, actor, organization, name, rules, before);
    });
  }

  async remove(actor: Actor, owner: Owner, name: string): Promise<PolicyState> {
    return this.database.transaction(async (tx) => {
      const organization = await this.seats.lockFor(tx, actor, owner.id);
      const { affected } = await tx.delete(Policy, { organizationId: owner.id, name });
      if (affected === 0) throw notFound(`policy ${name.slice(0, 64)}`);
      const state = { organizationId: owner.id, policy: name, revision: await nextPolicyRevision(tx) };
      await this.record(tx, actor, organization, 'policy.delete', { policy: name });
      await this.events.emit(tx, PolicyChanged, state);
      return state;
    });
  }

  private async write(
    tx: Tx,
    actor: Actor,
    organization: Organization,
    name: string,
    { description, visibility, repositories }: PolicyRules,
    before: Policy | null,
  ): Promise<Saved> {
    const said = { description, visibility, repositories };
    if (before !== null && isDeepStrictEqual(said, saidBy(before)))
      return { policy: before, outcome: 'unchanged', state: stateOf(before) };
    const [now, revision] = [this.clock.now(), await nextPolicyRevision(tx)];
    const policy = tx.create(Policy, {
      ...{ organizationId: organization.id, name, ...said, revision },
      ...{ createdAt: before?.createdAt ?? now, updatedAt: now },
    });
    await tx.save(policy);
    const action = before === null ? 'policy.create' : 'policy.update';
    const about = { policy: name, visibility, repositories: repositories.map(({ repository }) => repository) };
    await this.record(tx, actor, organization, action, { ...about, revision });
    await this.events.emit(tx, PolicyChanged, stateOf(policy));
    return { policy, outcome: before === null ? 'created' : 'updated', state: stateOf(policy) };
  }

  private async checkRoom(tx: Tx, organizationId: string): Promise<void> {
    if ((await tx.countBy(Policy, { organizationId })) >= MAX_POLICIES)
      throw new DomainError('conflict', 'too_many_policies', `an organization has at most ${MAX_POLICIES} policies`);
  }

  private record(tx: Tx, actor: Actor, { id, name }: Owner, action: string, about: object): Promise<void> {
    return this.audit.record(tx, actor, action, { organizationId: id }, { organization: name, ...about });
  }
}

const saidBy = ({ description, visibility, repositories }: Policy) => ({ description, visibility, repositories });

const stateOf = ({ organizationId, name, revision }: Policy): PolicyState => ({
  ...{ organizationId, policy: name, revision },
});

function checkName(name: string): void {
  if (!isPolicyName(name))
    throw invalidFields({
      name: 'must have 3 to 64 small letters, digits, dots, dashes or underscores, with a letter or digit at both ends',
    });
  if (RESERVED.includes(name)) throw invalidFields({ name: 'is reserved' });
}

/** Nested as the policy is, positions counted from one: Hex clients read maps of strings, never lists. */
function fieldsOf(problems: readonly PolicyProblem[]): FieldErrors {
  const fields: FieldErrors = {};
  for (const { at, message } of problems) {
    let place = fields;
    for (const step of at.slice(0, -1)) {
      const key = typeof step === 'number' ? String(step + 1) : step;
      const next = place[key];
      place = typeof next === 'object' ? next : (place[key] = {});
    }
    place[String(at.at(-1))] ??= message;
  }
  return fields;
}
