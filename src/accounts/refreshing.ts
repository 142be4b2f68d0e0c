import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { type Actor, type Origin } from '../audit/actor.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { Secrets } from '../platform/secrets.js';
import { Grant } from './grant.entity.js';
import { Grants } from './grants.js';
import { oauthProblem } from './oauth-problem.js';
import { newHandle, readRefreshToken, type RefreshToken, refreshTokenText } from './oauth/refresh-token.js';

/** From the login on, however much it is used. */
const GRANT_MS = 30 * 24 * 60 * 60 * 1000;
/** How long the token before the newest gets the newest once more. */
const GRACE_MS = 30_000;

export interface Refreshed {
  readonly grant: Grant;
  readonly refreshToken: string;
}

/**
 * Refresh tokens of grants, each good for one next one (RFC 9700 section 4.14). A used one that comes again means that two
 * parties hold it, and nobody can tell which is the thief: the grant ends.
 *
 * With one exception: the token just before the newest, within half a minute, is answered with that same newest token.
 * Two runs of mix on one machine share one file and refresh together, and answers get lost; ending the login for that would
 * teach people to log in again without thinking. It does not hide a thief for long: both hold the same token then, and its
 * next use by one makes the other's a use of an old one.
 */
@Injectable()
export class Refreshing {
  constructor(
    private readonly database: DataSource,
    private readonly grants: Grants,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /** The first token of a grant that has just been fetched; from now on it lives its thirty days. */
  async begin(tx: Tx, grant: Grant): Promise<string> {
    const handle = newHandle();
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + GRANT_MS);
    const token = { handle, generation: 1 };
    return this.write(tx, grant, token, { handleHash: this.handleHash(token), expiresAt });
  }

  /** Throws `invalid_grant` for everything but a token that is good for a next one. */
  async refresh(text: unknown, clientId: string, origin: Origin): Promise<Refreshed> {
    const token = readRefreshToken(this.secrets, text);
    if (token === null) throw invalid('this refresh token is not valid');
    // The end of a stolen grant must be kept, so what is wrong is thrown after the transaction.
    const refreshed = await this.database.transaction((tx) => this.next(tx, token, clientId, origin));
    if (typeof refreshed === 'string') throw invalid(refreshed);
    return refreshed;
  }

  /** Whose newest token is this, or whose token has this SHA-256 (hex)? Null for what has ended. */
  async grantOf(token: { readonly text: unknown } | { readonly sha256: unknown }): Promise<Grant | null> {
    const db = this.database.manager;
    if ('sha256' in token) {
      const { sha256 } = token;
      if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256)) return null;
      return db.findOneBy(Grant, { refreshHash: this.hashOfHash(sha256.toLowerCase()), revokedAt: IsNull() });
    }
    const read = readRefreshToken(this.secrets, token.text);
    return read === null ? null : db.findOneBy(Grant, { handleHash: this.handleHash(read), revokedAt: IsNull() });
  }

  /** The next token, or why there is none. One after the other for a grant: parallel uses of one token meet here. */
  private async next(tx: Tx, token: RefreshToken, clientId: string, origin: Origin): Promise<Refreshed | string> {
    const where = { handleHash: this.handleHash(token) };
    const grant = await tx.findOne(Grant, { where, lock: { mode: 'pessimistic_write' } });
    if (grant === null || grant.clientId !== clientId) return 'this refresh token is not valid';
    const now = this.clock.now();
    if (grant.revokedAt !== null) return 'this login has been ended, please log in again';
    if (grant.expiresAt <= now) return 'this login has expired, please log in again';
    const { handle, generation } = token;
    if (generation === grant.generation)
      return { grant, refreshToken: await this.write(tx, grant, { handle, generation: generation + 1 }, {}) };
    const age = now.getTime() - grant.rotatedAt!.getTime();
    if (generation === grant.generation - 1 && age <= GRACE_MS)
      return { grant, refreshToken: refreshTokenText(this.secrets, { handle, generation: grant.generation }) };
    const stranger: Actor = { kind: 'anonymous', origin };
    await this.grants.revokeBecause(tx, stranger, grant, 'a refresh token was used again');
    return 'this refresh token has been used before, so the login has been ended: please log in again';
  }

  private async write(tx: Tx, grant: Grant, token: RefreshToken, more: Partial<Grant>): Promise<string> {
    const text = refreshTokenText(this.secrets, token);
    const refreshHash = this.hashOfHash(hash('sha256', text));
    const change = { generation: token.generation, rotatedAt: this.clock.now(), refreshHash, ...more };
    await tx.update(Grant, { id: grant.id }, change);
    Object.assign(grant, change);
    return text;
  }

  private handleHash({ handle }: RefreshToken): Buffer {
    return this.secrets.keyedHash('refresh-handles', handle);
  }

  private hashOfHash(sha256: string): Buffer {
    return this.secrets.keyedHash('refresh-tokens', sha256);
  }
}

const invalid = (why: string) => oauthProblem('invalid_grant', why);
