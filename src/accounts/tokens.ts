import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { Passport } from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { fromScope, type Permission, toScope } from './permissions.js';
import { TokenKeys } from './token-keys.js';

/** Well above the 300 s under which clients take a token for expired (hex-protocol.md 4.3). */
export const TOKEN_SECONDS = 1800;
/**
 * Of a token from which something is withheld that may be given any time, once somebody pays: a client uses it for five
 * minutes and asks for another, instead of for half an hour.
 */
const WITHHELD_SECONDS = 600;
const AUDIENCE = 'propolis';

export interface MintedToken {
  readonly token: string;
  readonly expiresIn: number;
  /** What was granted, space-separated. */
  readonly scope: string;
}

/** What a token stands for and cannot outlive: an API key, or what a person has granted a program. */
export interface Behind {
  readonly kind: 'key' | 'grant';
  readonly id: string;
}

/** What a token of ours says, once its signature, issuer, audience and time have been checked. */
export interface TokenClaims {
  readonly behind: Behind;
  readonly permissions: readonly Permission[];
  /** What it does not open, but would if the organization's standing had allowed it when it was minted. */
  readonly withheld: readonly Permission[];
  readonly expiresAt: Date;
}

/**
 * Short-lived tokens (JWT, ES256) that stand for an API key or a grant. A token names what is behind it and is worth nothing
 * without it: who verifies one looks that up, so revoking it ends its tokens in the same moment, and what a token may do is
 * never more than what the key or grant may.
 */
@Injectable()
export class Tokens {
  private readonly passport = new Passport();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly keys: TokenKeys,
    private readonly clock: Clock,
  ) {
    this.passport.use(
      new Strategy(
        {
          jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
          secretOrKeyProvider: (_request: unknown, token: string, done: (error: unknown, pem?: string) => void) => {
            const key = this.keyOf(token);
            if (key === null) done(new Error('no such key'));
            else done(null, key.export({ type: 'spki', format: 'pem' }).toString());
          },
          // Named, or a token signed with the public key as an HMAC secret would pass.
          algorithms: ['ES256'],
          issuer: config.publicUrl,
          audience: AUDIENCE,
        },
        (payload: unknown, done) => done(null, claimsOf(payload) ?? false),
      ),
    );
  }

  /** `subject` is for people who look into a token: `user:ada`, `org:acme`. */
  async mint(
    { kind, id, expiresAt }: Behind & { readonly expiresAt: Date | null },
    subject: string,
    { granted, withheld }: { readonly granted: readonly Permission[]; readonly withheld: readonly Permission[] },
  ): Promise<MintedToken> {
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const behindEnds = expiresAt === null ? Infinity : Math.floor(expiresAt.getTime() / 1000) - now;
    const expiresIn = Math.min(withheld.length > 0 ? WITHHELD_SECONDS : TOKEN_SECONDS, behindEnds);
    const scope = granted.map(toScope).join(' ');
    const claims = withheld.length > 0 ? { scope, withheld: withheld.map(toScope).join(' ') } : { scope };
    const { kid, privateKey } = this.keys.signing;
    const token = await new SignJWT({ ...claims, [kind]: id })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
      .setIssuer(this.config.publicUrl)
      .setAudience(AUDIENCE)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + expiresIn)
      .sign(privateKey);
    return { token, expiresIn, scope };
  }

  /** The claims of a genuine token that has not expired; null for anything else. */
  async verify(token: string): Promise<TokenClaims | null> {
    const request = { headers: { authorization: `Bearer ${token}` } };
    const claims = await new Promise<TokenClaims | null>((resolve) => {
      const decided = (_error: unknown, found?: TokenClaims | false) => resolve(found || null);
      const middleware = this.passport.authenticate('jwt', { session: false }, decided) as (
        ...args: [object, object, (error?: unknown) => void]
      ) => void;
      middleware(request, {}, () => resolve(null));
    });
    return claims !== null && claims.expiresAt > this.clock.now() ? claims : null;
  }

  /** What a genuine token stands for, expired or not: for giving it back. */
  async behind(token: string): Promise<Behind | null> {
    const expected = { algorithms: ['ES256'], issuer: this.config.publicUrl, audience: AUDIENCE };
    const key = this.keyOf(token);
    if (key === null) return null;
    // Long before any token ends: only this question does not mind.
    const verified = await jwtVerify(token, key, {
      ...expected,
      currentDate: new Date(0),
    }).catch(() => null);
    return (verified && claimsOf(verified.payload)?.behind) ?? null;
  }

  /** The key that the token claims to be signed with; null for what is no token, or of a key that we do not have (any more). */
  private keyOf(token: string) {
    try {
      return this.keys.verifying(decodeProtectedHeader(token).kid);
    } catch {
      return null;
    }
  }
}

function claimsOf(payload: unknown): TokenClaims | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { key, grant, scope, withheld, exp } = payload as Record<string, unknown>;
  const kind = grant === undefined ? 'key' : 'grant';
  const id = grant ?? key;
  if (typeof id !== 'string' || !/^\d{1,18}$/.test(id) || typeof scope !== 'string' || typeof exp !== 'number')
    return null;
  return {
    behind: { kind, id },
    permissions: fromScope(scope),
    withheld: fromScope(typeof withheld === 'string' ? withheld : ''),
    expiresAt: new Date(exp * 1000),
  };
}
