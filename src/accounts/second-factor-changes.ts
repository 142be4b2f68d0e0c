import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, originOf } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Tx } from '../platform/database.js';
import { DomainError, notFound } from '../platform/errors.js';
import { type Letter } from '../platform/mail/letter.js';
import {
  type About,
  type Circumstances,
  passkeyLetter,
  recoveryCodesLetter,
  totpLetter,
} from './mail/accounts.emails.js';
import { holdSession } from './sign-in/living-session.js';
import { Notices } from './mail/notices.js';
import { Passkeys } from './passkeys.js';
import { RecoveryCodes } from './sign-in/recovery-codes.js';
import { SecondFactors } from './second-factors.js';
import { type Session } from './session.entity.js';
import { Sessions } from './sessions.js';
import { Totps } from './totps.js';
import { User } from './user.entity.js';

/** New recovery codes, where the change brought some. */
export type NewCodes = readonly string[] | null;

interface Change {
  readonly action: string;
  readonly params: Record<string, unknown>;
  readonly letter: (about: About, from: Circumstances) => Letter;
}

/** The ways there are, together. */
@Injectable()
export class SecondFactorWays {
  constructor(
    readonly factors: SecondFactors,
    readonly totps: Totps,
    readonly passkeys: Passkeys,
    readonly recoveryCodes: RecoveryCodes,
  ) {}
}

/**
 * Turning second factors on and off; all of it wants sudo. With the first factor come recovery codes, and sessions that were
 * proved with a password alone lose their proof: from then on sudo always means that the second factor was shown. With the
 * last factor the recovery codes go.
 */
@Injectable()
export class SecondFactorChanges {
  constructor(
    private readonly database: DataSource,
    private readonly ways: SecondFactorWays,
    private readonly sessions: Sessions,
    private readonly audit: Audit,
    private readonly notices: Notices,
  ) {}

  async turnOnTotp(actor: Actor, session: Session, user: User, code: string): Promise<NewCodes> {
    return this.changing(actor, user, async (tx) => {
      const isFirst = await this.isWithout(tx, user);
      await this.ways.totps.confirm(tx, user, code);
      const letter: Change['letter'] = (about, from) => totpLetter(about, from, true);
      await this.note(tx, actor, user, { action: 'totp.enable', params: {}, letter });
      return isFirst ? this.firstFactor(tx, user, session) : null;
    });
  }

  async turnOffTotp(actor: Actor, user: User): Promise<void> {
    await this.changing(actor, user, async (tx) => {
      if (!(await this.ways.totps.remove(tx, user.id))) throw notFound('authenticator app');
      const letter: Change['letter'] = (about, from) => totpLetter(about, from, false);
      await this.note(tx, actor, user, { action: 'totp.disable', params: {}, letter });
      await this.afterRemoval(tx, user);
    });
  }

  async addPasskey(actor: Actor, session: Session, user: User, name: string, response: unknown): Promise<NewCodes> {
    const made = await this.ways.passkeys.made(`session:${session.id}`, name, response);
    return this.changing(actor, user, async (tx) => {
      const isFirst = await this.isWithout(tx, user);
      const passkey = await this.ways.passkeys.add(tx, user, made);
      const letter: Change['letter'] = (about, from) => passkeyLetter(about, from, passkey.name, true);
      await this.note(tx, actor, user, { action: 'passkey.add', params: { passkey: passkey.name }, letter });
      return isFirst ? this.firstFactor(tx, user, session) : null;
    });
  }

  async renamePasskey(actor: Actor, user: User, id: string, name: string): Promise<void> {
    await this.changing(actor, user, async (tx) => {
      await this.ways.passkeys.rename(tx, user.id, id, name);
      const params = { user: user.name, passkey: name.trim() };
      await this.audit.record(tx, actor, 'passkey.rename', { userId: user.id }, params);
    });
  }

  async removePasskey(actor: Actor, user: User, id: string): Promise<void> {
    await this.changing(actor, user, async (tx) => {
      const passkey = await this.ways.passkeys.remove(tx, user.id, id);
      const letter: Change['letter'] = (about, from) => passkeyLetter(about, from, passkey.name, false);
      await this.note(tx, actor, user, { action: 'passkey.remove', params: { passkey: passkey.name }, letter });
      await this.afterRemoval(tx, user);
    });
  }

  async renewRecoveryCodes(actor: Actor, user: User): Promise<readonly string[]> {
    return this.changing(actor, user, async (tx) => {
      if (await this.isWithout(tx, user))
        throw new DomainError('conflict', 'no_second_factor', 'set up an authenticator app or a passkey first');
      await this.note(tx, actor, user, { action: 'recovery_codes.renew', params: {}, letter: recoveryCodesLetter });
      return this.ways.recoveryCodes.renew(tx, user);
    });
  }

  /** One change of a user's factors at a time: two firsts, or two lasts, at once would each see the other's. */
  private changing<T>(actor: Actor, user: User, act: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      await tx.findOne(User, { where: { id: user.id }, lock: { mode: 'pessimistic_write' } });
      await holdSession(tx, originOf(actor).sessionId);
      return act(tx);
    });
  }

  private async isWithout(tx: Tx, user: User): Promise<boolean> {
    const { totp, passkeys } = await this.ways.factors.of(user.id, tx);
    return !totp && passkeys === 0;
  }

  private async firstFactor(tx: Tx, user: User, session: Session): Promise<NewCodes> {
    await this.sessions.forgetProofs(tx, user, session);
    return this.ways.recoveryCodes.renew(tx, user);
  }

  private async afterRemoval(tx: Tx, user: User): Promise<void> {
    if (await this.isWithout(tx, user)) await this.ways.recoveryCodes.remove(tx, user.id);
  }

  private async note(tx: Tx, actor: Actor, user: User, { action, params, letter }: Change): Promise<void> {
    await this.audit.record(tx, actor, action, { userId: user.id }, { user: user.name, ...params });
    await this.notices.tell(tx, actor, user, `${action} at ${this.notices.moment()}`, letter);
  }
}
