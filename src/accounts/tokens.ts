import { createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { Passport } from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config, type GivenConfig } from '../platform/config.js';
import { loadPrivateKey, readOrCreateSecretFile, secretFile } from '../platform/secrets.js';
import { type Key } from './key.entity.js';
import { fromScope, type Permission, toScope } from './permissions.js';

/** Well above the 300 s under which clients take a token for expired (hex-protocol.md 4.3). */
export const TOKEN_SECONDS = 1800;
const AUDIENCE = 'propolis';

export interface MintedToken {
  readonly token: string;
  readonly expiresIn: number;
  /** What was granted, space-separated. */
  readonly scope: string;
}

/** What a token of ours says, once its signature, issuer, audience and time have been checked. */
export interface TokenClaims {
  readonly keyId: string;
  readonly permissions: readonly Permission[];
  readonly expiresAt: Date;
}

/** Injection token of the private key (EC, P-256). */
export const TOKEN_KEY = Symbol('token key');

/** From the settings, or generated into the data directory on first start. */
export const loadTokenKey = (config: GivenConfig): Promise<KeyObject> =>
  loadPrivateKey('TOKEN_KEY', config.tokenKey, () => generated(config), {
    what: 'an elliptic-curve private key on P-256',
    test: (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
  });

const generated = (config: GivenConfig): Promise<string> =>
  readOrCreateSecretFile(secretFile(config, 'token-key.pem'), () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );

/**
 * Short-lived tokens (JWT, ES256) that stand for an API key. A token names its key and is worth nothing without it: who
 * verifies one looks the key up, so revoking the key ends its tokens in the same moment, and what a token may do is never
 * more than what the key may.
 */
@Injectable()
export class Tokens {
  private readonly passport = new Passport();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(TOKEN_KEY) private readonly privateKey: KeyObject,
    private readonly clock: Clock,
  ) {
    this.passport.use(
      new Strategy(
        {
          jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
          secretOrKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
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
  async mint(key: Key, subject: string, permissions: readonly Permission[]): Promise<MintedToken> {
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const keyEnds = key.expiresAt === null ? Infinity : Math.floor(key.expiresAt.getTime() / 1000) - now;
    const expiresIn = Math.min(TOKEN_SECONDS, keyEnds);
    const scope = permissions.map(toScope).join(' ');
    const token = await new SignJWT({ scope, key: key.id })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .setIssuer(this.config.publicUrl)
      .setAudience(AUDIENCE)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + expiresIn)
      .sign(this.privateKey);
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
}

function claimsOf(payload: unknown): TokenClaims | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { key, scope, exp } = payload as Record<string, unknown>;
  if (typeof key !== 'string' || !/^\d{1,18}$/.test(key) || typeof scope !== 'string' || typeof exp !== 'number')
    return null;
  return { keyId: key, permissions: fromScope(scope), expiresAt: new Date(exp * 1000) };
}
