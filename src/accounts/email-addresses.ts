import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, type Origin, originOf } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { isPostgresError, type Tx, UNIQUE_VIOLATION } from '../platform/database.js';
import { DomainError, invalidFields, notFound } from '../platform/errors.js';
import { type Letter } from '../platform/mail/letter.js';
import { type About, type Circumstances, emailLetter, primaryChangedLetter } from './mail/accounts.emails.js';
import { EmailProofs } from './mail/email-proofs.js';
import { Email } from './email.entity.js';
import { holdSession } from './sign-in/living-session.js';
import { MailLimits } from './mail/mail-limits.js';
import { Notices } from './mail/notices.js';
import { ProofLetters } from './mail/proof-mails.js';
import { actorOf } from './sign-in/session-starts.js';
import { User } from './user.entity.js';
import { addressProblem } from './users.js';

const MOST_OF_A_USER = 10;

/** An address that a link is about, and the account that wants it. */
export interface WantedAddress {
  readonly address: string;
  readonly user: User;
}

/** How addresses are proved. */
@Injectable()
export class AddressProving {
  constructor(
    readonly proofs: EmailProofs,
    readonly letters: ProofLetters,
    readonly limits: MailLimits,
  ) {}
}

/**
 * The addresses of a user. An added one does nothing until its mailbox is proved; somebody else's looks the same until then, and
 * only who reads that mailbox is told. One of the proved ones is the primary: mails go there.
 */
@Injectable()
export class EmailAddresses {
  constructor(
    private readonly database: DataSource,
    private readonly proving: AddressProving,
    private readonly audit: Audit,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  async add(actor: Actor, user: User, typed: string): Promise<void> {
    const address = typed.trim();
    const problem = addressProblem(address);
    if (problem !== null) throw invalidFields({ email: problem });
    await this.proving.limits.count('verify', originOf(actor), address);
    await this.changing(actor, user, async (tx) => {
      const existing = await tx.findBy(Email, { userId: user.id });
      if (existing.some((email) => email.address.toLowerCase() === address.toLowerCase()))
        throw invalidFields({ email: 'is one of your addresses already' });
      if (existing.length >= MOST_OF_A_USER) throw invalidFields({ email: `at most ${MOST_OF_A_USER} can be kept` });
      const added = { userId: user.id, address, isPrimary: false, isPublic: false, verifiedAt: null };
      const email = await tx.save(tx.create(Email, { ...added, createdAt: this.clock.now() }));
      await this.proving.letters.verifyEmail(tx, user, email);
      await this.note(tx, actor, user, 'email.add', address);
    });
  }

  /** Sends the link once more; the earlier one stops working. */
  async resend(actor: Actor, user: User, id: string): Promise<void> {
    const email = await this.theirs(this.database.manager, user, id);
    if (email.verifiedAt !== null) return;
    await this.proving.limits.count('verify', originOf(actor), email.address);
    await this.database.transaction((tx) => this.proving.letters.verifyEmail(tx, user, email));
  }

  async makePrimary(actor: Actor, user: User, id: string): Promise<void> {
    await this.changing(actor, user, async (tx) => {
      const email = await this.theirs(tx, user, id);
      if (email.isPrimary) return;
      if (email.verifiedAt === null)
        throw new DomainError(
          'conflict',
          'email_not_verified',
          'confirm this address first, by the link we have sent to it',
        );
      const before = await tx.findOneBy(Email, { userId: user.id, isPrimary: true });
      await tx.update(Email, { userId: user.id, isPrimary: true }, { isPrimary: false });
      await tx.update(Email, { id }, { isPrimary: true });
      await this.note(tx, actor, user, 'email.primary', email.address);
      await this.tellBoth(tx, actor, user, before?.address, email.address);
    });
  }

  /** Which of them everybody who may see the user sees; null: none. */
  async show(actor: Actor, user: User, id: string | null): Promise<void> {
    await this.changing(actor, user, async (tx) => {
      const email = id === null ? null : await this.theirs(tx, user, id);
      await tx.update(Email, { userId: user.id, isPublic: true }, { isPublic: false });
      if (email !== null) await tx.update(Email, { id: email.id }, { isPublic: true });
      await this.note(tx, actor, user, 'email.publish', email?.address ?? null);
    });
  }

  async remove(actor: Actor, user: User, id: string): Promise<void> {
    await this.changing(actor, user, async (tx) => {
      const email = await this.theirs(tx, user, id);
      if (email.isPrimary)
        throw new DomainError('conflict', 'email_is_primary', 'make another address the primary one first');
      await tx.delete(Email, { id: email.id });
      await this.note(tx, actor, user, 'email.remove', email.address);
      if (email.verifiedAt !== null)
        await this.tell(tx, actor, user, (a, f) => emailLetter(a, f, email.address, false));
    });
  }

  /** For the page behind a link. Throws `not_found`. */
  async look(origin: Origin, token: unknown): Promise<WantedAddress> {
    return this.proving.limits.link(origin, async () => {
      const proof = await this.proving.proofs.look('verify_email', token);
      const user = await this.database.manager.findOneByOrFail(User, { id: proof.userId! });
      return { address: proof.address, user };
    });
  }

  /** The link has come back. Whoever holds it reads the mailbox; being logged in is not needed. */
  async verify(origin: Origin, token: string): Promise<WantedAddress> {
    const { user, address } = await this.look(origin, token);
    const actor = actorOf(user, origin);
    try {
      await this.changing(actor, user, async (tx) => {
        const { subject } = await this.proving.proofs.use(tx, 'verify_email', token);
        const email = await this.theirs(tx, user, subject.slice('email:'.length));
        await tx.update(Email, { id: email.id }, { verifiedAt: this.clock.now() });
        await this.note(tx, actor, user, 'email.verify', address);
        await this.tell(tx, actor, user, (about, from) => emailLetter(about, from, address, true));
      });
    } catch (error) {
      if (!isPostgresError(error, UNIQUE_VIOLATION)) throw error;
      throw new DomainError('conflict', 'email_taken', 'this address belongs to another account already');
    }
    return { user, address };
  }

  /** One change of a user's addresses at a time. */
  private changing<T>(actor: Actor, user: User, act: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      await tx.findOne(User, { where: { id: user.id }, lock: { mode: 'pessimistic_write' } });
      await holdSession(tx, originOf(actor).sessionId);
      return act(tx);
    });
  }

  private async theirs(tx: Tx, user: User, id: string): Promise<Email> {
    const email = /^\d{1,18}$/.test(id) ? await tx.findOneBy(Email, { id, userId: user.id }) : null;
    if (email === null) throw notFound('e-mail address');
    return email;
  }

  private note(tx: Tx, actor: Actor, user: User, action: string, email: string | null): Promise<void> {
    return this.audit.record(tx, actor, action, { userId: user.id }, { user: user.name, email });
  }

  private tell(tx: Tx, actor: Actor, user: User, letter: (a: About, f: Circumstances) => Letter): Promise<void> {
    return this.notices.tell(tx, actor, user, `e-mail addresses at ${this.notices.moment()}`, letter);
  }

  /** The old one as well: whoever reads only that one must learn that mails go elsewhere now. */
  private async tellBoth(tx: Tx, actor: Actor, user: User, before: string | undefined, after: string): Promise<void> {
    const cause = `primary address at ${this.notices.moment()}`;
    for (const to of new Set([before, after].filter((address) => address !== undefined)))
      await this.notices.write(tx, actor, user.name, to, cause, (about, from) =>
        primaryChangedLetter(about, from, before ?? 'nowhere', after),
      );
  }
}
