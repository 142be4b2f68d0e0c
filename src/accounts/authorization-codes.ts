import { hash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { type Actor, type Origin } from '../audit/actor.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { isSecretToken, newSecretToken } from '../platform/secret-token.js';
import { Secrets } from '../platform/secrets.js';
import { AuthorizationCode } from './oauth/authorization-code.entity.js';
import { Grant } from './grant.entity.js';
import { type Approver, Grants } from './grants.js';
import { type OAuthClient } from './oauth-client.entity.js';
import { oauthProblem } from './oauth-problem.js';
import { type Permission } from './permissions.js';
import { type Refreshed, Refreshing } from './refreshing.js';

/** From the click to the exchange it takes a moment, and no person has part in it. */
const CODE_MS = 5 * 60_000;

/** What a program must show again to get the tokens. */
export interface Exchange {
  readonly code: unknown;
  readonly redirectUri: unknown;
  readonly verifier: unknown;
}

export interface Approval {
  readonly client: OAuthClient;
  readonly permissions: readonly Permission[];
  readonly redirectUri: string;
  readonly codeChallenge: string;
}

/** A PKCE challenge of the method S256, and the verifier behind one (RFC 7636 section 4). */
export const isChallenge = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);
const isVerifier = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Za-z0-9._~-]{43,128}$/.test(text);

/** Login of a program with a browser: the authorization code with PKCE (RFC 6749, 7636, 9700). */
@Injectable()
export class AuthorizationCodes {
  constructor(
    private readonly database: DataSource,
    private readonly secrets: Secrets,
    private readonly grants: Grants,
    private readonly refreshing: Refreshing,
    private readonly clock: Clock,
  ) {}

  /** The code for the program, to be had only here. */
  async approve(by: Approver, { client, permissions, redirectUri, codeChallenge }: Approval): Promise<string> {
    const code = newSecretToken();
    const now = this.clock.now();
    await this.database.transaction(async (tx) => {
      const grant = await this.grants.create(tx, by, { clientId: client.id, name: null, permissions });
      await tx.insert(AuthorizationCode, {
        ...{ clientId: client.id, grantId: grant.id, codeHash: this.hashOf(code), redirectUri, codeChallenge },
        ...{ usedAt: null, createdAt: now, expiresAt: new Date(now.getTime() + CODE_MS) },
      });
    });
    return code;
  }

  /**
   * The grant with its first refresh token. A code works once: shown a second time it has been seen by somebody it was not
   * meant for, and what the first use made ends (RFC 6749 section 4.1.2). A wrong verifier does not use it up, or whoever
   * saw the code could spoil the login. Throws `invalid_grant`.
   */
  async redeem(exchange: Exchange, clientId: string, origin: Origin): Promise<Refreshed> {
    const { code } = exchange;
    if (!isSecretToken(code)) throw invalid('this code is not valid');
    // The end of what was stolen must be kept, so what is wrong is thrown after the transaction.
    const redeemed = await this.database.transaction((tx) => this.answer(tx, code, exchange, clientId, origin));
    if (typeof redeemed === 'string') throw invalid(redeemed);
    return redeemed;
  }

  private async answer(
    tx: Tx,
    text: string,
    { redirectUri, verifier }: Exchange,
    clientId: string,
    origin: Origin,
  ): Promise<Refreshed | string> {
    const lock = { mode: 'pessimistic_write' } as const;
    const code = await tx.findOne(AuthorizationCode, { where: { codeHash: this.hashOf(text), clientId }, lock });
    if (code === null) return 'this code is not valid';
    const grant = await tx.findOne(Grant, { where: { id: code.grantId, revokedAt: IsNull() }, lock });
    if (code.usedAt !== null) {
      const stranger: Actor = { kind: 'anonymous', origin };
      if (grant !== null) await this.grants.revokeBecause(tx, stranger, grant, 'an authorization code was used again');
      return 'this code has been used before';
    }
    const now = this.clock.now();
    if (grant === null || code.expiresAt <= now) return 'this code has expired';
    if (redirectUri !== code.redirectUri) return 'the redirect URI is not the one of the request';
    if (!proves(verifier, code.codeChallenge)) return 'the code verifier does not fit the challenge';
    await tx.update(AuthorizationCode, { id: code.id }, { usedAt: now });
    return { grant, refreshToken: await this.refreshing.begin(tx, grant) };
  }

  private hashOf(code: string): Buffer {
    return this.secrets.keyedHash('authorization-codes', code);
  }
}

const proves = (verifier: unknown, challenge: string): boolean =>
  isVerifier(verifier) && timingSafeEqual(Buffer.from(hash('sha256', verifier, 'base64url')), Buffer.from(challenge));

const invalid = (why: string) => oauthProblem('invalid_grant', why);
