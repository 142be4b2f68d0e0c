import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { type User } from '../accounts/user.entity.js';
import { type Actor, nameOf } from '../audit/actor.js';
import { type Tx } from '../platform/database.js';
import { DomainError, notFound } from '../platform/errors.js';
import { InvitationLinks } from './invitation-links.js';
import { InvitationRecord } from './invitation-record.js';
import { Invitation } from './invitation.entity.js';
import { Member, type Role } from './member.entity.js';
import { Members } from './members.js';
import { Organization } from './organization.entity.js';
import { Seats } from './seats.js';

/** What somebody with a working link is shown before they decide. */
export interface Offer {
  readonly organization: Organization;
  readonly role: Role;
  readonly address: string;
  readonly inviter: string;
  readonly expiresAt: Date;
}

/** How an acceptance went. `seated` false: they were a member already, and the invitation is used up without a seat. */
export interface Accepted {
  readonly organization: Organization;
  readonly seated: boolean;
}

type Guest = Pick<User, 'id' | 'name'>;

const open = { acceptedAt: IsNull(), revokedAt: IsNull() };

/**
 * Places held out by mail. The link is the proof: whoever has it, logged in as whoever they are, joins. A seat is taken when
 * it is accepted, under the lock of `seats`, and a link that is unknown, expired, revoked or used looks the same as any
 * other of these. Every write holds that lock, so an invitation is accepted once, and never after it was revoked.
 */
@Injectable()
export class Invitations {
  constructor(
    private readonly database: DataSource,
    private readonly seats: Seats,
    private readonly members: Members,
    private readonly links: InvitationLinks,
    private readonly record: InvitationRecord,
  ) {}

  /** One open invitation for each address: inviting again is sending again, with the role given now. */
  async invite(actor: Actor, organization: Organization, address: string, role: Role): Promise<void> {
    await this.links.mustBeAllowed(organization, address);
    await this.database.transaction(async (tx) => {
      await this.seats.lockFor(tx, actor, organization.id);
      const before = await this.openTo(tx, organization, address);
      const link = this.links.make();
      const values = { address, role, ...link.columns, ...inviter(actor) };
      const id = before === null ? await this.insert(tx, organization, values) : await this.renew(tx, before, values);
      await this.record.note(tx, actor, 'invitation.send', organization, { address, role, again: before !== null });
      await this.links.send(tx, organization, { id, address, role, inviterName: nameOf(actor) }, link);
    });
  }

  /** A new link for an open invitation, also an expired one; the old link is dead. */
  async resend(actor: Actor, organization: Organization, id: string): Promise<void> {
    const { address, role } = await this.named(this.database.manager, organization, id);
    await this.invite(actor, organization, address, role);
  }

  async revoke(actor: Actor, organization: Organization, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.seats.lockFor(tx, actor, organization.id);
      const { address, role } = await this.named(tx, organization, id);
      await tx.update(Invitation, { id }, { revokedAt: this.links.now() });
      await this.record.note(tx, actor, 'invitation.revoke', organization, { address, role });
    });
  }

  /** Open ones, expired ones included, the newest first. */
  list(organization: Organization): Promise<Invitation[]> {
    const where = { organizationId: organization.id, ...open };
    return this.database.manager.find(Invitation, { where, order: { sentAt: 'desc', id: 'desc' } });
  }

  /** What a link offers; null for one that does not work. Looking changes nothing: mail scanners open links. */
  async look(token: unknown): Promise<Offer | null> {
    const db = this.database.manager;
    const invitation = await this.links.find(db, token);
    const organization = invitation && (await db.findOneBy(Organization, { id: invitation.organizationId }));
    if (invitation === null || organization === null) return null;
    const { role, address, inviterName, expiresAt } = invitation;
    return { organization, role, address, inviter: inviterName, expiresAt };
  }

  /** Throws `not_found` for a link that does not work, `conflict` (`no_seat`) while all seats are taken: it stays open then. */
  accept(actor: Actor, user: Guest, token: unknown): Promise<Accepted> {
    return this.orNoSeat(actor, token, () => this.database.transaction((tx) => this.acceptIn(tx, actor, user, token)));
  }

  /** In the transaction that makes the account, say. The caller has {@link orNoSeat} around it. */
  async acceptIn(tx: Tx, actor: Actor, user: Guest, token: unknown): Promise<Accepted> {
    const { organization, invitation } = await this.hold(tx, token);
    const { role, address } = invitation;
    const seated = !(await tx.existsBy(Member, { organizationId: organization.id, userId: user.id }));
    if (seated) await this.members.seat(tx, organization, user, role);
    await tx.update(Invitation, { id: invitation.id }, { acceptedAt: this.links.now() });
    const params = { address, role, user: user.name, seated };
    await this.record.note(tx, actor, 'invitation.accept', organization, params, user.id);
    if (seated) await this.record.joined(tx, actor, organization, user, invitation);
    return { organization, seated };
  }

  /** The organization, locked, and the invitation that a link works for: it can be used by nobody else until `tx` ends. */
  async hold(tx: Tx, token: unknown): Promise<{ organization: Organization; invitation: Invitation }> {
    const { organizationId } = await this.working(tx, token);
    const organization = await this.seats.lock(tx, organizationId);
    // Looked at again: what was found without the lock may have been used or revoked since.
    return { organization, invitation: await this.working(tx, token) };
  }

  /** What the guest is told when `join` finds no seat; the admins hear of it, which the undone transaction could not say. */
  async orNoSeat<T>(actor: Actor, token: unknown, join: () => Promise<T>): Promise<T> {
    try {
      return await join();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'no_seat') throw error;
      throw await this.record.noSeat(actor, await this.working(this.database.manager, token));
    }
  }

  private async working(tx: Tx, token: unknown): Promise<Invitation> {
    const invitation = await this.links.find(tx, token);
    if (invitation === null) throw notFound('invitation');
    return invitation;
  }

  private openTo(tx: Tx, organization: Organization, address: string): Promise<Invitation | null> {
    return tx
      .createQueryBuilder(Invitation, 'i')
      .where({ organizationId: organization.id, ...open })
      .andWhere('lower(i.address) = lower(:address)', { address })
      .getOne();
  }

  private async named(tx: Tx, organization: Organization, id: string): Promise<Invitation> {
    const known = /^\d{1,18}$/.test(id);
    const found = known ? await tx.findOneBy(Invitation, { id, organizationId: organization.id, ...open }) : null;
    if (found === null) throw notFound('invitation');
    return found;
  }

  private async insert(tx: Tx, organization: Organization, values: NewInvitation): Promise<string> {
    const first = { organizationId: organization.id, createdAt: values.sentAt, acceptedAt: null, revokedAt: null };
    return (await tx.save(tx.create(Invitation, { ...first, ...values }))).id;
  }

  private async renew(tx: Tx, { id }: Invitation, values: NewInvitation): Promise<string> {
    await tx.update(Invitation, { id }, values);
    return id;
  }
}

type NewInvitation = Pick<
  Invitation,
  'address' | 'role' | 'tokenHash' | 'sentAt' | 'expiresAt' | 'inviterId' | 'inviterName'
>;

const inviter = (actor: Actor) => ({
  inviterId: actor.kind === 'user' ? actor.userId : null,
  inviterName: nameOf(actor),
});
