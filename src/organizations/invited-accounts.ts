import { Injectable } from '@nestjs/common';
import { type Choice, NewAccounts } from '../accounts/new-accounts.js';
import { type StartedSession } from '../accounts/sessions.js';
import { type User } from '../accounts/user.entity.js';
import { type Origin } from '../audit/actor.js';
import { type Tx } from '../platform/database.js';
import { notFound } from '../platform/errors.js';
import { Invitations } from './invitations.js';

/** Accounts for people who were invited and have none: the mail has proved their address. */
@Injectable()
export class InvitedAccounts {
  constructor(
    private readonly invitations: Invitations,
    private readonly accounts: NewAccounts,
  ) {}

  /** Makes the account, joins the organization and logs them in, all of it or nothing. */
  async make(origin: Origin, token: string, choice: Choice): Promise<StartedSession> {
    const offer = await this.invitations.look(token);
    if (offer === null) throw notFound('invitation');
    const anonymous = { kind: 'anonymous', origin } as const;
    const join = (tx: Tx, { id, name }: User) =>
      this.invitations.acceptIn(tx, { kind: 'user', userId: id, name, origin }, { id, name }, token);
    // Held before the account is made, since the organization's lock comes before all others.
    const along = { prove: (tx: Tx) => this.invitations.hold(tx, token), join };
    return this.invitations.orNoSeat(anonymous, token, () => this.accounts.make(origin, offer.address, choice, along));
  }
}
