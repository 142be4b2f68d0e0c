import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Origin } from '../../audit/actor.js';
import { Clock } from '../../platform/clock.js';
import { type Tx } from '../../platform/database.js';
import { Jobs } from '../../platform/jobs.js';
import { Mails } from '../../platform/mail/mails.js';
import { paths } from '../../platform/paths.js';
import { Urls } from '../../platform/urls.js';
import { alreadySignedUpLetter, passwordResetLetter, signUpLetter, verifyEmailLetter } from './accounts.emails.js';
import { EmailProofs } from './email-proofs.js';
import { Email } from '../email.entity.js';
import { User } from '../user.entity.js';
import { type Wish } from '../wish.js';
import { Users } from '../users.js';

export const SIGN_UP_MAIL = 'accounts.sign-up-mail';
export const RESET_MAIL = 'accounts.reset-mail';

export interface SignUpRequest {
  readonly address: string;
  /** Missing in jobs of earlier versions. */
  readonly wish?: Wish;
}

export interface ResetRequest {
  readonly login: string;
  readonly origin: Pick<Origin, 'ip' | 'userAgent'>;
}

/** What a link that sets a new password is bound to: it is worth nothing once either has changed. */
export const resetState = (user: User, primary: string): string => JSON.stringify([user.passwordHash, primary]);

@Injectable()
export class ProofLetters {
  constructor(
    private readonly proofs: EmailProofs,
    private readonly mails: Mails,
    private readonly urls: Urls,
    private readonly clock: Clock,
  ) {}

  async signUp(tx: Tx, to: string, wish: Wish): Promise<void> {
    const subject = `address:${to.toLowerCase()}`;
    const { token, cause } = await this.proofs.issue(tx, { purpose: 'sign_up', subject, address: to });
    const url = this.urls.page(paths.completeSignup(token, wish));
    await this.mails.send(tx, { to, cause, letter: signUpLetter(url, wish.username) });
  }

  async alreadySignedUp(tx: Tx, user: User, to: string): Promise<void> {
    const [login, reset] = [this.urls.page(paths.login()), this.urls.page(paths.forgotPassword)];
    const cause = `sign-up of ${user.id} at ${this.clock.now().toISOString()}`;
    await this.mails.send(tx, { to, cause, letter: alreadySignedUpLetter(user.name, login, reset) });
  }

  async verifyEmail(tx: Tx, user: User, email: Pick<Email, 'id' | 'address'>): Promise<void> {
    const about = { subject: `email:${email.id}`, address: email.address, userId: user.id };
    const { token, cause } = await this.proofs.issue(tx, { purpose: 'verify_email', ...about });
    const letter = verifyEmailLetter(user.name, this.urls.page(paths.verifyEmail(token)));
    await this.mails.send(tx, { to: email.address, cause, letter });
  }

  async reset(tx: Tx, user: User, to: string, origin: Origin): Promise<void> {
    const about = { subject: `user:${user.id}`, address: to, userId: user.id, state: resetState(user, to) };
    const { token, cause } = await this.proofs.issue(tx, { purpose: 'reset_password', ...about });
    const url = this.urls.page(paths.resetPassword(token));
    const letter = passwordResetLetter(user.name, url, { origin, at: this.clock.now() });
    await this.mails.send(tx, { to, cause, letter });
  }
}

/**
 * The mails with links in them. Those that anybody may ask for are written by jobs, where nobody sees whether and how long there
 * was something to do. A job that runs twice sends a second mail, and the link in it takes the place of the first.
 */
@Injectable()
export class ProofMails implements OnModuleInit {
  private readonly letters: ProofLetters;

  constructor(
    private readonly database: DataSource,
    private readonly jobs: Jobs,
    private readonly users: Users,
    letters: ProofLetters,
  ) {
    this.letters = letters;
  }

  onModuleInit(): void {
    this.jobs.define(SIGN_UP_MAIL, ({ address, wish }: SignUpRequest) => this.signUp(address, wish));
    this.jobs.define(RESET_MAIL, (request: ResetRequest) => this.reset(request));
  }

  private async signUp(address: string, wish: Wish = {}): Promise<void> {
    const existing = await this.users.byLogin(address);
    await this.database.transaction((tx) =>
      existing === null ? this.letters.signUp(tx, address, wish) : this.letters.alreadySignedUp(tx, existing, address),
    );
  }

  /** Goes to the primary address, whichever one was typed; not at all where there is nobody to send it to. */
  private async reset({ login, origin }: ResetRequest): Promise<void> {
    const user = await this.users.byLogin(login);
    if (user === null || user.deactivatedAt !== null) return;
    await this.database.transaction(async (tx) => {
      const primary = await tx.findOneBy(Email, { userId: user.id, isPrimary: true });
      if (primary?.verifiedAt) await this.letters.reset(tx, user, primary.address, origin);
    });
  }
}
