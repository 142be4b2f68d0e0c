import { Injectable } from '@nestjs/common';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields, notFound } from '../platform/errors.js';
import { Member } from './member.entity.js';
import { Organization } from './organization.entity.js';

/** What billing found to be paid for. */
export type PaidTerms = Pick<Organization, 'payment' | 'paidUntil' | 'accessUntil' | 'seats'>;

/**
 * The one place where a seat is taken. The promise: at every commit, members ≤ paid seats; and under the same lock `members`
 * sees to it that each organization has an admin. It locks the organization's row (FOR NO KEY UPDATE, so that inserts which
 * merely refer to the organization are not held up); whoever changes members, invitations, the paid number, the name or the
 * time of deletion takes this lock first, and no other lock before it (several of them in the order of ids).
 */
@Injectable()
export class Seats {
  constructor(
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /**
   * Serializes all that concerns this organization's members and seats until the transaction ends. Throws `not_found` when it
   * was erased while one waited.
   */
  async lock(tx: Tx, organizationId: string): Promise<Organization> {
    const where = { id: organizationId };
    const organization = await tx.findOne(Organization, { where, lock: { mode: 'for_no_key_update' } });
    if (organization === null) throw notFound('organization');
    return organization;
  }

  /**
   * Locks for what only an admin may do. Whoever waited for the lock may have been thrown out or demoted meanwhile: of two
   * admins who throw each other out at once, the second is none any more when their turn comes.
   */
  async lockFor(tx: Tx, actor: Actor, organizationId: string): Promise<Organization> {
    const organization = await this.lock(tx, organizationId);
    if (actor.kind !== 'user') return organization;
    if (!(await tx.existsBy(Member, { organizationId, userId: actor.userId, role: 'admin' })))
      throw new DomainError('forbidden', 'not_authorized', 'account not authorized for this action');
    return organization;
  }

  /**
   * Writes down what is paid for, as just read from Stripe; the caller holds the lock. Answers with the names of what changed.
   * Should more people be members than seats are left (somebody took them away in Stripe's dashboard), nobody is thrown out, and
   * nobody is let in.
   */
  async applyTerms(tx: Tx, organization: Organization, terms: PaidTerms): Promise<string[]> {
    const { payment, paidUntil, accessUntil, seats } = terms;
    const after = { payment, paidUntil, accessUntil, seats };
    const changed = Object.entries(after).filter(
      ([name, value]) => !isSame(organization[name as keyof PaidTerms], value),
    );
    if (changed.length === 0) return [];
    const updatedAt = this.clock.now();
    await tx.update(Organization, { id: organization.id }, { ...after, updatedAt });
    const names = changed.map(([name]) => name);
    const noted = Object.fromEntries(
      names.map((name) => [name, { from: organization[name as keyof PaidTerms], to: after[name as keyof PaidTerms] }]),
    );
    const stripe = { kind: 'system', name: 'Stripe' } as const;
    await this.audit.record(
      tx,
      stripe,
      'billing.change',
      { organizationId: organization.id },
      { organization: organization.name, ...noted },
    );
    Object.assign(organization, after);
    return names.map((name) => `organization ${organization.name}: ${name}`);
  }

  /**
   * Fewer seats, before Stripe is asked: from now on nobody takes the seats that are given back. The caller's next reading of
   * Stripe writes the number that holds in the end, whether or not the wish was granted.
   */
  async reserve(tx: Tx, organizationId: string, seats: number): Promise<void> {
    await this.lock(tx, organizationId);
    const members = await tx.countBy(Member, { organizationId });
    if (seats < members) throw tooFew(members);
    await tx.update(Organization, { id: organizationId }, { seats, updatedAt: this.clock.now() });
  }

  /** Locks, and throws unless one more member fits. The caller inserts the member in the same transaction. */
  async claim(tx: Tx, organizationId: string): Promise<void> {
    const { seats } = await this.lock(tx, organizationId);
    if (seats === null) return;
    const members = await tx.countBy(Member, { organizationId });
    if (members >= seats) throw new DomainError('invalid', 'no_seat', 'not enough seats to add member');
  }
}

const isSame = (a: unknown, b: unknown): boolean =>
  a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;

const tooFew = (members: number): DomainError =>
  invalidFields({ seats: `must be at least ${members}: so many people are members` });
