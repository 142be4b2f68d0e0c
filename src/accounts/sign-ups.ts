import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Origin } from '../audit/actor.js';
import { invalidFields } from '../platform/errors.js';
import { Jobs } from '../platform/jobs.js';
import { EmailProofs } from './mail/email-proofs.js';
import { MailLimits } from './mail/mail-limits.js';
import { type Choice, NewAccounts } from './new-accounts.js';
import { SIGN_UP_MAIL } from './mail/proof-mails.js';
import { type Wish } from './wish.js';
import { type StartedSession } from './sessions.js';
import { addressProblem } from './users.js';

/**
 * Making an account: first the mailbox is proved, then a name and a password are chosen. Until then nothing tells whether an
 * address has an account already: asking does the same work for each, and what differs is done later, by a job, and said in a
 * mail that only the owner of the mailbox reads.
 */
@Injectable()
export class SignUps {
  constructor(
    private readonly database: DataSource,
    private readonly proofs: EmailProofs,
    private readonly limits: MailLimits,
    private readonly jobs: Jobs,
    private readonly accounts: NewAccounts,
  ) {}

  /**
   * Sends a link to an address, or, where it has an account, a mail that says so. `wish` is already filled in where the link
   * leads to. Throws `rate_limited`.
   */
  async ask(origin: Origin, address: string, wish: Wish = {}): Promise<void> {
    this.accounts.mustBeOpen();
    const problem = addressProblem(address);
    if (problem !== null) throw invalidFields({ email: problem });
    await this.limits.count('sign-up', origin, address);
    await this.jobs.enqueue(this.database, SIGN_UP_MAIL, { address, wish });
  }

  /** The address behind a link that still works. Throws `not_found`. */
  async look(origin: Origin, token: unknown): Promise<string> {
    return (await this.limits.link(origin, () => this.proofs.look('sign_up', token))).address;
  }

  /** With the link's proof used up in the transaction that makes the account; then they are logged in. */
  async complete(origin: Origin, token: string, choice: Choice): Promise<StartedSession> {
    const address = await this.look(origin, token);
    return this.accounts.make(origin, address, choice, { prove: (tx) => this.proofs.use(tx, 'sign_up', token) });
  }
}
