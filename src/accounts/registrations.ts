import { Inject, Injectable } from '@nestjs/common';
import { type Origin } from '../audit/actor.js';
import { CONFIG, type Config } from '../platform/config.js';
import { type FieldErrors, invalidFields } from '../platform/errors.js';
import { NewAccounts } from './new-accounts.js';
import { Passwords } from './sign-in/passwords.js';
import { SignUps } from './sign-ups.js';
import { type User } from './user.entity.js';
import { userProblems, Users } from './users.js';

/** An account as a program asks for it, all at once. */
export interface Registration {
  readonly name: string;
  readonly address: string;
  readonly password: string;
  readonly fullName?: string | undefined;
}

/**
 * Registering by a program (`rebar3 hex user register`), which wants to give name, address and password at once. It leads to the
 * site's way, with the mailbox first (`sign-ups`): all that can be judged is judged, then a link is sent, to a form with the
 * name already in it. Nothing is kept before that: no name is taken by somebody who never opens the mail, no password set by
 * one person opens the account of another who does, and the answer is the same whether or not the address has an account.
 *
 * That a name is taken is told at once only where there is a public repository: there anybody may look users up by name.
 */
@Injectable()
export class Registrations {
  constructor(
    private readonly users: Users,
    private readonly accounts: NewAccounts,
    private readonly signUps: SignUps,
    private readonly passwords: Passwords,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The user where one was made at once, which only the tests of clients are given; else null. Throws `invalid`, `rate_limited`. */
  async register(origin: Origin, asked: Registration): Promise<User | null> {
    this.accounts.mustBeOpen();
    const { name, address: email, password, fullName } = asked;
    if (this.config.clientTestMode) {
      const user = { name, email, password, ...(fullName !== undefined && { fullName }), verified: true, shown: true };
      return this.users.create({ kind: 'anonymous', origin }, user);
    }
    await this.judge(asked);
    await this.signUps.ask(origin, email, { username: name, fullName });
    return null;
  }

  private async judge({ name, address, password }: Registration): Promise<void> {
    const problem = await this.passwords.problem(password, { name, addresses: [address] });
    const problems: FieldErrors = { ...userProblems(name, address), ...(problem !== null && { password: problem }) };
    const isTaken = this.config.publicRepository !== undefined && (await this.users.byName(name)) !== null;
    if (isTaken) problems['username'] ??= 'has already been taken';
    if (Object.keys(problems).length > 0) throw invalidFields(problems);
  }
}
