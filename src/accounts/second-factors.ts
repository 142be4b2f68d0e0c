import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, type Origin } from '../audit/actor.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { type RateLimit, RateLimits } from '../platform/rate-limits.js';
import { type Counter, guess } from './guesses.js';
import { Passkeys } from './passkeys.js';
import { networkOf } from './places.js';
import { RecoveryCodes } from './sign-in/recovery-codes.js';
import { Totps } from './totps.js';
import { type User } from './user.entity.js';

/** What a person offers as the second proof of who they are. */
export type SecondProof =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'recovery_code'; readonly code: string }
  | { readonly kind: 'passkey'; readonly holder: string; readonly response: unknown };

/** What protects an account besides its password. */
export interface Factors {
  readonly totp: boolean;
  readonly passkeys: number;
  readonly recoveryCodes: number;
}

/**
 * The second factor: is there one, and is this it? A recovery code stands in for one that is lost; it is not one itself. What
 * turns them on and off is in `second-factor-changes`.
 */
@Injectable()
export class SecondFactors implements OnModuleInit {
  private ofUser: RateLimit;
  private recoveryOfUser: RateLimit;
  private ofNetwork: RateLimit;

  constructor(
    private readonly database: DataSource,
    private readonly totps: Totps,
    private readonly passkeys: Passkeys,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly limits: RateLimits,
  ) {}

  onModuleInit(): void {
    this.ofUser = this.limits.limit('second-factor-user', 5, 10 * 60);
    this.recoveryOfUser = this.limits.limit('recovery-code-user', 5, 15 * 60);
    this.ofNetwork = this.limits.limit('second-factor-ip', 20, 15 * 60);
  }

  async of(userId: string, db: Tx = this.database.manager): Promise<Factors> {
    const totp = await this.totps.isOn(userId, db);
    const passkeys = await this.passkeys.list(userId, db);
    return { totp, passkeys: passkeys.length, recoveryCodes: await this.recoveryCodes.left(userId, db) };
  }

  /** Does logging in to this account take more than its password? */
  async has(userId: string, db: Tx = this.database.manager): Promise<boolean> {
    return (await this.totps.isOn(userId, db)) || (await this.passkeys.any(userId, db));
  }

  /** Answers how it was proved, for the session. Throws `invalid` for a wrong one and `rate_limited` after too many. */
  async prove(actor: Actor, user: User, proof: SecondProof, origin: Origin): Promise<string> {
    const right = await guess(this.counters(user, proof, origin), async () =>
      (await this.isRight(actor, user, proof)) ? methods[proof.kind] : null,
    );
    if (right === null) throw wrong[proof.kind]();
    return right;
  }

  /** Whose passkey this is, shown in place of a password: it must know its person. Throws as {@link prove} does. */
  async passkeyLogin(holder: string, response: unknown, origin: Origin): Promise<string> {
    const userId = await guess([[this.ofNetwork, networkOf(origin.ip)]], async () => {
      const answer = await this.passkeys.answer(holder, response);
      return answer?.userVerified ? answer.passkey.userId : null;
    });
    if (userId === null) throw wrong.passkey();
    return userId;
  }

  private counters({ id }: User, { kind }: SecondProof, origin: Origin): Counter[] {
    const ofNetwork: Counter = [this.ofNetwork, networkOf(origin.ip)];
    if (kind === 'passkey') return [ofNetwork];
    return [ofNetwork, kind === 'code' ? [this.ofUser, id] : [this.recoveryOfUser, id]];
  }

  private async isRight(actor: Actor, user: User, proof: SecondProof): Promise<boolean> {
    switch (proof.kind) {
      case 'code':
        return this.totps.spend(user.id, proof.code);
      case 'recovery_code':
        return this.recoveryCodes.spend(actor, user, proof.code);
      case 'passkey': {
        const answer = await this.passkeys.answer(proof.holder, proof.response);
        return answer?.passkey.userId === user.id;
      }
    }
  }
}

const methods: Readonly<Record<SecondProof['kind'], string>> = {
  ...{ code: 'code', recovery_code: 'recovery code', passkey: 'passkey' },
};

const wrong: Readonly<Record<SecondProof['kind'], () => DomainError>> = {
  code: () => invalidFields({ code: 'is wrong or has been used already; wait for the next one' }),
  recovery_code: () => invalidFields({ recovery_code: 'is wrong or has been used already' }),
  passkey: () => new DomainError('invalid', 'passkey_refused', 'the passkey could not be used, please try again'),
};
