import { Injectable } from '@nestjs/common';
import { type Origin } from '../audit/actor.js';
import { Clock } from '../platform/clock.js';
import { DomainError } from '../platform/errors.js';
import { type Grant } from './grant.entity.js';
import { Grants } from './grants.js';
import { type Key } from './key.entity.js';
import { isKeySecret } from './key-secret.js';
import { Keys } from './keys.js';
import { PasswordGuesses } from './sign-in/password-guesses.js';
import { narrowed, type Permission } from './permissions.js';
import { SecondFactors } from './second-factors.js';
import { type TokenClaims, Tokens } from './tokens.js';
import { type User } from './user.entity.js';

/** What an Authorization header turned out to be. */
export type Credential =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'key';
      readonly key: Key;
      /** The key's, or under a token the narrower scope of the token. */
      readonly permissions: readonly Permission[];
      /** When it stops working by itself. */
      readonly until: Date | null;
      readonly byToken: boolean;
      /** See {@link TokenClaims.withheld}. */
      readonly withheld?: readonly Permission[];
    }
  | {
      readonly kind: 'grant';
      readonly grant: Grant;
      readonly user: User;
      readonly permissions: readonly Permission[];
      readonly until: Date;
      readonly withheld?: readonly Permission[];
    }
  | { readonly kind: 'password'; readonly user: User }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      /** Set where it is not the credential that is wrong. */
      readonly kindOfRefusal?: 'rate_limited';
    };

const refused = (code: string, message: string): Credential => ({ kind: 'refused', code, message });

const TOO_MANY: Credential = {
  kind: 'refused',
  code: 'too_many_attempts',
  message: 'too many failed attempts, please try again in fifteen minutes',
  kindOfRefusal: 'rate_limited',
};
const SECOND_FACTOR = refused(
  'second_factor_needed',
  'this account uses two-factor authentication, please use an API key or `mix hex.user auth`',
);

/**
 * Reads the Authorization header as Hex clients send it (hex-protocol.md 4.1): the bare secret of a key, `Bearer` with a
 * token or a key, `Basic` with user name and password. In Basic a key may stand in the password's place, since that is
 * where `~/.netrc` and `user:pass@` URLs can carry one. Messages are hex.pm's: clients print them.
 */
@Injectable()
export class Credentials {
  constructor(
    private readonly keys: Keys,
    private readonly guesses: PasswordGuesses,
    private readonly factors: SecondFactors,
    private readonly tokens: Tokens,
    private readonly grants: Grants,
    private readonly clock: Clock,
  ) {}

  async recognize(authorization: string | undefined, origin: Origin): Promise<Credential> {
    const header = authorization?.trim() ?? '';
    if (header === '') return { kind: 'none' };
    const [scheme = '', rest = ''] = splitOnce(header, ' ');
    switch (scheme.toLowerCase()) {
      case 'basic':
        return this.basic(rest.trim(), origin);
      case 'bearer':
        return isKeySecret(rest.trim()) ? this.key(rest.trim()) : this.token(rest.trim());
      default:
        return this.key(header);
    }
  }

  /** The credential a key's secret is; also for the exchange, where it comes in the body. */
  async key(secret: string): Promise<Credential> {
    const key = await this.keys.bySecret(secret);
    if (key === null) return refused('invalid_key', 'invalid API key');
    return this.alive(key) ?? { kind: 'key', key, permissions: key.permissions, until: key.expiresAt, byToken: false };
  }

  private async token(text: string): Promise<Credential> {
    const claims = await this.tokens.verify(text);
    // Plain words and a plain 401: `error="token_expired"` would send Hex 2.5 into an endless loop (hex-protocol.md 4.3).
    if (claims === null) return refused('invalid_token', 'invalid or expired token');
    const { behind, expiresAt: until } = claims;
    if (behind.kind === 'grant') return this.grant(behind.id, claims);
    const key = await this.keys.byId(behind.id);
    if (key === null) return refused('invalid_token', 'invalid or expired token');
    const permissions = narrowed(claims.permissions, key.permissions);
    const withheld = narrowed(claims.withheld, key.permissions);
    return this.alive(key) ?? { kind: 'key', key, permissions, withheld, until, byToken: true };
  }

  /** What a grant is good for, or the part of it that a token carries. */
  async grant(id: string, carried?: TokenClaims): Promise<Credential> {
    const living = await this.grants.living(id);
    if (living === null) return refused('grant_ended', 'this login has been ended, please log in again');
    const { grant, user } = living;
    if (carried === undefined)
      return { kind: 'grant', grant, user, permissions: grant.permissions, until: grant.expiresAt };
    const permissions = narrowed(carried.permissions, grant.permissions);
    const withheld = narrowed(carried.withheld, grant.permissions);
    return { kind: 'grant', grant, user, permissions, withheld, until: carried.expiresAt };
  }

  private alive(key: Key): Credential | null {
    if (key.revokedAt !== null) return refused('key_revoked', 'API key revoked');
    if (key.expiresAt !== null && key.expiresAt <= this.clock.now()) return refused('key_expired', 'API key expired');
    return null;
  }

  private async basic(encoded: string, origin: Origin): Promise<Credential> {
    const [login, password] = splitOnce(Buffer.from(encoded, 'base64').toString('utf8'), ':');
    if (password === undefined || login.includes('\0'))
      return refused('invalid_authentication', 'invalid authentication information');
    if (isKeySecret(password)) return this.key(password);
    return this.password(login, password, origin);
  }

  /** An account with a second factor is not opened by its password alone, here no more than on the site. */
  private async password(login: string, password: string, origin: Origin): Promise<Credential> {
    const user = await this.guesses.login(login, password, origin).catch((error: unknown) => {
      if (error instanceof DomainError && error.kind === 'rate_limited') return 'too many' as const;
      throw error;
    });
    if (user === 'too many') return TOO_MANY;
    if (user === null) return refused('invalid_password', 'invalid username and password combination');
    return (await this.factors.has(user.id)) ? SECOND_FACTOR : { kind: 'password', user };
  }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
