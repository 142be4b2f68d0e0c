import { Injectable, type OnModuleInit } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { User } from '../accounts/user.entity.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { isMailAddress } from '../platform/mail/address.js';
import { Mails } from '../platform/mail/mails.js';
import { paths } from '../platform/paths.js';
import { type RateLimit, RateLimits } from '../platform/rate-limits.js';
import { isSecretToken, newSecretToken } from '../platform/secret-token.js';
import { Secrets } from '../platform/secrets.js';
import { Urls } from '../platform/urls.js';
import { Invitation } from './invitation.entity.js';
import { type Organization } from './organization.entity.js';
import { invitationLetter } from './organizations.emails.js';

const LIFE_MS = 7 * 24 * 60 * 60 * 1000;
const HOUR = 60 * 60;
/** Mails an hour that one organization may cause, … */
const PER_ORGANIZATION = 50;
/** … and that one address may get, from all organizations together: nobody's mailbox is filled through us. */
const PER_ADDRESS = 5;

export interface NewLink {
  readonly token: string;
  readonly columns: Pick<Invitation, 'tokenHash' | 'sentAt' | 'expiresAt'>;
}

/** The links of invitations: single use, seven days, only their keyed hash is stored; and how many may be mailed. */
@Injectable()
export class InvitationLinks implements OnModuleInit {
  private ofOrganization: RateLimit;
  private toAddress: RateLimit;

  constructor(
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    private readonly limits: RateLimits,
    private readonly mails: Mails,
    private readonly urls: Urls,
  ) {}

  onModuleInit(): void {
    this.ofOrganization = this.limits.limit('invitations-organization', PER_ORGANIZATION, HOUR);
    this.toAddress = this.limits.limit('invitations-address', PER_ADDRESS, HOUR);
  }

  now(): Date {
    return this.clock.now();
  }

  async mustBeAllowed({ id }: Organization, address: string): Promise<void> {
    if (!isMailAddress(address)) throw invalidFields({ email: 'is not an e-mail address' });
    // A hash, since addresses are longer than counters' names may be, and are nobody's business there.
    const mailbox = this.secrets.keyedHash('invitation-addresses', address.toLowerCase()).toString('hex');
    const [own, theirs] = await Promise.all([this.ofOrganization.count(id), this.toAddress.count(mailbox)]);
    if (own.exceeded) throw tooMany(`this organization has sent ${PER_ORGANIZATION} invitations within an hour`);
    if (theirs.exceeded) throw tooMany('this address has been sent several invitations within an hour');
  }

  make(): NewLink {
    const [token, sentAt] = [newSecretToken(), this.clock.now()];
    const expiresAt = new Date(sentAt.getTime() + LIFE_MS);
    return { token, columns: { tokenHash: this.hashOf(token), sentAt, expiresAt } };
  }

  /** The invitation that a link works for. */
  async find(tx: Tx, token: unknown): Promise<Invitation | null> {
    if (!isSecretToken(token)) return null;
    const living = { acceptedAt: IsNull(), revokedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) };
    const found = await tx.findOneBy(Invitation, { tokenHash: this.hashOf(token), ...living });
    // Held out by somebody whom the operator has locked out since: the account may have been stolen.
    const isLockedOut =
      found?.inviterId && !(await tx.existsBy(User, { id: found.inviterId, deactivatedAt: IsNull() }));
    return isLockedOut ? null : found;
  }

  async send(
    tx: Tx,
    { name: organization }: Organization,
    { id, address, role, inviterName: inviter }: Pick<Invitation, 'id' | 'address' | 'role' | 'inviterName'>,
    { token, columns: { sentAt, expiresAt } }: NewLink,
  ): Promise<void> {
    const url = this.urls.page(paths.acceptInvitation(token));
    const letter = invitationLetter({ organization, url, inviter, role, expiresAt });
    await this.mails.send(tx, { to: address, cause: `invitation ${id} at ${sentAt.toISOString()}`, letter });
  }

  private hashOf(token: string): Buffer {
    return this.secrets.keyedHash('invitations', token);
  }
}

const tooMany = (what: string): DomainError =>
  new DomainError('rate_limited', 'too_many_invitations', `${what}, please try again in an hour`);
