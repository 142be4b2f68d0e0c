import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Origin } from '../audit/actor.js';
import { Clock } from '../platform/clock.js';
import { DomainError } from '../platform/errors.js';
import { type RateLimit, RateLimits } from '../platform/rate-limits.js';
import { type Key } from './key.entity.js';
import { isKeySecret } from './key-secret.js';
import { Keys } from './keys.js';
import { Passwords } from './passwords.js';
import { narrowed, type Permission } from './permissions.js';
import { Tokens } from './tokens.js';
import { type User } from './user.entity.js';
import { Users } from './users.js';

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
const MOST_WAITING = 100;

/**
 * Reads the Authorization header as Hex clients send it (hex-protocol.md 4.1): the bare secret of a key, `Bearer` with a
 * token or a key, `Basic` with user name and password. In Basic a key may stand in the password's place, since that is
 * where `~/.netrc` and `user:pass@` URLs can carry one. Messages are hex.pm's: clients print them.
 */
@Injectable()
export class Credentials implements OnModuleInit {
  private failuresOfIp: RateLimit;
  private failuresOfUser: RateLimit;
  private lastTurn: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly keys: Keys,
    private readonly users: Users,
    private readonly passwords: Passwords,
    private readonly tokens: Tokens,
    private readonly limits: RateLimits,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.failuresOfIp = this.limits.limit('password-ip', 10, 15 * 60);
    this.failuresOfUser = this.limits.limit('password-user', 20, 15 * 60);
  }

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
    const key = await this.keys.byId(claims.keyId);
    if (key === null) return refused('invalid_token', 'invalid or expired token');
    const permissions = narrowed(claims.permissions, key.permissions);
    const until = claims.expiresAt;
    return this.alive(key) ?? { kind: 'key', key, permissions, until, byToken: true };
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
    return this.inTurn(() => this.password(login, password, origin.ip ?? 'unknown'));
  }

  /**
   * One password at a time in this process: guesses made in parallel would all be looked at before the first of them is
   * counted, and many hashes at once would keep the threads that read files from their work. Keys do not wait here.
   */
  private async inTurn(attempt: () => Promise<Credential>): Promise<Credential> {
    if (this.waiting >= MOST_WAITING)
      throw new DomainError('unavailable', 'too_many_logins', 'too many logins at the moment, please try again');
    this.waiting += 1;
    const turn = this.lastTurn.then(attempt);
    this.lastTurn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn.finally(() => (this.waiting -= 1));
  }

  private async password(login: string, password: string, ip: string): Promise<Credential> {
    const user = await this.users.byLogin(login);
    const account = user?.id ?? login.toLowerCase().slice(0, 200);
    // Asked before the password is looked at, so that a right guess is refused as well once there were too many wrong ones.
    if ((await this.failuresOfIp.isExceeded(ip)) || (await this.failuresOfUser.isExceeded(account))) return TOO_MANY;
    if (await this.passwords.matches(user?.passwordHash, password)) return { kind: 'password', user: user! };
    await Promise.all([this.failuresOfIp.count(ip), this.failuresOfUser.count(account)]);
    return refused('invalid_password', 'invalid username and password combination');
  }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
